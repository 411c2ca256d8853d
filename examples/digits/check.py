#!/usr/bin/env python3
"""Runs the committed models under ONNX Runtime: accuracy, and what changes the bits of an answer.

The int8 model must give the committed answers in every setting. The float32 model is run through
the same settings to show how far its answers move.
"""

import argparse
import hashlib
import itertools
import platform
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from graph import integer_logits
from network import Array

LEVELS = {
	"disable": GraphOptimizationLevel.ORT_DISABLE_ALL,
	"basic": GraphOptimizationLevel.ORT_ENABLE_BASIC,
	"extended": GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
	"all": GraphOptimizationLevel.ORT_ENABLE_ALL,
}
THREADS = (1, 2, 4)
BATCHES = (1, 7, 64, 512)
#: The setting that the others of the same model are compared with.
REFERENCE = ("all", 1, 512)
#: Not a number, infinities, out of range (also of int32), negative zero, subnormal, ties of 1/8.
VALUES = (np.nan, -np.nan, np.inf, -np.inf, 1e30, 3e9, 17.3, 100, -5, -0.0, 1e-40, 0.1875, 0.3125)
#: An int8 model that is worse than this was not made by train.py.
FLOOR = 0.97

Setting = tuple[str, int, int]


class ModelError(Exception):
	"""ONNX Runtime refused a model."""


def session(path: Path, level: str, threads: int) -> InferenceSession:
	"""The model in a CPU session. Raises `OSError`, or `ModelError` if it does not load."""
	options = SessionOptions()
	options.graph_optimization_level = LEVELS[level]
	options.intra_op_num_threads = threads
	options.inter_op_num_threads = 1
	content = path.read_bytes()
	try:
		return InferenceSession(content, options, providers=["CPUExecutionProvider"])
	except Exception as error:  # ONNX Runtime's errors have no public base class
		raise ModelError(f"{path}: {error}") from error


def run(model: InferenceSession, image: Array, batch: int) -> Array:
	"""`image` [n, 64] through the model in batches (the last may be smaller) -> logits [n, 10]."""
	parts = (image[start : start + batch] for start in range(0, len(image), batch))
	return np.concatenate([model.run(["logits"], {"image": part})[0] for part in parts])


def sweep(path: Path, image: Array, repeats: int) -> tuple[dict[Setting, Array], bool]:
	"""Logits in every setting, and whether all repeats had equal bits.

	A repeat is a new session that runs everything twice.
	"""
	logits, steady = {}, True
	for level, threads in itertools.product(LEVELS, THREADS):
		for _ in range(repeats):
			model = session(path, level, threads)
			for batch, _ in itertools.product(BATCHES, range(2)):
				answer = run(model, image, batch)
				steady &= same(answer, logits.setdefault((level, threads, batch), answer))
	return logits, steady


def same(a: Array, b: Array) -> bool:
	"""Equal shape, type and bits: unlike `==`, tells 0.0 from -0.0."""
	return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


def distance(a: Array, b: Array) -> str:
	"""`same`, or the largest absolute difference."""
	return "same" if same(a, b) else f"{np.abs(a - b).max():.1e}"


def table(logits: dict[Setting, Array], reference: Array) -> str:
	"""A markdown table of `distance` to the reference, one row per level and thread count."""
	lines = [
		"| level | threads | " + " | ".join(f"batch {batch}" for batch in BATCHES) + " |",
		"|---|---|" + "---|" * len(BATCHES),
	]
	for level, threads in itertools.product(LEVELS, THREADS):
		cells = [distance(logits[level, threads, batch], reference) for batch in BATCHES]
		lines.append(f"| {level} | {threads} | " + " | ".join(cells) + " |")
	return "\n".join(lines)


def digest(logits: Array) -> str:
	"""BLAKE2b-256 of the logits' bytes."""
	return hashlib.blake2b(logits.tobytes(), digest_size=32).hexdigest()


def load(path: Path, name: str) -> Array:
	"""Tensor `name` of a safetensors file. Raises `ValueError` if the file has no such tensor."""
	tensors = load_file(path)
	if name not in tensors:
		raise ValueError(f"{path} has no tensor {name!r}")
	return tensors[name]


def unusual(image: Array) -> Array:
	"""What no scanner produces but a requester may send: float32 [16 * len(VALUES) + 16, 64].

	Sixteen images per value, every third pixel replaced by it, then sixteen faded ones whose
	pixels are no longer integers.
	"""
	few = image[:16]
	faded = few * np.float32(0.37) - np.float32(0.25)
	replaced = []
	for value in VALUES:
		replaced.append(few.copy())
		replaced[-1][:, ::3] = value
	return np.concatenate([*replaced, faded])


