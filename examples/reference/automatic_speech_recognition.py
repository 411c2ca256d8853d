"""`automatic-speech-recognition`: texts for speech, by CTC."""

import base64
import binascii
import io
import json
import wave
from pathlib import Path

import numpy as np
from transformers import AutoFeatureExtractor, Wav2Vec2CTCTokenizer

from .graph import Graph
from .request import RequestError, check, parse

TOLERANCES = {"fp32": 0, "fp16": 0, "int8": 0, "q4": 0, "q4f16": 0}

#: How far the logit of every token taken has to be from the next.
MARGINS = {"fp32": 1e-3, "fp16": 2e-3, "int8": 2e-3, "q4": 2e-3, "q4f16": 2e-3}


class Task:
	"""Answers requests with one variant of a folder."""

	def __init__(self, folder: Path, suffix: str, level: str = "all") -> None:
		self.extractor = AutoFeatureExtractor.from_pretrained(folder)
		self.tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(folder)
		self.graph = Graph(folder / "onnx" / f"model{suffix}.onnx", level)
		config = json.loads((folder / "config.json").read_text())
		#: Samples that one frame needs.
		self.least = 1
		for kernel, stride in zip(config["conv_kernel"][::-1], config["conv_stride"][::-1]):
			self.least = (self.least - 1) * stride + kernel
		self.margin = np.inf

	def respond(self, request) -> dict:
		inputs, _ = parse(request, str, {})
		samples = self.samples(inputs)
		check(len(samples) >= self.least, f"{len(samples)} samples; {self.least} are needed")
		values = self.extractor(samples, sampling_rate=self.extractor.sampling_rate, return_tensors="np")
		logits = self.graph(
			input_values=values["input_values"],
			attention_mask=np.ones((1, len(samples)), np.int64),
		)["logits"][0]
		best = np.sort(logits, -1)
		self.margin = min(self.margin, float((best[:, -1] - best[:, -2]).min()))
		return {"text": self.tokenizer.decode(logits.argmax(-1))}

	def samples(self, inputs: str) -> np.ndarray:
		"""The mono samples of a WAV file of 16-bit integers, in [-1, 1); channels are averaged."""
		try:
			with wave.open(io.BytesIO(base64.b64decode(inputs, validate=True))) as file:
				rate, channels = file.getframerate(), file.getnchannels()
				check(file.getsampwidth() == 2, "only samples of 16 bits are heard")
				expected = self.extractor.sampling_rate
				check(rate == expected, f"audio of {rate} Hz; the model hears {expected} Hz")
				frames = file.readframes(file.getnframes())
				check(len(frames) == 2 * channels * file.getnframes(), "the file is cut off")
		except (binascii.Error, wave.Error, EOFError) as error:
			raise RequestError(f"`inputs` is no WAV file: {error}") from error
		samples = np.frombuffer(frames, "<i2").reshape(-1, channels).astype(np.float32) / 32768
		return samples.mean(1, dtype=np.float32)
