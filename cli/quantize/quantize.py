#!/usr/bin/env python3
"""Makes smaller variants of a model in the Hugging Face layout, and says what they cost.

For every fp32 graph of FOLDER (onnx/model.onnx, or unet/model.onnx and its like), writes
model_int8.onnx, model_q4.onnx, model_fp16.onnx or model_q4f16.onnx beside it, and reports size,
speed on this machine's CPU and distance to fp32.

  int8   8-bit weights and activations, unsigned. Where every operator has an integer form, static
         and exact: scales are powers of two, and all processors give the same bits (give typical
         inputs with --inputs: they set the ranges). Dynamic otherwise.
  q4     4-bit weights of matrix products (MatMulNBits), floats between them.
  fp16   16-bit floats inside, the same inputs and outputs.
  q4f16  q4 with 16-bit floats between.
"""

import argparse
import json
import logging
import sys
from pathlib import Path

logging.disable(logging.WARNING)

MISSING = "{} is not installed; run `python3 -m pip install -r {}`"


def arguments() -> argparse.Namespace:
	parser = argparse.ArgumentParser(
		prog="quantize.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	parser.add_argument("folder", type=Path, metavar="FOLDER")
	parser.add_argument("--to", default="int8,q4", metavar="VARIANTS",
		help="comma-separated: int8, q4, fp16, q4f16 (default: %(default)s)")
	parser.add_argument("--inputs", type=Path, action="append", default=[], metavar="FILE",
		help="safetensors of inputs, by the names that the graph has for them, items in the first "
		"dimension; for ranges and for distances. Repeat it for several graphs. Without, inputs are "
		"generated")
	parser.add_argument("--graphs", metavar="NAMES",
		help="comma-separated: only these graphs, such as unet/model.onnx")
	parser.add_argument("--int8", choices=("auto", "exact", "static", "dynamic"), default="auto",
		help="how int8 is made; static has finer scales than exact, and promises nothing about bits "
		"(default: %(default)s)")
	parser.add_argument("--block", type=int, choices=(16, 32, 64, 128, 256), default=32,
		help="4-bit weights that share a scale (default: %(default)s)")
	parser.add_argument("--report", type=Path, metavar="FILE", help="writes the report as JSON, too")
	parser.add_argument("--repeats", type=int, default=30, help="timed runs (default: %(default)s)")
	parser.add_argument("--threads", type=int, default=1,
		help="threads of the timed runs (default: %(default)s)")
	parser.add_argument("--seed", type=int, default=0, help="of generated inputs")
	return parser.parse_args()


def run(options: argparse.Namespace) -> None:
	"""Makes the variants and the report."""
	import convert
	import graphs
	import inputs
	import report

	wanted = [name for name in options.to.split(",") if name]
	for name in wanted:
		if name not in graphs.SUFFIXES:
			raise graphs.Failure(f"no variant `{name}`; there are {', '.join(graphs.SUFFIXES)}")
	if not wanted:
		raise graphs.Failure("--to names no variant")
	if options.repeats < 1:
		raise graphs.Failure("--repeats is at least 1")
	found = graphs.discover(options.folder)
	names = {path.relative_to(options.folder).as_posix(): path for path in found}
	if options.graphs:
		unknown = set(options.graphs.split(",")) - set(names)
		if unknown:
			raise graphs.Failure(f"no graph {', '.join(sorted(unknown))}; there are "
				f"{', '.join(names)}")
		names = {name: names[name] for name in options.graphs.split(",")}
	given = inputs.read(options.inputs)

	reports, methods, skipped = {}, {}, []
	for name, graph in names.items():
		about = graphs.config(options.folder, graph)
		session = report.session(graph, options.threads)
		feeds, origin = inputs.feeds(session, given, options.folder, about, options.seed)
		made = {}
		for variant in wanted:
			target = graphs.variant(graph, variant)
			partial = target.with_suffix(".partial")
			print(f"{name}: {variant} …", file=sys.stderr, flush=True)
			try:
				if variant == "int8":
					how = convert.int8(graph, partial, feeds, options.int8)
				elif variant == "q4":
					how = convert.q4(graph, partial, options.block)
				elif variant == "fp16":
					how = convert.fp16(graph, partial)
				else:
					how = convert.q4f16(graph, partial, options.block)
				# What does not load is not left behind as if it were a variant.
				report.session(partial, options.threads)
				if partial.stat().st_size >= graph.stat().st_size:
					raise graphs.Failure(f"it would be no smaller than {graph.name}: too few of its weights "
						f"are of a kind that {variant} makes smaller")
				partial.replace(target)
			except graphs.Failure as failure:
				skipped.append({"graph": name, "variant": variant, "reason": str(failure)})
				continue
			finally:
				partial.unlink(missing_ok=True)
			made[variant] = target
			methods[f"{name} {variant}"] = how
		reports[name] = report.measure(graph, made, feeds, options.repeats, options.threads)
		for row in reports[name].values():
			row["inputs"] = origin
		for variant in made:
			reports[name][variant]["method"] = methods[f"{name} {variant}"]

	print(report.table(reports))
	for skip in skipped:
		print(f"not made: {skip['variant']} of {skip['graph']}: {skip['reason']}", file=sys.stderr)
	if skipped and len(names) > 1:
		print('list such graphs under "shared" in tercet.json, and the variant takes them from fp32',
			file=sys.stderr)
	if options.report:
		content = {"graphs": reports, "not_made": skipped}
		options.report.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
	if skipped and not any(len(rows) > 1 for rows in reports.values()):
		raise graphs.Failure("no variant was made")


def main() -> int:
	options = arguments()
	try:
		run(options)
	except ImportError as error:
		place = Path(__file__).resolve().parent / "requirements.txt"
		print(f"error: {MISSING.format(error.name, place)}", file=sys.stderr)
		return 1
	except Exception as error:
		# Failures say what to do; anything else is ours, and its type helps to find it.
		known = type(error).__name__ == "Failure"
		print(f"error: {error if known else repr(error)}", file=sys.stderr)
		return 1
	return 0


if __name__ == "__main__":
	sys.exit(main())
