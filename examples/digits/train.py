#!/usr/bin/env python3
"""Trains the digits classifier and writes everything else that is committed in this folder.

The committed files are what counts: the network's chain of float32 operations gives the same bytes
again on the same machine, but another instruction set or BLAS gives slightly different weights.
"""

import os

# Before numpy loads its BLAS: sums split over threads depend on how many there are.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
from pathlib import Path

import numpy as np
import onnx
from safetensors.numpy import save
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split

import network
from corrupt import corrupt
from graph import PIXEL_MAX, float_model, integer_logits, integer_model, quantise
from network import Array

HELD_OUT = 512
SPLIT_SEED = 20261121
TRAIN_SEED = 1
EPOCHS = 200


def split() -> tuple[Array, Array, Array, Array]:
	"""The 1797 images, stratified into 1285 for training and 512 held out, by a fixed seed.

	Returns training images float32 [1285, 64] with pixels 0..=16 and labels uint8 [1285], then the
	same of the held out ones.
	"""
	image, label = load_digits(return_X_y=True)
	train_image, held_image, train_label, held_label = train_test_split(
		image.astype(np.float32),
		label.astype(np.uint8),
		test_size=HELD_OUT,
		stratify=label,
		random_state=SPLIT_SEED,
	)
	return train_image, train_label, held_image, held_label


def pixels(image: Array) -> Array:
	"""What the network trains on: [n, 64] in 0..=16 -> [n, 1, 8, 8] in 0..=1."""
	return (image / np.float32(PIXEL_MAX)).reshape(-1, 1, 8, 8)


def accuracy(logits: Array, label: Array) -> float:
	"""Share of `logits` [n, 10] whose largest entry is at `label` [n]."""
	return float((logits.argmax(axis=1) == label).mean())


def validate(image: Array, label: Array, epochs: int) -> None:
	"""Prints five-fold accuracy within the training images.

	Choices are made by figures of this kind, never by the held-out images.
	"""
	scores = []
	folds = StratifiedKFold(5, shuffle=True, random_state=SPLIT_SEED)
	for fold, (fit, test) in enumerate(folds.split(image, label), 1):
		params = network.train(pixels(image[fit]), label[fit], TRAIN_SEED, epochs)
		_, written = network.forward(params, pixels(image[test]))
		scores.append(accuracy(written[-1][:, :, 0, 0], label[test]))
		print(f"fold {fold}: {scores[-1]:.4f}", flush=True)
	print(f"mean  : {np.mean(scores):.4f}")


def config() -> dict:
	"""What a caller must know of the model; `batch` is any size from 1."""
	return {
		"task": "tensor",
		"model_type": "digits-cnn",
		"inputs": [{"name": "image", "dtype": "float32", "shape": ["batch", 64]}],
		"outputs": [{"name": "logits", "dtype": "float32", "shape": ["batch", 10]}],
		"id2label": {str(digit): str(digit) for digit in range(10)},
		"label2id": {str(digit): digit for digit in range(10)},
	}


def write_model(built: onnx.ModelProto, path: Path) -> None:
	write(built.SerializeToString(deterministic=True), path)


def write_tensor(name: str, tensor: Array, path: Path) -> None:
	"""One tensor, no metadata: the header is the canonical one."""
	write(save({name: tensor}), path)


def write(content: bytes, path: Path) -> None:
	path.write_bytes(content)
	print(f"wrote {path} ({len(content):,} bytes)")


def main() -> None:
	parser = argparse.ArgumentParser(
		description="Train the 8x8 digits classifier and write the models, the held-out inputs and "
		"the expected answers. Takes half a minute on one core. Same machine, same packages: same "
		"bytes; another CPU gives slightly different weights, hence other digests.",
	)
	parser.add_argument(
		"--out",
		type=Path,
		default=Path(__file__).resolve().parent,
		metavar="DIR",
		help="folder to write to (default: the folder of this script, replacing what is committed)",
	)
	parser.add_argument(
		"--epochs",
		type=int,
		default=EPOCHS,
		metavar="N",
		help="passes over the data (default: %(default)s)",
	)
	parser.add_argument(
		"--validate",
		action="store_true",
		help="write nothing; print five-fold accuracy within the training images",
	)
	arguments = parser.parse_args()
	if arguments.epochs < 1:
		parser.error("--epochs must be at least 1")

	train_image, train_label, held_image, held_label = split()
	if arguments.validate:
		validate(train_image, train_label, arguments.epochs)
		return

	def report(epoch: int, loss: float) -> None:
		if epoch % 20 == 0 or epoch == arguments.epochs:
			print(f"epoch {epoch:3d}: loss {loss:.4f}", flush=True)

	params = network.train(pixels(train_image), train_label, TRAIN_SEED, arguments.epochs, report)
	int8 = integer_model(quantise(params, pixels(train_image)))

	out = arguments.out
	(out / "onnx").mkdir(parents=True, exist_ok=True)
	write_model(float_model(params), out / "onnx/model.onnx")
	write_model(int8, out / "onnx/model_int8.onnx")
	write_model(corrupt(int8), out / "onnx/model_wrong.onnx")
	(out / "config.json").write_text(json.dumps(config(), indent=2) + "\n")
	write_tensor("image", held_image, out / "held-out.safetensors")
	write_tensor("label", held_label, out / "labels.safetensors")
	write_tensor("logits", integer_logits(int8, held_image), out / "expected_int8.safetensors")


if __name__ == "__main__":
	main()
