// What the command lines of all scripts have in common.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** A command line that cannot be followed. */
export class UsageError extends Error {
	name = 'UsageError';
}

/** An option with a value. */
export const value = (fallback) => ({ type: 'string', ...(fallback && { default: fallback }) });

/** Options of every script, and those of this one. */
export function parse(args, own) {
	let values;
	try {
		({ values } = parseArgs({
			args,
			options: {
				url: value('ws://127.0.0.1:9944'),
				funder: value('//Alice'),
				timeout: value('180'),
				json: { type: 'boolean', default: false },
				help: { type: 'boolean', default: false },
				...own,
			},
		}));
	} catch (error) {
		throw new UsageError(error.message);
	}
	if (!/^wss?:\/\//.test(values.url)) {
		throw new UsageError(`--url ${values.url}: expected ws:// or wss://`);
	}
	const { url, funder, json, help } = values;
	return { values, common: { url, funder, json, help, timeout: whole(values, 'timeout') * 1000 } };
}

/** The option `name` as a number, or `undefined` where it was not given. */
export function whole(values, name) {
	const text = values[name];
	if (text === undefined) return undefined;
	if (!/^\d{1,15}$/.test(text)) throw new UsageError(`--${name} ${text}: expected a whole number`);
	return Number(text);
}

/** What is in a file that was named. */
export function file(path) {
	try {
		return readFileSync(path);
	} catch (error) {
		throw new UsageError(`${path}: ${error.message}`);
	}
}
