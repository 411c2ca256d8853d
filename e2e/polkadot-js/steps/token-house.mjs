// The token house decides: a parameter of the market, a spend, a slash that it forgives.

import { mnemonicGenerate } from '@polkadot/util-crypto';

import { balanceAt, parentOf, submit } from '../chain.mjs';
import {
	enacted, placeDeposits, propose, refundDeposits, TOKENS, voteWithTokens,
} from '../referenda.mjs';
import { check, same } from '../report.mjs';

/** What the spend is for, in tokens. */
const SPEND = 500n;
/** The track of market parameters. */
const MARKET_TRACK = 10;
/** More blocks than the longest retention that governance may set. */
const TOO_LONG = 4_000_000_000;
/** By how much too large a change multiplies the fee. */
const TOO_MUCH = 16n;
/** Blocks from one change of the market to the next, which comes too soon. */
const SOON = 5;
/** Blocks that a slash must still be pending for, so that a vote can be in time. */
const VOTE = 25;

/** Submits every proposal, votes, and pays the deposits; each is followed in its own topic. */
export async function openReferenda(context) {
	const { api, report, funder, voters, token } = context;

	const slash = await report.step('a slash is pending', async (step) => {
		const pending = (await api.query.providerStaking.pendingSlashes.entries())
			.map(([key, slash]) => ({ id: key.args[0].toNumber(), ...fields(slash.unwrap()) }))
			.sort((one, other) => other.due - one.due);
		check(pending.length > 0, 'there is none; somebody must have answered wrongly');
		const [{ id, provider, amount, due }] = pending;
		const now = (await api.rpc.chain.getHeader()).number.toNumber();
		step.note(`slash ${id} of ${amount} planck for ${provider}, due in block ${due}, now ${now}`);
		check(due >= now + VOTE, 'it is due before anybody could vote');
		return { id, provider, amount, due };
	});

	const beneficiary = context.keyring.addFromUri(mnemonicGenerate()).address;
	const fee = (await api.query.jobMarket.params()).jobFee.toBigInt();
	const proposals = await proposalsFor(context, slash, beneficiary, fee);
	const deposited = await heldFrom(api, funder);

	const referenda = await report.step('referenda are submitted in one batch', async (step) => {
		step.waits('the submissions to become final');
		// Something for the treasury to spend.
		const treasury = api.consts.treasury.potAccount;
		const gift = api.tx.balances.transferKeepAlive(treasury, 2n * SPEND * token);
		const open = await propose(api, TOKENS, Object.values(proposals), funder, [gift]);
		const named = Object.keys(proposals).map((name, i) => [name, open[i]]);
		named.forEach(([name, { index, track }]) => step.note(`${index} on track ${track}: ${name}`));
		return Object.fromEntries(named);
	});
	const all = Object.values(referenda);

	// Before the deposits, with which the decisions begin: the shortest lasts a few blocks.
	await report.step(`${voters.length} accounts lock tokens and vote`, async (step) => {
		step.waits('the votes to become final');
		await Promise.all(voters.map(async (voter) => {
			const { data } = await api.query.system.account(voter.address);
			const balance = ((data.free.toBigInt() + data.reserved.toBigInt()) * 9n) / 10n;
			await voteWithTokens(api, all, voter, balance);
		}));
	});

	await report.step('their decision deposits are held', async (step) => {
		step.waits('the deposits to become final');
		const before = await heldFrom(api, funder);
		const sum = await placeDeposits(api, all, funder);
		same((await heldFrom(api, funder)) - before, sum, 'what is held');
		step.note(`${sum / token} TCT`);
	});
	return { referenda, proposals, slash, beneficiary, fee, deposited };
}

/** What is proposed, by name, in the order of submission. */
async function proposalsFor({ api, token }, slash, beneficiary, fee) {
	const now = await api.query.jobMarket.params();
	const setMarket = (changes) => ({
		origin: { Origins: 'MarketAdmin' },
		call: api.tx.jobMarket.setParams({ ...Object.fromEntries(now.entries()), ...changes }),
	});
	const [, track] = api.consts.referenda.tracks.find(([id]) => id.eq(MARKET_TRACK));
	return {
		doubledFee: { ...setMarket({ jobFee: 2n * fee }), preimage: true },
		outOfRange: setMarket({ retention: TOO_LONG }),
		tooFast: setMarket({ jobFee: TOO_MUCH * fee }),
		tooSoon: { ...setMarket({ jobFee: fee }), after: track.minEnactmentPeriod.toNumber() + SOON },
		spend: {
			origin: { Origins: 'SmallSpender' },
			call: api.tx.treasury.spend(null, SPEND * token, beneficiary, null),
		},
		forgive: {
			origin: { Origins: 'SlashCanceller' },
			call: api.tx.providerStaking.cancelSlash(slash.id),
		},
	};
}

