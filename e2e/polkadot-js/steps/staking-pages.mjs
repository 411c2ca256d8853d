// What the staking pages read: everything by `api.derive`, as they do.

import { check, same } from '../report.mjs';
import { COMMISSION, until } from './staking.mjs';

/** What the account page of a stash asks for. */
const ALL_FLAGS = {
	withClaimedRewardsEras: true,
	withController: true,
	withDestination: true,
	withExposure: true,
	withExposureErasStakersLegacy: true,
	withExposureMeta: true,
	withLedger: true,
	withNominations: true,
	withPrefs: true,
};
const CONSTS = {
	babe: ['epochDuration', 'expectedBlockTime'],
	staking: [
		'bondingDuration', 'historyDepth', 'maxExposurePageSize', 'maxUnlockingChunks',
		'sessionsPerEra', 'slashDeferDuration',
	],
};
const QUERIES = [
	'activeEra', 'bonded', 'counterForNominators', 'counterForValidators', 'currentEra',
	'erasTotalStake', 'forceEra', 'invulnerables', 'maxNominatorsCount', 'maxValidatorsCount',
	'minCommission', 'minNominatorBond', 'minValidatorBond', 'minimumActiveStake',
	'minimumValidatorCount', 'slashingSpans', 'unappliedSlashes', 'validatorCount',
];
const CALLS = [
	'bond', 'bondExtra', 'chill', 'kick', 'nominate', 'payoutStakers', 'payoutStakersByPage',
	'rebond', 'setController', 'setPayee', 'unbond', 'validate', 'withdrawUnbonded',
];

/** *Overview*: sessions, eras, who validates, who waits, who has shown life. */
export async function overview({ api, report, validator, candidate }) {
	await report.step('metadata has what the staking pages need', async () => {
		for (const [pallet, names] of Object.entries(CONSTS)) {
			for (const name of names) check(api.consts[pallet][name], `no constant ${pallet}.${name}`);
		}
		for (const name of QUERIES) check(api.query.staking[name], `no storage staking.${name}`);
		for (const name of CALLS) check(api.tx.staking[name], `no call staking.${name}`);
		// With a third argument, the pages take it for a chain that still has controllers.
		same(api.tx.staking.bond.meta.args.length, 2, 'the arguments of staking.bond');
		same(api.tx.staking.setController.meta.args.length, 0, 'those of staking.setController');
	});
	await report.step('the overview shows sessions, eras and validators', async (step) => {
		const [info, progress] =
			await Promise.all([api.derive.session.info(), api.derive.session.progress()]);
		const length = info.sessionLength.toNumber();
		same(info.isEpoch, true, 'whether sessions are epochs');
		same(length, api.consts.babe.epochDuration.toNumber(), 'the length of a session');
		const era = length * api.consts.staking.sessionsPerEra.toNumber();
		same((await api.derive.session.eraLength()).toNumber(), era, 'the length of an era');
		check(info.activeEraStart.isSome, 'the active era has no beginning');
		within(progress.sessionProgress, length, 'progress of the session');
		within(progress.eraProgress, era, 'progress of the era');
		within(await api.derive.session.sessionProgress(), length, 'progress of the session');
		within(await api.derive.session.eraProgress(), era, 'progress of the era');
		step.note(`session ${info.currentIndex} of ${length} slots, era ${info.activeEra} of ${era}`);

		const shown = await api.derive.staking.overview();
		same(shown.validators.map(String).includes(validator.address), true, 'who validates');
		same(shown.nextElected.map(String).includes(validator.address), true, 'who is elected next');
		same(shown.validatorCount.toNumber(), shown.validators.length, 'the number of seats');
		check(shown.currentEra.gte(shown.activeEra), 'an era is active before it is planned');
		const points = await until(
			() => api.derive.staking.currentPoints(), ({ total }) => !total.isZero(), step,
		);
		const own = [...points.individual].find(([who]) => who.toString() === validator.address);
		check(own && !own[1].isZero(), 'the validator has no points');
		const alive = await until(
			() => api.derive.imOnline.receivedHeartbeats(),
			(all) => all[validator.address]?.isOnline,
			step,
		);
		check(alive[candidate.address] === undefined, 'a candidate is expected to be online');
	});
}

