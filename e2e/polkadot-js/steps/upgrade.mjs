// An upgrade of the runtime: both houses authorize it, anybody applies it, and the jobs that are in
// flight do not notice.

import { u8aToHex } from '@polkadot/util';
import { blake2AsHex, randomAsU8a } from '@polkadot/util-crypto';

import {
	connect, errorName, eventsAt, final, finalBlocks, finalHeight, submit,
} from '../chain.mjs';
import { blank } from '../options.mjs';
import { enacted, placeDeposits, propose, TOKENS, voteWithTokens } from '../referenda.mjs';
import { check, same } from '../report.mjs';
import { openPoll, votedByWork } from './contributor-house.mjs';
import { EXECUTORS, follow, REDUNDANCY } from './job.mjs';

/** Where the chain has its runtime: `:code`. */
const CODE_KEY = '0x3a636f6465';
/** Blocks until a job is refunded. */
const DEADLINE = 60;
/** What the requester starts with, in tokens. */
const FUNDING = 1_000n;

/** Fast track: the contributor house lists the call, the token house dispatches it as root. */
export async function authorized(context) {
	const { api, report, options, funder, voters, token, requester } = context;
	const hash = blake2AsHex(options.code, 256);
	const authorize = api.tx.system.authorizeUpgrade(hash);

	const listing = await report.step('a provider proposes to whitelist an upgrade', (step) => {
		step.note(`code of ${options.code.length} bytes, hash ${hash}`);
		const call = api.tx.whitelist.whitelistCall(authorize.method.hash);
		return openPoll(context, { origin: { Origins: 'FastTrack' }, call }, step);
	});
	await votedByWork(context, listing);
	await report.step('the call is on the whitelist', async (step) => {
		const done = await enacted(api, listing, step);
		same(done.error, undefined, 'the outcome');
		const at = await api.at(done.hash);
		check((await at.query.whitelist.whitelistedCall(authorize.method.hash)).isSome, 'it is not');
	});

	const dispatch = await report.step('the token house votes to dispatch it', async (step) => {
		step.waits('the referendum to become final');
		const call = api.tx.whitelist.dispatchWhitelistedCallWithPreimage(authorize);
		const proposal = { origin: { Origins: 'WhitelistedCaller' }, call, preimage: true };
		const fund = api.tx.balances.transferKeepAlive(requester.address, FUNDING * token);
		const [referendum] = await propose(api, TOKENS, [proposal], funder, [fund]);
		await placeDeposits(api, [referendum], funder);
		step.waits('the votes to become final');
		await Promise.all(voters.map(async (voter) => {
			const { data } = await api.query.system.account(voter.address);
			const balance = ((data.free.toBigInt() + data.reserved.toBigInt()) * 9n) / 10n;
			await voteWithTokens(api, [referendum], voter, balance);
		}));
		return referendum;
	});
	await report.step('the upgrade is authorized', async (step) => {
		const done = await enacted(api, dispatch, step);
		same(done.error, undefined, 'the outcome');
		const event = done.events.find((candidate) => candidate.is('system.UpgradeAuthorized'));
		same(event?.data.codeHash.toHex(), hash, 'the authorized hash');
		same(event.data.checkVersion.isTrue, true, 'whether the version is checked');
	});
}