/** The slash is forgiven before it is due. */
export async function slashForgiven({ api, report }, { referenda, slash }) {
	await report.step('a referendum cancels the pending slash', async (step) => {
		const { error, number, hash, events } = await enacted(api, referenda.forgive, step);
		same(error, undefined, 'the outcome');
		check(number < slash.due, `it came in block ${number}, after the slash in ${slash.due}`);
		const event = events.find((candidate) => candidate.is('providerStaking.SlashCancelled'));
		check(event, 'there is no providerStaking.SlashCancelled event');
		same(event.data.id.toNumber(), slash.id, 'the slash in the event');
		same(event.data.amount.toBigInt(), slash.amount, 'the amount in the event');
		const pendingAt = async (block) =>
			(await (await api.at(block)).query.providerStaking.pendingSlashes(slash.id)).isSome;
		check(await pendingAt(await parentOf(api, hash)), 'it was gone before');
		check(!(await pendingAt(hash)), 'it is still pending');
	});
}

/** The treasury pays whom the voters wanted, once. */
export async function treasuryPays({ api, report, funder, token }, { referenda, beneficiary }) {
	const index = await report.step('a referendum approves a spend of the treasury', async (step) => {
		const { error, events } = await enacted(api, referenda.spend, step);
		same(error, undefined, 'the outcome');
		const event = events.find((candidate) => candidate.is('treasury.AssetSpendApproved'));
		check(event, 'there is no treasury.AssetSpendApproved event');
		same(event.data.beneficiary.toString(), beneficiary, 'the beneficiary');
		return event.data.index.toNumber();
	});

	await report.step('anybody has it paid out, and once only', async (step) => {
		step.waits('the payout to become final');
		const done = await submit(api, api.tx.treasury.payout(index), funder);
		same(done.error, undefined, 'the outcome');
		const paid = done.events.find((event) => event.is('balances.Transfer'));
		same(paid?.data.from.toString(), api.consts.treasury.potAccount.toString(), 'who paid');
		same((await balanceAt(api, done.hash, beneficiary)).free, SPEND * token, 'what arrived');
		const again = await submit(api, api.tx.treasury.payout(index), funder);
		same(again.error, 'treasury.AlreadyAttempted', 'the outcome of a second payout');
		same((await balanceAt(api, again.hash, beneficiary)).free, SPEND * token, 'what is there');
	});
}

/** The fee changes as wanted; what is out of bounds is approved all the same, and refused then. */
export async function marketChanges({ api, report }, { referenda, fee }) {
	const paramsAt = async (hash) => (await api.at(hash)).query.jobMarket.params();

	await report.step('a referendum doubles the fee of a job', async (step) => {
		const { error, hash, events } = await enacted(api, referenda.doubledFee, step);
		same(error, undefined, 'the outcome');
		check(events.some((event) => event.is('jobMarket.ParamsSet')), 'no jobMarket.ParamsSet event');
		const before = await paramsAt(await parentOf(api, hash));
		same(before.jobFee.toBigInt(), fee, 'the fee before');
		const after = await paramsAt(hash);
		same(after.jobFee.toBigInt(), 2n * fee, 'the fee after');
		same(after.retention.toNumber(), before.retention.toNumber(), 'what nobody wanted to change');
	});

	const refused = [
		['outOfRange', 'out of its range', 'ParamOutOfRange'],
		['tooFast', 'too large at once', 'RateTooFast'],
		['tooSoon', 'too soon after another', 'ParamsCoolingDown'],
	];
	for (const [name, what, expected] of refused) {
		await report.step(`an approved change is refused as ${expected}: ${what}`, async (step) => {
			const { error, hash } = await enacted(api, referenda[name], step);
			same(error, `jobMarket.${expected}`, 'the outcome');
			const [before, after] = [await paramsAt(await parentOf(api, hash)), await paramsAt(hash)];
			// Referenda of one track may be enacted in one block.
			const fees = [fee, 2n * fee];
			check(fees.includes(after.jobFee.toBigInt()), `the fee became ${after.jobFee}`);
			same(after.retention.toString(), before.retention.toString(), 'the retention');
		});
	}
}

/** Everything that was held for referenda returns. */
export async function depositsReturn({ api, report, funder }, { referenda, proposals, deposited }) {
	await report.step('all deposits return', async (step) => {
		step.waits('the refunds to become final');
		const notes = Object.values(proposals).filter(({ preimage }) => preimage);
		const hashes = notes.map(({ call }) => call.method.hash.toHex());
		await refundDeposits(api, Object.values(referenda), funder, hashes);
		same(await heldFrom(api, funder), deposited, 'what is still held');
	});
}

async function heldFrom(api, { address }) {
	const head = await api.rpc.chain.getFinalizedHead();
	return (await balanceAt(api, head, address)).reserved;
}

function fields({ provider, own, delegated, due }) {
	return {
		provider: provider.toString(),
		amount: own.toBigInt() + delegated.toBigInt(),
		due: due.toNumber(),
	};
}
