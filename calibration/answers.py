#!/usr/bin/env python3
"""Measures like `tercet-calibrate --save DIR --measure-only`, where that program does not run.

For machines, or emulators of machines, that have Python with numpy, onnxruntime and safetensors. The
folder goes to `tercet-calibrate --with DIR`. CPU only.
"""

import argparse
import hashlib
import itertools
import json
import platform
import sys
from pathlib import Path

import numpy as np
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

LEVELS = {
	"disable": GraphOptimizationLevel.ORT_DISABLE_ALL,
	"basic": GraphOptimizationLevel.ORT_ENABLE_BASIC,
	"extended": GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
	"all": GraphOptimizationLevel.ORT_ENABLE_ALL,
}
THREADS = (1, 2, 4)
BATCHES = (1, 8, None)

Tensors = dict[str, np.ndarray]


def digest(content: bytes) -> str:
	"""BLAKE2b-256 in hexadecimal digits."""
	return hashlib.blake2b(content, digest_size=32).hexdigest()


def session(model: bytes, level: str, threads: int) -> InferenceSession:
	"""A CPU session with the options of the worker's, but for the level."""
	options = SessionOptions()
	options.graph_optimization_level = LEVELS[level]
	options.intra_op_num_threads = threads
	options.inter_op_num_threads = 1
	options.add_session_config_entry("session.intra_op.allow_spinning", "0")
	return InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run(model: InferenceSession, tensors: Tensors, items: int, batch: int) -> Tensors:
	"""All items through the model in batches; the last may be smaller."""
	names = [output.name for output in model.get_outputs()]
	parts = []
	for start in range(0, items, batch):
		part = {name: tensor[start : start + batch] for name, tensor in tensors.items()}
		parts.append(model.run(names, part))
	return {name: np.concatenate(outputs) for name, outputs in zip(names, zip(*parts))}


def measure(name: str, model: bytes, tensors: Tensors, machine: str, folder: Path) -> dict:
	"""One variant under every setting, as an entry of the manifest. Writes its answers."""
	items = len(next(iter(tensors.values())))
	batches = sorted({min(batch or items, items) for batch in BATCHES})
	answers: list[bytes] = []
	runs = []
	for level, threads in itertools.product(LEVELS, THREADS):
		opened = session(model, level, threads)
		for batch in batches:
			answer = save(run(opened, tensors, items, batch))
			if answer not in answers:
				answers.append(answer)
			setting = {"machine": machine, "device": "cpu", "level": level, "threads": threads}
			runs.append({**setting, "batch": batch, "answer": answers.index(answer)})
	for position, answer in enumerate(answers):
		(folder / f"{name}-{position}.safetensors").write_bytes(answer)
	print(f"{name}: {len(runs)} settings, {len(answers)} answers", flush=True)
	return {"name": name, "model": digest(model), "runs": runs}


def main() -> None:
	parser = argparse.ArgumentParser(
		description="Run the variants of a model under 36 settings and keep the answers in a folder "
		"for `tercet-calibrate --with`."
	)
	parser.add_argument("variants", nargs="+", metavar="NAME=ONNX")
	parser.add_argument("--input", type=Path, required=True, metavar="FILE", help="safetensors file")
	parser.add_argument("--save", type=Path, required=True, metavar="DIR", help="folder to write to")
	parser.add_argument(
		"--machine",
		default=platform.machine(),
		metavar="NAME",
		help="name of this machine (default: %(default)s)",
	)
	arguments = parser.parse_args()
	try:
		tensors = load_file(arguments.input)
		arguments.save.mkdir(parents=True, exist_ok=True)
		entries = []
		for variant in arguments.variants:
			name, separator, path = variant.partition("=")
			if not separator:
				parser.error(f"expected NAME=ONNX, not {variant}")
			model = Path(path).read_bytes()
			entries.append(measure(name, model, tensors, arguments.machine, arguments.save))
		manifest = {"input": digest(arguments.input.read_bytes()), "variants": entries}
		(arguments.save / "manifest.json").write_text(json.dumps(manifest, indent=2))
	except (OSError, SafetensorError) as error:
		sys.exit(f"error: {error}")


if __name__ == "__main__":
	main()
