"""English text that ordinary packages carry: the docstrings of SciPy and scikit-learn.

Both are under the BSD-3-Clause licence. The sources are parsed, not imported, so the text depends on
nothing but the versions in `requirements.txt`.
"""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

#: Topic, package and folder whose docstrings are about it.
TOPICS = {
	"learning": ("sklearn", ""),
	"optimization": ("scipy", "optimize"),
	"signals": ("scipy", "signal"),
	"linear algebra": ("scipy", "linalg"),
	"statistics": ("scipy", "stats"),
	"geometry": ("scipy", "spatial"),
}

#: What only typography needs: roles, literals, emphasis, references, footnotes.
MARKUP = [
	(re.compile(r":\w+:`~?([^`<]+?)\s*(<[^`]*>)?`"), r"\1"),
	(re.compile(r"``([^`]*)``"), r"\1"),
	(re.compile(r"`([^`]*)`_?"), r"\1"),
	(re.compile(r"\*\*?([^*\n]+)\*\*?"), r"\1"),
	(re.compile(r"\s*\[\d+\]_"), ""),
]


def sources(package: str, folder: str) -> list[Path]:
	"""The Python files of a package's folder, tests left out, in a fixed order."""
	root = Path(importlib.util.find_spec(package).origin).parent / folder
	files = (path for path in root.rglob("*.py") if "tests" not in path.parts)
	return sorted(files, key=lambda path: path.relative_to(root).as_posix())


def docstrings(path: Path) -> Iterator[str]:
	"""The docstrings of a file, as they stand."""
	tree = ast.parse(path.read_text(encoding="utf-8"))
	for node in ast.walk(tree):
		if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
			text = ast.get_docstring(node)
			if text:
				yield text


def paragraphs(docstring: str) -> list[str]:
	"""Its paragraphs of prose on one line each: no headings, code, tables, formulas."""
	found = []
	for block in re.split(r"\n\s*\n", docstring):
		lines = block.strip().splitlines()
		if not lines or any(re.match(r"\s*([-=~^*]{3,}|\.\. |>>>|\|)", line) for line in lines):
			continue
		if len(lines) > 1 and lines[0].strip() and re.match(r"^\S+ : ", lines[0]):
			lines = lines[1:]
		text = " ".join(line.strip() for line in lines)
		for pattern, replacement in MARKUP:
			text = pattern.sub(replacement, text)
		text = re.sub(r"\s+", " ", text).strip()
		if re.search(r"[\\{}_<>|=]{2,}|\.\.|math::|http|\\\w", text) or not text.isascii():
			continue
		if re.match(r"^[A-Z].*[.:!?]$", text) and len(text.split()) >= 5:
			found.append(text)
	return found


def documents(topic: str) -> list[list[str]]:
	"""The paragraphs of every docstring about a topic; texts that occur twice are there once."""
	seen, found = set(), []
	for path in sources(*TOPICS[topic]):
		for text in docstrings(path):
			fresh = [part for part in paragraphs(text) if not (part in seen or seen.add(part))]
			if fresh:
				found.append(fresh)
	return found


if __name__ == "__main__":
	for name in TOPICS:
		texts = documents(name)
		words = sum(len(part.split()) for text in texts for part in text)
		print(f"{name}: {len(texts)} docstrings, {sum(map(len, texts))} paragraphs, {words} words")
