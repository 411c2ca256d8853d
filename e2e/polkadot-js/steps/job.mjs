// A job's whole life, as its requester sees it: submitted, drawn, answered by three executors,
// settled and paid.

import { stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, randomAsU8a } from '@polkadot/util-crypto';

import { balanceAt, changeOver, eventsAt, finalBlocks, submit } from '../chain.mjs';
import { check, same } from '../report.mjs';
import { argmax, tensor } from '../safetensors.mjs';

export const EXECUTORS = 3;
/** How many executors begin, and how many of them must agree. */
export const REDUNDANCY = { executors: EXECUTORS, quorum: EXECUTORS };
const CLASSES = 10;
/** Blocks from submission to deadline when nobody says otherwise. */
const DEADLINE = 60;
/** Events that end a job. */
const ENDS = ['jobMarket.Settled', 'jobMarket.Refunded', 'jobMarket.Invalid'];
/** Domain tag of an item's digest: `hashing::item_digest` of the primitives. */
const ITEM_TAG = 'tercet/item/1';

/** Asks for one item and follows it to settlement. */
export async function answeredJob(context) {
	const { api, report, accounts, options, variant, price } = context;
	const requester = accounts.wallet;

	const quote = await report.step('a quote names cost and providers beforehand', async (step) => {
		const quote = await quoteFor(api, variant, price);
		step.note(`${quote.units} work units at ${price} planck`);
		step.note(`cost ${quote.cost} planck, at worst ${quote.escrow}, deposit ${quote.deposit}`);
		check(quote.cost.toBigInt() < quote.escrow.toBigInt(), 'the worst case is not the worst');
		const providers = quote.providers.toNumber();
		check(providers >= EXECUTORS, `${providers} providers are available, ${EXECUTORS} are needed`);
		return quote;
	});

	const job = await submittedJob(context, options.deadline ?? DEADLINE, quote);

	const life = await report.step('three executors are drawn, answer and agree', async (step) => {
		const life = await follow(api, job, step);
		const committee = life.drawn.data.executors.map(String);
		step.note(`executors ${committee.join(', ')}`);
		same(new Set(committee).size, EXECUTORS, 'the number of distinct executors');
		check(life.drawn.number > job.number, 'the committee was drawn in the block of submission');
		for (const event of ['verification.Committed', 'verification.Revealed']) {
			const who = life.events.filter((seen) => seen.is(event)).map(executorOf);
			same(sorted(who), sorted(committee), `who is named by ${event}`);
		}
		check(life.ended.is('jobMarket.Settled'), `the job ended with ${life.ended.describe}`);
		const decided = life.events.find((event) => event.is('verification.Decided'));
		check(decided, 'there is no verification.Decided event');
		same(decided.data.decision.type, 'Agreed', 'the decision');
		const slots = life.ended.number - job.number;
		step.note(`settled in block ${life.ended.number}, ${slots} after submission`);
		report.facts.job = { id: Number(job.id), slots };
		return { ...life, committee };
	});

	const settled = await report.step('the answer names a digit under the agreed root', async (step) => {
		const view = (await api.call.jobApi.job(job.id)).unwrap();
		check(view.job.state.isSettled, `the job is ${view.job.state.type}`);
		const { answer, disputed, statement } = view.job.state.asSettled;
		same(disputed.type, 'None', 'what is in dispute');
		check(answer.output.isInline, 'the output is not inline');
		const bytes = answer.output.asInline.toU8a(true);
		const logits = tensor(bytes, 'logits', { shape: [1, CLASSES] }).values;
		const digit = argmax(logits);
		step.note(`root ${answer.root}, ${bytes.length} bytes`);
		step.note(`logits ${logits.map((value) => value.toFixed(2)).join(' ')}`);
		step.note(`predicted digit: ${digit}`);
		const digest = blake2AsHex(u8aConcat(stringToU8a(ITEM_TAG), bytes), 256);
		const proven = await api.call.jobApi.verifyItem(job.id, 0, digest, []);
		check(proven.isOk, `the chain does not find the item under the root: ${proven}`);
		const other = await api.call.jobApi.verifyItem(job.id, 0, blake2AsHex(bytes, 256), []);
		same(other.isErr && other.asErr.type, 'Mismatch', 'the proof of something else');
		if (options.label !== undefined) same(digit, options.label, 'the predicted digit');
		Object.assign(report.facts.job, { root: answer.root.toHex(), digit, label: options.label });
		const authors = view.job.royalties.map(({ payee }) => payee.toString());
		const [escrow, fee] = [view.job.escrow.toBigInt(), view.job.fee.toBigInt()];
		return { statement, authors, escrow, fee };
	});

	await report.step('everybody was paid what the statement says', async (step) => {
		const { statement, authors, escrow, fee } = settled;
		const part = (name) => statement[name].toBigInt();
		const each = quote.units.toBigInt() * price;
		const paid = part('executors') + part('royalties') + part('treasury');
		same(part('executors'), each * BigInt(EXECUTORS), 'the pay of the executors');
		same(paid + part('refunded'), escrow, 'the sum of the statement');
		check(part('treasury') > fee, "the treasury did not get its share and the job's fee");
		same(paid, quote.cost.toBigInt(), 'what was paid, as the quote says');

		const payments = life.events.filter((event) => event.is('payouts.Paid')).map(({ data }) => ({
			role: data.role.type,
			payee: data.payee.toString(),
			amount: data.amount.toBigInt(),
		}));
		const to = (role) => payments.filter((payment) => payment.role === role);
		const total = (list) => list.reduce((sum, { amount }) => sum + amount, 0n);
		same(sorted(to('Executor').map(({ payee }) => payee)), sorted(life.committee), 'who was paid');
		check(to('Executor').every(({ amount }) => amount === each), 'unequal pay');
		check(to('Author').every(({ payee }) => authors.includes(payee)), 'another got the royalty');
		same(total(to('Author')), part('royalties'), 'the royalties');
		same(total(to('Treasury')), part('treasury'), 'the treasury share');

		const block = await blockLedger(api, life.ended.hash);
		for (const payee of new Set(payments.map((payment) => payment.payee))) {
			const treasury = to('Treasury').some((payment) => payment.payee === payee);
			const expected = block.change(payee) + (treasury ? block.fees : 0n);
			same(await changeOver(api, payee, life.ended.hash), expected, `the change of ${payee}`);
		}
		payments.forEach(({ role, payee, amount }) => step.note(`${role} ${payee}: ${amount} planck`));

		const change = await changeOver(api, requester.address, job.hash, life.ended.hash);
		same(change, -(job.fee + paid), 'the change of the requester');
		const { reserved } = await balanceAt(api, life.ended.hash, requester.address);
		same(reserved, job.heldBefore + job.deposit, 'what is still held: the deposit of the record');
		step.note(`requester: ${paid} paid, ${job.fee} fee, ${part('refunded')} returned, in planck`);
		report.facts.job.paid = paid.toString();
		report.facts.job.payments = payments.map((payment) => ({
			...payment,
			amount: payment.amount.toString(),
		}));
	});
}

