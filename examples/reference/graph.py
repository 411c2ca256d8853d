"""ONNX graphs of one variant of a folder."""

from pathlib import Path

import numpy as np
import onnxruntime as ort

#: Suffixes of file names, as transformers.js has them.
SUFFIXES = {
	"fp32": "", "fp16": "_fp16", "int8": "_int8", "q4": "_q4", "q4f16": "_q4f16"
}

#: Graph optimization levels that every answer is computed at.
LEVELS = {
	"all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
	"basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
}


class Graph:
	"""One graph on the CPU, one thread."""

	def __init__(self, path: Path, level: str = "all") -> None:
		options = ort.SessionOptions()
		options.graph_optimization_level = LEVELS[level]
		options.intra_op_num_threads = 1
		options.log_severity_level = 3
		self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
		self.inputs = {port.name: port for port in self.session.get_inputs()}
		self.outputs = [port.name for port in self.session.get_outputs()]

	def __call__(self, **inputs: np.ndarray) -> dict[str, np.ndarray]:
		"""All outputs. Inputs that the graph does not have are left out, floats get its type."""
		feeds = {}
		for name, value in inputs.items():
			if name in self.inputs:
				half = self.inputs[name].type == "tensor(float16)"
				feeds[name] = value.astype(np.float16) if half else value
		return dict(zip(self.outputs, self.session.run(None, feeds)))


def softmax(logits: np.ndarray) -> np.ndarray:
	"""Probabilities in float64."""
	powers = np.exp(np.asarray(logits, np.float64) - np.max(logits))
	return powers / powers.sum()
