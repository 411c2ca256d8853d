"""Pictures of one shape, and the words for them."""

import itertools
import random

import numpy as np
from PIL import Image, ImageDraw

SIDE = 32
#: Pictures are drawn so many times larger, then made smaller, for smooth edges.
_FINER = 4

COLORS = {"red": (214, 39, 40), "green": (44, 160, 44), "blue": (31, 90, 200), "yellow": (245, 205, 40)}
GROUNDS = {"white": (255, 255, 255), "black": (0, 0, 0)}
SHAPES = ("circle", "square", "cross")

#: Everything that can be asked for; the last ones are never shown in training.
ALL = list(itertools.product(COLORS, SHAPES, GROUNDS))
UNSEEN = ALL[3::7]
SEEN = [kind for kind in ALL if kind not in UNSEEN]


def prompt(kind: tuple[str, str, str], draw: random.Random | None = None) -> str:
	"""Words for a picture; with `draw`, one of several ways to say it."""
	color, shape, ground = kind
	forms = (
		f"a {color} {shape} on a {ground} background", f"a {color} {shape} on {ground}",
		f"{color} {shape}, {ground} background", f"{shape} in {color} on {ground}",
	)
	return draw.choice(forms) if draw else forms[0]


def picture(kind: tuple[str, str, str], x: float, y: float, radius: float) -> np.ndarray:
	"""The picture, uint8 [32, 32, 3]: the shape's centre and half its width in pixels."""
	color, shape, ground = kind
	image = Image.new("RGB", (SIDE * _FINER, SIDE * _FINER), GROUNDS[ground])
	pen, x, y, r = ImageDraw.Draw(image), x * _FINER, y * _FINER, radius * _FINER
	fill = COLORS[color]
	if shape == "circle":
		pen.ellipse((x - r, y - r, x + r, y + r), fill)
	elif shape == "square":
		pen.rectangle((x - r, y - r, x + r, y + r), fill)
	else:
		arm = r / 3
		pen.rectangle((x - r, y - arm, x + r, y + arm), fill)
		pen.rectangle((x - arm, y - r, x + arm, y + r), fill)
	return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX))


def sample(count: int, draw: random.Random) -> tuple[np.ndarray, list]:
	"""Pictures, uint8 [count, 32, 32, 3], and what they show."""
	kinds = [draw.choice(SEEN) for _ in range(count)]
	pictures = [
		picture(kind, draw.uniform(15, 17), draw.uniform(15, 17), draw.uniform(8, 11))
		for kind in kinds
	]
	return np.stack(pictures), kinds


def recognize(image: np.ndarray) -> tuple[str, str, str]:
	"""What a picture is nearest to, over places and sizes."""
	best = min(
		(float(((image.astype(float) - other) ** 2).mean()), kind) for kind, other in _templates()
	)
	return best[1]


def _templates(cache: list = []) -> list:  # noqa: B006
	"""All kinds in several places and sizes, drawn once."""
	if not cache:
		places = itertools.product((15, 16, 17), (15, 16, 17), (8.5, 9.5, 10.5))
		cache += [(kind, picture(kind, *place).astype(float)) for place in places for kind in ALL]
	return cache
