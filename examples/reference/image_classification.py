"""`image-classification`: labels for images."""

import base64
import binascii
import io
import json
from pathlib import Path

from PIL import Image
from transformers import AutoImageProcessor

from . import labels
from .graph import Graph
from .request import RequestError, parse

TOLERANCES = {"fp32": 1e-3, "fp16": 1e-2, "int8": 1e-3, "q4": 1e-2, "q4f16": 1e-2}


class Task:
	"""Answers requests with one variant of a folder."""

	def __init__(self, folder: Path, suffix: str, level: str = "all") -> None:
		self.processor = AutoImageProcessor.from_pretrained(folder, use_fast=False)
		self.graph = Graph(folder / "onnx" / f"model{suffix}.onnx", level)
		config = json.loads((folder / "config.json").read_text())
		self.names = {int(label): name for label, name in config["id2label"].items()}

	def respond(self, request) -> list[dict]:
		inputs, parameters = parse(request, str, labels.PARAMETERS)
		try:
			image = Image.open(io.BytesIO(base64.b64decode(inputs, validate=True))).convert("RGB")
		except (binascii.Error, OSError) as error:
			raise RequestError("`inputs` is not base64 of a whole image") from error
		pixels = self.processor(image, return_tensors="np", input_data_format="channels_last")
		pixels = pixels["pixel_values"]
		logits = self.graph(pixel_values=pixels)["logits"][0]
		return labels.scores(logits, self.names, parameters)
