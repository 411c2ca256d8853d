#!/usr/bin/env python3
"""Plants the bugs of this folder one at a time, and requires that the tests catch every one.

    run.py [NUMBER...]

Works on a copy of the tree, with a target folder of its own: MUTANTS_TARGET_DIR, or `mutants` in
CARGO_TARGET_DIR. A bug that the tests of its own pallet let pass is held against the oracle. Writes
the results into the table of docs/mutants.md; rows of bugs that were not planted stay as they are.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "mutants.md"
BEGIN, END = "<!-- mutants: begin -->\n", "<!-- mutants: end -->\n"
TARGET = Path(os.environ.get("MUTANTS_TARGET_DIR")
	or Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target", "mutants")).absolute()
TREE = TARGET / "tree"
ORACLE_ACTIONS = 60_000
# Seconds. A bug that keeps its tests from ending is caught by that.
BUILD_LIMIT, TEST_LIMIT = 3_600, 180
# That something fails is enough: nothing is shrunk, and no seeds are kept for the next bug.
SETTINGS = {"CARGO_TARGET_DIR": str(TARGET), "SKIP_WASM_BUILD": "1", "CARGO_TERM_COLOR": "never",
	"PROPTEST_MAX_SHRINK_ITERS": "0", "PROPTEST_DISABLE_FAILURE_PERSISTENCE": "true"}
SURVIVES = "**nothing**"


class Mutant:
	"""A patch of one file of one pallet; its first line says what is wrong. Planted while open."""

	def __init__(self, patch):
		self.patch, text = patch, patch.read_text()
		self.number, self.title = int(patch.name[:2]), text.splitlines()[0]
		[self.path] = re.findall(r"^\+\+\+ b/(\S+)", text, re.MULTILINE)
		_, self.pallet, _, self.file = self.path.split("/", 3)

	def __enter__(self):
		self.original = (TREE / self.path).read_bytes()
		status, output = run(["patch", "-p1", "--fuzz=2", "--forward", "--batch", "--reject-file=-",
			"--no-backup-if-mismatch", "-i", str(self.patch)], 60)
		if status != 0:
			self.__exit__()
			raise Failure("does not apply", output)

	def __exit__(self, *_):
		# Written anew, so that cargo sees a change.
		(TREE / self.path).write_bytes(self.original)


class Failure(Exception):
	"""A bug that could not be tried, and what was printed."""


def say(text):
	print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def sync():
	"""Makes the copy equal to the working tree. Files that are equal keep their times."""
	listing = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT,
		check=True, capture_output=True, text=True).stdout
	wanted = {TREE / path for path in listing.split("\0") if path and (ROOT / path).is_file()}
	for gone in {path for path in TREE.rglob("*") if path.is_file()} - wanted:
		gone.unlink()
	for copy in wanted:
		source = (ROOT / copy.relative_to(TREE)).read_bytes()
		if not copy.is_file() or copy.read_bytes() != source:
			copy.parent.mkdir(parents=True, exist_ok=True)
			copy.write_bytes(source)


def run(command, limit):
	"""Runs a command in the copy: exit status, `None` if the time was up, and output."""
	log = TARGET / "mutant.log"
	with log.open("w") as output:
		process = subprocess.Popen(command, cwd=TREE, stdout=output, stderr=subprocess.STDOUT,
			env={**os.environ, **SETTINGS}, start_new_session=True)
		try:
			status = process.wait(limit)
		except BaseException as reason:
			os.killpg(process.pid, signal.SIGKILL)
			process.wait()
			if not isinstance(reason, subprocess.TimeoutExpired):
				raise
			status = None
	return status, log.read_text(errors="replace")


def cargo(*arguments):
	status, output = run(["cargo", *arguments], BUILD_LIMIT)
	if status != 0:
		raise Failure("does not compile", output)
	return output


def caught_by_tests(pallet):
	"""What of the pallet's own tests fails; `None` if nothing does."""
	package = f"pallet-{pallet}"
	output = cargo("test", "--release", "--locked", "-p", package, "--lib", "--no-run")
	[tests] = re.findall(r"Executable .*\((.+)\)", output)
	status, output = run([str(TREE / tests)], TEST_LIMIT)
	if status == 0:
		return None
	failed = re.findall(r"^test (?:tests::)?(\S+).* FAILED$", output, re.MULTILINE)
	# Rather one that names what is wrong than a random one.
	failed.sort(key=lambda name: "random" in name)
	first = f"`{failed[0]}`" if failed else "tests that " + ("hang" if status is None else "crash")
	return first + (f" and {len(failed) - 1} more" if len(failed) > 1 else "")


