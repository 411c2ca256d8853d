#!/usr/bin/env node
// What the pages of Polkadot.js Apps read from a Tercet chain, and what their buttons send. See
// README.md.

import { appsOptions, APPS_USAGE } from './apps-options.mjs';
import { program, topic } from './program.mjs';
import { accounts, bounties, explorer, referenda, treasury } from './steps/pages.mjs';
import {
	keysRotate, leave, nominate, paidOut, propose, redeemed, stand, unbond,
} from './steps/staking.mjs';
import { bags, overview, performance, slashes, targets } from './steps/staking-pages.mjs';

async function run(connection) {
	const { keyring, options } = connection;
	const context = {
		...connection,
		validator: keyring.addFromUri(options.validator),
		candidate: keyring.addFromUri('//Apps//candidate'),
		nominator: keyring.addFromUri('//Apps//nominator'),
	};
	const proposed = await topic(() => propose(context));
	if (!proposed) return;
	await topic(() => explorer(context, proposed));
	await topic(() => treasury(context));
	await topic(() => bounties(context, proposed));
	await topic(() => referenda(context, proposed));
	// Three accounts, which need not wait for each other.
	const [stands, unbonding, rotation] = await Promise.all([
		topic(() => stand(context)),
		topic(() => nominate(context).then(() => unbond(context))),
		topic(() => keysRotate(context)),
	]);
	if (!stands || unbonding === undefined) return;
	await topic(() => targets(context));
	await topic(() => bags(context));
	await topic(() => overview(context));
	await topic(() => slashes(context));
	const era = await topic(() => paidOut(context));
	if (era !== undefined) await topic(() => performance(context, era));
	await topic(() => redeemed(context, unbonding));
	await topic(() => accounts(context));
	if (rotation) await topic(() => rotation());
	await topic(() => leave(context));
}

program({ usage: APPS_USAGE, options: appsOptions, run });
