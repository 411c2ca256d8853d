"""How a variant compares with fp32: size, speed, distance."""

import time
from pathlib import Path

import numpy as np
import onnxruntime as ort

from graphs import Failure
from inputs import Feed


def session(path: Path, threads: int) -> ort.InferenceSession:
	"""A session on the CPU."""
	options = ort.SessionOptions()
	options.intra_op_num_threads = threads
	options.log_severity_level = 3
	try:
		return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
	except Exception as error:
		raise Failure(f"ONNX Runtime cannot load {path.name}: {error}") from error


def distance(expected: np.ndarray, found: np.ndarray, logits: bool) -> dict:
	"""How far apart two outputs are; `top1` is the share of rows with the same largest element."""
	first, second = expected.astype(np.float64), found.astype(np.float64)
	gap = np.abs(first - second)
	norms = np.linalg.norm(first) * np.linalg.norm(second)
	same = first.argmax(-1) == second.argmax(-1) if logits else None
	return {
		"max_abs": float(gap.max()),
		"mean_abs": float(gap.mean()),
		"cosine": float((first * second).sum() / norms) if norms else 1.0,
		"top1": float(same.mean()) if logits else None,
	}


def measure(original: Path, variants: dict[str, Path], feeds: list[Feed], repeats: int,
		threads: int) -> dict[str, dict]:
	"""Size, time per batch and distance of all variants, and of fp32 itself.

	Times are medians; the sessions take turns, so that what else the machine does hits all alike.
	"""
	paths = {"fp32": original, **variants}
	sessions = {name: session(path, threads) for name, path in paths.items()}
	output = sessions["fp32"].get_outputs()[0].name
	answers, times = {}, {name: [] for name in paths}
	for name, one in sessions.items():
		try:
			rows = [one.run([output], feed)[0] for feed in feeds]
		except Exception as error:
			raise Failure(f"{paths[name].name} cannot run: {error}") from error
		answers[name] = np.concatenate([row.reshape(-1, row.shape[-1]) for row in rows])
	for turn in range(repeats):
		feed = feeds[turn % len(feeds)]
		for name, one in sessions.items():
			began = time.perf_counter()
			one.run([output], feed)
			times[name].append(time.perf_counter() - began)
	found, base = {}, float(np.median(times["fp32"]))
	for name, path in paths.items():
		bytes_, median = path.stat().st_size, float(np.median(times[name]))
		found[name] = {
			"file": path.name,
			"bytes": bytes_,
			"size_ratio": bytes_ / original.stat().st_size,
			"milliseconds": median * 1e3,
			"speed_ratio": base / median,
			"output": output,
			**distance(answers["fp32"], answers[name], "logits" in output),
		}
	return found


def table(graphs: dict[str, dict[str, dict]]) -> str:
	"""The report in columns."""
	head = ("graph", "variant", "bytes", "size", "ms", "speed", "max", "mean", "cosine", "top-1")
	rows = [head]
	for graph, variants in graphs.items():
		for name, row in variants.items():
			top = "" if row["top1"] is None else f"{row['top1']:.4f}"
			rows.append((graph, name, f"{row['bytes']:,}", f"{row['size_ratio']:.2f}",
				f"{row['milliseconds']:.2f}", f"{row['speed_ratio']:.2f}", f"{row['max_abs']:.2e}",
				f"{row['mean_abs']:.2e}", f"{row['cosine']:.6f}", top))
	widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
	lines = []
	for row in rows:
		cells = [cell.ljust(width) if column < 2 else cell.rjust(width)
			for column, (cell, width) in enumerate(zip(row, widths))]
		lines.append("  ".join(cells).rstrip())
	return "\n".join(lines)