/** Applies the code between jobs, which all settle. */
export async function upgraded(context) {
	const { api, report, options, funder, requester } = context;
	const old = api.runtimeVersion.specVersion.toNumber();
	const before = await finalHeight(api);

	const hash = await report.step(
		`the upgrade is applied after ${options.jobs} jobs were submitted`,
		async (step) => {
			step.waits('everything to become final');
			// One in each block, so that the upgrade finds jobs at every stage.
			const nonce = (await api.rpc.system.accountNextIndex(requester.address)).toNumber();
			const sent = [];
			for (let n = 0; n < options.jobs; n++) {
				const tx = api.tx.jobMarket.submit(await request(api, options));
				sent.push(final(tx, requester, { nonce: nonce + n }));
				sent[n].catch(() => {});
				await nextBlock(api);
			}
			const apply = api.tx.system.applyAuthorizedUpgrade(u8aToHex(options.code));
			const [{ status }, ...submitted] = await Promise.all([final(apply, funder), ...sent]);
			const errors = submitted.filter((result) => result.dispatchError)
				.map((result) => errorName(api, result.dispatchError));
			check(errors.length === 0, `jobs were refused: ${errors.join(', ')}`);
			return status.asFinalized.toHex();
		},
	);

	// polkadot.js has read these blocks with the metadata of before, and would do so with that of now.
	const fresh = await report.step('who connects now finds the new runtime', async (step) => {
		const fresh = await connect(options.url, step.signal);
		const number = (await fresh.rpc.chain.getHeader(hash)).number.toNumber();
		const events = await eventsAt(fresh, hash);
		check(events.some((event) => event.is('system.CodeUpdated')), 'no system.CodeUpdated event');
		const version = fresh.runtimeVersion.specVersion.toNumber();
		check(version > old, `it is still version ${version}`);
		const code = (await fresh.rpc.state.getStorage(CODE_KEY, hash)).unwrap().toU8a(true);
		same(blake2AsHex(code, 256), blake2AsHex(options.code, 256), 'the hash of the code');
		step.note(`version ${old} became ${version} in block ${number}`);
		report.facts.upgrade = { from: old, to: version, block: number, jobs: options.jobs };
		return fresh;
	});
	try {
		await jobsSettle({ ...context, api: fresh }, hash, before);
	} finally {
		await fresh.disconnect();
	}

	await report.step('who was connected goes on, and a new job settles', async (step) => {
		step.waits('polkadot.js to see the new version');
		while (api.runtimeVersion.specVersion.toNumber() === old) await nextBlock(api);
		step.waits('the submission to become final');
		const tx = api.tx.jobMarket.submit(await request(api, options));
		const done = await submit(api, tx, requester);
		same(done.error, undefined, 'the outcome');
		const event = done.events.find((candidate) => candidate.is('jobMarket.Submitted'));
		await settled(api, { id: event.data.job.toBigInt(), number: done.number }, step);
	});
}

/** The jobs submitted since block `before`, of which some were in flight in block `hash`. */
async function jobsSettle({ api, report, options, requester }, hash, before) {
	const jobs = await report.step('it finds jobs at several stages', async (step) => {
		const at = await api.at(hash);
		const jobs = await jobsSince(api, before, requester.address, options.jobs, step);
		const views = await Promise.all(jobs.map(({ id }) => at.call.jobApi.job(id)));
		const open = views.map((view) => view.unwrap()).filter(({ job }) => !ended(job.state));
		open.forEach(({ job, committee }) => {
			const stage = committee.isSome ? committee.unwrap().stage.type : '';
			step.note(`${job.state.type} ${stage}`.trimEnd());
		});
		check(open.length >= 2, `${open.length} jobs were in flight`);
		return jobs;
	});
	for (const job of jobs) {
		await report.step(`job ${job.id} settles and is paid once`, (step) => settled(api, job, step));
	}
}

/** The first `count` jobs that an account has submitted after a block, with the blocks they are in. */
async function jobsSince(api, before, address, count, step) {
	const jobs = [];
	for await (const { number, events } of finalBlocks(api, before + 1, step.signal)) {
		for (const event of events.filter((candidate) => candidate.is('jobMarket.Submitted'))) {
			if (event.data.requester.toString() !== address) continue;
			jobs.push({ id: event.data.job.toBigInt(), number });
		}
		step.waits(`${count} jobs; so far ${jobs.length}`);
		if (jobs.length === count) break;
	}
	return jobs;
}

async function settled(api, job, step) {
	const { ended, events } = await follow(api, job, step);
	check(ended.is('jobMarket.Settled'), `the job ended with ${ended.describe}`);
	const paid = events.filter((event) => event.is('payouts.Paid'));
	const executors = paid.filter(({ data }) => data.role.isExecutor);
	same(executors.length, EXECUTORS, 'how many executors were paid');
	const total = paid.reduce((sum, { data }) => sum + data.amount.toBigInt(), 0n);
	const { executors: pay, royalties, treasury } = ended.data.statement;
	same(total, pay.toBigInt() + royalties.toBigInt() + treasury.toBigInt(), 'what was paid');
}

async function request(api, options) {
	const now = (await api.rpc.chain.getHeader()).number.toNumber();
	return {
		variant: { model: options.model, index: options.variantIndex },
		class: 'Portable',
		items: 1,
		input: { Inline: u8aToHex(blank()) },
		price: options.price,
		redundancy: REDUNDANCY,
		canary: u8aToHex(randomAsU8a(32)),
		funding: 'Hold',
		deadline: now + DEADLINE,
	};
}

function ended(state) {
	return state.isSettled || state.isRefunded || state.isInvalid;
}

/** Waits for the next block of the best chain. */
async function nextBlock(api) {
	let stop;
	let seen = 0;
	await new Promise((resolve, reject) => {
		api.rpc.chain.subscribeNewHeads(() => {
			// The first one is known already.
			if (++seen === 2) resolve();
		}).then((unsubscribe) => { stop = unsubscribe; }, reject);
	});
	stop();
}
