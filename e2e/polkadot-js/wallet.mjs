#!/usr/bin/env node
// What the user of a stock polkadot.js wallet does against a Tercet chain, with no types of our own:
// everything is read from metadata. See README.md.

import { options, USAGE } from './options.mjs';
import { program, topic } from './program.mjs';
import { batch, proxy } from './steps/accounts.mjs';
import { answeredJob, refundedJob } from './steps/job.mjs';
import { acceptedPrice, ownModel, publishedModel } from './steps/model.mjs';
import { network } from './steps/network.mjs';
import { refusals } from './steps/refusals.mjs';
import { transfer } from './steps/transfer.mjs';

/** What every account of this test starts with, in tokens. */
const FUNDING = 100n;
/** Accounts derived from `//Wallet`: one for each thing that happens at the same time. */
const DERIVED = [
	'author', 'batcher', 'provider', 'hot',
	'noItems', 'manyItems', 'free', 'dear', 'noInput', 'late', 'far', 'minority', 'noCredit',
	'noModel', 'noVariant',
];

/** Runs every topic; what builds on a failed step is left out, the rest still runs. */
async function run(connection) {
	const { keyring, token } = connection;
	const derived = DERIVED.map((name) => [name, keyring.addFromUri(`//Wallet//${name}`)]);
	const context = {
		...connection,
		funding: FUNDING * token,
		accounts: { wallet: keyring.addFromUri('//Wallet'), ...Object.fromEntries(derived) },
	};
	await topic(() => network(context));
	await topic(() => transfer(context));
	const funded = await topic(() => batch(context).then(() => true));
	if (!funded) return;
	await topic(() => jobs(context));
	await topic(() => proxy(context));
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

program({ usage: USAGE, options, run });