def check(folder: Path, repeats: int, save_to: Path | None, against: Path | None) -> list[str]:
	"""Prints everything, returns what is wrong."""
	image = load(folder / "held-out.safetensors", "image")
	label = load(folder / "labels.safetensors", "label")
	expected = load(folder / "expected_int8.safetensors", "logits")
	paths = {"fp32": folder / "onnx/model.onnx", "int8": folder / "onnx/model_int8.onnx"}
	others = {
		name: run(session(folder / f"onnx/model_{name}.onnx", "all", 1), image, len(image))
		for name in ("fp16", "q4", "wrong")
	}
	wrong = others["wrong"]
	problems = []

	print(f"onnxruntime {onnxruntime.__version__}, {platform.machine()}", end=", ")
	print(f"{len(image)} held-out images\n")
	swept = {name: sweep(path, image, repeats) for name, path in paths.items()}
	answers = {name: logits[REFERENCE] for name, (logits, _) in swept.items()}
	guesses = {name: logits.argmax(axis=1) for name, logits in answers.items()}
	once = {name: logits.argmax(axis=1) for name, logits in others.items()}
	for name, guess in (*guesses.items(), *once.items()):
		right = int((guess == label).sum())
		print(f"accuracy {name:5}: {right}/{len(label)} = {right / len(label):.2%}")
	agree = int((guesses["fp32"] == guesses["int8"]).sum())
	print(f"fp32 and int8 name the same digit: {agree}/{len(label)} = {agree / len(label):.2%}")
	for name, logits in (("int8", answers["int8"]), ("fp16", others["fp16"]), ("q4", others["q4"])):
		gap = np.abs(answers["fp32"] - logits)
		print(f"distance of {name} logits from fp32: mean {gap.mean():.2g}, max {gap.max():.2g}")
	if (guesses["int8"] == label).mean() < FLOOR:
		problems.append(f"int8 accuracy is below {FLOOR:.0%}")
	if (wrong == expected).all(axis=1).any():
		problems.append("the wrong model gives a right answer")

	for name, (logits, steady) in swept.items():
		distinct = {digest(answer) for answer in logits.values()}
		print(f"\n{name}: {len(distinct)} distinct answer(s) in {len(logits)} settings", end="; ")
		print(f"repeats {'all equal' if steady else 'DIFFER'}; largest difference, or same bits:\n")
		print(table(logits, answers[name]))

	reference = integer_logits(onnx.load(paths["int8"]), image)
	print(f"\nint8 logits, BLAKE2b-256: {digest(answers['int8'])}")
	print(f"int8 against the committed answers  : {distance(answers['int8'], expected)}")
	print(f"int8 against integer-only arithmetic: {distance(answers['int8'], reference)}")
	if not same(reference, expected):
		problems.append("integer arithmetic does not give the committed answers")
	if not all(same(answer, expected) for answer in swept["int8"][0].values()):
		problems.append("the int8 model's bits differ from the committed answers")
	if not swept["int8"][1]:
		problems.append("the int8 model's bits differ between repeats")

	strange, steady = sweep(paths["int8"], unusual(image), 1)
	distinct = {digest(answer) for answer in strange.values()}
	print(f"int8 on unusual input: {len(distinct)} distinct answer(s) in {len(strange)} settings")
	if len(distinct) > 1 or not steady:
		problems.append("unusual input makes the int8 model's bits depend on the setting")
	answers["int8_unusual"] = strange[REFERENCE]

	for name, answer in answers.items():
		if save_to is not None:
			save_to.mkdir(parents=True, exist_ok=True)
			(save_to / f"{name}.safetensors").write_bytes(save({"logits": answer}))
		if against is not None:
			other = load(against / f"{name}.safetensors", "logits")
			print(f"{name} against {against}: {distance(answer, other)}")
	return problems


def main() -> None:
	parser = argparse.ArgumentParser(
		description="Accuracy of the committed models, and a table of what changes their bits: "
		f"graph optimization levels {', '.join(LEVELS)}; {', '.join(map(str, THREADS))} intra-op "
		f"threads; batches of {', '.join(map(str, BATCHES))}; repeats. Exits with 1 if the int8 "
		"model's bits ever differ from the committed answers or its accuracy is too low. To "
		"compare two processors, run with --save on one and --against on the other (or under "
		"qemu-user).",
	)
	parser.add_argument(
		"--folder",
		type=Path,
		default=Path(__file__).resolve().parent,
		metavar="DIR",
		help="the model folder (default: that of this script)",
	)
	parser.add_argument(
		"--repeats",
		type=int,
		default=2,
		metavar="N",
		help="sessions per setting, two runs each (default: %(default)s)",
	)
	parser.add_argument("--save", type=Path, metavar="DIR", help="write the logits here")
	parser.add_argument(
		"--against", type=Path, metavar="DIR", help="compare with what --save wrote elsewhere"
	)
	arguments = parser.parse_args()
	if arguments.repeats < 1:
		parser.error("--repeats must be at least 1")
	try:
		problems = check(arguments.folder, arguments.repeats, arguments.save, arguments.against)
	except (OSError, SafetensorError, ModelError, ValueError) as error:
		sys.exit(f"error: {error}")
	for problem in problems:
		print(f"error: {problem}", file=sys.stderr)
	sys.exit(1 if problems else 0)


if __name__ == "__main__":
	main()
