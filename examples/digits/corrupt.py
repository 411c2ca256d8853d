#!/usr/bin/env python3
"""Makes a model that answers wrongly, for tests of how the network treats such a worker.

The last layer's output channels are rotated by one, so every digit is answered as the next: a
well-formed model of the same size, interface and confidence, whose answers are wrong throughout.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper


def corrupt(built: onnx.ModelProto) -> onnx.ModelProto:
	"""A copy of the int8 model with weights, scales and biases of its last layer rotated by one.

	Raises `ValueError` when the model has no `QLinearConv`.
	"""
	wrong = onnx.ModelProto()
	wrong.CopyFrom(built)
	layers = [node for node in wrong.graph.node if node.op_type == "QLinearConv"]
	if not layers:
		raise ValueError("the model has no QLinearConv; expected the int8 variant")
	# Operands of QLinearConv: 3 is the weight, 4 its scale, 8 the bias; all lead with the channel.
	names = {layers[-1].input[index] for index in (3, 4, 8)}
	for constant in wrong.graph.initializer:
		if constant.name in names:
			rotated = np.roll(numpy_helper.to_array(constant), 1, axis=0)
			constant.CopyFrom(numpy_helper.from_array(rotated, constant.name))
	return wrong


def main() -> None:
	here = Path(__file__).resolve().parent
	parser = argparse.ArgumentParser(
		description="Write a model that takes the same input as the int8 one and answers every "
		"digit as the next one (9 as 0).",
	)
	parser.add_argument(
		"source",
		nargs="?",
		type=Path,
		default=here / "onnx/model_int8.onnx",
		help="int8 model to corrupt (default: onnx/model_int8.onnx)",
	)
	parser.add_argument(
		"target",
		nargs="?",
		type=Path,
		default=here / "onnx/model_wrong.onnx",
		help="file to write (default: onnx/model_wrong.onnx)",
	)
	arguments = parser.parse_args()
	try:
		wrong = corrupt(onnx.load(arguments.source))
		arguments.target.write_bytes(wrong.SerializeToString(deterministic=True))
	except (OSError, ValueError) as error:
		sys.exit(f"error: {error}")
	except Exception as error:  # protobuf's DecodeError has no public base class
		reason = str(error).splitlines()[0]
		sys.exit(f"error: {arguments.source} is not an ONNX model: {reason}")
	print(f"wrote {arguments.target} ({arguments.target.stat().st_size:,} bytes)")


if __name__ == "__main__":
	main()
