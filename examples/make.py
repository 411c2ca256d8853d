#!/usr/bin/env python3
"""Makes example models: trains and exports them, makes their variants, runs the reference.

	python make.py text-classification …        all of it
	python make.py --skip-training …            variants and reference of the fp32 models that are there
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
QUANTIZE = HERE.parent / "cli" / "quantize" / "quantize.py"

#: The variants that each example has beside fp32: not all that could be made, to keep the repository
#: small.
VARIANTS = {
	"text-classification": "int8,q4",
	"text-generation": "int8,q4,q4f16",
	"feature-extraction": "fp16,int8",
	"image-classification": "fp16,int8",
	"automatic-speech-recognition": "fp16,int8,q4",
	"text-to-image": "int8",
}

#: Examples whose int8 variant is static, and needs inputs to find its ranges.
CALIBRATED = ("image-classification",)


def main() -> None:
	arguments = argparse.ArgumentParser(
		description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
	)
	arguments.add_argument("tasks", nargs="+", choices=VARIANTS, metavar="TASK")
	arguments.add_argument("--skip-training", action="store_true")
	options = arguments.parse_args()
	for task in options.tasks:
		folder = HERE / task
		with tempfile.TemporaryDirectory() as temporary:
			calibration = Path(temporary) / "calibration.safetensors"
			given = ["--calibration", calibration] if task in CALIBRATED else []
			if not options.skip_training:
				run(folder / "train.py", *given)
			elif given:
				run(folder / "train.py", *given, "--calibration-only")
			inputs = ["--inputs", calibration] if given else []
			run(QUANTIZE, folder, "--to", VARIANTS[task], *inputs)
		run("-m", "reference", folder)


def run(*command: object) -> None:
	"""A script, in this environment; its failure is ours."""
	subprocess.run([sys.executable, *map(str, command)], cwd=HERE, check=True)


if __name__ == "__main__":
	main()
