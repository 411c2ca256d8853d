#!/usr/bin/env node
// Both houses of a Tercet chain decide, by a stock polkadot.js client alone. See README.md.

import { program, topic } from './program.mjs';
import { modelFeatured } from './steps/contributor-house.mjs';
import {
	depositsReturn, marketChanges, openReferenda, slashForgiven, treasuryPays,
} from './steps/token-house.mjs';
import { VOTE_USAGE, voteOptions } from './vote-options.mjs';

async function run(connection) {
	const { keyring, options } = connection;
	const key = (uri) => keyring.addFromUri(uri);
	const context = {
		...connection,
		voters: options.voters.map(key),
		workers: options.workers.map(key),
	};
	const opened = await topic(() => openReferenda(context));
	if (opened) {
		await topic(() => slashForgiven(context, opened));
		await topic(() => treasuryPays(context, opened));
	}
	// Changes of parameters have the longest delay.
	await topic(() => modelFeatured(context));
	if (opened) {
		const changed = await topic(() => marketChanges(context, opened).then(() => true));
		if (changed) await topic(() => depositsReturn(context, opened));
	}
}

program({ usage: VOTE_USAGE, options: voteOptions, run });
