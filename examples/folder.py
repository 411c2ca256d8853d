"""From a model in PyTorch to a folder in the layout of the hub, by the ecosystem's own exporter."""

import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path

import torch
from optimum.exporters.onnx import main_export
from tokenizers import (
	Tokenizer,
	decoders,
	models,
	normalizers,
	pre_tokenizers,
	processors,
	trainers,
)
from transformers import BertTokenizerFast, PreTrainedModel, set_seed

#: The ONNX opset of all exports.
OPSET = 18


def deterministic(seed: int) -> None:
	"""The same numbers on every run on one machine."""
	warnings.filterwarnings("ignore")
	logging.disable(logging.WARNING)
	set_seed(seed)
	torch.set_num_threads(1)
	torch.use_deterministic_algorithms(True)


def wordpiece(texts: list[str], size: int, longest: int) -> BertTokenizerFast:
	"""A lower-case WordPiece tokenizer like BERT's, of `size` tokens, for texts up to `longest`."""
	special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
	tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
	tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
	tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
	tokenizer.decoder = decoders.WordPiece()
	trainer = trainers.WordPieceTrainer(
		vocab_size=size, special_tokens=special, show_progress=False, limit_alphabet=100
	)
	tokenizer.train_from_iterator(texts, trainer)
	vocabulary = {token: rank for rank, token in enumerate(stable_order(tokenizer, special))}
	tokenizer.model = models.WordPiece(vocabulary, unk_token="[UNK]")
	tokenizer.post_processor = processors.BertProcessing(
		("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
	)
	return BertTokenizerFast(
		tokenizer_object=tokenizer, model_max_length=longest, do_lower_case=True
	)


def stable_order(tokenizer: Tokenizer, special: list[str]) -> list[str]:
	"""The vocabulary in an order that does not depend on hash maps: special tokens, then by text."""
	return special + sorted(set(tokenizer.get_vocab()) - set(special))


def export(model: PreTrainedModel, companions: list, task: str, target: Path) -> None:
	"""Writes `config.json`, `onnx/model.onnx` and the files of the model's companions (tokenizer, image
	processor) into `target`.
	"""
	model.eval()
	with tempfile.TemporaryDirectory() as temporary, warnings.catch_warnings():
		warnings.simplefilter("ignore")
		source, exported = Path(temporary) / "source", Path(temporary) / "exported"
		model.save_pretrained(source)
		for companion in companions:
			companion.save_pretrained(source)
		main_export(
			str(source), output=exported, task=task, opset=OPSET, do_validation=True, device="cpu"
		)
		(target / "onnx").mkdir(parents=True, exist_ok=True)
		for path in exported.iterdir():
			place = target / "onnx" / path.name if path.suffix == ".onnx" else target / path.name
			shutil.copyfile(path, place)


def write_json(path: Path, value: object) -> None:
	"""Indented JSON with a line end."""
	path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
