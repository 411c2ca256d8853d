"""Runs the requests of example folders, and writes or checks what is expected.

From `examples`: `python -m reference text-classification …` writes `expected.json`, `--check`
compares with the committed one instead. Every request is run at two graph optimization levels. Where
the answers differ by more than half of the tolerance, or where another token was nearer than the
task's margin, the answer hangs by a thread: `null` is expected then, which stands for anything. That
is an error where it happens to fp32, or to a quarter of a variant's answers.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

import numpy as np

from .compare import difference
from .graph import LEVELS, SUFFIXES
from .request import RequestError


def answers(task, requests: list) -> list[tuple[object, float]]:
	"""The responses to all requests, each run alone, and how near another token was."""
	found = []
	for request in requests:
		task.margin = np.inf
		try:
			response = task.respond(request)
		except RequestError as error:
			response = {"error": str(error)}
		found.append((response, task.margin))
	return found


def run(folder: Path) -> tuple[dict, list[str]]:
	"""What every variant of a folder answers, and what is wrong with the requests."""
	name = json.loads((folder / "tercet.json").read_text())["task"]
	module = importlib.import_module(f".{name.replace('-', '_')}", __package__)
	requests = json.loads((folder / "requests.json").read_text(encoding="utf-8"))
	expected, complaints = {}, []
	for variant, suffix in SUFFIXES.items():
		if not any(folder.glob(f"*/model{suffix}.onnx")):
			continue
		tolerance = module.TOLERANCES[variant]
		least = getattr(module, "MARGINS", {}).get(variant, 0)
		first, second = (answers(module.Task(folder, suffix, level), requests) for level in LEVELS)
		responses, gaps, margins = [], [], []
		for index, ((response, margin), (other, other_margin)) in enumerate(zip(first, second)):
			gap, margin = difference(response, other), min(margin, other_margin)
			if gap > tolerance / 2 or margin < least:
				print(f"{folder.name} {variant}: request {index} hangs by a thread: levels {gap:.1e} "
					f"apart, margin {margin:.1e}")
				response = None
			else:
				gaps.append(gap)
				margins.append(margin)
			responses.append(response)
		left = len(requests) - len(gaps)
		print(f"{folder.name} {variant}: {len(requests)} requests, {left} of them not compared, levels "
			f"{max(gaps):.1e} apart, tolerance {tolerance}, margin {min(margins):.1e}", flush=True)
		if left > (0 if variant == "fp32" else len(requests) // 4):
			complaints.append(f"{variant}: {left} answers hang by a thread")
		expected[variant] = {"tolerance": tolerance, "responses": responses}
	return expected, complaints


def write(path: Path, expected: dict) -> None:
	"""One response per line."""
	lines = []
	for variant, answer in expected.items():
		rows = ",\n".join(
			"      " + json.dumps(row, ensure_ascii=False) for row in answer["responses"]
		)
		lines.append(f'  "{variant}": {{\n    "tolerance": {json.dumps(answer["tolerance"])},\n'
			f'    "responses": [\n{rows}\n    ]\n  }}')
	path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> int:
	arguments = argparse.ArgumentParser(prog="python -m reference", description=__doc__,
		formatter_class=argparse.RawDescriptionHelpFormatter)
	arguments.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
	arguments.add_argument("--check", action="store_true", help="compare, write nothing")
	options = arguments.parse_args()
	failed = False
	for folder in options.folders:
		folder = folder.resolve()
		expected, complaints = run(folder)
		path = folder / "expected.json"
		if options.check:
			committed = json.loads(path.read_text(encoding="utf-8"))
			for variant, answer in committed.items():
				found = expected.get(variant, {}).get("responses", [])
				gap = difference(answer["responses"], found)
				print(f"{folder.name} {variant}: {gap:.1e} from the committed answers")
				if gap > answer["tolerance"]:
					complaints.append(f"{variant}: {gap:.1e} from the committed answers")
		else:
			write(path, expected)
		for complaint in complaints:
			print(f"{folder.name} {complaint}", file=sys.stderr)
		failed |= bool(complaints)
	return int(failed)


if __name__ == "__main__":
	sys.exit(main())