/** Asks for something that nobody serves, and gets everything back at the deadline. */
export async function refundedJob(context) {
	const { api, report, accounts, options, variant, price } = context;
	const deadline = options.deadline ?? api.consts.jobMarket.minDeadline.toNumber() + 3;
	const quote = await report.step('a quote says that nobody serves the model', async () => {
		const quote = await quoteFor(api, variant, price);
		same(quote.providers.toNumber(), 0, 'the number of providers');
		return quote;
	});
	const job = await submittedJob(context, deadline, quote);
	await report.step('the escrow returns in the block after the deadline', async (step) => {
		const { ended } = await follow(api, job, step);
		check(ended.is('jobMarket.Refunded'), `the job ended with ${ended.describe}`);
		same(ended.data.reason.type, 'NoCommittee', 'the reason');
		same(ended.data.statement.refunded.toBigInt(), job.escrow, 'what was returned');
		same(ended.number, job.deadline + 1, 'the block of the refund');
		const change = await changeOver(api, accounts.wallet.address, job.hash, ended.hash);
		same(change, -job.fee, 'the change of the requester');
		const { reserved } = await balanceAt(api, ended.hash, accounts.wallet.address);
		same(reserved, job.heldBefore + job.deposit, 'what is still held: the deposit of the record');
		const view = (await api.call.jobApi.job(job.id)).unwrap();
		check(view.job.state.isRefunded, `the job is ${view.job.state.type}`);
		report.facts.job = { id: Number(job.id), refunded: true };
	});
}

