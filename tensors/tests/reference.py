#!/usr/bin/env python3
"""Fingerprints by the rules in `src/fingerprint/mod.rs`, written a second time without any package.

Prints the golden vectors of `fingerprint.rs`. Python floats are IEEE 754 doubles, and
`struct.pack("<f")` rounds to the nearest float32, ties to even.
"""

import math
import struct

BITS = 256
CELLS = 16


def chacha20_block(key: bytes, counter: int) -> bytes:
	"""One 64-byte block of ChaCha20 with a 64-bit counter and an all-zero 64-bit nonce."""
	words = list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key))
	words += [counter & 0xFFFFFFFF, counter >> 32, 0, 0]
	x = words[:]

	def quarter(a: int, b: int, c: int, d: int) -> None:
		for first, second, third, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
			x[first] = (x[first] + x[second]) & 0xFFFFFFFF
			mixed = x[third] ^ x[first]
			x[third] = (mixed << turn | mixed >> 32 - turn) & 0xFFFFFFFF

	for _ in range(10):
		for column in range(4):
			quarter(column, column + 4, column + 8, column + 12)
		for column in range(4):
			quarter(column, (column + 1) % 4 + 4, (column + 2) % 4 + 8, (column + 3) % 4 + 12)
	return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(x, words)))


def to_f32(value: float) -> float:
	"""The nearest float32; what is not finite then counts as 0."""
	try:
		(value,) = struct.unpack("<f", struct.pack("<f", value))
	except OverflowError:
		return 0.0
	return value if math.isfinite(value) else 0.0


def low_frequency(plane: list[list[float]]) -> list[float]:
	"""One plane averaged down to at most 16 x 16 cells, row by row."""
	height, width = len(plane), len(plane[0])
	rows, columns = min(height, CELLS), min(width, CELLS)

	def overlap(element: int, cell: int, length: int, cells: int) -> int:
		start, end = max(cells * element, length * cell), min(cells * (element + 1), length * (cell + 1))
		return max(0, end - start)

	cells = []
	for row in range(rows):
		for column in range(columns):
			total = 0.0
			for i in range(height):
				for j in range(width):
					weight = overlap(i, row, height, rows) * overlap(j, column, width, columns)
					if weight:
						total += to_f32(plane[i][j]) * weight
			cells.append(to_f32(total / (height * width)))
	return cells


def fingerprint(vector: list[float], seed: bytes) -> str:
	"""The fingerprint as hexadecimal digits, byte 0 first."""
	stream = b"".join(chacha20_block(seed, block) for block in range(-(-len(vector) // 2)))
	result = bytearray(BITS // 8)
	for bit in range(BITS):
		total = 0.0
		for index, component in enumerate(vector):
			negative = stream[32 * index + bit // 8] >> (bit % 8) & 1
			total = total - to_f32(component) if negative else total + to_f32(component)
		if total > 0:
			result[bit // 8] |= 1 << (bit % 8)
	return result.hex()


def main() -> None:
	seed = bytes(range(32))
	ramp = [0.1 * i - 3.7 for i in range(100)]
	plane = [[math.ldexp((7 * i + 3 * j) % 31 - 9, -2) for j in range(37)] for i in range(20)]
	nan, inf = math.nan, math.inf
	print("keystream      ", (chacha20_block(seed, 0)[:32]).hex())
	print("one            ", fingerprint([1.0], seed))
	print("three          ", fingerprint([1.0, -2.5, 4.0], seed))
	print("ramp           ", fingerprint([to_f32(value) for value in ramp], seed))
	print("ramp, zero seed", fingerprint([to_f32(value) for value in ramp], bytes(32)))
	print("not finite     ", fingerprint([1.0, nan, -2.5, inf, 4.0, -inf, 1e300], seed))
	print("low frequency  ", fingerprint(low_frequency(plane), seed))
	print("cells          ", [low_frequency(plane)[index] for index in (0, 1, 17, 255)])


if __name__ == "__main__":
	main()
