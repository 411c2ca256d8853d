#!/usr/bin/env python3
"""Trains a small ResNet to read handwritten digits, and writes requests with images it never saw."""

import argparse
import base64
import io
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import save_file
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.nn import functional
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessor

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import folder  # noqa: E402

SEED = 20261124
EPOCHS = 12
BATCH = 32
RATE = 4e-3
SIDE = 32
#: Images that set the ranges of int8.
CALIBRATION = 64


def render(digit: np.ndarray) -> Image.Image:
	"""8 × 8 shades of ink as a picture of 32 × 32 pixels, dark on white."""
	small = Image.fromarray((255 - digit.reshape(8, 8) * 255 / 16).astype(np.uint8))
	return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC).convert("RGB")


def shifted(pixels: torch.Tensor, draw: random.Random) -> torch.Tensor:
	"""Images moved by up to three pixels; what comes in is white."""
	padded = functional.pad(pixels, (3, 3, 3, 3), value=1.0)
	moved = []
	for image in padded:
		down, right = draw.randrange(7), draw.randrange(7)
		moved.append(image[:, down : down + SIDE, right : right + SIDE])
	return torch.stack(moved)


def png(image: Image.Image) -> str:
	"""A PNG file in base64."""
	buffer = io.BytesIO()
	image.save(buffer, "PNG", optimize=True)
	return base64.b64encode(buffer.getvalue()).decode()


def requests(images: list[Image.Image]) -> list:
	"""Ordinary requests, other kinds of PNG, other sizes, and bad ones."""
	found = [{"inputs": png(image)} for image in images[:10]]
	parameters = ({"top_k": 10}, {"top_k": 1}, {"function_to_apply": "sigmoid"},
		{"function_to_apply": "none", "top_k": 10})
	found += [{"inputs": png(images[10 + n]), "parameters": p} for n, p in enumerate(parameters)]
	transparent = images[14].copy()
	transparent.putalpha(128)
	found += [{"inputs": png(image)} for image in (
		images[15].convert("L"), transparent, images[16].quantize(16), images[17].convert("1"),
		images[18].resize((8, 8)), images[19].resize((97, 61)), images[20].resize((32, 200)),
		Image.new("RGB", (1, 1), (12, 200, 99)), Image.new("RGB", (SIDE, SIDE), "white"),
	)]
	found += [
		{"inputs": ""}, {"inputs": "not base64!"}, {"inputs": base64.b64encode(b"a text").decode()},
		{"inputs": png(images[21])[:120]}, {"inputs": png(images[21]), "parameters": {"top_k": 0}},
		{"inputs": {"image": 1}},
	]
	return found


def split() -> tuple:
	"""Digits to learn and to test, then their labels."""
	digits = load_digits()
	return train_test_split(
		digits.data, digits.target, test_size=512, random_state=SEED, stratify=digits.target
	)


def main() -> None:
	arguments = argparse.ArgumentParser(description=__doc__)
	arguments.add_argument("--output", type=Path, default=HERE)
	arguments.add_argument("--calibration", type=Path, help="writes inputs for quantize.py there")
	arguments.add_argument("--calibration-only", action="store_true", help="writes nothing else")
	options = arguments.parse_args()

	folder.deterministic(SEED)
	train, test, labels, truth = split()
	processor = ViTImageProcessor(
		size={"height": SIDE, "width": SIDE}, image_mean=[0.5] * 3, image_std=[0.5] * 3,
		do_convert_rgb=True,
	)
	pictures = [render(digit) for digit in test]
	pixels = processor([render(digit) for digit in train], return_tensors="pt")["pixel_values"]
	if options.calibration:
		save_file({"pixel_values": pixels[:CALIBRATION].numpy()}, options.calibration)
	if options.calibration_only:
		return
	held = processor(pictures, return_tensors="pt")["pixel_values"]
	labels, truth = torch.from_numpy(labels), torch.from_numpy(truth)
	model = ResNetForImageClassification(ResNetConfig(
		num_channels=3, embedding_size=16, hidden_sizes=[16, 32, 64], depths=[1, 1, 1],
		layer_type="basic", id2label={n: str(n) for n in range(10)},
		label2id={str(n): n for n in range(10)}, image_size=SIDE,
	))
	print(f"{len(train)} images to learn, {len(test)} to test, {model.num_parameters()} parameters")

	steps = EPOCHS * (len(train) // BATCH)
	optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.05)
	schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
	draw, began = random.Random(SEED), time.process_time()
	for epoch in range(EPOCHS):
		model.train()
		order = torch.randperm(len(train))
		for start in range(0, len(train) - BATCH + 1, BATCH):
			part = order[start : start + BATCH]
			logits = model(shifted(pixels[part], draw)).logits
			loss = functional.cross_entropy(logits, labels[part], label_smoothing=0.05)
			optimizer.zero_grad()
			loss.backward()
			optimizer.step()
			schedule.step()
		print(f"epoch {epoch}: loss {loss.item():.3f}", flush=True)
	print(f"trained in {time.process_time() - began:.0f} s of one core")

	model.eval()
	with torch.no_grad():
		right = (model(held).logits.argmax(-1) == truth).sum().item()
	print(f"accuracy on {len(test)} images never seen: {right / len(test):.4f} ({right})")
	folder.export(model, [processor], "image-classification", options.output)
	folder.write_json(options.output / "tercet.json", {"task": "image-classification"})
	folder.write_json(options.output / "requests.json", requests(pictures))


if __name__ == "__main__":
	main()
