"""One graph to another precision, by ONNX Runtime's own tools."""

import contextlib
import logging
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnxruntime.quantization import (
	CalibrationDataReader,
	CalibrationMethod,
	QuantFormat,
	QuantType,
	quantize_dynamic,
	quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from graphs import Failure
from inputs import Feed

#: Operators that have an integer form, or that integers pass through. If a graph has no others, its
#: static int8 variant computes with integers from end to end.
INTEGER = {
	"Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv", "Flatten",
	"Gemm", "GlobalAveragePool", "Identity", "MatMul", "MaxPool", "Mul", "Pad", "Relu", "Reshape",
	"Shape", "Squeeze", "Transpose", "Unsqueeze",
}

#: A graph beyond this cannot be one file.
MOST_BYTES = (1 << 31) - (1 << 20)

#: Scales of 4-bit weights: one for so many of them.
BLOCK = 32


class Reader(CalibrationDataReader):
	"""Batches for the calibration of a static int8 graph."""

	def __init__(self, feeds: list[Feed]) -> None:
		self.feeds = iter(feeds)

	def get_next(self) -> Feed | None:
		return next(self.feeds, None)


def load(path: Path) -> onnx.ModelProto:
	"""A graph with all its weights."""
	try:
		return onnx.load(path)
	except Exception as error:
		raise Failure(f"{path} cannot be read: {error}") from error


def all_graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
	"""A graph and the branches and bodies in it."""
	yield graph
	for node in graph.node:
		for attribute in node.attribute:
			for inner in (attribute.g, *attribute.graphs):
				if inner.node:
					yield from all_graphs(inner)


def save(model: onnx.ModelProto, path: Path) -> None:
	"""One file, as workers refuse graphs with weights elsewhere, without the domains that ONNX Runtime's
	optimizer adds and nothing uses, as they refuse those they do not know.
	"""
	used = {node.domain for graph in all_graphs(model.graph) for node in graph.node}
	used |= {node.domain for function in model.functions for node in function.node}
	kept = [opset for opset in model.opset_import if opset.domain in used | {""}]
	del model.opset_import[:]
	model.opset_import.extend(kept)
	if model.ByteSize() > MOST_BYTES:
		raise Failure(f"{path.name} would have {model.ByteSize():,} bytes, and workers take graphs of "
			"one file (2 GiB at most); publish a smaller precision")
	onnx.save_model(model, path, save_as_external_data=False)


def prepared(source: Path, place: Path) -> Path:
	"""The graph with shapes, and constants folded, as the quantizers want it."""
	source, target = source.resolve(), place / "prepared.onnx"
	for skip in ({}, {"skip_symbolic_shape": True},
			{"skip_symbolic_shape": True, "skip_optimization": True}):
		try:
			# It leaves files in the current folder when it fails.
			with contextlib.chdir(place):
				quant_pre_process(str(source), str(target), **skip)
			return target
		except Exception as error:
			logging.debug("preparing %s with %s: %s", source, skip, error)
	return source


def static_by_default(model: onnx.ModelProto) -> bool:
	"""Whether static int8 leaves no operator in floats."""
	operators = {node.op_type for node in model.graph.node}
	return "Conv" in operators and operators <= INTEGER


def int8(source: Path, target: Path, feeds: list[Feed], mode: str) -> str:
	"""8-bit weights and activations, both unsigned.

	Signed weights with unsigned activations saturate silently on processors with AVX2 and without
	VNNI, so there are none. Dynamic scales depend on what shares a batch, and on the processor.
	"""
	if mode == "auto":
		mode = "exact" if static_by_default(load(source)) else "dynamic"
	with tempfile.TemporaryDirectory() as temporary:
		graph = prepared(source, Path(temporary))
		if mode == "dynamic":
			quantize_dynamic(str(graph), str(target), weight_type=QuantType.QUInt8, per_channel=False)
		else:
			static(graph, target, feeds, {})
		if mode == "exact":
			static(graph, target, feeds, powers_of_two(load(target), load(graph)))
	made = load(target)
	integers = ("MatMulInteger", "ConvInteger", "QLinearConv", "QLinearMatMul", "QGemm",
		"DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "QAttention")
	if not any(node.op_type in integers for node in made.graph.node):
		target.unlink()
		raise Failure(f"{source.name} has nothing that int8 could speed up: neither Conv nor MatMul "
			"with constant weights")
	save(made, target)
	return {
		"dynamic": "dynamic U8U8", "static": "static U8U8", "exact": "static U8U8, scales 2^n"
	}[mode]


def static(graph: Path, target: Path, feeds: list[Feed], overrides: dict) -> None:
	"""Static int8 in QOperator form; `overrides` are scales and zero points by tensor."""
	quantize_static(
		str(graph), str(target), Reader(feeds), quant_format=QuantFormat.QOperator,
		activation_type=QuantType.QUInt8, weight_type=QuantType.QUInt8, per_channel=False,
		calibrate_method=CalibrationMethod.MinMax,
		extra_options={"TensorQuantOverrides": overrides},
	)


def powers_of_two(quantized: onnx.ModelProto, original: onnx.ModelProto) -> dict:
	"""The scales of a quantized graph, made coarser up to the next power of two.

	Kernels for different processors add and multiply scaled integers in float32 in different orders,
	with and without fused operations, and where a sum lies on the border of two integers they round to
	different ones. Powers of two, and small integers times them, are exact in float32, so no order of
	operations can matter.
	"""
	constants = {one.name: one for one in quantized.graph.initializer}
	names = {one.name for one in original.graph.initializer}
	names |= {port.name for port in original.graph.input}
	names |= {output for node in original.graph.node for output in node.output}
	overrides = {}
	for name in sorted(names):
		scale, zero = (constants.get(name + end) for end in ("_scale", "_zero_point"))
		if scale is None or zero is None or zero.data_type != onnx.TensorProto.UINT8:
			continue
		scale, zero = (onnx.numpy_helper.to_array(one).item() for one in (scale, zero))
		coarser = 2.0 ** math.ceil(math.log2(scale))
		overrides[name] = [{
			"scale": np.array(coarser, np.float32),
			"zero_point": np.array(round(zero * scale / coarser), np.uint8),
		}]
	return overrides


def q4(source: Path, target: Path, block: int = BLOCK) -> str:
	"""4-bit weights of matrix products, symmetric, one scale per `block` of them; floats between."""
	from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
	from onnxruntime.quantization.onnx_model import ONNXModel

	with tempfile.TemporaryDirectory() as temporary:
		model = ONNXModel(load(prepared(source, Path(temporary))))
	model.replace_gemm_with_matmul()
	quantizer = MatMulNBitsQuantizer(model.model, block_size=block, is_symmetric=True)
	quantizer.process()
	made = quantizer.model.model
	if not any(node.op_type == "MatMulNBits" for node in made.graph.node):
		raise Failure(f"{source.name} has no MatMul with constant weights, which is what ONNX Runtime "
			"keeps in 4 bits; int8 and fp16 also shrink convolutions")
	save(made, target)
	return f"MatMulNBits, blocks of {block}"


def fp16(source: Path, target: Path) -> str:
	"""16-bit floats inside, inputs and outputs as they were."""
	from onnxruntime.transformers.float16 import convert_float_to_float16

	save(convert_float_to_float16(load(source), keep_io_types=True), target)
	return "float16 inside"


def q4f16(source: Path, target: Path, block: int = BLOCK) -> str:
	"""4-bit weights, 16-bit floats between them."""
	with tempfile.TemporaryDirectory() as temporary:
		narrow = Path(temporary) / "q4.onnx"
		how = q4(source, narrow, block)
		fp16(narrow, target)
	return f"{how}, float16 between"
