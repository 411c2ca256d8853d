#!/usr/bin/env python3
"""Trains a small BERT whose vectors are near when texts are about the same thing."""

import argparse
import random
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional
from transformers import BertConfig, BertModel

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import corpus  # noqa: E402
import folder  # noqa: E402

SEED = 20261123
STEPS = 700
BATCH = 48
RATE = 2e-3
#: Of the cosine similarities, before softmax.
TEMPERATURE = 0.07
LONGEST = 128
#: Tokens of a text in training.
WINDOW = 40
#: Fewest words of a text that is learned from or tested with.
WORDS = 8


def split() -> tuple[list[list[str]], list[list[str]]]:
	"""Documents of at least two texts, for training and for testing."""
	found = []
	for topic in corpus.TOPICS:
		for document in corpus.documents(topic):
			texts = [text for text in document if len(text.split()) >= WORDS]
			if len(texts) >= 2:
				found.append(texts)
	random.Random(SEED).shuffle(found)
	return found[200:], found[:200]


def embed(model, tokenizer, texts: list[str]) -> torch.Tensor:
	"""Means of token vectors, of length 1."""
	tokens = tokenizer(texts, padding=True, truncation=True, max_length=WINDOW, return_tensors="pt")
	vectors, mask = model(**tokens).last_hidden_state, tokens["attention_mask"].unsqueeze(-1)
	return functional.normalize((vectors * mask).sum(1) / mask.sum(1), dim=-1)


def recall(model, tokenizer, test: list[list[str]]) -> tuple[float, float]:
	"""How often the nearest of all second texts, or one of the nearest five, is of the same document."""
	model.eval()
	with torch.no_grad():
		first = embed(model, tokenizer, [texts[0] for texts in test])
		second = embed(model, tokenizer, [texts[1] for texts in test])
	order = (first @ second.T).argsort(-1, descending=True)
	right = order == torch.arange(len(test)).unsqueeze(1)
	return right[:, :1].any(1).float().mean().item(), right[:, :5].any(1).float().mean().item()


def main() -> None:
	arguments = argparse.ArgumentParser(description=__doc__)
	arguments.add_argument("--output", type=Path, default=HERE)
	target = arguments.parse_args().output

	folder.deterministic(SEED)
	train, test = split()
	tokenizer = folder.wordpiece([text for texts in train for text in texts], 2000, LONGEST)
	model = BertModel(BertConfig(
		vocab_size=len(tokenizer), hidden_size=64, intermediate_size=192, num_attention_heads=4,
		num_hidden_layers=2, max_position_embeddings=LONGEST, type_vocab_size=2,
		hidden_dropout_prob=0.05, attention_probs_dropout_prob=0.05,
		pad_token_id=tokenizer.pad_token_id,
	), add_pooling_layer=False)
	print(f"{len(train)} documents to learn, {len(test)} to test, {model.num_parameters()} parameters")
	print("recall at 1 and 5 before: {:.3f} {:.3f}".format(*recall(model, tokenizer, test)), flush=True)

	optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
	schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
	draw, began = random.Random(SEED), time.process_time()
	model.train()
	for step in range(STEPS):
		pairs = [draw.sample(texts, 2) for texts in draw.sample(train, BATCH)]
		first = embed(model, tokenizer, [pair[0] for pair in pairs])
		second = embed(model, tokenizer, [pair[1] for pair in pairs])
		similar = first @ second.T / TEMPERATURE
		labels = torch.arange(BATCH)
		loss = (functional.cross_entropy(similar, labels) + functional.cross_entropy(similar.T, labels)) / 2
		optimizer.zero_grad()
		loss.backward()
		torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
		optimizer.step()
		schedule.step()
		if step % 100 == 0:
			print(f"step {step}: loss {loss.item():.3f}", flush=True)
	print(f"trained in {time.process_time() - began:.0f} s of one core")
	print("recall at 1 and 5 among {}: {:.3f} {:.3f}".format(len(test), *recall(model, tokenizer, test)))
	folder.export(model, [tokenizer], "feature-extraction", target)
	folder.write_json(
		target / "tercet.json", {"task": "feature-extraction", "pooling": "mean", "normalize": True}
	)


if __name__ == "__main__":
	main()
