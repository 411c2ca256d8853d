"""`text-generation`: texts that go on.

Logits go through the processors of transformers; which token is then drawn is README.md's rule.
"""

import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoTokenizer
from transformers.generation import logits_process as processors

from .graph import Graph, softmax
from .request import check, parse
from .rng import Random

TOLERANCES = {"fp32": 0, "fp16": 0, "int8": 0, "q4": 0, "q4f16": 0}

#: How far every choice has to be from another: logits when the largest is taken, probabilities when
#: a token is drawn.
MARGINS = {"fp32": 3e-5, "fp16": 5e-4, "int8": 3e-5, "q4": 3e-5, "q4f16": 5e-4}

PARAMETERS = {
	"max_new_tokens": (int, 20), "min_new_tokens": (int, 0), "do_sample": (bool, False),
	"temperature": ((int, float), 1.0), "top_k": (int, 0), "top_p": ((int, float), 1.0),
	"repetition_penalty": ((int, float), 1.0), "stop": (list, []), "seed": (int, 0),
	"return_full_text": (bool, False),
}


class Task:
	"""Answers requests with one variant of a folder."""

	def __init__(self, folder: Path, suffix: str, level: str = "all") -> None:
		self.tokenizer = AutoTokenizer.from_pretrained(folder)
		self.graph = Graph(folder / "onnx" / f"model{suffix}.onnx", level)
		ends = json.loads((folder / "generation_config.json").read_text())["eos_token_id"]
		self.ends = ends if isinstance(ends, list) else [ends]
		#: Smallest distance of a choice from another, until somebody sets it back.
		self.margin = np.inf

	def respond(self, request) -> list[dict]:
		text, parameters = parse(request, str, PARAMETERS)
		check(parameters["max_new_tokens"] >= 1, "`max_new_tokens` is at least 1")
		check(parameters["temperature"] > 0, "`temperature` is above 0")
		check(0 < parameters["top_p"] <= 1, "`top_p` is above 0 and at most 1")
		check(parameters["repetition_penalty"] > 0, "`repetition_penalty` is above 0")
		check(parameters["seed"] >= 0, "`seed` is not negative")
		prompt = self.tokenizer(text)["input_ids"]
		limit, most = self.tokenizer.model_max_length, parameters["max_new_tokens"]
		check(len(prompt) + most <= limit, f"the model takes {limit} tokens")
		tokens, reason = self.write(prompt, parameters)
		tail = self.tail(prompt, tokens)
		ends = [tail.find(stop) + len(stop) for stop in parameters["stop"] if stop in tail]
		tail = tail[: min(ends)] if ends else tail
		details = {
			"finish_reason": reason, "generated_tokens": len(tokens), "token_ids": tokens
		}
		full = text + tail if parameters["return_full_text"] else tail
		return [{"generated_text": full, "details": details}]

	def tail(self, prompt: list[int], tokens: list[int]) -> str:
		"""What the text of all tokens has beyond that of the prompt."""
		def decode(ids: list[int]) -> str:
			return self.tokenizer.decode(
				ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
			)
		return decode(prompt + tokens)[len(decode(prompt)) :]

	def write(self, prompt: list[int], parameters: dict) -> tuple[list[int], str]:
		"""The tokens after the prompt, and why they end."""
		random, tokens, new = Random(parameters["seed"]), [], list(prompt)
		cache = {
			name: np.zeros((1, port.shape[1], 0, port.shape[3]), np.float32)
			for name, port in self.graph.inputs.items()
			if name.startswith("past_key_values.")
		}
		while True:
			length = len(prompt) + len(tokens)
			outputs = self.graph(
				input_ids=np.array([new], np.int64),
				attention_mask=np.ones((1, length), np.int64),
				position_ids=np.arange(length - len(new), length, dtype=np.int64)[None],
				**cache,
			)
			cache = {
				name.replace("present.", "past_key_values."): value
				for name, value in outputs.items()
				if name.startswith("present.")
			}
			logits = outputs["logits"][0, -1].astype(np.float32)
			token = self.choose(logits, prompt + tokens, len(tokens), parameters, random)
			tokens.append(token)
			new = [token]
			if token in self.ends:
				return tokens, "eos_token"
			if any(stop in self.tail(prompt, tokens) for stop in parameters["stop"]):
				return tokens, "stop_sequence"
			if len(tokens) == parameters["max_new_tokens"]:
				return tokens, "length"

	def choose(self, logits, history, written, parameters, random) -> int:
		"""The next token."""
		chain = processors.LogitsProcessorList()
		if parameters["repetition_penalty"] != 1:
			penalty = float(parameters["repetition_penalty"])
			chain.append(processors.RepetitionPenaltyLogitsProcessor(penalty))
		if written < parameters["min_new_tokens"]:
			chain.append(processors.SuppressTokensLogitsProcessor(self.ends))
		if parameters["do_sample"]:
			chain.append(processors.TemperatureLogitsWarper(float(parameters["temperature"])))
			if parameters["top_k"] > 0:
				chain.append(processors.TopKLogitsWarper(parameters["top_k"]))
			if parameters["top_p"] < 1:
				chain.append(processors.TopPLogitsWarper(float(parameters["top_p"])))
		processed = chain(torch.tensor([history]), torch.from_numpy(logits)[None].clone())[0].numpy()
		order = np.argsort(-processed, kind="stable")
		if not parameters["do_sample"]:
			self.margin = min(self.margin, float(processed[order[0]] - processed[order[1]]))
			return int(order[0])
		order = order[np.isfinite(processed[order])]
		sums = np.cumsum(softmax(processed[order]))
		drawn = random.uniform()
		if len(sums) > 1:
			self.margin = min(self.margin, float(np.abs(sums[:-1] - drawn).min()))
		index = int(np.searchsorted(sums, drawn, side="right"))
		return int(order[min(index, len(order) - 1)])
