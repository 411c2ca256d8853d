// What the pages besides staking read: explorer, accounts, treasury, bounties, preimages, referenda.

import { check, same } from '../report.mjs';
import { BOUNTY_TITLE } from './staking.mjs';

const CURVES = ['LinearDecreasing', 'SteppedDecreasing', 'Reciprocal'];

/** *Explorer*: blocks with their authors, events, the node, and what a signer asks. */
export async function explorer({ api, report, funder }, { hash, number }) {
	await report.step('the explorer shows blocks, authors, events and the node', async (step) => {
		const { chain, tx } = api.derive;
		const validators = (await api.query.session.validators()).map(String);
		const authored = ({ author }) =>
			check(validators.includes(author?.toString()), `the author is ${author}`);
		step.waits('heads and blocks');
		authored(await first(chain.subscribeNewHeads));
		const { parentHash } = await first(chain.subscribeFinalizedHeads);
		check(!parentHash.isEmpty, 'no final heads');
		authored(await first(chain.subscribeNewBlocks));
		authored(await first(chain.subscribeFinalizedBlocks));
		authored(await chain.getHeader(hash));
		const block = await chain.getBlock(hash);
		authored(block);
		same((await chain.getBlockByNumber(number)).block.hash.toHex(), hash, 'the hash by number');
		const sent = block.extrinsics.find(({ extrinsic }) => extrinsic.isSigned);
		same(sent.extrinsic.signer.toString(), funder.address, 'the signer');
		check(sent.events.some((event) => api.events.bounties.BountyProposed.is(event)), 'its events');
		const info = await tx.extrinsicInfo(hash, sent.extrinsic.hash.toHex());
		same(info.success, true, 'whether it succeeded');
		check((await tx.events(hash)).events.length > 0, 'no events');
		const [best, final, lag] = await Promise.all([
			chain.bestNumber(), chain.bestNumberFinalized(), chain.bestNumberLag(),
		]);
		check(best.gte(final) && lag.gten(0), `block ${best}, final ${final}, lag ${lag}`);

		const { header, mortalLength, nonce } = await tx.signingInfo(funder.address);
		check(header && mortalLength > 0 && !nonce.isZero(), 'what a signer needs');
		const { author, grandpa, system } = api.rpc;
		const [health, peers, roles, pending, round] = await Promise.all([
			system.health(), system.peers(), system.nodeRoles(), author.pendingExtrinsics(),
			grandpa.roundState(), system.syncState(), system.localPeerId(),
			system.localListenAddresses(), system.name(), system.version(), system.chain(),
			system.chainType(),
		]);
		same(health.peers.toNumber(), peers.length, 'peers');
		check(roles[0].isAuthority, `the node is a ${roles[0]}`);
		step.note(`${pending.length} pending, ${validators.length} validators, round ${round.best.round}`);
	});
}

/** *Accounts*: balances with what is on hold, names, rights, proxies. */
export async function accounts({ api, report, funder, nominator }) {
	await report.step('accounts show balances with what is on hold', async (step) => {
		const { accounts: names, balances } = api.derive;
		const all = await balances.all(nominator.address);
		const holds = await api.query.balances.holds(nominator.address);
		const staked = holds.find(({ id }) => id.isStaking)?.amount;
		check(staked && !staked.isZero(), 'no stake is on hold');
		const ledger = (await api.query.staking.ledger(nominator.address)).unwrap();
		check(staked.eq(ledger.total.unwrap()), `${staked} on hold, ${ledger.total} at stake`);
		check(all.reservedBalance.eq(staked), `${all.reservedBalance} is shown as reserved`);
		const free = all.freeBalance.sub(api.consts.balances.existentialDeposit);
		check(all.transferable.eq(free), `${all.transferable} of ${free} is shown as transferable`);
		check(all.lockedBalance.isZero(), `${all.lockedBalance} is shown as locked`);
		step.note(`${all.freeBalance} free, ${staked} staked`);
		const account = await balances.account(nominator.address);
		check(account.freeBalance.eq(all.freeBalance) && account.accountNonce.gtn(0), 'the account');
		const [voting] = await balances.votingBalances([nominator.address]);
		check(voting.votingBalance.eq(all.freeBalance), 'what can vote');

		const info = await names.info(nominator.address);
		same(info.accountId.toString(), nominator.address, 'the account');
		same((await names.flags(funder.address)).isSudo, true, 'whether the funder has the sudo key');
		same((await names.flags(nominator.address)).isSudo, false, 'whether the nominator has');
		same((await names.hasIdentity(nominator.address)).hasIdentity, false, 'an identity');
		const [proxies, deposit] = await api.query.proxy.proxies(nominator.address);
		check(proxies.isEmpty && deposit.isZero(), 'proxies of the nominator');
		same((await api.query.multisig.multisigs.entries()).length, 0, 'multisig calls');
		const locks = await api.query.convictionVoting.classLocksFor(nominator.address);
		check(locks.isEmpty, 'locks of votes');
	});
}

