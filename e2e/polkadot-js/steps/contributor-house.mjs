// The contributor house decides: those who have worked feature a model.

import { submit } from '../chain.mjs';
import {
	CONTRIBUTORS, deciding, enacted, placeDeposits, propose, voteWithCredits,
} from '../referenda.mjs';
import { check, same } from '../report.mjs';

/** Providers vote with the credits of their work; others have none. */
export async function modelFeatured(context) {
	const { api, report, options } = context;
	const proposal = {
		origin: { Origins: 'FeaturedModels' },
		call: api.tx.dao.feature(options.model),
	};

	const referendum = await report.step('a provider proposes to feature a model', (step) =>
		openPoll(context, proposal, step));

	await votedByWork(context, referendum);

	await report.step('the model is featured', async (step) => {
		const { error, hash, events } = await enacted(api, referendum, step);
		same(error, undefined, 'the outcome');
		check(events.some((event) => event.is('dao.ModelFeatured')), 'no dao.ModelFeatured event');
		const featured = (await (await api.at(hash)).query.dao.featured()).map(Number);
		check(featured.includes(options.model), `featured are ${featured}`);
	});
}

/** Submits a proposal to the contributor house, and pays its deposit. */
export async function openPoll({ api, workers: [proposer] }, proposal, step) {
	step.waits('the referendum to become final');
	const [referendum] = await propose(api, CONTRIBUTORS, [proposal], proposer);
	step.note(`${referendum.index} on track ${referendum.track}`);
	await placeDeposits(api, [referendum], proposer);
	return referendum;
}

/** Every provider votes for it; who has not worked cannot. */
export async function votedByWork({ api, report, workers, funder }, referendum) {
	await report.step(`${workers.length} providers vote with their work credits`, async (step) => {
		await deciding(api, referendum, step);
		step.waits('the votes to become final');
		const [outsider, ...powers] = await Promise.all([
			submit(api, api.tx.dao.vote(referendum.index, 'Aye'), funder),
			...workers.map((worker) => voteWithCredits(api, referendum, worker)),
		]);
		step.note(`credits, in planck of pay: ${powers.join(', ')}`);
		check(powers.every((power) => power > 0n), 'a vote without power');
		same(outsider.error, 'dao.NoCredits', 'the outcome for somebody who has not worked');
	});
}
