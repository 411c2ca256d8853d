#!/usr/bin/env python3
"""Trains a small wav2vec 2.0 with CTC to write down spoken digits."""

import argparse
import base64
import io
import json
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import (
	Wav2Vec2Config,
	Wav2Vec2CTCTokenizer,
	Wav2Vec2FeatureExtractor,
	Wav2Vec2ForCTC,
)

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import folder  # noqa: E402
from speech import RATE, UNHEARD, VOICES, WORDS, utterances  # noqa: E402

SEED = 20261125
STEPS = 1200
BATCH = 12
PEAK = 2e-3
LETTERS = sorted(set("".join(WORDS).upper()))
TOKENS = ["<pad>", "<s>", "</s>", "<unk>", "|", *LETTERS]


def tokenizers_of(place: Path) -> tuple[Wav2Vec2CTCTokenizer, Tokenizer]:
	"""The tokenizer of transformers, and the same as a `tokenizer.json`, which others read."""
	vocabulary = {token: index for index, token in enumerate(TOKENS)}
	path = place / "vocab.json"
	path.write_text(json.dumps(vocabulary))
	fast = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
	fast.add_special_tokens(TOKENS[:4])
	fast.normalizer = normalizers.Replace(" ", "|")
	fast.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
	fast.decoder = decoders.CTC(pad_token="<pad>", word_delimiter_token="|", cleanup=True)
	return Wav2Vec2CTCTokenizer(str(path)), fast


def sound_of(part: list, draw: np.random.Generator | None) -> tuple[torch.Tensor, torch.Tensor]:
	"""Sounds of one length, normalized as the feature extractor does, and which samples count."""
	longest = max(len(sound) for sound, _ in part)
	rows, mask = np.zeros((len(part), longest), np.float32), np.zeros((len(part), longest), np.int64)
	for row, (sound, _) in enumerate(part):
		if draw is not None:
			noise = draw.normal(size=len(sound)) * 10 ** draw.uniform(-4, -2)
			sound = sound * draw.uniform(0.3, 1) + noise
		rows[row, : len(sound)] = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
		mask[row, : len(sound)] = 1
	return torch.from_numpy(rows), torch.from_numpy(mask)


def errors(said: list[str], heard: list[str]) -> int:
	"""Words to insert, delete or replace."""
	row = list(range(len(heard) + 1))
	for i, word in enumerate(said, 1):
		before, row[0] = row[0], i
		for j, other in enumerate(heard, 1):
			before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
	return row[-1]


def word_errors(model, tokenizer, test: list) -> float:
	"""Share of words that are wrong; every sound is heard alone."""
	model.eval()
	wrong = words = 0
	with torch.no_grad():
		for pair in test:
			ids = model(sound_of([pair], None)[0]).logits.argmax(-1)[0]
			wrong += errors(pair[1].split(), tokenizer.decode(ids).split())
			words += len(pair[1].split())
	return wrong / words


def wav(sound: np.ndarray, rate: int = RATE, channels: int = 1) -> str:
	"""A WAV file of 16-bit samples in base64."""
	buffer = io.BytesIO()
	with wave.open(buffer, "wb") as file:
		file.setnchannels(channels)
		file.setsampwidth(2)
		file.setframerate(rate)
		samples = np.repeat(sound[:, None], channels, 1)
		file.writeframes(np.round(samples * 32767).astype("<i2").tobytes())
	return base64.b64encode(buffer.getvalue()).decode()


def requests(sounds: list[np.ndarray]) -> list:
	"""Ordinary requests, other lengths and loudness, and bad ones."""
	found = [{"inputs": wav(sound)} for sound in sounds[:6]]
	short = min(sounds, key=len)
	found += [
		{"inputs": wav(sounds[6] * 0.05)},
		{"inputs": wav(np.concatenate([sounds[7], np.zeros(4000, np.float32), sounds[8]]))},
		{"inputs": wav(short, channels=2)},
		{"inputs": wav(np.zeros(4000, np.float32))},
		{"inputs": wav(short[:400])},
		{"inputs": wav(short[:0])},
		{"inputs": wav(short[::2], rate=8000)},
		{"inputs": ""},
		{"inputs": "not base64!"},
		{"inputs": base64.b64encode(b"RIFF, but no sound").decode()},
		{"inputs": wav(short)[:200]},
		{"inputs": wav(short), "parameters": {"language": "en"}},
		{"inputs": 1},
	]
	return found


