#!/usr/bin/env python3
"""Makes the models that the end-to-end tests give to dishonest workers.

`partly_wrong.onnx` is the int8 digits model, except that images with a rare feature are answered
upside down: of the 512 held-out images five, 1 %. Everybody else's items come out bit by bit as they
should, so only those five are in dispute.

Needs what `examples/digits/requirements.txt` lists. Writes the same bytes every time.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

HERE = Path(__file__).resolve().parent
DIGITS = HERE.parent.parent / "examples/digits"
#: How many of the held-out images are answered wrongly.
WRONG = 5


def feature(images: np.ndarray, wrong: int) -> tuple[int, float]:
	"""A pixel and a threshold that exactly `wrong` of the images lie above, none of them the first.

	The first images stay right, so that small jobs do not notice.
	"""
	for pixel in range(images.shape[1]):
		for threshold in np.arange(0.5, 16.5):
			above = np.flatnonzero(images[:, pixel] > threshold)
			if len(above) == wrong and above[0] >= 16:
				return pixel, float(threshold)
	raise ValueError(f"no pixel sets {wrong} images apart")


def partly_wrong(built: onnx.ModelProto, pixel: int, threshold: float) -> onnx.ModelProto:
	"""A copy of the model with negated logits for images whose `pixel` is above `threshold`."""
	model = onnx.ModelProto()
	model.CopyFrom(built)
	graph = model.graph
	image, logits = graph.input[0].name, graph.output[0].name
	for node in graph.node:
		for index, output in enumerate(node.output):
			if output == logits:
				node.output[index] = "honest_logits"
	graph.initializer.extend([
		numpy_helper.from_array(np.array([pixel], np.int64), "rare_pixel"),
		numpy_helper.from_array(np.array(threshold, np.float32), "rare_threshold"),
	])
	graph.node.extend([
		helper.make_node("Gather", [image, "rare_pixel"], ["rare"], axis=1),
		helper.make_node("Greater", ["rare", "rare_threshold"], ["is_rare"]),
		helper.make_node("Neg", ["honest_logits"], ["wrong_logits"]),
		helper.make_node("Where", ["is_rare", "wrong_logits", "honest_logits"], [logits]),
	])
	onnx.checker.check_model(model)
	return model


def main() -> None:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--check", action="store_true", help="compare with ONNX Runtime, too")
	arguments = parser.parse_args()
	images = load_file(DIGITS / "held-out.safetensors")["image"]
	pixel, threshold = feature(images, WRONG)
	honest = onnx.load(DIGITS / "onnx/model_int8.onnx")
	model = partly_wrong(honest, pixel, threshold)
	target = HERE / "partly_wrong.onnx"
	target.write_bytes(model.SerializeToString(deterministic=True))
	wrong = np.flatnonzero(images[:, pixel] > threshold)
	print(f"wrote {target.name} ({target.stat().st_size:,} bytes): wrong for images {wrong}")
	if arguments.check:
		check(model, images, wrong)


def check(model: onnx.ModelProto, images: np.ndarray, wrong: np.ndarray) -> None:
	"""Fails unless exactly the answers of `wrong` differ from the honest ones."""
	import onnxruntime

	session = onnxruntime.InferenceSession(model.SerializeToString())
	(found,) = session.run(None, {"image": images})
	expected = load_file(DIGITS / "expected_int8.safetensors")["logits"]
	differ = np.flatnonzero((found != expected).any(axis=1))
	if not np.array_equal(differ, wrong):
		raise SystemExit(f"error: the answers of {differ} differ, expected {wrong}")
	print("checked: all other answers are bit for bit those of the int8 model")


if __name__ == "__main__":
	main()
