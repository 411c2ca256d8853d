// Referenda of both houses, as a wallet sees them: submitted, paid for, voted on, enacted.

import { bnToU8a, compactAddLength, stringToU8a, u8aConcat } from '@polkadot/util';
import { blake2AsHex, blake2AsU8a } from '@polkadot/util-crypto';

import { errorName, finalBlocks, submit } from './chain.mjs';
import { check, same } from './report.mjs';

/** The longest call that needs no preimage, in bytes. */
const MAX_INLINE_BYTES = 128;
/** How `pallet-referenda` names what it has approved. */
const ENACTMENT = u8aConcat(stringToU8a('assembly'), compactAddLength(stringToU8a('enactment')));
/** What the scheduler knows the other house's approvals by: `pallet_dao::Renamed`. */
const OF_CONTRIBUTORS = stringToU8a('tercet/contributors');

/** The house that votes with tokens. */
export const TOKENS = { pallet: 'referenda', task: (name) => blake2AsHex(name, 256) };
/** The house that votes with work credits. */
export const CONTRIBUTORS = {
	pallet: 'contributorReferenda',
	task: (name) => blake2AsHex(u8aConcat(OF_CONTRIBUTORS, blake2AsU8a(name, 256)), 256),
};

/**
 * @typedef {object} Proposal
 * @property {object} origin what the call is dispatched from, such as `{ Origins: 'MarketAdmin' }`
 * @property {SubmittableExtrinsic} call
 * @property {number} [after] blocks from approval to enactment, if more than its track asks
 * @property {boolean} [preimage] whether it goes by its hash even if it is short
 */

/**
 * Submits proposals in one transaction, after the calls in `first`.
 *
 * @returns {Promise<{house, index: number, track: number, number: number}[]>} the referenda, in the
 *   order of the proposals; `number` is the block
 */
export async function propose(api, house, proposals, signer, first = []) {
	const notes = proposals.filter(isLong).map(({ call }) =>
		api.tx.preimage.notePreimage(call.method.toHex()));
	const calls = proposals.map((proposal) =>
		api.tx[house.pallet].submit(proposal.origin, bounded(proposal), { After: proposal.after ?? 0 }));
	const done = await submit(api, api.tx.utility.batchAll([...first, ...notes, ...calls]), signer);
	same(done.error, undefined, 'the outcome');
	const submitted = done.events.filter((event) => event.is(`${house.pallet}.Submitted`));
	same(submitted.length, proposals.length, 'the number of referenda');
	return submitted.map(({ data }) => ({
		house,
		index: data.index.toNumber(),
		track: data.track.toNumber(),
		number: done.number,
	}));
}

/** Places the decision deposits; returns what they add up to, in planck. */
export async function placeDeposits(api, referenda, signer) {
	const calls = referenda.map(({ house, index }) =>
		api.tx[house.pallet].placeDecisionDeposit(index));
	const done = await submit(api, api.tx.utility.batchAll(calls), signer);
	same(done.error, undefined, 'the outcome');
	const placed = done.events.filter((event) => event.name.endsWith('.DecisionDepositPlaced'));
	same(placed.length, referenda.length, 'the number of deposits');
	return placed.reduce((sum, { data }) => sum + data.amount.toBigInt(), 0n);
}

/** Votes for all these referenda of the token house, each time with `balance` planck. */
export async function voteWithTokens(api, referenda, signer, balance) {
	const vote = { Standard: { vote: { aye: true, conviction: 'Locked1x' }, balance } };
	const calls = referenda.map(({ index }) => api.tx.convictionVoting.vote(index, vote));
	const done = await submit(api, api.tx.utility.batchAll(calls), signer);
	same(done.error, undefined, `the outcome for ${signer.address}`);
	const votes = done.events.filter((event) => event.is('convictionVoting.Voted'));
	same(votes.length, referenda.length, `the votes of ${signer.address}`);
}

/** Votes for a referendum of the contributor house; returns with which power, in credits. */
export async function voteWithCredits(api, { index }, signer) {
	const done = await submit(api, api.tx.dao.vote(index, 'Aye'), signer);
	same(done.error, undefined, `the outcome for ${signer.address}`);
	const voted = done.events.find((event) => event.is('dao.Voted'));
	check(voted, `there is no dao.Voted event of ${signer.address}`);
	return voted.data.ballot.power.toBigInt();
}

/** Waits until a referendum is being decided, on the best chain: some decisions are short. */
export async function deciding(api, { house, index }, step) {
	step.waits(`${house.pallet} ${index} to be decided`);
	let stop = () => {};
	try {
		await new Promise((resolve, reject) => {
			api.query[house.pallet].referendumInfoFor(index, (info) => {
				if (info.isNone || !info.unwrap().isOngoing) {
					reject(new Error(`${house.pallet} ${index} has ended: ${info}`));
				} else if (info.unwrap().asOngoing.deciding.isSome) {
					resolve();
				}
			}).then((unsubscribe) => { stop = unsubscribe; }, reject);
		});
	} finally {
		stop();
	}
}

/**
 * Follows a referendum from its submission until what it approved has been dispatched.
 *
 * @returns {Promise<{number: number, hash: string, events: Event[], error?: string}>} the block of
 *   the dispatch, and the name of the error that it ended in
 */
export async function enacted(api, referendum, step) {
	const { house, index } = referendum;
	const task = house.task(u8aConcat(ENACTMENT, bnToU8a(index, { bitLength: 32 })));
	const what = `${house.pallet} ${index}`;
	const seen = [];
	const expect = () => step.waits(`${what} to be enacted; so far: ${seen.join(', ') || 'nothing'}`);
	expect();
	for await (const block of finalBlocks(api, referendum.number, step.signal)) {
		for (const event of block.events) {
			const [pallet, name] = event.name.split('.');
			if (pallet === house.pallet && event.data.index?.toNumber() === index) {
				step.note(`block ${block.number}: ${event.name} ${tally(event.data)}`.trimEnd());
				check(!['Rejected', 'TimedOut', 'Killed', 'Cancelled'].includes(name), `${what}: ${name}`);
				seen.push(name);
				expect();
			}
			if (event.is('scheduler.Dispatched') && event.data.id.toString() === task) {
				check(seen.includes('Confirmed'), `${what} was enacted without approval`);
				const { result } = event.data;
				const error = result.isErr ? errorName(api, result.asErr) : undefined;
				step.note(`block ${block.number}: ${event.name} ${error ?? 'Ok'}`);
				return { ...block, error };
			}
		}
	}
	throw new Error('the step has ended');
}

/** Gets the deposits of ended referenda back, and those of preimages whose hashes are given. */
export async function refundDeposits(api, referenda, signer, preimages = []) {
	const calls = referenda.flatMap(({ house, index }) => [
		api.tx[house.pallet].refundDecisionDeposit(index),
		api.tx[house.pallet].refundSubmissionDeposit(index),
	]);
	const notes = preimages.map((hash) => api.tx.preimage.unnotePreimage(hash));
	const done = await submit(api, api.tx.utility.batchAll([...calls, ...notes]), signer);
	same(done.error, undefined, 'the outcome');
	return done;
}

/** A call as referenda have it: itself, or its hash. */
function bounded(proposal) {
	const { method } = proposal.call;
	return isLong(proposal)
		? { Lookup: { hash: method.hash.toHex(), len: method.encodedLength } }
		: { Inline: method.toHex() };
}

function isLong({ call, preimage }) {
	return preimage || call.method.encodedLength > MAX_INLINE_BYTES;
}

function tally(data) {
	return data.tally ? JSON.stringify(data.tally.toHuman()) : '';
}
