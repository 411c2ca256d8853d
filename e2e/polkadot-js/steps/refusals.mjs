// What a wallet sees when it asks for something that the chain does not do. Every refusal has a
// name from metadata, and costs the fee and nothing else.

import { u8aToHex } from '@polkadot/util';
import { randomAsU8a } from '@polkadot/util-crypto';

import { balanceAt, finalHeight, submit } from '../chain.mjs';
import { check, same } from '../report.mjs';

const OUR_PALLETS = /^(modelRegistry|providerStaking|jobMarket|verification|payouts)\./;
const NO_SUCH_ID = 4_000_000_000;
/** The last block that a u32 can count. */
const NEVER = 4_294_967_295;
/** Blocks that submitting may take. */
const MARGIN = 30;
const NO_SUCH_VARIANT = 255;

/** Submits one bad job per account, all at once, and checks how each ends. */
export async function refusals({ api, report, accounts, options, variant, price, funding }) {
	const now = await finalHeight(api);
	const { minDeadline, maxDeadline } = api.consts.jobMarket;
	const good = {
		variant,
		class: 'Portable',
		items: 1,
		input: { Inline: u8aToHex(options.input) },
		price,
		redundancy: { executors: 3, quorum: 3 },
		canary: u8aToHex(randomAsU8a(32)),
		funding: 'Hold',
		deadline: now + Math.min(minDeadline.toNumber() + MARGIN, maxDeadline.toNumber()),
	};
	const cases = [
		['no items', accounts.noItems, { items: 0 }, 'jobMarket.ZeroItems'],
		['513 items', accounts.manyItems, { items: 513 }, 'jobMarket.TooManyItems'],
		['no price', accounts.free, { price: 0 }, 'jobMarket.ZeroPrice'],
		['a price above the balance', accounts.dear, { price: funding },
			'jobMarket.InsufficientBalance'],
		['an empty input', accounts.noInput, { input: { Inline: '0x' } }, 'jobMarket.EmptyInput'],
		['a deadline in the past', accounts.late, { deadline: Math.max(0, now - 1) },
			'jobMarket.DeadlineTooSoon'],
		['a deadline too far away', accounts.far, { deadline: NEVER }, 'jobMarket.DeadlineTooFar'],
		['a minority as quorum', accounts.minority, { redundancy: { executors: 3, quorum: 1 } },
			'jobMarket.InvalidRedundancy'],
		['credit that nobody put aside', accounts.noCredit, { funding: 'Credit' },
			'jobMarket.InsufficientCredit'],
		['an unknown model', accounts.noModel, { variant: { model: NO_SUCH_ID, index: 0 } },
			'modelRegistry.UnknownModel'],
		['an unknown variant', accounts.noVariant, { variant: { ...variant, index: NO_SUCH_VARIANT } },
			'modelRegistry.UnknownVariant'],
	].map(([what, signer, change, expected]) => {
		const job = { ...good, ...change };
		const outcome = refused(api, api.tx.jobMarket.submit(job), signer);
		// Awaited in its own step; a rejection before that is not unhandled.
		outcome.catch(() => {});
		return { what, expected, outcome };
	});

	for (const { what, expected, outcome } of cases) {
		await report.step(`a job with ${what} is refused as ${expected}`, async (step) => {
			step.waits('the job to be refused');
			const { done, before, after } = await outcome;
			same(done.error, expected, 'the error');
			const ours = done.events.filter(({ name }) => OUR_PALLETS.test(name));
			check(ours.length === 0, `something happened: ${ours.map(({ name }) => name).join(', ')}`);
			same(after.total, before.total - done.fee, 'what the requester owns');
			same(after.reserved, before.reserved, 'what is held from the requester');
		});
	}
}

async function refused(api, tx, signer) {
	const before = await balanceAt(api, await api.rpc.chain.getFinalizedHead(), signer.address);
	const done = await submit(api, tx, signer);
	const after = await balanceAt(api, done.hash, signer.address);
	return { done, before, after };
}
