// An upgrade of the runtime: both houses authorize it, anybody applies it, and the jobs that are in
// flight do not notice.

import { u8aToHex } from '@polkadot/util';
import { blake2AsHex, randomAsU8a } from '@polkadot/util-crypto';

import { submit } from '../chain.mjs';
import { blank } from '../options.mjs';
import { enacted, placeDeposits, propose, TOKENS, voteWithTokens } from '../referenda.mjs';
import { check, same } from '../report.mjs';
import { openPoll, votedByWork } from './contributor-house.mjs';
import { EXECUTORS, follow, REDUNDANCY } from './job.mjs';
import { acceptedPrice } from './model.mjs';

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
	const price = await acceptedPrice({ api, variant: variantOf(options) });

	const { submissions, block } = await report.step(
		`the upgrade is applied while ${options.jobs} jobs are in flight`,
		async (step) => {
			step.waits('the upgrade to become final');
			// One in each block, so that the upgrade finds jobs at every stage.
			const nonce = (await api.rpc.system.accountNextIndex(requester.address)).toNumber();
			const submissions = [];
			for (let n = 0; n < options.jobs; n++) {
				const tx = api.tx.jobMarket.submit(await request(api, options, price));
				submissions.push(submit(api, tx, requester, { nonce: nonce + n }));
				submissions[n].catch(() => {});
				await nextBlock(api);
			}
			const apply = api.tx.system.applyAuthorizedUpgrade(u8aToHex(options.code));
			const done = await submit(api, apply, funder);
			same(done.error, undefined, 'the outcome');
			check(done.events.some((event) => event.is('system.CodeUpdated')), 'no system.CodeUpdated');
			step.note(`in block ${done.number}`);
			return { submissions, block: done };
		},
	);

	await report.step('the chain runs the new runtime', async (step) => {
		const version = (await api.rpc.state.getRuntimeVersion(block.hash)).specVersion.toNumber();
		check(version > old, `it is still version ${version}`);
		const code = await api.rpc.state.getStorage(CODE_KEY, block.hash);
		same(blake2AsHex(code.unwrap().toU8a(true), 256), blake2AsHex(options.code, 256), 'its hash');
		step.waits('polkadot.js to see the new version');
		while (api.runtimeVersion.specVersion.toNumber() !== version) await nextBlock(api);
		step.note(`version ${old} became ${version}`);
	});

	const jobs = await report.step('jobs at several stages saw both runtimes', async (step) => {
		step.waits('the submissions to become final');
		const at = await api.at(block.hash);
		const jobs = await Promise.all(submissions.map(async (submission) => {
			const done = await submission;
			same(done.error, undefined, 'the outcome of a submission');
			const event = done.events.find((candidate) => candidate.is('jobMarket.Submitted'));
			const id = event.data.job.toBigInt();
			const { job, committee } = (await at.call.jobApi.job(id)).unwrap();
			const stage = committee.isSome ? committee.unwrap().stage.type : 'waiting';
			step.note(`job ${id}, of block ${done.number}: ${job.state.type} ${stage}`);
			return { id, number: done.number, inFlight: !ended(job.state) };
		}));
		const open = jobs.filter(({ inFlight }) => inFlight);
		check(open.length >= 2, `${open.length} jobs were in flight`);
		return jobs;
	});

	for (const job of jobs) {
		await report.step(`job ${job.id} settles and is paid once`, (step) => settled(api, job, step));
	}

	await report.step('a job that is submitted now settles as well', async (step) => {
		step.waits('the submission to become final');
		const tx = api.tx.jobMarket.submit(await request(api, options, price));
		const done = await submit(api, tx, requester);
		same(done.error, undefined, 'the outcome');
		const event = done.events.find((candidate) => candidate.is('jobMarket.Submitted'));
		await settled(api, { id: event.data.job.toBigInt(), number: done.number }, step);
	});
	report.facts.upgrade = { from: old, block: block.number, jobs: jobs.length };
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

async function request(api, options, price) {
	const now = (await api.rpc.chain.getHeader()).number.toNumber();
	return {
		variant: variantOf(options),
		class: 'Portable',
		items: 1,
		input: { Inline: u8aToHex(blank()) },
		price,
		redundancy: REDUNDANCY,
		canary: u8aToHex(randomAsU8a(32)),
		funding: 'Hold',
		deadline: now + DEADLINE,
	};
}

function variantOf({ model, variantIndex }) {
	return { model, index: variantIndex };
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
