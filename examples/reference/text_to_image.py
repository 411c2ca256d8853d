"""`text-to-image`: images for texts, by latent diffusion."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler
from PIL import Image
from transformers import AutoTokenizer

from .graph import Graph
from .request import check, parse
from .rng import Random

#: In steps of 8-bit colours. Steps of the diffusion add up what optimizations of a graph round.
TOLERANCES = {"fp32": 2, "fp16": 24, "int8": 48, "q4": 16, "q4f16": 32}


class Task:
	"""Answers requests with one variant of a folder."""

	def __init__(self, folder: Path, suffix: str, level: str = "all") -> None:
		manifest = json.loads((folder / "tercet.json").read_text())

		def graph(name: str) -> Graph:
			shared = f"{name}/model.onnx" in manifest.get("shared", [])
			return Graph(folder / name / f"model{'' if shared else suffix}.onnx", level)

		self.tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer")
		self.text, self.unet, self.vae = map(graph, ("text_encoder", "unet", "vae_decoder"))
		self.scheduler = DDIMScheduler.from_pretrained(folder / "scheduler")
		unet = json.loads((folder / "unet" / "config.json").read_text())
		vae = json.loads((folder / "vae_decoder" / "config.json").read_text())
		self.channels, self.side = unet["in_channels"], unet["sample_size"]
		self.scaling = vae["scaling_factor"]
		self.factor = 2 ** (len(vae["block_out_channels"]) - 1)

	def respond(self, request) -> dict:
		text, parameters = parse(request, str, {
			"negative_prompt": (str, ""), "num_inference_steps": (int, 50),
			"guidance_scale": ((int, float), 7.5), "width": (int, self.side * self.factor),
			"height": (int, self.side * self.factor), "seed": (int, 0),
		})
		check(1 <= parameters["num_inference_steps"] <= 150, "`num_inference_steps` is 1 to 150")
		for name in ("width", "height"):
			own = self.side * self.factor
			check(parameters[name] == own, f"`{name}` is {own}, the model's own")
		check(parameters["seed"] >= 0, "`seed` is not negative")
		check(parameters["guidance_scale"] >= 0, "`guidance_scale` is not negative")
		shape = [self.side, self.side]
		noise = Random(parameters["seed"]).normal(self.channels * shape[0] * shape[1])
		latents = torch.from_numpy(noise.reshape(1, self.channels, *shape))
		scale = float(parameters["guidance_scale"])
		states = self.encode(text)
		if scale > 1:
			states = np.concatenate([self.encode(parameters["negative_prompt"]), states])
		time = self.unet.inputs["timestep"]
		kind = np.int64 if "int" in time.type else np.float32
		self.scheduler.set_timesteps(parameters["num_inference_steps"])
		latents = latents * self.scheduler.init_noise_sigma
		for step in self.scheduler.timesteps:
			sample = torch.cat([latents] * len(states))
			sample = self.scheduler.scale_model_input(sample, step)
			noise = self.unet(
				sample=sample.numpy(), encoder_hidden_states=states,
				timestep=np.full(time.shape, int(step), kind),
			)["out_sample"]
			noise = torch.from_numpy(noise.astype(np.float32))
			if scale > 1:
				without, given = noise.chunk(2)
				noise = without + scale * (given - without)
			latents = self.scheduler.step(noise, step, latents, eta=0.0).prev_sample
		pixels = self.vae(latent_sample=(latents / self.scaling).numpy())["sample"][0]
		pixels = np.clip(pixels.astype(np.float32) / 2 + 0.5, 0, 1).transpose(1, 2, 0)
		image = Image.fromarray(np.round(pixels * 255).astype(np.uint8))
		buffer = io.BytesIO()
		image.save(buffer, "PNG", optimize=True)
		return {"image": base64.b64encode(buffer.getvalue()).decode()}

	def encode(self, text: str) -> np.ndarray:
		"""Hidden states of a text, as long as the text encoder's context."""
		ids = self.tokenizer(
			text, padding="max_length", max_length=self.tokenizer.model_max_length, truncation=True,
			return_tensors="np",
		)["input_ids"]
		kind = np.int32 if self.text.inputs["input_ids"].type == "tensor(int32)" else np.int64
		return self.text(input_ids=ids.astype(kind))["last_hidden_state"].astype(np.float32)
