"""Whether two responses are equal, as README.md says."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image


def difference(expected: Any, found: Any) -> float:
	"""How far numbers are apart; infinite where anything else differs."""
	if expected is None:
		return 0.0
	if isinstance(expected, dict) and "error" in expected:
		return 0.0 if isinstance(found, dict) and set(found) == {"error"} else np.inf
	if isinstance(expected, dict) and set(expected) == {"image"}:
		if not (isinstance(found, dict) and set(found) == {"image"}):
			return np.inf
		first, second = (np.asarray(decode(side["image"]), float) for side in (expected, found))
		return float(np.abs(first - second).max()) if first.shape == second.shape else np.inf
	if isinstance(expected, dict):
		if not isinstance(found, dict) or set(expected) != set(found):
			return np.inf
		return max((difference(value, found[name]) for name, value in expected.items()), default=0.0)
	if isinstance(expected, list):
		if not isinstance(found, list) or len(expected) != len(found):
			return np.inf
		if expected and all(isinstance(row, dict) and "label" in row for row in expected):
			expected, found = ({row["label"]: row["score"] for row in side}
				for side in (expected, found))
			return difference(expected, found)
		return max(map(difference, expected, found), default=0.0)
	if isinstance(expected, float) and isinstance(found, (int, float)):
		return abs(expected - found)
	return 0.0 if expected == found and type(expected) is type(found) else np.inf


def decode(image: str) -> Image.Image:
	"""The image of a PNG file in base64."""
	return Image.open(io.BytesIO(base64.b64decode(image))).convert("RGB")
