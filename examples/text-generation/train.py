#!/usr/bin/env python3
"""Trains a small Llama to write the prose of docstrings."""

import argparse
import math
import random
import sys
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import corpus  # noqa: E402
import folder  # noqa: E402

SEED = 20261122
STEPS = 900
BATCH = 12
WINDOW = 128
RATE = 4e-3
VOCABULARY = 768
#: Longest text that the model takes, in tokens.
LONGEST = 256


def split() -> tuple[list[str], list[str]]:
	"""Paragraphs to learn and to test; no docstring is in both."""
	documents = [text for topic in corpus.TOPICS for text in corpus.documents(topic)]
	random.Random(SEED).shuffle(documents)
	held = len(documents) // 20
	flat = lambda part: [paragraph for document in part for paragraph in document]  # noqa: E731
	return flat(documents[held:]), flat(documents[:held])


def tokenizer_of(texts: list[str]) -> PreTrainedTokenizerFast:
	"""Byte-level BPE: any text has tokens, and they read as the same text."""
	inner = Tokenizer(models.BPE())
	inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
	inner.decoder = decoders.ByteLevel()
	inner.train_from_iterator(texts, trainers.BpeTrainer(
		vocab_size=VOCABULARY, special_tokens=["<s>", "</s>"], show_progress=False,
		initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
	))
	inner.post_processor = processors.TemplateProcessing(
		single="<s> $A", special_tokens=[("<s>", inner.token_to_id("<s>"))]
	)
	return PreTrainedTokenizerFast(
		tokenizer_object=inner, bos_token="<s>", eos_token="</s>", pad_token="</s>",
		model_max_length=LONGEST, clean_up_tokenization_spaces=False,
		model_input_names=["input_ids", "attention_mask"],
	)


def stream(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> torch.Tensor:
	"""All texts behind each other, each between its special tokens."""
	ids = []
	for text in texts:
		ids += [*tokenizer(text)["input_ids"], tokenizer.eos_token_id]
	return torch.tensor(ids)


def main() -> None:
	arguments = argparse.ArgumentParser(description=__doc__)
	arguments.add_argument("--output", type=Path, default=HERE)
	target = arguments.parse_args().output

	folder.deterministic(SEED)
	train, test = split()
	tokenizer = tokenizer_of(train)
	tokens, held = stream(tokenizer, train), stream(tokenizer, test)
	model = LlamaForCausalLM(LlamaConfig(
		vocab_size=len(tokenizer), hidden_size=96, intermediate_size=256, num_hidden_layers=3,
		num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=LONGEST,
		tie_word_embeddings=True, bos_token_id=tokenizer.bos_token_id,
		eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
		attn_implementation="sdpa",
	))
	model.generation_config = GenerationConfig(
		bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
		pad_token_id=tokenizer.pad_token_id,
	)
	print(f"{len(tokens)} tokens to learn, {len(held)} to test, {model.num_parameters()} parameters",
		flush=True)

	optimizer = torch.optim.AdamW(
		model.parameters(), lr=RATE, betas=(0.9, 0.95), weight_decay=0.05
	)
	schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
	began = time.process_time()
	model.train()
	for step in range(STEPS):
		starts = torch.randint(len(tokens) - WINDOW, (BATCH,))
		batch = torch.stack([tokens[start : start + WINDOW] for start in starts])
		loss = model(input_ids=batch, labels=batch).loss
		optimizer.zero_grad()
		loss.backward()
		torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
		optimizer.step()
		schedule.step()
		if step % 100 == 0:
			print(f"step {step}: loss {loss.item():.3f}", flush=True)
	print(f"trained in {time.process_time() - began:.0f} s of one core")

	model.eval()
	with torch.no_grad():
		windows = held[: len(held) // WINDOW * WINDOW].view(-1, WINDOW).split(16)
		losses = [model(input_ids=batch, labels=batch).loss.item() * len(batch) for batch in windows]
	loss = sum(losses) / sum(map(len, windows))
	letters = sum(map(len, test)) / len(held)
	print(f"held-out: {loss:.3f} nats per token ({math.log(len(tokenizer)):.3f} if all were equal), "
		f"{loss / math.log(2) / letters:.3f} bits per character")
	folder.export(model, [tokenizer], "text-generation-with-past", target)
	folder.write_json(target / "tercet.json", {"task": "text-generation"})


if __name__ == "__main__":
	main()
