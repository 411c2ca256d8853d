"""Logits to labels with scores."""

import numpy as np

from .graph import softmax
from .request import Checks, check

PARAMETERS: Checks = {"top_k": (int, 5), "function_to_apply": (str, "softmax")}

FUNCTIONS = {
	"softmax": softmax,
	"sigmoid": lambda logits: 1 / (1 + np.exp(-np.asarray(logits, np.float64))),
	"none": lambda logits: np.asarray(logits, np.float64),
}


def scores(logits: np.ndarray, names: dict[int, str], parameters: dict) -> list[dict]:
	"""The best labels, the best first."""
	check(parameters["function_to_apply"] in FUNCTIONS, "unknown `function_to_apply`")
	check(parameters["top_k"] >= 1, "`top_k` is at least 1")
	values = FUNCTIONS[parameters["function_to_apply"]](logits)
	order = np.argsort(-values, kind="stable")[: parameters["top_k"]]
	return [{"label": names[int(label)], "score": round(float(values[label]), 6)} for label in order]
