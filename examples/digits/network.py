"""A small convolutional network in plain numpy: forward, backward, Adam.

Four convolutions and nothing else. The last two see their whole input at once, which makes them
fully connected layers; written as convolutions they export to `QLinearConv`, the one standard
ONNX integer operator that takes a bias.

Arrays are float32. Images are `[n, channels, height, width]`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Array = np.ndarray


@dataclass(frozen=True)
class Shape:
	"""Geometry of one convolution, in pixels. `relu` says whether a ReLU follows."""

	inputs: int
	outputs: int
	kernel: int
	stride: int
	pad: int
	relu: bool


#: 8x8 pixels -> 16 maps of 8x8 -> 32 maps of 4x4 -> 32 features -> 10 logits; 21,546 parameters.
LAYERS = (
	Shape(inputs=1, outputs=16, kernel=3, stride=1, pad=1, relu=True),
	Shape(inputs=16, outputs=32, kernel=3, stride=2, pad=1, relu=True),
	Shape(inputs=32, outputs=32, kernel=4, stride=1, pad=0, relu=True),
	Shape(inputs=32, outputs=10, kernel=1, stride=1, pad=0, relu=False),
)


@dataclass
class Params:
	"""One layer: `weight` [outputs, inputs, kernel, kernel], `bias` [outputs]."""

	weight: Array
	bias: Array


def initialise(rng: np.random.Generator) -> list[Params]:
	"""He initialisation: normal weights of variance 2 / fan-in, zero biases."""
	params = []
	for layer in LAYERS:
		size = (layer.outputs, layer.inputs, layer.kernel, layer.kernel)
		deviation = np.float32(np.sqrt(2 / (layer.inputs * layer.kernel**2)))
		weight = rng.standard_normal(size, dtype=np.float32) * deviation
		params.append(Params(weight, np.zeros(layer.outputs, np.float32)))
	return params


def patches(x: Array, layer: Shape) -> Array:
	"""What each output pixel sees: [n, inputs, h, w] -> [n, out_h, out_w, inputs * kernel**2].

	Keeps the dtype of `x`, so it serves integer arithmetic too. The padding is zero.
	"""
	pad = ((0, 0), (0, 0), (layer.pad, layer.pad), (layer.pad, layer.pad))
	windows = sliding_window_view(np.pad(x, pad), (layer.kernel, layer.kernel), axis=(2, 3))
	windows = windows[:, :, :: layer.stride, :: layer.stride].transpose(0, 2, 3, 1, 4, 5)
	return np.ascontiguousarray(windows).reshape(*windows.shape[:3], -1)


def forward(params: list[Params], image: Array) -> tuple[list[Array], list[Array]]:
	"""Runs the network on `image` [n, 1, 8, 8], pixels in 0..=1.

	Returns the patches that every layer read and the maps that it wrote; the last maps are the
	logits, [n, 10, 1, 1].
	"""
	read, written = [], []
	x = image
	for layer, p in zip(LAYERS, params):
		columns = patches(x, layer)
		y = columns @ p.weight.reshape(layer.outputs, -1).T + p.bias
		x = np.maximum(y, 0).transpose(0, 3, 1, 2) if layer.relu else y.transpose(0, 3, 1, 2)
		read.append(columns)
		written.append(x)
	return read, written


def backward(
	params: list[Params], image: Array, read: list[Array], written: list[Array], slope: Array
) -> list[Params]:
	"""Gradients of every layer, given the loss's `slope` [n, 10, 1, 1] at the logits."""
	gradients = []
	for index in reversed(range(len(LAYERS))):
		layer, p = LAYERS[index], params[index]
		if layer.relu:
			slope = slope * (written[index] > 0)
		rows = slope.transpose(0, 2, 3, 1).reshape(-1, layer.outputs)
		columns = read[index].reshape(rows.shape[0], -1)
		gradients.append(Params((rows.T @ columns).reshape(p.weight.shape), rows.sum(axis=0)))
		if index > 0:
			back = (rows @ p.weight.reshape(layer.outputs, -1)).reshape(
				*read[index].shape[:3], layer.inputs, layer.kernel, layer.kernel
			)
			slope = scatter(back, layer, written[index - 1].shape)
	return gradients[::-1]


def scatter(back: Array, layer: Shape, shape: tuple[int, ...]) -> Array:
	"""The adjoint of `patches`: [n, out_h, out_w, inputs, kernel, kernel] -> `shape`."""
	n, channels, height, width = shape
	padded = np.zeros((n, channels, height + 2 * layer.pad, width + 2 * layer.pad), np.float32)
	out_h, out_w = back.shape[1:3]
	for i in range(layer.kernel):
		for j in range(layer.kernel):
			rows = slice(i, i + layer.stride * out_h, layer.stride)
			columns = slice(j, j + layer.stride * out_w, layer.stride)
			padded[:, :, rows, columns] += back[..., i, j].transpose(0, 3, 1, 2)
	return padded[:, :, layer.pad : layer.pad + height, layer.pad : layer.pad + width]


