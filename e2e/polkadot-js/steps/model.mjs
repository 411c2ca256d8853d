// Which model is asked, and at which price.

import { blake2AsHex } from '@polkadot/util-crypto';

import { submit } from '../chain.mjs';
import { check, same } from '../report.mjs';

/** What is offered per work unit for a model that nobody serves, in planck. */
const PRICE_WITHOUT_OFFERS = 1_000_000_000n;

/** Finds the model that was asked for on chain. */
export async function publishedModel({ api, report, options }) {
	const variant = { model: options.model, index: options.variantIndex };
	await report.step(`model ${variant.model} is published`, async (step) => {
		const found = await api.call.modelApi.model(variant.model);
		check(found.isSome, `there are only ${await api.call.modelApi.modelCount()} models`);
		const { name, variants } = found.unwrap();
		const chosen = variants[variant.index];
		check(chosen, `it has only ${variants.length} variants`);
		step.note(`${name.toUtf8()} ${chosen.precision}, ${chosen.unitsPerItem} work units per item`);
	});
	return variant;
}

/** Publishes a model with a file that does not exist: nobody will serve it. */
export async function ownModel({ api, report, accounts, options }) {
	return report.step('a model is published', async (step) => {
		const bytes = blake2AsHex(`nobody stores this ${Date.now()}`, 256);
		const [royalty, parent, derivativeShare] = [50_000, null, 100_000];
		const labels = ['wallet', 'tensor', 'Apache-2.0'];
		const tx = api.tx.modelRegistry.publish(...labels, royalty, parent, derivativeShare, [
			{
				precision: 'Int8',
				artifact: { blobId: bytes, digest: bytes, size: 1024 },
				unitsPerItem: 100,
				memory: 1_048_576,
				agreement: 'Exact',
			},
		]);
		step.waits('the publication to become final');
		const done = await submit(api, tx, accounts.author);
		same(done.error, undefined, 'the outcome');
		const event = done.events.find((candidate) => candidate.is('modelRegistry.Published'));
		check(event, 'there is no modelRegistry.Published event');
		const model = event.data.model.toNumber();
		const found = (await api.call.modelApi.model(model)).unwrap();
		same(found.author.toString(), accounts.author.address, 'the author');
		same(found.name.toUtf8(), 'wallet', 'the name');
		same(found.variants[0].artifact.digest.toHex(), bytes, 'the digest of the file');
		step.note(`model ${model}`);
		return { model, index: options.variantIndex };
	});
}

/** The lowest price per work unit that everyone accepts who offers the variant, in planck. */
export async function acceptedPrice({ api, variant }) {
	const supply = await api.call.jobApi.supply({ variant, class: 'Portable' });
	return supply.at(-1)?.price.toBigInt() ?? PRICE_WITHOUT_OFFERS;
}
