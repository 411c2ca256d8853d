"""The stream of random numbers that README.md describes: ChaCha20, uniform, normal."""

import math
import struct

import numpy as np

WORD = 0xFFFF_FFFF


def _quarter(state: list[int], a: int, b: int, c: int, d: int) -> None:
	for first, second, third, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
		state[first] = (state[first] + state[second]) & WORD
		mixed = state[third] ^ state[first]
		state[third] = ((mixed << bits) | (mixed >> (32 - bits))) & WORD


def block(key: bytes, counter: int) -> list[int]:
	"""The 16 words of one block; the nonce is zero."""
	start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key)]
	start += [counter & WORD, counter >> 32, 0, 0]
	state = list(start)
	for _ in range(10):
		for column in range(4):
			_quarter(state, column, column + 4, column + 8, column + 12)
		for diagonal in range(4):
			_quarter(state, diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4,
				12 + (diagonal + 3) % 4)
	return [(mixed + first) & WORD for mixed, first in zip(state, start)]


class Random:
	"""The stream under a key of 32 bytes, or of a request's `parameters.seed`."""

	def __init__(self, seed: int | bytes) -> None:
		self.key = seed if isinstance(seed, bytes) else seed.to_bytes(8, "little") + bytes(24)
		if len(self.key) != 32:
			raise ValueError(f"a key has 32 bytes, not {len(self.key)}")
		self.counter, self.words = 0, []

	def word(self) -> int:
		"""The next word."""
		if not self.words:
			self.words = block(self.key, self.counter)[::-1]
			self.counter += 1
		return self.words.pop()

	def uniform(self) -> float:
		"""A number in [0, 1)."""
		return (self.word() >> 8) / 2**24

	def normal(self, count: int) -> np.ndarray:
		"""`count` normal numbers, float32."""
		numbers = []
		while len(numbers) < count:
			first, second = self.uniform(), self.uniform()
			radius = math.sqrt(-2 * math.log(1 - first))
			numbers += [radius * math.cos(math.tau * second), radius * math.sin(math.tau * second)]
		return np.array(numbers[:count], np.float32)


# RFC 8439, A.1, test vector 1.
assert struct.pack("<2I", *block(bytes(32), 0)[:2]).hex() == "76b8e0ada0f13d90"
