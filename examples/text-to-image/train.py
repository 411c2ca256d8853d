#!/usr/bin/env python3
"""Trains a small latent diffusion that draws a coloured shape on request.

Autoencoder, text encoder and U-Net are Stable Diffusion's, only smaller; so is the export.
"""

import argparse
import copy
import json
import random
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from optimum.exporters.onnx import main_export
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, CLIPTokenizerFast

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import folder  # noqa: E402
from shapes import ALL, SEEN, UNSEEN, prompt, recognize, sample  # noqa: E402

SEED = 20261126
AUTOENCODER_STEPS = 900
STEPS = 1200
PICTURES = 3000
#: Tokens of a prompt.
LONGEST = 16
WIDTH = 48
#: Share of pictures learned without their prompt, for guidance.
UNPROMPTED = 0.1
#: How slowly the weights that are kept follow those that are trained.
FOLLOW = 0.995


def tokenizer_of(place: Path) -> CLIPTokenizer:
	"""A tokenizer like CLIP's, for the words of prompts."""
	inner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
	inner.normalizer = normalizers.Lowercase()
	inner.pre_tokenizer = pre_tokenizers.Sequence([
		pre_tokenizers.Split(Regex(r"[a-z]+|[0-9]|[^\sa-z0-9]+"), "removed", invert=True),
		pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
	])
	inner.train_from_iterator((prompt(kind) for kind in ALL), trainers.BpeTrainer(
		vocab_size=700, show_progress=False, end_of_word_suffix="</w>",
		initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
	))
	inner.model.save(str(place))
	merges = (place / "merges.txt").read_text(encoding="utf-8").splitlines()
	merges = [line for line in merges if not line.startswith("#")]
	# The order of CLIP's own vocabulary: bytes, bytes that end a word, merges, special tokens.
	alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
	tokens = alphabet + [letter + "</w>" for letter in alphabet]
	tokens += list(dict.fromkeys(line.replace(" ", "") for line in merges))
	tokens = list(dict.fromkeys([*tokens, "<|startoftext|>", "<|endoftext|>"]))
	vocabulary = {token: index for index, token in enumerate(tokens)}
	folder.write_json(place / "vocab.json", vocabulary)
	(place / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8")
	return CLIPTokenizer(
		str(place / "vocab.json"), str(place / "merges.txt"), model_max_length=LONGEST,
		clean_up_tokenization_spaces=False,
	)


def models_of(tokenizer: CLIPTokenizer) -> tuple[AutoencoderKL, CLIPTextModel, UNet2DConditionModel]:
	"""The three networks, untrained."""
	autoencoder = AutoencoderKL(
		down_block_types=["DownEncoderBlock2D"] * 3, up_block_types=["UpDecoderBlock2D"] * 3,
		block_out_channels=(16, 24, 32), layers_per_block=1, latent_channels=4, norm_num_groups=8,
		sample_size=32,
	)
	text = CLIPTextModel(CLIPTextConfig(
		vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=2 * WIDTH,
		num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=LONGEST,
		projection_dim=WIDTH, bos_token_id=tokenizer.bos_token_id,
		eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
	))
	unet = UNet2DConditionModel(
		sample_size=8, in_channels=4, out_channels=4, layers_per_block=1,
		block_out_channels=(24, 48), norm_num_groups=8, cross_attention_dim=WIDTH,
		attention_head_dim=3, down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
		up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
	)
	return autoencoder, text, unet


def pixels_of(pictures: np.ndarray) -> torch.Tensor:
	"""uint8 [n, 32, 32, 3] as floats from -1 to 1, channels first."""
	return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def train_autoencoder(autoencoder, pixels: torch.Tensor, kinds: list, steps: int) -> torch.Tensor:
	"""Trains it, and gives the latents of all pictures, of variance 1."""
	optimizer = torch.optim.AdamW(autoencoder.parameters(), lr=2e-3, weight_decay=0)
	schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
	began = time.process_time()
	for step in range(steps):
		batch = pixels[torch.randint(len(pixels), (8,))]
		latents = autoencoder.encode(batch).latent_dist
		again = autoencoder.decode(latents.sample()).sample
		loss = functional.l1_loss(again, batch) + functional.mse_loss(again, batch)
		loss = loss + 1e-4 * latents.kl().mean() / latents.mean[0].numel()
		optimizer.zero_grad()
		loss.backward()
		torch.nn.utils.clip_grad_norm_(autoencoder.parameters(), 1.0)
		optimizer.step()
		schedule.step()
		if step % 100 == 0:
			print(f"autoencoder, step {step}: loss {loss.item():.4f}, "
				f"{time.process_time() - began:.0f} s", flush=True)
	autoencoder.eval()
	with torch.no_grad():
		latents = torch.cat([autoencoder.encode(part).latent_dist.mean for part in pixels.split(100)])
		autoencoder.register_to_config(scaling_factor=round(1 / latents.std().item(), 4))
		some = autoencoder.decode(latents[:200]).sample
		error = functional.l1_loss(some, pixels[:200]).item() * 127.5
		found = [recognize((picture + 1) * 127.5) for picture in some[:100].permute(0, 2, 3, 1).numpy()]
		same = sum(one == other for one, other in zip(found, kinds))
	print(f"{same} of 100 pictures are what they were after the autoencoder")
	print(f"autoencoder trained in {time.process_time() - began:.0f} s of one core; "
		f"mean error {error:.2f} of 255")
	return latents * autoencoder.config.scaling_factor


def train_diffusion(text, unet, tokenizer, scheduler, latents, kinds, steps: int):
	"""Trains text encoder and U-Net to tell noise from picture; gives the averages of their weights."""
	parameters = [*text.parameters(), *unet.parameters()]
	kept = copy.deepcopy(text).eval(), copy.deepcopy(unet).eval()
	optimizer = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-3)
	schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
	draw, began = random.Random(SEED), time.process_time()
	for step in range(steps):
		order = torch.randint(len(latents), (48,))
		prompts = [
			"" if draw.random() < UNPROMPTED else prompt(kinds[index], draw)
			for index in order.tolist()
		]
		ids = tokenizer(prompts, padding="max_length", max_length=LONGEST, truncation=True,
			return_tensors="pt").input_ids
		noise = torch.randn_like(latents[order])
		times = torch.randint(scheduler.config.num_train_timesteps, (len(order),))
		noisy = scheduler.add_noise(latents[order], noise, times)
		states = text(ids).last_hidden_state
		target = scheduler.get_velocity(latents[order], noise, times)
		loss = functional.mse_loss(unet(noisy, times, states).sample, target)
		optimizer.zero_grad()
		loss.backward()
		torch.nn.utils.clip_grad_norm_(parameters, 1.0)
		optimizer.step()
		schedule.step()
		follow = min(FOLLOW, step / (step + 20))
		with torch.no_grad():
			averages = [*kept[0].parameters(), *kept[1].parameters()]
			for average, trained in zip(averages, parameters):
				average.lerp_(trained, 1 - follow)
		if step % 100 == 0:
			print(f"diffusion, step {step}: loss {loss.item():.4f}, "
				f"{time.process_time() - began:.0f} s", flush=True)
	print(f"diffusion trained in {time.process_time() - began:.0f} s of one core")
	return kept


