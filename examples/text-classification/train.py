#!/usr/bin/env python3
"""Trains a small DistilBERT that tells which part of scientific Python a text is about."""

import argparse
import random
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional
from transformers import DistilBertConfig, DistilBertForSequenceClassification

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import corpus  # noqa: E402
import folder  # noqa: E402

SEED = 20261121
STEPS = 600
BATCH = 48
RATE = 1.5e-3
#: A text is paragraphs of one docstring until it has so many words.
WORDS = 24
#: Most texts of one topic, so that the largest does not drown the others.
MOST = 1500
LONGEST = 64


def texts(topic: str) -> list[list[str]]:
	"""The texts of every docstring about a topic."""
	found = []
	for document in corpus.documents(topic):
		pieces, piece = [], []
		for paragraph in document:
			piece.append(paragraph)
			if sum(len(part.split()) for part in piece) >= WORDS:
				pieces.append(" ".join(piece))
				piece = []
		if piece:
			pieces.append(" ".join(piece))
		found.append(pieces)
	return found


def split() -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
	"""Texts and labels for training and for testing; no docstring is in both."""
	train, test = [], []
	draw = random.Random(SEED)
	for label, topic in enumerate(corpus.TOPICS):
		documents = texts(topic)
		draw.shuffle(documents)
		held = len(documents) // 5
		for target, part, most in (
			(test, documents[:held], MOST // 5),
			(train, documents[held:], MOST),
		):
			target += [(text, label) for document in part for text in document][:most]
	return train, test


def accuracy(model, tokenizer, pairs) -> tuple[float, list[float]]:
	"""The share of texts named right, over all and per label."""
	right = [[] for _ in corpus.TOPICS]
	model.eval()
	with torch.no_grad():
		for start in range(0, len(pairs), 64):
			part = pairs[start : start + 64]
			batch = tokenizer([text for text, _ in part], padding=True, truncation=True,
				max_length=LONGEST, return_tensors="pt", return_token_type_ids=False)
			named = model(**batch).logits.argmax(-1).tolist()
			for (_, label), name in zip(part, named):
				right[label].append(name == label)
	return sum(map(sum, right)) / len(pairs), [sum(row) / len(row) for row in right]


def main() -> None:
	arguments = argparse.ArgumentParser(description=__doc__)
	arguments.add_argument("--output", type=Path, default=HERE)
	target = arguments.parse_args().output

	folder.deterministic(SEED)
	train, test = split()
	tokenizer = folder.wordpiece([text for text, _ in train], 2000, LONGEST)
	tokenizer.model_input_names = ["input_ids", "attention_mask"]
	names = dict(enumerate(corpus.TOPICS))
	model = DistilBertForSequenceClassification(
		DistilBertConfig(
			vocab_size=len(tokenizer), max_position_embeddings=LONGEST, dim=64, hidden_dim=192,
			n_heads=4, n_layers=2, dropout=0.1, attention_dropout=0.1, seq_classif_dropout=0.2,
			pad_token_id=tokenizer.pad_token_id, id2label=names,
			label2id={name: label for label, name in names.items()},
		)
	)
	counts = torch.bincount(torch.tensor([label for _, label in train])).float()
	weights = (counts.mean() / counts).sqrt()
	print(f"{len(train)} texts to learn, {len(test)} to test, {model.num_parameters()} parameters")

	optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.05)
	schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
	draw, began = random.Random(SEED), time.process_time()
	model.train()
	for step in range(STEPS):
		part = draw.sample(train, BATCH)
		batch = tokenizer([text for text, _ in part], padding=True, truncation=True,
			max_length=LONGEST, return_tensors="pt", return_token_type_ids=False)
		labels = torch.tensor([label for _, label in part])
		loss = functional.cross_entropy(
			model(**batch).logits, labels, weight=weights, label_smoothing=0.1
		)
		optimizer.zero_grad()
		loss.backward()
		torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
		optimizer.step()
		schedule.step()
		if step % 100 == 0:
			print(f"step {step}: loss {loss.item():.3f}", flush=True)
	print(f"trained in {time.process_time() - began:.0f} s of one core")

	total, each = accuracy(model, tokenizer, test)
	print(f"accuracy on {len(test)} texts of unseen docstrings: {total:.4f}")
	for name, share in zip(corpus.TOPICS, each):
		print(f"  {name}: {share:.4f}")
	folder.export(model, [tokenizer], "text-classification", target)
	folder.write_json(target / "tercet.json", {"task": "text-classification"})


if __name__ == "__main__":
	main()
