// The safetensors format, as far as a wallet needs it: canonical encoding of f32 tensors, and a
// reader that trusts nothing.
//
// Layout: u64 little-endian length of the header, the header as JSON padded with spaces to a
// multiple of 8 bytes, then the tensors' bytes without gaps. Canonical means one encoding per
// content: tensors sorted by name, `dtype`, `shape`, `data_offsets` in that order, no whitespace.
// https://huggingface.co/docs/safetensors

const HEADER_LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const BYTES_PER_ELEMENT = { F32: 4, U8: 1 };

/** Bytes that are no safetensors map, or not the one asked for. */
export class SafetensorsError extends Error {
	name = 'SafetensorsError';
}

/**
 * Encodes f32 tensors.
 *
 * @param {Record<string, {shape: number[], values: ArrayLike<number>}>} tensors
 * @returns {Uint8Array}
 */
export function encode(tensors) {
	const entries = [];
	const parts = [];
	let end = 0;
	for (const name of Object.keys(tensors).sort()) {
		const { shape, values } = tensors[name];
		if (elements(shape) !== values.length) {
			throw new SafetensorsError(`${name}: ${values.length} values for shape [${shape}]`);
		}
		const bytes = new Uint8Array(values.length * BYTES_PER_ELEMENT.F32);
		const view = new DataView(bytes.buffer);
		Array.from(values).forEach((value, i) => view.setFloat32(i * 4, value, true));
		const entry = { dtype: 'F32', shape, data_offsets: [end, (end += bytes.length)] };
		entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
		parts.push(bytes);
	}
	const json = Buffer.from(`{${entries.join(',')}}`);
	const padding = Buffer.alloc((ALIGNMENT - (json.length % ALIGNMENT)) % ALIGNMENT, ' ');
	const length = Buffer.alloc(HEADER_LENGTH_BYTES);
	length.writeBigUInt64LE(BigInt(json.length + padding.length));
	return Buffer.concat([length, json, padding, ...parts]);
}

/**
 * Reads one tensor of known type and, where given, known shape.
 *
 * @param {Uint8Array} bytes
 * @param {string} name
 * @param {{dtype?: 'F32' | 'U8', shape?: (number | null)[]}} expected `null` stands for any size
 * @returns {{shape: number[], values: number[]}}
 */
export function tensor(bytes, name, { dtype = 'F32', shape } = {}) {
	const { header, data } = parse(bytes);
	const entry = Object.hasOwn(header, name) ? header[name] : undefined;
	if (entry === undefined) {
		throw new SafetensorsError(`no tensor \`${name}\`, only ${Object.keys(header).join(', ')}`);
	}
	const wellFormed = [entry?.shape, entry?.data_offsets].every(
		(list) => Array.isArray(list) && list.every(Number.isSafeInteger),
	);
	if (!wellFormed) throw new SafetensorsError(`${name}: malformed header entry`);
	if (entry.dtype !== dtype) {
		throw new SafetensorsError(`${name}: dtype ${entry.dtype}, expected ${dtype}`);
	}
	const fits = (size, i) => shape[i] === null || shape[i] === size;
	if (shape && !(entry.shape.length === shape.length && entry.shape.every(fits))) {
		throw new SafetensorsError(`${name}: shape [${entry.shape}], expected [${shape}]`);
	}
	const [start, end] = entry.data_offsets;
	const size = BYTES_PER_ELEMENT[dtype];
	const count = elements(entry.shape);
	if (!(start >= 0 && end <= data.length && end - start === count * size)) {
		throw new SafetensorsError(`${name}: bytes ${start}..${end} do not hold [${entry.shape}]`);
	}
	const view = new DataView(data.buffer, data.byteOffset + start, end - start);
	const read = dtype === 'F32' ? (i) => view.getFloat32(i * 4, true) : (i) => view.getUint8(i);
	return { shape: entry.shape, values: Array.from({ length: count }, (_, i) => read(i)) };
}

/** Position of the largest value; the first of several. */
export function argmax(values) {
	return values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
}

function parse(bytes) {
	if (bytes.length < HEADER_LENGTH_BYTES) {
		throw new SafetensorsError(`${bytes.length} bytes are too few for a header`);
	}
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	const length = view.getBigUint64(0, true);
	if (length > BigInt(bytes.length - HEADER_LENGTH_BYTES)) {
		throw new SafetensorsError(`a header of ${length} bytes in a file of ${bytes.length}`);
	}
	const start = HEADER_LENGTH_BYTES + Number(length);
	const text = new TextDecoder().decode(bytes.subarray(HEADER_LENGTH_BYTES, start));
	let header;
	try {
		header = JSON.parse(text);
	} catch {
		throw new SafetensorsError('the header is not JSON');
	}
	if (header === null || typeof header !== 'object' || Array.isArray(header)) {
		throw new SafetensorsError('the header is not a map of tensors');
	}
	return { header, data: bytes.subarray(start) };
}

function elements(shape) {
	return shape.reduce((product, size) => product * size, 1);
}