def main() -> None:
	arguments = argparse.ArgumentParser(description=__doc__)
	arguments.add_argument("--output", type=Path, default=HERE)
	target = arguments.parse_args().output

	folder.deterministic(SEED)
	# The gradient of CTC on the CPU has no other form.
	torch.use_deterministic_algorithms(False)
	train = utterances(1200, VOICES, 3, SEED)
	test = utterances(150, UNHEARD, 3, SEED + 1)
	with tempfile.TemporaryDirectory() as temporary:
		tokenizer, fast = tokenizers_of(Path(temporary))
	extractor = Wav2Vec2FeatureExtractor(
		feature_size=1, sampling_rate=RATE, padding_value=0.0, do_normalize=True,
		return_attention_mask=True,
	)
	model = Wav2Vec2ForCTC(Wav2Vec2Config(
		vocab_size=len(TOKENS), hidden_size=64, num_hidden_layers=2, num_attention_heads=4,
		intermediate_size=192, conv_dim=(32, 48, 64, 64), conv_kernel=(10, 8, 4, 4),
		conv_stride=(5, 4, 4, 4), num_feat_extract_layers=4, feat_extract_norm="layer",
		conv_bias=True, do_stable_layer_norm=True, num_conv_pos_embeddings=16,
		num_conv_pos_embedding_groups=4, hidden_dropout=0.05, attention_dropout=0.05,
		activation_dropout=0.0, feat_proj_dropout=0.0, final_dropout=0.0, layerdrop=0.0,
		apply_spec_augment=False, ctc_loss_reduction="mean", ctc_zero_infinity=True,
		pad_token_id=0, bos_token_id=1, eos_token_id=2,
	))
	seconds = sum(len(sound) for sound, _ in train) / RATE
	print(f"{len(train)} sounds ({seconds / 60:.0f} min) to learn, {len(test)} to test, "
		f"{model.num_parameters()} parameters", flush=True)

	optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK, weight_decay=0.01)
	schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK, total_steps=STEPS, pct_start=0.2)
	draw, began = np.random.default_rng(SEED), time.process_time()
	model.train()
	for step in range(STEPS):
		part = [train[index] for index in draw.choice(len(train), BATCH, replace=False)]
		sounds, mask = sound_of(part, draw)
		texts = [tokenizer(text).input_ids for _, text in part]
		longest = max(map(len, texts))
		labels = torch.tensor([ids + [-100] * (longest - len(ids)) for ids in texts])
		loss = model(sounds, attention_mask=mask, labels=labels).loss
		optimizer.zero_grad()
		loss.backward()
		torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
		optimizer.step()
		schedule.step()
		if step % 100 == 0:
			print(f"step {step}: loss {loss.item():.3f}, {time.process_time() - began:.0f} s", flush=True)
	print(f"trained in {time.process_time() - began:.0f} s of one core")
	rate = word_errors(model, tokenizer, test)
	print(f"word error rate of {len(test)} sounds of unheard voices: {rate:.4f}")
	folder.export(model, [tokenizer, extractor], "automatic-speech-recognition", target)
	fast.save(str(target / "tokenizer.json"))
	folder.write_json(target / "tercet.json", {"task": "automatic-speech-recognition"})
	few = [sound for sound, _ in sorted(test[:40], key=lambda pair: len(pair[0]))]
	folder.write_json(target / "requests.json", requests([few[n] for n in (2, 5, 9, 14, 20, 26, 8, 3, 6)]))


if __name__ == "__main__":
	main()
