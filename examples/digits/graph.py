"""The trained network as ONNX: a float32 graph, and a static int8 graph.

Both take `image` float32 [batch, 64], pixels 0..=16 row by row, and give `logits` float32
[batch, 10], one per digit. Both use the standard ONNX domain only.

The int8 graph is QOperator form with unsigned activations and unsigned weights (U8U8), so
everything between its first node and its last is integer arithmetic, with one exception:
`QLinearConv` turns each int32 sum into a uint8 by a float32 multiplication and a rounding.

	y = round(sum * multiplier) + zero_point
	multiplier = input_scale * weight_scale / output_scale

The order in which a kernel multiplies those scales, and what it does with ties, is what could still
differ between two machines. So `quantise` chooses every weight scale such that the multiplier is
1 / divisor with an odd divisor. Then sum / divisor is never closer to a tie than 1 / (2 * divisor),
which is far more than float32 can lose on the way (`ROUNDING_ERROR`), and every kernel that is
right to a few units in the last place rounds to the same integer. `integer_logits` computes the
answer without any floating point; `check.py` compares ONNX Runtime with it, bit for bit.
"""

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from network import LAYERS, Array, Params, Shape, forward, patches

OPSET = 17
IR_VERSION = 8

#: The brightest pixel; the network trains on `image / PIXEL_MAX`.
PIXEL_MAX = 16

#: Scale of the quantised image: pixels are integers, and k / (1/8) is exact for each of them.
PIXEL_SCALE = 1 / 8

#: Weights are symmetric around 128. One zero point for all channels is what ONNX Runtime asks for.
WEIGHT_ZERO_POINT = 128
WEIGHT_MAX = 127

#: Bound on |computed - exact| of sum * multiplier wherever it rounds into 0..=255 (zero points
#: included: the product stays within +-255.5). Converting the sum, reading three float32 scales,
#: multiplying, dividing and multiplying again are 8 roundings of relative error 2**-24 each.
ROUNDING_ERROR = 256 * 8 * 2.0**-24


class QuantisationError(Exception):
	"""The network cannot be quantised with the guarantees of this module."""


@dataclass
class Quantised:
	"""One integer layer.

	`weight` uint8 [outputs, inputs, kernel, kernel] around 128; `weight_scale` float32 [outputs];
	`bias` int32 [outputs] in units of input scale * weight scale; `divisor` int64 [outputs], odd;
	`scale` float32 and `zero_point` uint8 of what the layer writes.
	"""

	weight: Array
	weight_scale: Array
	bias: Array
	divisor: Array
	scale: np.float32
	zero_point: int