/** *Targets*: who may be nominated, with bonds, commissions and inflation. */
export async function targets({ api, report, validator, candidate, nominator }) {
	await report.step('targets show elected and waiting validators', async (step) => {
		const flags = { withController: true, withExposure: true, withExposureMeta: true,
			withLedger: true, withPrefs: true };
		step.waits('the nomination to count in an election');
		// A page is there only where somebody nominates.
		const elected = await until(
			() => api.derive.staking.electedInfo(flags),
			({ info }) => info.some(({ exposurePaged }) => exposurePaged.isSome),
			step,
		);
		const [own] = elected.info.filter(({ accountId }) => accountId.eq(validator.address));
		const meta = own.exposureMeta.unwrap();
		const page = own.exposurePaged.unwrap();
		const bond = own.stakingLedger.active.unwrap().toBigInt();
		same(meta.own.unwrap().toBigInt(), bond, "the validator's own stake");
		same(meta.nominatorCount.toNumber(), 1, 'nominators');
		same(page.others[0].who.toString(), nominator.address, 'who nominates');
		const others = page.others[0].value.unwrap().toBigInt();
		same(meta.total.unwrap().toBigInt(), bond + others, 'the exposure');
		check(own.validatorPrefs.commission.unwrap().gten(0), 'no commission');

		const { info, waiting } = await api.derive.staking.waitingInfo(flags);
		same(waiting.map(String).join(), candidate.address, 'who waits');
		same(info[0].validatorPrefs.commission.unwrap().toNumber(), COMMISSION, 'the commission');
		const stashes = (await api.derive.staking.stashes()).map(String).sort();
		same(stashes.join(), [candidate.address, validator.address].sort().join(), 'stashes');

		const counts = await api.queryMulti([
			api.query.staking.counterForNominators, api.query.staking.counterForValidators,
			api.query.staking.maxNominatorsCount, api.query.staking.maxValidatorsCount,
			api.query.staking.minNominatorBond, api.query.staking.minValidatorBond,
			api.query.balances.totalIssuance,
		]);
		same(counts.slice(0, 2).map(Number).join(), '1,2', 'nominators and validators');
		check(counts.every((count) => !(count.unwrapOr?.(null) ?? count).isZero()), 'a limit is 0');
		same((await api.call.stakingApi.nominationsQuota(0)).toNumber(), 16, 'most nominations');
	});
}

/** *Bags*: everybody with a stake is in the bag that it belongs in. */
export async function bags({ api, report, validator, candidate, nominator }) {
	await report.step('bags show every voter', async (step) => {
		const found = [];
		for (const { bag, bagLower, bagUpper } of await api.derive.bagsList.all()) {
			const nodes = await inBag(api, bag);
			step.note(`up to ${bagUpper} planck: ${nodes.length}`);
			for (const { id: who, score } of nodes) {
				found.push(who.toString());
				const { stakingLedger } = await api.derive.staking.query(who, { withLedger: true });
				const active = stakingLedger.active.unwrap();
				check(active.lte(bagUpper) && active.gt(bagLower), `${who} is in another's bag`);
				check(!score.isZero(), `the score of ${who} is 0`);
			}
		}
		const voters = [validator, candidate, nominator].map(({ address }) => address);
		check(voters.every((who) => found.includes(who)), `in bags are ${found}`);
		check(api.tx.voterList.rebag && api.tx.voterList.putInFrontOf, 'no calls to rebag');
	});
}

/** As the page does it: `derive.bagsList.listNodes` waits for the end of a subscription. */
async function inBag(api, { head }) {
	const nodes = [];
	for (let next = head; next.isSome; next = nodes.at(-1).next) {
		nodes.push((await api.query.voterList.listNodes(next.unwrap())).unwrap());
	}
	return nodes;
}

