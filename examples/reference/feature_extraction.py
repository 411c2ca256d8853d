"""`feature-extraction`: vectors for texts."""

import json
from pathlib import Path

import numpy as np

from .request import check, parse
from .text_classification import Encoder, several

TOLERANCES = {"fp32": 1e-4, "fp16": 5e-3, "int8": 2e-2, "q4": 1e-3, "q4f16": 5e-3}


class Task:
	"""Answers requests with one variant of a folder."""

	def __init__(self, folder: Path, suffix: str, level: str = "all") -> None:
		self.encoder = Encoder(folder, suffix, level)
		self.defaults = json.loads((folder / "tercet.json").read_text())

	def respond(self, request) -> list:
		inputs, parameters = parse(request, (str, list), {
			"pooling": (str, self.defaults.get("pooling", "none")),
			"normalize": (bool, self.defaults.get("normalize", False)),
			"truncate": (bool, True),
		})
		check(parameters["pooling"] in ("none", "mean", "cls"), "unknown `pooling`")

		def answer(text: str) -> list:
			tokens = self.encoder.encode(text, parameters["truncate"])
			vectors = self.encoder.graph(**tokens)["last_hidden_state"][0].astype(np.float64)
			if parameters["pooling"] == "mean":
				vectors = vectors.mean(0, keepdims=True)
			if parameters["pooling"] == "cls":
				vectors = vectors[:1]
			if parameters["normalize"]:
				vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
			rows = [[round(float(value), 6) for value in vector] for vector in vectors]
			return rows if parameters["pooling"] == "none" else rows[0]

		return several(inputs, answer)