def quantise(params: list[Params], image: Array) -> list[Quantised]:
	"""Static quantisation, calibrated on the extremes that `image` [n, 1, 8, 8] in 0..=1 produces.

	Activation scales are per tensor, weight scales per output channel.
	"""
	layers = []
	input_scale = np.float32(PIXEL_SCALE)
	_, written = forward(params, image)
	for index, (p, out) in enumerate(zip(params, written)):
		# The image reaches the integer graph unscaled, so the first weights absorb the division.
		weight = p.weight / PIXEL_MAX if index == 0 else p.weight
		low, high = min(0.0, float(out.min())), max(0.0, float(out.max()))
		scale = np.float32((high - low) / 255)
		zero_point = round(-low / float(scale))

		# The largest odd divisor whose scale still reaches the channel's largest weight.
		extreme = np.abs(weight).max(axis=(1, 2, 3)).astype(np.float64)
		divisor = WEIGHT_MAX * float(scale) / (float(input_scale) * extreme)
		divisor = ((divisor.astype(np.int64) + 1) // 2) * 2 - 1
		if divisor.min() < 1:
			raise QuantisationError(f"layer {index}: a channel's weights exceed its output's range")
		if 1 / (2 * divisor.max()) < 2 * ROUNDING_ERROR:
			raise QuantisationError(
				f"layer {index}: divisor {divisor.max()} comes closer to a tie than twice the "
				f"rounding error of {ROUNDING_ERROR:.1e}"
			)
		weight_scale = (float(scale) / (float(input_scale) * divisor)).astype(np.float32)
		steps = np.rint(weight / weight_scale[:, None, None, None]).astype(np.int64)
		layers.append(
			Quantised(
				weight=(steps.clip(-WEIGHT_MAX, WEIGHT_MAX) + WEIGHT_ZERO_POINT).astype(np.uint8),
				weight_scale=weight_scale,
				bias=np.rint(p.bias / (float(input_scale) * weight_scale)).astype(np.int32),
				divisor=divisor,
				scale=scale,
				zero_point=zero_point,
			)
		)
		input_scale = scale
	return layers


def float_model(params: list[Params]) -> onnx.ModelProto:
	"""The float32 graph: `Reshape`, four `Conv` with `Relu` between, `Flatten`."""
	nodes, constants = [], [numpy_helper.from_array(np.array([0, 1, 8, 8], np.int64), "shape")]
	nodes.append(helper.make_node("Reshape", ["image", "shape"], ["pixels"], "reshape"))
	x = "pixels"
	for index, (layer, p) in enumerate(zip(LAYERS, params), 1):
		weight = p.weight / np.float32(PIXEL_MAX) if index == 1 else p.weight
		constants.append(numpy_helper.from_array(weight, f"conv{index}.weight"))
		constants.append(numpy_helper.from_array(p.bias, f"conv{index}.bias"))
		inputs = [x, f"conv{index}.weight", f"conv{index}.bias"]
		x = f"conv{index}"
		nodes.append(helper.make_node("Conv", inputs, [x], x, **attributes(layer)))
		if layer.relu:
			nodes.append(helper.make_node("Relu", [x], [f"relu{index}"], f"relu{index}"))
			x = f"relu{index}"
	nodes.append(helper.make_node("Flatten", [x], ["logits"], "flatten", axis=1))
	return model("digits", nodes, constants)


def integer_model(layers: list[Quantised]) -> onnx.ModelProto:
	"""The int8 graph: `QuantizeLinear`, `Reshape`, four `QLinearConv`, `Flatten`,
	`DequantizeLinear`. The ReLUs are the saturation at zero point 0."""
	scale, zero_point = "image.scale", "image.zero_point"
	constants = [
		numpy_helper.from_array(np.float32(PIXEL_SCALE), scale),
		numpy_helper.from_array(np.uint8(0), zero_point),
		numpy_helper.from_array(np.array([0, 1, 8, 8], np.int64), "shape"),
		numpy_helper.from_array(np.uint8(WEIGHT_ZERO_POINT), "weight.zero_point"),
	]
	nodes = [
		helper.make_node("QuantizeLinear", ["image", scale, zero_point], ["levels"], "quantize"),
		helper.make_node("Reshape", ["levels", "shape"], ["pixels"], "reshape"),
	]
	x = "pixels"
	for index, (layer, q) in enumerate(zip(LAYERS, layers), 1):
		name = f"conv{index}"
		constants += [
			numpy_helper.from_array(q.weight, f"{name}.weight"),
			numpy_helper.from_array(q.weight_scale, f"{name}.weight_scale"),
			numpy_helper.from_array(q.bias, f"{name}.bias"),
			numpy_helper.from_array(q.scale, f"{name}.scale"),
			numpy_helper.from_array(np.uint8(q.zero_point), f"{name}.zero_point"),
		]
		inputs = [x, scale, zero_point]
		inputs += [f"{name}.weight", f"{name}.weight_scale", "weight.zero_point"]
		scale, zero_point = f"{name}.scale", f"{name}.zero_point"
		inputs += [scale, zero_point, f"{name}.bias"]
		nodes.append(helper.make_node("QLinearConv", inputs, [name], name, **attributes(layer)))
		x = name
	nodes.append(helper.make_node("Flatten", [x], ["quantised"], "flatten", axis=1))
	inputs = ["quantised", scale, zero_point]
	nodes.append(helper.make_node("DequantizeLinear", inputs, ["logits"], "dequantize"))
	return model("digits_int8", nodes, constants)


def attributes(layer: Shape) -> dict[str, list[int]]:
	"""A layer's geometry as ONNX convolution attributes."""
	return {
		"kernel_shape": [layer.kernel] * 2,
		"strides": [layer.stride] * 2,
		"pads": [layer.pad] * 4,
	}


def model(name: str, nodes: list, constants: list) -> onnx.ModelProto:
	"""Wraps the nodes into a checked model with the interface that both graphs share."""
	graph = helper.make_graph(
		nodes,
		name,
		[helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 64])],
		[helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 10])],
		constants,
	)
	built = helper.make_model(
		graph,
		opset_imports=[helper.make_opsetid("", OPSET)],
		ir_version=IR_VERSION,
		producer_name="tercet-examples-digits",
	)
	onnx.checker.check_model(built, full_check=True)
	return built


def integer_logits(built: onnx.ModelProto, image: Array) -> Array:
	"""Runs an `integer_model` in integer arithmetic, from the file's own tensors.

	`image` is float32 [n, 64] with integer values in 0..=16; the result is `logits` float32
	[n, 10]. Floating point serves only to recover the odd divisors from the scales, and in the
	last, elementwise multiplication of the logits.

	Raises `ValueError` for fractional pixels, and for a model that `quantise` did not make.
	"""
	constant = {c.name: numpy_helper.to_array(c) for c in built.graph.initializer}
	levels = image.astype(np.int64) * int(1 / PIXEL_SCALE)
	if not np.array_equal(levels, image / PIXEL_SCALE):
		raise ValueError("the integer reference takes integer pixels only")
	x, scale, zero_point = levels.reshape(-1, 1, 8, 8), constant["image.scale"], 0
	for index, layer in enumerate(LAYERS, 1):
		name = f"conv{index}"
		if zero_point != 0:
			raise ValueError(f"{name} reads a zero point of {zero_point}; padding assumes 0")
		ratio = float(constant[f"{name}.scale"]) / (
			float(scale) * constant[f"{name}.weight_scale"].astype(np.float64)
		)
		divisor = np.rint(ratio).astype(np.int64)
		if (divisor % 2 == 0).any() or np.abs(ratio / divisor - 1).max() > 4 * 2.0**-24:
			raise ValueError(f"{name}: its multipliers are not one over an odd integer")
		scale, zero_point = constant[f"{name}.scale"], int(constant[f"{name}.zero_point"])
		weight = constant[f"{name}.weight"].astype(np.int64) - WEIGHT_ZERO_POINT
		total = patches(x, layer) @ weight.reshape(layer.outputs, -1).T + constant[f"{name}.bias"]
		# round(total / divisor), which never ties because the divisor is odd.
		rounded = (2 * total + divisor) // (2 * divisor)
		x = (rounded + zero_point).clip(0, 255).transpose(0, 3, 1, 2)
	return (x[:, :, 0, 0] - zero_point).astype(np.float32) * scale