/** *Slashes*: nothing to show, in the form that is expected. */
export async function slashes({ api, report, validator, nominator }) {
	await report.step('slashes can be read', async () => {
		const { activeEra } = await api.derive.session.indexes();
		const last = activeEra.add(api.consts.staking.slashDeferDuration).toNumber();
		const eras = Array.from({ length: last + 1 }, (_, era) => era);
		const unapplied = await api.query.staking.unappliedSlashes.multi(eras);
		check(unapplied.every((list) => list.isEmpty), 'somebody will be slashed');
		check((await api.query.staking.slashingSpans(validator.address)).isNone, 'there are spans');
		const own = await api.derive.staking.ownSlashes(validator.address, true);
		check(own.every(({ total }) => total.isZero()), 'the validator was slashed');
		const staker = await api.derive.staking.stakerSlashes(nominator.address, true);
		check(staker.every(({ total }) => total.isZero()), 'the nominator was slashed');
		const { nominators, validators } = await api.derive.staking.eraSlashes(activeEra);
		same(Object.keys({ ...nominators, ...validators }).length, 0, 'slashes of the era');
		check((await api.derive.staking.erasSlashes(true)).length > 0, 'no eras');
	});
}

/** *Validator stats*: what `era`, in which the nominator had a part, and those around it were like. */
export async function performance({ api, report, validator, nominator }, era) {
	const { staking } = api.derive;
	const stash = validator.address;
	await report.step('the history of eras agrees with itself', async (step) => {
		const eras = (await staking.erasHistoric()).map(Number);
		check(eras.includes(era), `eras are ${eras}`);
		const of = (list) => list.find((entry) => Number(entry.era) === era);
		const points = of(await staking.erasPoints());
		check(points.eraPoints.eq(points.validators[stash]), 'points of the era');
		const reward = of(await staking.erasRewards()).eraReward;
		check(!reward.isZero(), 'the era paid nothing');
		const prefs = of(await staking.erasPrefs()).validators[stash];
		const single = (await staking.eraPrefs(era)).validators[stash];
		same(prefs.commission.toNumber(), single.commission.toNumber(), 'the commission');
		const exposure = of(await staking.erasExposure());
		check(exposure.validators[stash], 'the validator is not exposed');
		same(exposure.nominators[nominator.address][0].validatorId, stash, 'who is nominated');
		check((await staking.eraExposure(era)).validators[stash], 'nor is it alone');
		step.note(`era ${era}: ${points.eraPoints} points, ${reward} planck`);

		const own = of(await staking.stakerPoints(stash, true));
		check(own.points.eq(points.eraPoints), 'points of the validator');
		check(of(await staking.stakerPrefs(stash, true)).validatorPrefs, 'its preferences');
		const [staker] = await staking.stakerExposures([nominator.address], true);
		check(of(staker).validators[stash], 'exposure of the nominator');
		check(of(await staking.stakerExposure(stash)).isValidator, 'exposure of the validator');
		const owned = of(await staking.ownExposures(stash));
		same(owned.exposureMeta.unwrap().nominatorCount.toNumber(), 1, 'nominators');
		check((await staking.ownExposure(stash, era)).exposurePaged.isSome, 'its only page');
		const query = await staking.query(stash, ALL_FLAGS);
		check(query.exposureMeta.isSome && query.controllerId.eq(stash), 'the query of the validator');
		const accounts = await staking.accounts([stash, nominator.address]);
		same(accounts.map(({ stashId }) => stashId.toString()).join(), `${stash},${nominator.address}`,
			'accounts');
		const rewards = await staking.stakerRewardsMulti([stash, nominator.address]);
		same(rewards.length, 2, 'rewards');
	});
}

function within(progress, length, what) {
	check(progress.gten(0) && progress.lten(length), `${what}: ${progress} of ${length}`);
}