def caught_by_oracle():
	"""Whether model and runtime differ; `None` if they do not."""
	cargo("build", "--release", "--locked", "-p", "tercet-oracle", "--bin", "tercet-oracle")
	oracle = [str(TARGET / "release" / "tercet-oracle"), "--actions", str(ORACLE_ACTIONS)]
	return None if run(oracle, BUILD_LIMIT)[0] == 0 else "oracle"


def control(name, check):
	"""Without a bug, nothing may fail."""
	say(f"control: {name}")
	if found := check():
		sys.exit(f"{name} fails without any bug: {found}")


def plant(mutant, check):
	"""What catches a bug, in words."""
	try:
		with mutant:
			found = check() or SURVIVES
	except Failure as failure:
		reason, output = failure.args
		say(output[-3_000:])
		found = f"**{reason}**"
	say(f"{mutant.patch.name}: {found}")
	return found


def write(mutants, caught):
	"""Puts new rows into the table, and drops those of bugs that are gone."""
	before, rest = PAGE.read_text().split(BEGIN)
	table, after = rest.split(END)
	rows = {int(row.split("|")[1]): row for row in re.findall(r"^\| \d+ .*$", table, re.MULTILINE)}
	for it in mutants:
		if it.number in caught:
			where = f"`{it.pallet}/{it.file}`"
			rows[it.number] = f"| {it.number} | {it.title} | {where} | {caught[it.number]} |"
	rows = [rows[it.number] for it in mutants if it.number in rows]
	alive = sum("**" in row for row in rows)
	oracle = sum(row.endswith("| oracle |") for row in rows)
	summary = f"{len(rows)} bugs planted, {len(rows) - alive} caught: {len(rows) - alive - oracle} by " \
		f"the tests of their own pallet, {oracle} by the oracle."
	if missing := len(mutants) - len(rows):
		summary += f" {missing} more have not been planted yet."
	lines = [summary, "", "| | what is wrong | where | caught by |", "|---|---|---|---|", *rows, ""]
	PAGE.write_text(before + BEGIN + "\n".join(lines) + END + after)


def main():
	# An end like any other: what was planted is taken out.
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
	mutants = [Mutant(patch) for patch in sorted(HERE.glob("*.patch"))]
	numbers = {int(number) for number in sys.argv[1:]}
	chosen = [mutant for mutant in mutants if not numbers or mutant.number in numbers]
	TREE.mkdir(parents=True, exist_ok=True)
	sync()
	for pallet in sorted({mutant.pallet for mutant in chosen}):
		control(f"pallet-{pallet}", lambda: caught_by_tests(pallet))
	caught = {}
	for mutant in chosen:
		caught[mutant.number] = plant(mutant, lambda: caught_by_tests(mutant.pallet))
		write(mutants, caught)
	survivors = [mutant for mutant in chosen if caught[mutant.number] == SURVIVES]
	if survivors:
		control("oracle", caught_by_oracle)
	for mutant in survivors:
		caught[mutant.number] = plant(mutant, caught_by_oracle)
		write(mutants, caught)
	sys.exit(any("**" in found for found in caught.values()))


if __name__ == "__main__":
	main()
