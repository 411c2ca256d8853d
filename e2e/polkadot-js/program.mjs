// What all scripts do: read the command line, connect, take step after step, report.

import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';

import { UsageError } from './arguments.mjs';
import { connect } from './chain.mjs';
import { Report, StepFailed } from './report.mjs';

const SS58_PREFIX = 42;
const USAGE_ERROR = 2;
/** How long open handles may keep the process alive after everything is done. */
const EXIT_LIMIT_MILLIS = 5_000;

/**
 * Runs a script to its end and sets the exit code.
 *
 * @param {{usage: string, options: (args: string[]) => object, run: (context: object) => Promise}}
 *   script `run` gets `api`, `report`, `options`, `keyring`, `funder`, and `token`: planck in a TCT
 */
export function program(script) {
	main(script).then(
		(code) => {
			process.exitCode = code;
		},
		(error) => {
			console.error(error instanceof UsageError ? `${error.message}\n${script.usage}` : error);
			process.exitCode = error instanceof UsageError ? USAGE_ERROR : 1;
		},
	).finally(() => setTimeout(() => process.exit(), EXIT_LIMIT_MILLIS).unref());
}

/** Runs `body`; a failed step has been reported and ends only this topic. */
export async function topic(body) {
	try {
		return await body();
	} catch (error) {
		if (!(error instanceof StepFailed)) throw error;
		return undefined;
	}
}

async function main({ usage, options: parse, run }) {
	const options = parse(process.argv.slice(2));
	if (options.help) {
		console.log(usage);
		return 0;
	}
	const print = options.json ? console.error : console.log;
	const report = new Report(print, options.timeout);
	await connected(options, report, run);
	report.finish();
	if (options.json) console.log(JSON.stringify(report.summary(), null, '\t'));
	return report.passed ? 0 : 1;
}

async function connected(options, report, run) {
	const api = await topic(() =>
		report.step(`a stock client connects to ${options.url}`, (step) => {
			step.waits(`a node to answer at ${options.url}; is one running there?`);
			return connect(options.url, step.signal);
		}));
	if (!api) return;
	try {
		await cryptoWaitReady();
		const keyring = new Keyring({ type: 'sr25519', ss58Format: SS58_PREFIX });
		const token = 10n ** BigInt(api.registry.chainDecimals[0]);
		const funder = keyring.addFromUri(options.funder);
		await run({ api, report, options, keyring, token, funder });
	} finally {
		await api.disconnect();
	}
}