def distort(image: Array, rng: np.random.Generator) -> Array:
	"""Rotates, scales and shifts every image a little, with bilinear sampling.

	`image` is [n, 1, 8, 8]; so is the result. Outside the image is black. The ranges (15 degrees,
	15 %, 0.8 pixel) move a stroke by about its own width.
	"""
	n, _, height, width = image.shape
	angle, scale, shift_y, shift_x = (
		rng.uniform(-1, 1, (4, n)) * np.array([[np.pi / 12], [0.15], [0.8], [0.8]])
	)
	cos, sin = np.cos(angle) * (1 + scale), np.sin(angle) * (1 + scale)
	v, u = np.mgrid[:height, :width].reshape(2, 1, -1).astype(float)
	v, u = v - (height - 1) / 2, u - (width - 1) / 2
	y = cos[:, None] * v - sin[:, None] * u + shift_y[:, None] + (height - 1) / 2
	x = sin[:, None] * v + cos[:, None] * u + shift_x[:, None] + (width - 1) / 2
	# One black pixel on every side, so that clipped coordinates read black.
	framed = np.pad(image[:, 0], ((0, 0), (1, 1), (1, 1)))
	y, x = np.clip(y + 1, 0, height + 0.999), np.clip(x + 1, 0, width + 0.999)
	top, left = y.astype(int), x.astype(int)
	down, right = y - top, x - left
	which = np.arange(n)[:, None]
	sampled = (
		framed[which, top, left] * (1 - down) * (1 - right)
		+ framed[which, top, left + 1] * (1 - down) * right
		+ framed[which, top + 1, left] * down * (1 - right)
		+ framed[which, top + 1, left + 1] * down * right
	)
	return sampled.astype(np.float32).reshape(n, 1, height, width)


def train(
	image: Array,
	label: Array,
	seed: int,
	epochs: int,
	report: Callable[[int, float], None] | None = None,
) -> list[Params]:
	"""Fits the network: cross-entropy, Adam with a cosine schedule, distorted images.

	`image` is [n, 1, 8, 8] float32 with pixels in 0..=1, `label` [n] in 0..=9. The same arguments
	give the same bits on the same machine with the same BLAS and one BLAS thread. `report`, when
	given, is called with (epoch, mean loss).
	"""
	batch, peak_rate, decay, smoothing = 64, 3e-3, 1e-4, 0.05
	beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	rng = np.random.default_rng(seed)
	params = initialise(rng)
	first = [Params(np.zeros_like(p.weight), np.zeros_like(p.bias)) for p in params]
	second = [Params(np.zeros_like(p.weight), np.zeros_like(p.bias)) for p in params]
	target = np.full((len(label), 10), smoothing / 10, np.float32)
	target[np.arange(len(label)), label] += 1 - smoothing
	steps = epochs * -(-len(label) // batch)
	step = 0
	for epoch in range(epochs):
		order = rng.permutation(len(label))
		losses = []
		for start in range(0, len(order), batch):
			chosen = order[start : start + batch]
			x = distort(image[chosen], rng)
			read, written = forward(params, x)
			logits = written[-1][:, :, 0, 0]
			shifted = logits - logits.max(axis=1, keepdims=True)
			log_softmax = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
			losses.append(-(target[chosen] * log_softmax).sum(axis=1).mean())
			slope = (np.exp(log_softmax) - target[chosen]) / np.float32(len(chosen))
			gradients = backward(params, x, read, written, slope[:, :, None, None])

			rate = peak_rate * 0.5 * (1 + np.cos(np.pi * step / steps))
			step += 1
			for p, g, m, v in zip(params, gradients, first, second):
				for name in ("weight", "bias"):
					value, gradient = getattr(p, name), getattr(g, name)
					mean, square = getattr(m, name), getattr(v, name)
					mean += np.float32(1 - beta1) * (gradient - mean)
					square += np.float32(1 - beta2) * (gradient**2 - square)
					step_size = np.float32(rate * np.sqrt(1 - beta2**step) / (1 - beta1**step))
					if name == "weight":
						value -= np.float32(rate * decay) * value
					value -= step_size * mean / (np.sqrt(square) + np.float32(epsilon))
		if report is not None:
			report(epoch + 1, float(np.mean(losses)))
	return params
