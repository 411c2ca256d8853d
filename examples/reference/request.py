"""Requests: what they may say, and how a bad one is answered."""

from typing import Any


class RequestError(Exception):
	"""A request that is answered with `{"error": …}`."""


#: Marks a parameter that has no default.
Checks = dict[str, tuple[type | tuple[type, ...], Any]]


def parse(request: Any, inputs: type | tuple[type, ...], known: Checks) -> tuple[Any, dict]:
	"""`inputs` and all parameters of a request; those it leaves out have the defaults of `known`."""
	if not isinstance(request, dict) or "inputs" not in request:
		raise RequestError("a request is an object with `inputs`")
	for name in request:
		if name not in ("inputs", "parameters", "options"):
			raise RequestError(f"unknown member `{name}`")
	if not isinstance(request["inputs"], inputs):
		raise RequestError("`inputs` is of another type")
	given = request.get("parameters") or {}
	if not isinstance(given, dict):
		raise RequestError("`parameters` is an object")
	values = {name: default for name, (_, default) in known.items()}
	for name, value in given.items():
		if name not in known:
			raise RequestError(f"unknown parameter `{name}`")
		kind = known[name][0]
		if value is not None:
			fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
			if not fits:
				raise RequestError(f"`{name}` is of another type")
			values[name] = value
	return request["inputs"], values


def check(holds: bool, message: str) -> None:
	"""Raises `RequestError` where something does not hold."""
	if not holds:
		raise RequestError(message)
