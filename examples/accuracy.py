#!/usr/bin/env python3
"""How good every variant of an example is on what its training never saw.

	python accuracy.py text-classification image-classification automatic-speech-recognition
"""

import argparse
import importlib.util
import sys
from pathlib import Path

import numpy as np
from transformers import AutoImageProcessor, AutoTokenizer, Wav2Vec2CTCTokenizer

from reference.graph import SUFFIXES, Graph

HERE = Path(__file__).resolve().parent


def script(folder: Path):
	"""The module that trained a model."""
	sys.path.insert(0, str(folder))
	spec = importlib.util.spec_from_file_location("train", folder / "train.py")
	module = importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	return module


def texts(folder: Path, train) -> list:
	"""Inputs and labels of the texts."""
	tokenizer = AutoTokenizer.from_pretrained(folder)
	rows = []
	for text, label in train.split()[1]:
		tokens = tokenizer(text, truncation=True, return_tensors="np")
		rows.append(({name: ids.astype(np.int64) for name, ids in tokens.items()}, label))
	return rows


def images(folder: Path, train) -> list:
	"""Inputs and labels of the images."""
	processor = AutoImageProcessor.from_pretrained(folder, use_fast=False)
	_, test, _, truth = train.split()
	return [
		(dict(processor(train.render(digit), return_tensors="np")), label)
		for digit, label in zip(test, truth)
	]


def speech(_: Path, train) -> list:
	"""Sounds and what is said in them."""
	test = train.utterances(150, train.UNHEARD, 3, train.SEED + 1)
	return [({"input_values": train.sound_of([pair], None)[0].numpy()}, pair[1]) for pair in test]


def share_right(graph: Graph, rows: list) -> str:
	"""How many labels are right."""
	right = sum(int(graph(**inputs)["logits"].argmax() == label) for inputs, label in rows)
	return f"{right} of {len(rows)} right ({right / len(rows):.2%})"


def share_wrong(graph: Graph, rows: list, train, tokenizer) -> str:
	"""How many words are wrong."""
	wrong = words = 0
	for inputs, said in rows:
		heard = tokenizer.decode(graph(**inputs)["logits"][0].argmax(-1))
		wrong += train.errors(said.split(), heard.split())
		words += len(said.split())
	return f"{wrong} of {words} words wrong ({wrong / words:.2%})"


#: What each example is tested with.
KNOWN = {
	"text-classification": texts, "image-classification": images,
	"automatic-speech-recognition": speech,
}


def main() -> None:
	arguments = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	arguments.add_argument("tasks", nargs="+", choices=KNOWN, metavar="TASK")
	for task in arguments.parse_args().tasks:
		folder = HERE / task
		train = script(folder)
		rows = KNOWN[task](folder, train)
		for variant, suffix in SUFFIXES.items():
			path = folder / "onnx" / f"model{suffix}.onnx"
			if not path.is_file():
				continue
			graph = Graph(path)
			if KNOWN[task] is speech:
				tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(folder)
				found = share_wrong(graph, rows, train, tokenizer)
			else:
				found = share_right(graph, rows)
			print(f"{task} {variant}: {found}", flush=True)


if __name__ == "__main__":
	main()