/** *Treasury*: the pot and what is spent from it. */
export async function treasury({ api, report }) {
	await report.step('the treasury shows its pot and what was spent', async (step) => {
		const { approvals, proposals } = await api.derive.treasury.proposals();
		same(approvals.length + proposals.length, 0, 'proposals, which treasuries no longer have');
		const pot = api.consts.treasury.potAccount;
		const { freeBalance } = await api.derive.balances.account(pot);
		check(!freeBalance.isZero(), 'the treasury is empty');
		step.note(`${freeBalance} planck in ${pot}`);
		const { treasury: consts } = api.consts;
		check(consts.spendPeriod.gtn(0) && consts.payoutPeriod.gtn(0) && consts.burn, 'its constants');
		await api.query.treasury.spends.entries();
	});
}

/** *Bounties*. */
export async function bounties({ api, report, funder }, { bounty }) {
	await report.step('bounties show what was proposed', async () => {
		const all = await api.derive.bounties.bounties();
		const own = all.find(({ index }) => index.eq(bounty));
		same(own?.description, BOUNTY_TITLE, 'the description');
		same(own.bounty.status.isProposed, true, 'whether it is proposed');
		same(own.bounty.proposer.toString(), funder.address, 'who proposed it');
		for (const name of ['bountyDepositBase', 'bountyValueMinimum', 'maximumReasonLength',
			'bountyDepositPayoutDelay', 'bountyUpdatePeriod', 'curatorDepositMultiplier']) {
			check(api.consts.bounties[name].gtn(0), `bounties.${name} is 0`);
		}
		same((await api.query.childBounties.parentChildBounties(bounty)).toNumber(), 0, 'its children');
	});
}

/** *Preimages* and *Referenda*: what is voted on, on which terms. */
export async function referenda({ api, report, funder }, { referendum, remark }) {
	await report.step('a preimage shows its call and its deposit', async () => {
		const { preimageFor, requestStatusFor } = api.query.preimage;
		// The pages look at the type to find out how to ask.
		const { key } = preimageFor.creator.meta.type.asMap;
		same(api.registry.lookup.getTypeDef(key).type, '(H256,u32)', 'the key of a preimage');
		const status = (await requestStatusFor(remark.hash)).unwrap();
		check(status.isUnrequested, `the preimage is ${status.type}`);
		const { len, ticket: [who, deposit] } = status.asUnrequested;
		same(who.toString(), funder.address, 'who has paid');
		check(deposit.gtn(0), 'no deposit');
		const bytes = (await preimageFor([remark.hash, len])).unwrap();
		const call = api.registry.createType('Call', bytes.toU8a(true));
		same(`${call.section}.${call.method}`, 'system.remark', 'the call');
	});
	await report.step('referenda show tracks, terms and tallies', async (step) => {
		const { referenda: query, convictionVoting: votes } = api.query;
		for (const pallet of ['referenda', 'contributorReferenda']) {
			const { tracks, undecidingTimeout } = api.consts[pallet];
			check(undecidingTimeout.gtn(0), `${pallet} have no timeout`);
			for (const [id, track] of tracks) {
				const name = track.name.toString().replaceAll('\0', '');
				check(/^[a-z_]+$/.test(name), `track ${id} is called ${name}`);
				for (const curve of [track.minApproval, track.minSupport]) {
					check(CURVES.includes(curve.type), `track ${name} has a curve ${curve.type}`);
				}
				const lengths = [track.maxDeciding, track.decisionPeriod, track.confirmPeriod];
				check(lengths.every((length) => length.gtn(0)), `track ${name} decides nothing`);
				check(track.decisionDeposit.gtn(0), `track ${name} has no deposit`);
			}
			step.note(`${pallet}: ${tracks.length} tracks`);
		}
		const [info] = await query.referendumInfoFor.multi([referendum]);
		const { proposal, submissionDeposit, tally, track } = info.unwrap().asOngoing;
		same(proposal.asLookup.hash_.toHex(), remark.hash.toHex(), 'the proposal');
		same(submissionDeposit.who.toString(), funder.address, 'who submitted it');
		check(tally.ayes.isZero() && tally.nays.isZero() && tally.support.isZero(), 'votes');
		check((await query.referendumCount()).gtn(referendum), 'the count');
		await Promise.all([
			query.trackQueue(track), query.decidingCount(track), query.metadataOf(referendum),
			votes.votingFor(funder.address, track), votes.classLocksFor(funder.address),
			api.query.scheduler.agenda.entries(), api.query.whitelist.whitelistedCall.entries(),
			api.query.balances.inactiveIssuance(),
		]);
		check(api.consts.convictionVoting.voteLockingPeriod.gtn(0), 'votes lock for no time');
	});
}

/** The first thing that a subscription says. */
async function first(subscribe) {
	let stop;
	try {
		return await new Promise((resolve, reject) => {
			subscribe(resolve).then((unsubscribe) => { stop = unsubscribe; }, reject);
		});
	} finally {
		stop?.();
	}
}
