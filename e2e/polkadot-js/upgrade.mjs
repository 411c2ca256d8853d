#!/usr/bin/env node
// Both houses upgrade the runtime of a Tercet chain while jobs are in flight, by a stock polkadot.js
// client alone. See README.md.

import { program, topic } from './program.mjs';
import { authorized, upgraded } from './steps/upgrade.mjs';
import { UPGRADE_USAGE, upgradeOptions } from './vote-options.mjs';

async function run(connection) {
	const { keyring, options } = connection;
	const key = (uri) => keyring.addFromUri(uri);
	const context = {
		...connection,
		voters: options.voters.map(key),
		workers: options.workers.map(key),
		requester: key('//Upgrade'),
	};
	await topic(async () => {
		await authorized(context);
		await upgraded(context);
	});
}

program({ usage: UPGRADE_USAGE, options: upgradeOptions, run });
