"""What graphs are calibrated with and measured on: tensors that are given, or plausible ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort

from graphs import Failure

#: Items of a generated input, and how many of them run together.
ITEMS = 16
BATCH = 4
#: Tokens of a generated text, and samples of generated sound.
TOKENS = 24
SAMPLES = 16_000

SENTENCES = (
	"The quick brown fox jumps over the lazy dog.",
	"Where is the nearest station, and when does the last train leave?",
	"Prices rose by 3.5 % in March, less than analysts had expected.",
	"I would not watch this film again, although the music was lovely.",
	"Return the eigenvalues of a symmetric matrix in ascending order.",
	"She opened the window, looked at the sea and said nothing.",
	"Error 404: the page that you asked for does not exist.",
	"To make bread you need flour, water, salt, yeast and patience.",
)

TYPES = {
	"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64,
	"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_,
	"tensor(uint8)": np.uint8, "tensor(int8)": np.int8,
}

Feed = dict[str, np.ndarray]


def read(paths: Sequence[Path]) -> list[Feed]:
	"""The tensors of safetensors files; the first dimension counts items."""
	from safetensors.numpy import load_file

	maps = []
	for path in paths:
		try:
			maps.append(load_file(path))
		except Exception as error:
			raise Failure(f"{path} is no safetensors file: {error}") from error
		if len({len(tensor) for tensor in maps[-1].values() if tensor.ndim}) != 1:
			raise Failure(f"{path}: all tensors need the same first dimension, the number of items")
	return maps


def feeds(session: ort.InferenceSession, given: list[Feed], folder: Path, about: dict,
		seed: int) -> tuple[list[Feed], str]:
	"""Batches for a graph, and where they are from."""
	names = {port.name for port in session.get_inputs()}
	for tensors in given:
		if set(tensors) <= names:
			return batches(session, tensors, folder, about, seed), "given"
	if given and all(not set(tensors) & names for tensors in given):
		# A folder of several graphs: the files are for others.
		pass
	elif given:
		raise Failure(f"no file of --inputs fits a graph that takes {', '.join(sorted(names))}")
	return batches(session, {}, folder, about, seed), "generated"


def batches(session, given: Feed, folder: Path, about: dict, seed: int) -> list[Feed]:
	"""Batches of what is given, completed by what is not."""
	count = len(next(iter(given.values()))) if given else ITEMS
	first = session.get_inputs()[0].shape[0]
	step = first if isinstance(first, int) and first > 0 else BATCH
	draw = np.random.default_rng(seed)
	found = []
	for start in range(0, count - count % step or count, step):
		feed = {name: tensor[start : start + step] for name, tensor in given.items()}
		rows = len(next(iter(feed.values()))) if feed else step
		complete(session, feed, rows, folder, about, draw, start)
		found.append(feed)
	return found


def complete(session, feed: Feed, rows: int, folder: Path, about: dict, draw, start: int) -> None:
	"""Adds what a graph takes and nobody gave."""
	names = {port.name for port in session.get_inputs()}
	if "input_ids" in names and "input_ids" not in feed:
		feed.update({k: v for k, v in texts(folder, about, rows, draw, start).items() if k in names})
	length = feed["input_ids"].shape[1] if "input_ids" in feed else TOKENS
	for port in session.get_inputs():
		if port.name in feed:
			feed[port.name] = feed[port.name].astype(kind(port), copy=False)
			continue
		shape = sizes(port, rows, length, about)
		integer = kind(port) in (np.int64, np.int32)
		if port.name == "position_ids":
			value = np.broadcast_to(np.arange(length), shape)
		elif port.name == "attention_mask":
			value = np.ones(shape)
		elif port.name == "timestep":
			value = np.full(shape, draw.integers(1000))
		elif integer or kind(port) in (np.bool_, np.uint8, np.int8):
			value = np.zeros(shape)
		else:
			value = draw.normal(size=shape)
		feed[port.name] = value.astype(kind(port))


def kind(port) -> type:
	"""The element type of an input."""
	if port.type not in TYPES:
		raise Failure(f"input `{port.name}` is a {port.type}, which nothing here can generate")
	return TYPES[port.type]


def sizes(port, rows: int, length: int, about: dict) -> list[int]:
	"""The shape of a generated input: what the graph states, what `config.json` states, or usual."""
	side = about.get("image_size", about.get("sample_size", 224))
	side = side[0] if isinstance(side, list) else side
	pixels = [rows, about.get("num_channels", about.get("in_channels", 3)), side, side]
	if port.name == "latent_sample":
		pixels[1] = about.get("latent_channels", 4)
		side //= 2 ** (len(about.get("block_out_channels", [0])) - 1)
		pixels[2:] = [side, side]
	shape = []
	for axis, size in enumerate(port.shape):
		if isinstance(size, int) and size >= 0:
			shape.append(size)
		elif axis == 0:
			shape.append(rows)
		elif port.name.startswith("past"):
			shape.append(0)
		elif len(port.shape) == 4:
			shape.append(pixels[axis])
		elif port.name in ("input_values", "input_features"):
			shape.append(SAMPLES if len(port.shape) == 2 else 80 if axis == 1 else 3000)
		elif port.name == "encoder_hidden_states" and axis == 2:
			shape.append(about.get("cross_attention_dim", 768))
		else:
			shape.append(length)
	return shape


def texts(folder: Path, about: dict, rows: int, draw, start: int) -> Feed:
	"""Tokens of sentences, or any tokens where there is no tokenizer."""
	places = [folder / "tokenizer.json", folder / "tokenizer" / "tokenizer.json"]
	path = next((place for place in places if place.is_file()), None)
	if path is None:
		ids = draw.integers(about.get("vocab_size", 1000), size=(rows, TOKENS))
		return {"input_ids": ids, "attention_mask": np.ones_like(ids)}
	from tokenizers import Tokenizer

	tokenizer = Tokenizer.from_file(str(path))
	tokenizer.no_padding()
	tokenizer.enable_truncation(TOKENS)
	chosen = [SENTENCES[(start + row) % len(SENTENCES)] for row in range(rows)]
	lines = [tokenizer.encode(text).ids for text in chosen]
	# Cut to the shortest, so that no graph needs to be told of padding.
	length = min(map(len, lines))
	ids = np.array([line[:length] for line in lines])
	if folder.joinpath("text_encoder").is_dir():
		length = about.get("max_position_embeddings", length)
		ids = np.array([(line + [about.get("eos_token_id", 0)] * length)[:length] for line in lines])
	return {"input_ids": ids, "attention_mask": np.ones_like(ids)}
