#!/usr/bin/env node
// What the user of a stock polkadot.js wallet does against a Tercet chain, with no types of our own:
// everything is read from metadata. See README.md.

import { Keyring } from '@polkadot/keyring';
import { cryptoWaitReady } from '@polkadot/util-crypto';

import { connect } from './chain.mjs';
import { options as parse, USAGE, UsageError } from './options.mjs';
import { Report, StepFailed } from './report.mjs';
import { batch, proxy } from './steps/accounts.mjs';
import { answeredJob, refundedJob } from './steps/job.mjs';
import { acceptedPrice, ownModel, publishedModel } from './steps/model.mjs';
import { network } from './steps/network.mjs';
import { refusals } from './steps/refusals.mjs';
import { transfer } from './steps/transfer.mjs';

const SS58_PREFIX = 42;
/** What every account of this test starts with, in tokens. */
const FUNDING = 100n;
/** Accounts derived from `//Wallet`: one for each thing that happens at the same time. */
const DERIVED = [
	'author', 'batcher', 'provider', 'hot',
	'noItems', 'manyItems', 'free', 'dear', 'noInput', 'late', 'far', 'minority', 'noCredit',
	'noModel', 'noVariant',
];
const USAGE_ERROR = 2;
/** How long open handles may keep the process alive after everything is done. */
const EXIT_LIMIT_MILLIS = 5_000;

/** Runs every topic; what builds on a failed step is left out, the rest still runs. */
async function run(options, report) {
	const api = await topic(() =>
		report.step(`a stock client connects to ${options.url}`, (step) => {
			step.waits(`a node to answer at ${options.url}; is one running there?`);
			return connect(options.url, step.signal);
		}));
	if (!api) return;
	try {
		await cryptoWaitReady();
		const context = contextOf(api, report, options);
		await topic(() => network(context));
		await topic(() => transfer(context));
		const funded = await topic(() => batch(context).then(() => true));
		if (!funded) return;
		await topic(() => jobs(context));
		await topic(() => proxy(context));
	} finally {
		await api.disconnect();
	}
}

async function jobs(context) {
	const { options } = context;
	const served = options.model !== undefined;
	const variant = await (served ? publishedModel : ownModel)(context);
	const price = options.price ?? (await acceptedPrice({ ...context, variant }));
	const asked = { ...context, variant, price };
	await topic(() => (served ? answeredJob : refundedJob)(asked));
	await topic(() => refusals(asked));
}

function contextOf(api, report, options) {
	const keyring = new Keyring({ type: 'sr25519', ss58Format: SS58_PREFIX });
	const token = 10n ** BigInt(api.registry.chainDecimals[0]);
	const wallet = keyring.addFromUri('//Wallet');
	const derived = DERIVED.map((name) => [name, keyring.addFromUri(`//Wallet//${name}`)]);
	return {
		api,
		report,
		options,
		keyring,
		token,
		funding: FUNDING * token,
		funder: keyring.addFromUri(options.funder),
		accounts: { wallet, ...Object.fromEntries(derived) },
	};
}

/** Runs `body`; a failed step has been reported and ends only this topic. */
async function topic(body) {
	try {
		return await body();
	} catch (error) {
		if (!(error instanceof StepFailed)) throw error;
		return undefined;
	}
}

async function main() {
	const options = parse(process.argv.slice(2));
	if (options.help) {
		console.log(USAGE);
		return 0;
	}
	const print = options.json ? console.error : console.log;
	const report = new Report(print, options.timeout);
	await run(options, report);
	report.finish();
	if (options.json) console.log(JSON.stringify(report.summary(), null, '\t'));
	return report.passed ? 0 : 1;
}

main().then(
	(code) => {
		process.exitCode = code;
	},
	(error) => {
		console.error(error instanceof UsageError ? `${error.message}\n${USAGE}` : error);
		process.exitCode = error instanceof UsageError ? USAGE_ERROR : 1;
	},
).finally(() => setTimeout(() => process.exit(), EXIT_LIMIT_MILLIS).unref());
