// Run with `npm test`: needs no network.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { argmax, encode, SafetensorsError, tensor } from './safetensors.mjs';

const DIGITS = new URL('../../examples/digits/', import.meta.url);
const read = (name) => readFileSync(new URL(name, DIGITS));

test('encode_matches_the_reference_writer_when_given_the_same_tensor', () => {
	const file = read('held-out.safetensors');
	const { shape, values } = tensor(file, 'image', { shape: [null, 64] });
	assert.deepEqual(encode({ image: { shape, values } }), file);
});

test('encode_sorts_tensors_when_given_several', () => {
	const one = { shape: [1], values: [1] };
	assert.deepEqual(encode({ b: one, a: one }), encode({ a: one, b: one }));
	assert.deepEqual(tensor(encode({ b: one, a: one }), 'b').values, [1]);
});

test('encode_stays_inline_when_given_one_image', () => {
	assert.ok(encode({ image: { shape: [1, 64], values: Array(64).fill(16) } }).length <= 2048);
});

test('encode_fails_when_values_do_not_fill_the_shape', () => {
	assert.throws(() => encode({ image: { shape: [1, 64], values: [1] } }), SafetensorsError);
});

test('tensor_reads_committed_answers_when_asked_for_logits', () => {
	const { shape, values } = tensor(read('expected_int8.safetensors'), 'logits');
	const labels = tensor(read('labels.safetensors'), 'label', { dtype: 'U8', shape: [512] });
	assert.deepEqual(shape, [512, 10]);
	const right = labels.values.filter(
		(label, i) => argmax(values.slice(i * 10, i * 10 + 10)) === label,
	);
	assert.ok(right.length > 480, `${right.length} of 512 are right`);
});

test('tensor_fails_when_bytes_are_not_what_was_asked_for', () => {
	const good = encode({ logits: { shape: [1, 10], values: Array(10).fill(0) } });
	const cases = [
		[new Uint8Array(3), 'logits', {}],
		[good.subarray(0, 20), 'logits', {}],
		[good.subarray(0, good.length - 1), 'logits', {}],
		[good, 'image', {}],
		[good, 'toString', {}],
		[good, 'logits', { dtype: 'U8' }],
		[good, 'logits', { shape: [1, 9] }],
		[good, 'logits', { shape: [10] }],
		[Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 110, 117, 108, 108]), 'logits', {}],
		[Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 123, 123]), 'logits', {}],
	];
	for (const [bytes, name, expected] of cases) {
		assert.throws(() => tensor(bytes, name, expected), SafetensorsError);
	}
});

test('argmax_picks_the_first_when_values_tie', () => {
	assert.equal(argmax([0, 3, 3, 1]), 1);
});
