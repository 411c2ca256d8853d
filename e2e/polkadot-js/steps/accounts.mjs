// Batches and proxies, as wallets use them.

import { balanceAt, changeOver, errorName, submit } from '../chain.mjs';
import { check, same } from '../report.mjs';

/** Funds everybody in one transaction, and shows that a failing batch leaves nothing behind. */
export async function batch({ api, report, funder, accounts, funding, token }) {
	await report.step('one batch funds every account of this test', async (step) => {
		const all = Object.values(accounts);
		const calls = all.map(({ address }) => api.tx.balances.transferKeepAlive(address, funding));
		step.waits('the batch to become final');
		const done = await submit(api, api.tx.utility.batchAll(calls), funder);
		same(done.error, undefined, 'the outcome');
		const items = done.events.filter((event) => event.is('utility.ItemCompleted'));
		same(items.length, all.length, 'the number of completed calls');
		for (const { address } of all) {
			same(await changeOver(api, address, done.hash), funding, `the change of ${address}`);
		}
		step.note(`${all.length} accounts, fee ${done.fee} planck`);
	});

	await report.step('a batch with one failing call changes nothing', async (step) => {
		const { wallet, batcher } = accounts;
		const calls = [
			api.tx.balances.transferKeepAlive(wallet.address, token),
			api.tx.balances.transferKeepAlive(wallet.address, funding * 2n),
		];
		step.waits('the batch to become final');
		const done = await submit(api, api.tx.utility.batchAll(calls), batcher);
		check(done.error !== undefined, 'the batch succeeded');
		step.note(done.error);
		same(await changeOver(api, wallet.address, done.hash), 0n, 'the change of the payee');
		same(await changeOver(api, batcher.address, done.hash), -done.fee, 'the change of the sender');
	});
}

/** Gives a hot key the worker's proxy, and sees what it may and may not do. */
export async function proxy({ api, report, accounts, token }) {
	const { provider, hot, wallet } = accounts;
	const through = (call) => api.tx.proxy.proxy(provider.address, null, call);
	const result = (done) => {
		const executed = done.events.find((event) => event.is('proxy.ProxyExecuted'));
		check(executed, `no proxy.ProxyExecuted event; the outcome is ${done.error ?? 'success'}`);
		const outcome = executed.data.result;
		return outcome.isErr ? errorName(api, outcome.asErr) : undefined;
	};

	await report.step('a hot key becomes the Worker proxy of a provider', async (step) => {
		step.waits('proxy.addProxy to become final');
		const tx = api.tx.proxy.addProxy(hot.address, 'Worker', 0);
		same((await submit(api, tx, provider)).error, undefined, 'the outcome');
	});

	await report.step('the Worker proxy may not move money', async (step) => {
		step.waits('proxy.proxy to become final');
		const call = api.tx.balances.transferKeepAlive(hot.address, token);
		const done = await submit(api, through(call), hot);
		same(result(done), 'system.CallFiltered', 'what became of the transfer');
		same(await changeOver(api, provider.address, done.hash), 0n, "the provider's change");
		same(await changeOver(api, hot.address, done.hash), -done.fee, "the hot key's change");
	});

	await report.step('the Worker proxy may not make itself another proxy', async (step) => {
		step.waits('proxy.proxy to become final');
		const call = api.tx.proxy.addProxy(wallet.address, 'Any', 0);
		const done = await submit(api, through(call), hot);
		same(result(done), 'system.CallFiltered', 'what became of the call');
	});

	await report.step('the Worker proxy may do what a worker does', async (step) => {
		step.waits('proxy.proxy to become final');
		const done = await submit(api, through(api.tx.providerStaking.goUnavailable()), hot);
		const outcome = result(done);
		step.note(`goUnavailable without a bond: ${outcome ?? 'done'}`);
		check(outcome?.startsWith('providerStaking.'), 'the pallet was not asked');
	});

	await report.step('removing the proxy returns its deposit', async (step) => {
		const before = await balanceAt(api, await api.rpc.chain.getFinalizedHead(), provider.address);
		check(before.reserved > 0n, 'no deposit is held');
		step.waits('proxy.removeProxies to become final');
		const done = await submit(api, api.tx.proxy.removeProxies(), provider);
		same(done.error, undefined, 'the outcome');
		const after = await balanceAt(api, done.hash, provider.address);
		same(after.reserved, 0n, 'what is still held');
		same(after.total, before.total - done.fee, 'what the provider owns');
	});
}
