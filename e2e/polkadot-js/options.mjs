// The command line of `wallet.mjs`.

import { file, parse, UsageError, value, whole } from './arguments.mjs';
import { encode, tensor } from './safetensors.mjs';

/** Bytes that may travel inside a transaction: `MAX_INLINE_BYTES` of the primitives. */
const MAX_INLINE_BYTES = 2048;
const PIXELS = 64;

export const USAGE = `usage: node wallet.mjs [options]
  --url URL            node to talk to (default ws://127.0.0.1:9944)
  --model ID           published model to ask, served by three workers; without it the script
                       publishes a model that nobody serves, and expects a refund
  --variant-index N    position in the model's list of variants (default 0)
  --input FILE         safetensors file with one item, at most ${MAX_INLINE_BYTES} bytes
  --image-file FILE    or the item as an image: ${PIXELS} numbers as text or JSON, or a safetensors
                       file with \`image\` f32 [n, ${PIXELS}]
  --image-index N      which of its images (default 0)
  --label N            the digit that the answer must name
  --price PLANCK       what each executor is paid per work unit (default: the least that every
                       provider of the variant accepts)
  --deadline BLOCKS    blocks until the job is refunded (default: 60 with a model, else about
                       the least that the chain takes)
  --funder URI         account that pays for everything (default //Alice)
  --timeout SECONDS    time for one step (default 180)
  --json               steps to stderr, a JSON summary to stdout
  --help`;

/** Reads the command line; throws `UsageError`. */
export function options(args) {
	const { values, common } = parse(args, {
		model: value(),
		'variant-index': value('0'),
		input: value(),
		'image-file': value(),
		'image-index': value('0'),
		label: value(),
		price: value(),
		deadline: value(),
	});
	const model = whole(values, 'model');
	if (model === undefined && values['variant-index'] !== '0') {
		throw new UsageError('--variant-index needs a --model');
	}
	return {
		...common,
		model,
		variantIndex: whole(values, 'variant-index'),
		input: common.help ? undefined : input(values, model !== undefined),
		label: whole(values, 'label'),
		price: values.price === undefined ? undefined : BigInt(whole(values, 'price')),
		deadline: whole(values, 'deadline'),
	};
}

/** The job's input, as bytes of a safetensors map with one item. */
function input(values, needed) {
	if (values.input && values['image-file']) {
		throw new UsageError('--input and --image-file exclude each other');
	}
	if (!values.input && !values['image-file']) {
		if (needed) throw new UsageError('--model needs an --input or an --image-file');
		return blank();
	}
	const bytes = values.input
		? file(values.input)
		: image(values['image-file'], whole(values, 'image-index'));
	if (bytes.length > MAX_INLINE_BYTES) {
		throw new UsageError(`the input has ${bytes.length} bytes, more than ${MAX_INLINE_BYTES}`);
	}
	return bytes;
}

function image(path, index) {
	const bytes = file(path);
	const pixels = isText(bytes) ? numbers(bytes, path) : row(bytes, index, path);
	return encode({ image: { shape: [1, PIXELS], values: pixels } });
}

/** A safetensors file starts with the upper bytes of a small u64, which are zero; text has none. */
function isText(bytes) {
	return !bytes.includes(0);
}

function numbers(bytes, path) {
	const words = bytes.toString('utf8').split(/[\s,[\]]+/).filter((word) => word !== '');
	const values = words.map(Number);
	if (values.length !== PIXELS || !values.every(Number.isFinite)) {
		throw new UsageError(`${path}: expected ${PIXELS} numbers, found ${values.length}`);
	}
	return values;
}

function row(bytes, index, path) {
	let all;
	try {
		all = tensor(bytes, 'image', { shape: [null, PIXELS] });
	} catch (error) {
		throw new UsageError(`${path}: ${error.message}`);
	}
	if (index >= all.shape[0]) {
		throw new UsageError(`--image-index ${index}: ${path} has ${all.shape[0]} images`);
	}
	return all.values.slice(index * PIXELS, (index + 1) * PIXELS);
}

/** The item that is asked when it does not matter which: a white image. */
export function blank() {
	return encode({ image: { shape: [1, PIXELS], values: Array(PIXELS).fill(0) } });
}
