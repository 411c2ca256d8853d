// What the buttons of the staking pages send: bond, keys, validate, nominate, unbond, rebond,
// payout, redeem, stop.

import { u8aToHex } from '@polkadot/util';

import { finalHeight, submit } from '../chain.mjs';
import { check, same } from '../report.mjs';

/** Derives repeat what they have said for less long than this. */
const POLL_MILLIS = 2_000;
/** In tokens: what the accounts of this test get, and what they stake. */
const FUNDING = 20_000n;
const CANDIDATE_STAKE = 12_000n;
const NOMINATION = 5_000n;
const UNBONDED = 2_000n;
const REBONDED = 500n;
/** Of the candidate, in parts of a billion. */
export const COMMISSION = 50_000_000;
const BOUNTY = 100n;
export const BOUNTY_TITLE = 'A bounty that the pages show';

/** Asks `read` again until `wanted` is true of what it says. */
export async function until(read, wanted, step) {
	for (;;) {
		const value = await read();
		if (wanted(value)) return value;
		if (step.signal.aborted) throw new Error('the step has ended');
		await new Promise((resolve) => { setTimeout(resolve, POLL_MILLIS); });
	}
}

/**
 * Funds everybody and gives the other pages something to show.
 *
 * A candidate who was elected would be missed by finality, as no node signs for it. So there are as
 * many seats as validators.
 */
export async function propose(context) {
	const { api, report, funder, candidate, nominator, token } = context;
	return report.step('a bounty, a preimage and a referendum are proposed', async (step) => {
		const seats = (await api.query.session.validators()).length;
		const remark = api.tx.system.remark('0x7465726365742f61707073');
		const { hash, encodedLength: len } = remark.method;
		const calls = [
			...[candidate, nominator].map(({ address }) =>
				api.tx.balances.transferKeepAlive(address, FUNDING * token)),
			api.tx.sudo.sudo(api.tx.staking.setValidatorCount(seats)),
			api.tx.bounties.proposeBounty(BOUNTY * token, BOUNTY_TITLE),
			api.tx.preimage.notePreimage(remark.method.toHex()),
			api.tx.referenda.submit({ Origins: 'SmallSpender' }, { Lookup: { hash, len } }, { After: 0 }),
		];
		step.waits('the batch to become final');
		const tx = api.tx.utility.batchAll(calls);
		const done = await submit(api, tx, funder);
		same(done.error, undefined, 'the outcome');
		const event = (name) => done.events.find((own) => own.is(name)).data;
		const sudid = event('sudo.Sudid').sudoResult;
		check(sudid.isOk, `${funder.address} does not have the sudo key`);
		return {
			hash: done.hash,
			number: done.number,
			seats,
			remark: remark.method,
			bounty: event('bounties.BountyProposed').index.toNumber(),
			referendum: event('referenda.Submitted').index.toNumber(),
		};
	});
}

/** *Staking → Accounts*: an account becomes a candidate. */
export async function stand({ api, report, candidate, token }) {
	await report.step('the chain refuses session keys without proof of who has them', async (step) => {
		const { keys } = await rotate(api, candidate);
		step.waits('session.setKeys to become final');
		const done = await submit(api, api.tx.session.setKeys(keys, '0x'), candidate);
		same(done.error, 'session.InvalidProof', 'the outcome');
	});
	await report.step('an account bonds, sets session keys and validates', async (step) => {
		const { keys, proof } = await rotate(api, candidate);
		step.waits('the batch to become final');
		await sent(api, candidate, [
			api.tx.staking.bond(CANDIDATE_STAKE * token, 'Staked'),
			api.tx.session.setKeys(keys, proof),
			api.tx.staking.validate({ commission: COMMISSION, blocked: false }),
		]);
		const { nextSessionIds } = await api.derive.staking.keys(candidate.address);
		same(u8aToHex(concat(nextSessionIds)), keys, 'the next session keys');
	});
	return true;
}

