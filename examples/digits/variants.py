#!/usr/bin/env python3
"""Makes the fp16 and the q4 variant from the committed fp32 model.

Both keep its interface, float32 in and out, and use the standard ONNX domain only.

fp16: weights and all arithmetic between two casts are float16.

q4: weights are 4-bit integers, symmetric, with one float32 scale per output channel that takes the
channel's largest weight to 7; `DequantizeLinear` restores them before each convolution. Activations
and biases stay float32. 4-bit tensors need opset 21.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

#: The first opset with 4-bit integers, and the file format that came with it.
Q4_OPSET = 21
Q4_IR_VERSION = 10
#: Largest step of a symmetric 4-bit weight.
Q4_MAX = 7


def half(source: onnx.ModelProto) -> onnx.ModelProto:
	"""A copy of the float32 model that computes in float16.

	Raises `ValueError` when the model has more than one input or output.
	"""
	built = onnx.ModelProto()
	built.CopyFrom(source)
	graph = built.graph
	if len(graph.input) != 1 or len(graph.output) != 1:
		raise ValueError("expected a model of one input and one output")
	source_name, target_name = graph.input[0].name, graph.output[0].name
	graph.name = "digits_fp16"
	for constant in graph.initializer:
		if constant.data_type == TensorProto.FLOAT:
			narrow = numpy_helper.to_array(constant).astype(np.float16)
			constant.CopyFrom(numpy_helper.from_array(narrow, constant.name))
	for node in graph.node:
		for names in (node.input, node.output):
			for index, name in enumerate(names):
				if name in (source_name, target_name):
					names[index] = f"{name}.half"
	narrow = helper.make_node(
		"Cast", [source_name], [f"{source_name}.half"], "narrow", to=TensorProto.FLOAT16
	)
	widen = helper.make_node(
		"Cast", [f"{target_name}.half"], [target_name], "widen", to=TensorProto.FLOAT
	)
	nodes = [narrow, *graph.node, widen]
	del graph.node[:]
	graph.node.extend(nodes)
	onnx.checker.check_model(built, full_check=True)
	return built


def four_bit(source: onnx.ModelProto) -> onnx.ModelProto:
	"""A copy of the float32 model whose convolution weights are 4-bit integers.

	Raises `ValueError` when the model has no `Conv`.
	"""
	built = onnx.ModelProto()
	built.CopyFrom(source)
	built.ir_version = Q4_IR_VERSION
	built.opset_import[0].version = Q4_OPSET
	graph = built.graph
	graph.name = "digits_q4"
	weights = {node.input[1] for node in graph.node if node.op_type == "Conv"}
	if not weights:
		raise ValueError("the model has no Conv; expected the fp32 variant")
	nodes, constants = [], []
	for constant in graph.initializer:
		if constant.name not in weights:
			constants.append(constant)
			continue
		weight = numpy_helper.to_array(constant)
		extreme = np.abs(weight).reshape(len(weight), -1).max(axis=1)
		scale = np.where(extreme > 0, extreme / Q4_MAX, 1).astype(np.float32)
		steps = np.rint(weight / scale[:, None, None, None]).clip(-Q4_MAX, Q4_MAX)
		steps = steps.astype(np.int8).ravel().tolist()
		name = constant.name
		constants.append(
			helper.make_tensor(f"{name}.q4", TensorProto.INT4, weight.shape, steps)
		)
		constants.append(numpy_helper.from_array(scale, f"{name}.scale"))
		inputs = [f"{name}.q4", f"{name}.scale"]
		nodes.append(helper.make_node("DequantizeLinear", inputs, [name], f"{name}.dequantize", axis=0))
	nodes.extend(graph.node)
	del graph.node[:], graph.initializer[:]
	graph.node.extend(nodes)
	graph.initializer.extend(constants)
	onnx.checker.check_model(built, full_check=True)
	return built


def main() -> None:
	here = Path(__file__).resolve().parent
	parser = argparse.ArgumentParser(
		description="Write the fp16 and the q4 variant of the fp32 model, as model_fp16.onnx and "
		"model_q4.onnx. The same fp32 model gives the same bytes."
	)
	parser.add_argument(
		"source",
		nargs="?",
		type=Path,
		default=here / "onnx/model.onnx",
		help="fp32 model (default: onnx/model.onnx)",
	)
	parser.add_argument(
		"--out",
		type=Path,
		metavar="DIR",
		help="folder to write to (default: that of the fp32 model)",
	)
	arguments = parser.parse_args()
	out = arguments.out or arguments.source.parent
	try:
		source = onnx.load(arguments.source)
		for name, build in (("fp16", half), ("q4", four_bit)):
			content = build(source).SerializeToString(deterministic=True)
			path = out / f"model_{name}.onnx"
			path.write_bytes(content)
			print(f"wrote {path} ({len(content):,} bytes)")
	except (OSError, ValueError) as error:
		sys.exit(f"error: {error}")
	except Exception as error:  # protobuf's DecodeError has no public base class
		reason = str(error).splitlines()[0]
		sys.exit(f"error: {arguments.source} is not an ONNX model: {reason}")


if __name__ == "__main__":
	main()