def judge(pipeline, kinds: list) -> tuple[float, float, float]:
	"""Shares of pictures with the colour, the shape and the background that were asked for."""
	pipeline.set_progress_bar_config(disable=True)
	prompts = [prompt(kind) for kind in kinds]
	images = pipeline(
		prompts, num_inference_steps=20, guidance_scale=3.0, height=32, width=32,
		output_type="np", generator=torch.Generator().manual_seed(SEED),
	).images
	found = [recognize(image * 255) for image in images]
	return tuple(
		sum(asked[part] == seen[part] for asked, seen in zip(kinds, found)) / len(kinds)
		for part in range(3)
	)


def export(pipeline: StableDiffusionPipeline, target: Path) -> None:
	"""The graphs, each in a folder of its own, tokenizer and scheduler."""
	with tempfile.TemporaryDirectory() as temporary, warnings.catch_warnings():
		warnings.simplefilter("ignore")
		source, exported = Path(temporary) / "source", Path(temporary) / "exported"
		pipeline.save_pretrained(source)
		main_export(
			str(source), output=exported, task="text-to-image", opset=folder.OPSET, device="cpu"
		)
		# Only needed where images are given, too.
		shutil.rmtree(exported / "vae_encoder")
		# The same tokenizer in one file, which others read.
		CLIPTokenizerFast.from_pretrained(exported / "tokenizer").save_pretrained(source / "fast")
		shutil.copyfile(source / "fast/tokenizer.json", exported / "tokenizer/tokenizer.json")
		for path in exported.rglob("*.json"):
			content = json.loads(path.read_text(encoding="utf-8"))
			if content.pop("_name_or_path", None):
				# The folder that this was made in.
				folder.write_json(path, content)
		shutil.copytree(exported, target, dirs_exist_ok=True)


def main() -> None:
	arguments = argparse.ArgumentParser(description=__doc__)
	arguments.add_argument("--output", type=Path, default=HERE)
	arguments.add_argument("--hurry", type=int, default=1, help="divides steps, to try the script")
	options = arguments.parse_args()

	folder.deterministic(SEED)
	with tempfile.TemporaryDirectory() as temporary:
		tokenizer = tokenizer_of(Path(temporary))
	autoencoder, text, unet = models_of(tokenizer)
	for name, model in (("autoencoder", autoencoder), ("text encoder", text), ("U-Net", unet)):
		print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters")
	scheduler = DDIMScheduler(
		num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
		clip_sample=False, set_alpha_to_one=False, steps_offset=1, prediction_type="v_prediction",
	)
	pictures, kinds = sample(PICTURES, random.Random(SEED))
	latents = train_autoencoder(
		autoencoder, pixels_of(pictures), kinds, AUTOENCODER_STEPS // options.hurry
	)
	text, unet = train_diffusion(
		text, unet, tokenizer, scheduler, latents, kinds, STEPS // options.hurry
	)
	pipeline = StableDiffusionPipeline(
		vae=autoencoder, text_encoder=text, tokenizer=tokenizer, unet=unet, scheduler=scheduler,
		safety_checker=None, feature_extractor=None, requires_safety_checker=False,
	)
	for name, asked in (("shown in training", SEEN), ("never shown", UNSEEN)):
		color, shape, ground = judge(pipeline, asked)
		print(f"{len(asked)} combinations {name}: colour {color:.3f}, shape {shape:.3f}, "
			f"background {ground:.3f}")
	export(pipeline, options.output)
	folder.write_json(options.output / "tercet.json", {"task": "text-to-image"})


if __name__ == "__main__":
	main()