/** Another one nominates the validator and the candidate. */
export async function nominate({ api, report, validator, candidate, nominator, token }) {
	await report.step('another one bonds and nominates', async (step) => {
		step.waits('the batch to become final');
		await sent(api, nominator, [
			api.tx.staking.bond(NOMINATION * token, 'Staked'),
			api.tx.staking.nominate([validator.address, candidate.address]),
		]);
		const info = await api.derive.staking.account(nominator.address);
		same(info.stakingLedger.total.unwrap().toBigInt(), NOMINATION * token, 'the bond');
		same(info.stakingLedger.active.unwrap().toBigInt(), NOMINATION * token, 'what is active');
		same(info.controllerId.toString(), nominator.address, 'the controller');
		same(info.nominators.map(String).join(), `${validator.address},${candidate.address}`, 'targets');
		check(info.rewardDestination.isStaked, `rewards go to ${info.rewardDestination}`);
		check(info.redeemable.isZero() && !info.unlocking, 'something is being unbonded');
	});
}

/** *Unbond funds* and *Rebond funds*; returns what remains to be redeemed, in planck. */
export async function unbond({ api, report, nominator, token }) {
	return report.step('a part is unbonded, and a part of it rebonded', async (step) => {
		step.waits('the batch to become final');
		await sent(api, nominator, [
			api.tx.staking.unbond(UNBONDED * token),
			api.tx.staking.rebond(REBONDED * token),
		]);
		const rest = (UNBONDED - REBONDED) * token;
		const { unlocking, stakingLedger } = await api.derive.staking.account(nominator.address);
		same(unlocking?.length, 1, 'chunks that are unlocking');
		const [{ remainingEras, value }] = unlocking;
		same(value.toBigInt(), rest, 'what is unlocking');
		// From the era that is planned, which may be one more than the active one.
		const most = api.consts.staking.bondingDuration.toNumber() + 1;
		check(remainingEras.gtn(0) && remainingEras.lten(most), `unlocks in ${remainingEras} eras`);
		same(stakingLedger.active.unwrap().toBigInt(), NOMINATION * token - rest, 'what is active');
		return rest;
	});
}

/** *Withdraw unbonded funds*, once the derives say that it is time. */
export async function redeemed({ api, report, nominator }, rest) {
	await report.step('what was unbonded is redeemed when the account shows it', async (step) => {
		step.waits('the stake to become redeemable');
		const account = () => api.derive.staking.account(nominator.address);
		const { redeemable } = await until(account, (info) => !info.redeemable.isZero(), step);
		same(redeemable.toBigInt(), rest, 'what is redeemable');
		const before = (await account()).stakingLedger.total.unwrap().toBigInt();
		step.waits('staking.withdrawUnbonded to become final');
		const [event] = await sent(api, nominator, [api.tx.staking.withdrawUnbonded(0)], 'Withdrawn');
		same(event.data.amount.toBigInt(), rest, 'what was withdrawn');
		const after = (await account()).stakingLedger.total.unwrap().toBigInt();
		same(before - after, rest, 'the change of the bond');
	});
}

/**
 * *Change session keys* of a validator that signs; returns the step that sees it sign with the new
 * ones, two sessions later.
 */
export async function keysRotate(context) {
	const { api, report, validator } = context;
	const keys = await report.step('the validator gets new session keys', async (step) => {
		const { keys, proof } = await rotate(api, validator);
		step.waits('session.setKeys to become final');
		await sent(api, validator, [api.tx.session.setKeys(keys, proof)]);
		const { nextSessionIds, sessionIds } = await api.derive.staking.keys(validator.address);
		same(u8aToHex(concat(nextSessionIds)), keys, 'the next session keys');
		check(sessionIds.length === nextSessionIds.length, `${sessionIds.length} session keys`);
		return keys;
	});
	return () => signsWith(context, keys);
}

async function signsWith({ api, report, validator }, keys) {
	await report.step('it signs with the new keys', async (step) => {
		step.waits('the new keys to become those of the session');
		const own = () => api.derive.staking.keys(validator.address);
		await until(own, ({ sessionIds }) => u8aToHex(concat(sessionIds)) === keys, step);
		const [, grandpa] = (await own()).sessionIds.map((key) => key.toHex());
		const voters = () => api.call.grandpaApi.grandpaAuthorities();
		await until(voters, (list) => list.some(([key]) => key.toHex() === grandpa), step);
		const height = (await api.rpc.chain.getHeader()).number.toNumber();
		step.waits(`block ${height} to become final`);
		await until(() => finalHeight(api), (final) => final > height, step);
	});
}

