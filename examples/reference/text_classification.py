"""`text-classification` and, with other ends, `feature-extraction`: texts through one graph."""

import json
from pathlib import Path

import numpy as np
from transformers import AutoTokenizer

from . import labels
from .graph import Graph
from .request import RequestError, check, parse

TOLERANCES = {"fp32": 1e-4, "fp16": 5e-3, "int8": 2e-2, "q4": 1e-3, "q4f16": 5e-3}


class Encoder:
	"""Tokenizer and graph."""

	def __init__(self, folder: Path, suffix: str, level: str) -> None:
		self.tokenizer = AutoTokenizer.from_pretrained(folder)
		self.graph = Graph(folder / "onnx" / f"model{suffix}.onnx", level)

	def encode(self, text: str, truncate: bool = True) -> dict[str, np.ndarray]:
		"""The tokens of one text, as a batch of one."""
		tokens = self.tokenizer(text, return_tensors="np", truncation=truncate)
		limit = self.tokenizer.model_max_length
		check(tokens["input_ids"].shape[1] <= limit, f"more than {limit} tokens")
		return {name: value.astype(np.int64) for name, value in tokens.items()}


def several(inputs: str | list, answer) -> list:
	"""The answer to a text, or the answers to an array of texts."""
	if isinstance(inputs, str):
		return answer(inputs)
	check(bool(inputs), "no texts")
	if not all(isinstance(text, str) for text in inputs):
		raise RequestError("`inputs` is a text or an array of texts")
	return [answer(text) for text in inputs]


class Task:
	"""Answers requests with one variant of a folder."""

	def __init__(self, folder: Path, suffix: str, level: str = "all") -> None:
		self.encoder = Encoder(folder, suffix, level)
		config = json.loads((folder / "config.json").read_text())
		self.names = {int(label): name for label, name in config["id2label"].items()}

	def respond(self, request) -> list:
		inputs, parameters = parse(request, (str, list), labels.PARAMETERS)

		def answer(text: str) -> list[dict]:
			logits = self.encoder.graph(**self.encoder.encode(text))["logits"][0]
			return labels.scores(logits, self.names, parameters)

		return several(inputs, answer)