async function submittedJob({ api, report, accounts, options, variant, price }, ahead, quote) {
	return report.step('a job is submitted and its escrow held', async (step) => {
		const requester = accounts.wallet;
		const head = await api.rpc.chain.getFinalizedHead();
		const { reserved: heldBefore } = await balanceAt(api, head, requester.address);
		const deadline = (await bestHeight(api)) + ahead;
		const tx = api.tx.jobMarket.submit({
			variant,
			class: 'Portable',
			items: 1,
			input: { Inline: u8aToHex(options.input) },
			price,
			redundancy: REDUNDANCY,
			// No canary: any bytes, so that nobody can tell.
			canary: u8aToHex(randomAsU8a(32)),
			funding: 'Hold',
			deadline,
		});
		step.waits('the submission to become final');
		const done = await submit(api, tx, requester);
		same(done.error, undefined, 'the outcome');
		const event = done.events.find((candidate) => candidate.is('jobMarket.Submitted'));
		check(event, 'there is no jobMarket.Submitted event');
		const escrow = event.data.escrow.toBigInt();
		same(event.data.requester.toString(), requester.address, 'the requester in the event');
		same(escrow, quote.escrow.toBigInt(), 'the escrow');
		const id = event.data.job.toBigInt();
		const { job } = (await (await api.at(done.hash)).call.jobApi.job(id)).unwrap();
		const deposit = job.deposit.toBigInt();
		check(deposit >= quote.deposit.toBigInt(), 'the deposit is lower than without inline input');
		// In this block nobody has been paid yet, so the whole escrow is still there.
		const { reserved } = await balanceAt(api, done.hash, requester.address);
		same(reserved, heldBefore + escrow + deposit, 'what is held from the requester');
		step.note(`job ${id} in block ${done.number}, deadline ${deadline}`);
		return { ...done, id, escrow, deposit, deadline, heldBefore };
	});
}

/** Every event of one job, from its submission to its end. */
export async function follow(api, job, step) {
	const events = [];
	const expect = () => step.waits(
		`job ${job.id} to end; so far: ${events.map(({ name }) => name).join(', ') || 'nothing'}`,
	);
	expect();
	for await (const block of finalBlocks(api, job.number, step.signal)) {
		for (const event of block.events) {
			if (event.data.job?.toString() !== job.id.toString()) continue;
			const why = (event.data.reason ?? event.data.why)?.toHuman() ?? '';
			const describe = `${event.name} ${JSON.stringify(why)}`;
			events.push({ ...event, number: block.number, hash: block.hash, describe });
			step.note(`block ${block.number}: ${event.name}`);
		}
		expect();
		const ended = events.find((event) => ENDS.some((end) => event.is(end)));
		if (ended) return { events, ended, drawn: events.find((e) => e.is('jobMarket.Drawn')) };
	}
	throw new Error('the step has ended');
}

/** What the events of one block say it did to balances: payments, transfers and fees. */
async function blockLedger(api, hash) {
	const changes = new Map();
	let fees = 0n;
	const add = (who, amount) => {
		changes.set(who.toString(), (changes.get(who.toString()) ?? 0n) + amount);
	};
	for (const { name, data } of await eventsAt(api, hash)) {
		if (name === 'payouts.Paid') add(data.payee, data.amount.toBigInt());
		if (name === 'balances.Transfer') {
			add(data.from, -data.amount.toBigInt());
			add(data.to, data.amount.toBigInt());
		}
		if (name === 'transactionPayment.TransactionFeePaid') {
			add(data.who, -data.actualFee.toBigInt());
			fees += data.actualFee.toBigInt();
		}
	}
	return { fees, change: (who) => changes.get(who) ?? 0n };
}

/** What one item would cost; fails as the chain does when it would be refused. */
async function quoteFor(api, variant, price) {
	const pool = { variant, class: 'Portable' };
	const quote = await api.call.jobApi.quote(pool, 1, price, REDUNDANCY);
	check(quote.isOk, `refused: ${quote.isErr && JSON.stringify(quote.asErr.toHuman())}`);
	return quote.asOk;
}

async function bestHeight(api) {
	return (await api.rpc.chain.getHeader()).number.toNumber();
}

function executorOf({ data }) {
	return data.executor.toString();
}

function sorted(list) {
	return [...list].sort().join(' ');
}