/** *Payouts*: waits for a whole era with the nominator, pays it out; returns the era. */
export async function paidOut({ api, report, validator, nominator }) {
	return report.step('the reward of an era is shown, and paid out', async (step) => {
		step.waits('an era to end in which the nominator had a part');
		const rewards = () => api.derive.staking.stakerRewards(nominator.address);
		const [{ era, eraReward, isClaimed, nominating, validators }] =
			await until(rewards, (list) => list.length > 0, step);
		same(isClaimed, false, 'whether it is claimed');
		check(!eraReward.isZero(), 'the era pays nothing');
		same(nominating.map(({ validatorId }) => validatorId).join(), validator.address, 'nominating');
		check(!validators[validator.address].value.isZero(), 'the nominator gets nothing');
		const own = await api.derive.staking.stakerRewardsMultiEras([validator.address], [era]);
		same(own[0][0].isValidator, true, 'whether the validator is one');
		const [pages, pending] = await Promise.all([
			api.call.stakingApi.erasStakersPageCount(era, validator.address),
			api.call.stakingApi.pendingRewards(era, validator.address),
		]);
		same(pages.toNumber(), 1, 'the pages of the exposure');
		same(pending.isTrue, true, 'whether rewards are pending');

		step.waits('staking.payoutStakers to become final');
		const tx = api.tx.staking.payoutStakers(validator.address, era);
		const paid = await sent(api, nominator, [tx], 'Rewarded');
		const to = paid.map(({ data }) => data.stash.toString());
		check(to.includes(nominator.address) && to.includes(validator.address), `paid to ${to}`);
		paid.forEach(({ data }) => step.note(`era ${era}: ${data.amount} planck to ${data.stash}`));
		step.waits('the era to be shown as claimed');
		const claims = (list) => list.find((reward) => reward.era.eq(era))?.isClaimed;
		await until(rewards, (list) => claims(list) === true, step);
		const query = api.derive.staking.query(validator.address, { withClaimedRewardsEras: true });
		const claimed = (await query).claimedRewardsEras.map(Number);
		check(claimed.includes(era.toNumber()), `claimed eras are ${claimed}`);
		return era.toNumber();
	});
}

/** Everything else that changes a stake, and *Stop*. */
export async function leave({ api, report, candidate, nominator, token }) {
	await report.step('more is bonded, preferences and payee change, nominees are removed, and all stop',
		async (step) => {
			step.waits('the batches to become final');
			await Promise.all([
				sent(api, candidate, [
					api.tx.staking.bondExtra(token),
					api.tx.staking.setPayee({ Account: nominator.address }),
					api.tx.staking.validate({ commission: 2 * COMMISSION, blocked: true }),
					api.tx.staking.kick([nominator.address]),
				]),
				sent(api, nominator, [api.tx.staking.bondExtra(token)]),
			]);
			const info = await api.derive.staking.account(candidate.address);
			const bond = info.stakingLedger.active.unwrap().toBigInt();
			same(bond, (CANDIDATE_STAKE + 1n) * token, 'the bond');
			same(info.validatorPrefs.commission.unwrap().toNumber(), 2 * COMMISSION, 'the commission');
			same(info.validatorPrefs.blocked.isTrue, true, 'whether nominations are blocked');
			same(info.rewardDestination.asAccount.toString(), nominator.address, 'the payee');
			const { nominators } = await api.derive.staking.account(nominator.address);
			same(nominators.length, 1, 'nominations');

			const chill = [api.tx.staking.chill()];
			await Promise.all([
				sent(api, candidate, [...chill, api.tx.session.purgeKeys()]),
				sent(api, nominator, chill),
			]);
			const stashes = (await api.derive.staking.stashes()).map(String);
			check(!stashes.includes(candidate.address), 'the candidate is still one');
			const stopped = await api.derive.staking.account(nominator.address);
			same(stopped.nominators.length, 0, 'nominations');
		});
}

/** New session keys of the node, with proof that `owner` has them. */
async function rotate(api, owner) {
	const params = [u8aToHex(owner.publicKey)];
	// Nodes have had this call for less long than polkadot.js.
	return api._rpcCore.provider.send('author_rotateKeysWithOwner', params);
}

/** Submits calls that must succeed; returns the staking pallet's events named `event`. */
async function sent(api, signer, calls, event) {
	const tx = calls.length === 1 ? calls[0] : api.tx.utility.batchAll(calls);
	const done = await submit(api, tx, signer);
	same(done.error, undefined, `the outcome for ${signer.address}`);
	return done.events.filter((own) => own.is(`staking.${event}`));
}

function concat(keys) {
	return Uint8Array.from(keys.flatMap((key) => [...key.toU8a(true)]));
}
