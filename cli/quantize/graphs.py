"""The fp32 graphs of a folder in the layout of Hugging Face and transformers.js."""

import json
from pathlib import Path

#: What precisions add to a file name, as transformers.js has it.
SUFFIXES = {"fp16": "_fp16", "int8": "_int8", "q4": "_q4", "q4f16": "_q4f16"}

#: Ends of names that say that a graph is no fp32 one.
TAKEN = (*SUFFIXES.values(), "_quantized", "_uint8", "_bnb4", "_wrong")


class Failure(Exception):
	"""What cannot be done, in words for the one who asked for it."""


def discover(folder: Path) -> list[Path]:
	"""Its fp32 graphs: in the folder, in `onnx/`, or one folder per graph as diffusers has them."""
	if not folder.is_dir():
		raise Failure(f"{folder} is no folder; name one with onnx/model.onnx")
	found = sorted(path for pattern in ("*.onnx", "*/*.onnx") for path in folder.glob(pattern))
	graphs = [path for path in found if not path.stem.endswith(TAKEN)]
	if not graphs:
		raise Failure(f"{folder} has no fp32 graph; export one to onnx/model.onnx first, for instance "
			"with `optimum-cli export onnx`")
	return graphs


def variant(graph: Path, precision: str) -> Path:
	"""Where a graph's variant is."""
	return graph.with_name(graph.stem + SUFFIXES[precision] + graph.suffix)


def config(folder: Path, graph: Path) -> dict:
	"""What is said about a graph: `config.json` beside it, or else the folder's."""
	for place in (graph.parent, folder):
		path = place / "config.json"
		if path.is_file():
			try:
				return json.loads(path.read_text(encoding="utf-8"))
			except ValueError as error:
				raise Failure(f"{path} is no JSON: {error}") from error
	return {}
