// What a wallet does with a chain: connect, submit and follow transactions, read events, balances
// and errors. Everything counts only once it is final, so no fork can take it back.

import { ApiPromise, WsProvider } from '@polkadot/api';
import { stringCamelCase } from '@polkadot/util';

const RECONNECT_MILLIS = 1_000;

/** A node that does not answer, or a transaction that it does not take. */
export class ChainError extends Error {
	name = 'ChainError';
}

/**
 * Connects to `url` and reads the metadata; nothing about Tercet is known beforehand. Tries until
 * `signal` is aborted.
 */
export async function connect(url, signal) {
	const provider = new WsProvider(url, RECONNECT_MILLIS);
	const aborted = new Promise((_, reject) => {
		signal.addEventListener('abort', () => reject(new ChainError('aborted')));
	});
	try {
		return await Promise.race([ApiPromise.create({ provider, throwOnConnect: false }), aborted]);
	} catch (error) {
		await provider.disconnect();
		throw error;
	}
}

/**
 * Signs and submits `tx` and waits until it is final.
 *
 * @returns {Promise<{hash: string, number: number, events: Event[], fee: bigint, error?: string}>}
 *   the block, the transaction's own events, the fee charged, and the name of the error it ended in
 */
export async function submit(api, tx, signer, options = {}) {
	const result = await final(tx, signer, options);
	if (result.internalError) throw result.internalError;
	const events = result.events.map(({ event }) => read(event));
	const paid = events.find((event) => event.is('transactionPayment.TransactionFeePaid'));
	const hash = result.status.asFinalized.toHex();
	return {
		hash,
		number: await heightOf(api, hash),
		events,
		fee: paid ? paid.data.actualFee.toBigInt() : 0n,
		error: result.dispatchError && errorName(api, result.dispatchError),
	};
}

/** Signs and submits `tx` and waits until it is final; gives what polkadot.js makes of it. */
export async function final(tx, signer, options = {}) {
	let stop;
	try {
		return await new Promise((resolve, reject) => {
			const follow = (result) => {
				if (result.isFinalized) resolve(result);
				else if (result.isError) {
					reject(new ChainError(`the transaction became ${result.status.type}`));
				}
			};
			tx.signAndSend(signer, { nonce: -1, ...options }, follow)
				.then((unsubscribe) => { stop = unsubscribe; })
				.catch((error) => reject(new ChainError(`not accepted by the node: ${error.message}`)));
		});
	} finally {
		stop?.();
	}
}

/** The name of a dispatch error as metadata has it: `jobMarket.ZeroItems`, `token.FundsUnavailable`. */
export function errorName(api, error) {
	if (error.isModule) {
		const { section, name } = api.registry.findMetaError(error.asModule);
		return `${stringCamelCase(section)}.${name}`;
	}
	const detail = error.value?.type ?? error.value?.toString();
	return detail ? `${stringCamelCase(error.type)}.${detail}` : stringCamelCase(error.type);
}

/** An event: `name` as `pallet.Event`, and `data`, its fields by their names in metadata. */
export function read(event) {
	const name = `${event.section}.${event.method}`;
	const names = event.data.names ?? [];
	const data = Object.fromEntries(names.map((field, i) => [field, event.data[i]]));
	return { name, data, is: (other) => other === name };
}

/** All events of the block with this hash, in order. */
export async function eventsAt(api, hash) {
	const at = await api.at(hash);
	return (await at.query.system.events()).map(({ event }) => read(event));
}

/** What `address` owned when the block with this hash had been executed, in planck. */
export async function balanceAt(api, hash, address) {
	const at = await api.at(hash);
	const { data } = await at.query.system.account(address);
	const [free, reserved] = [data.free.toBigInt(), data.reserved.toBigInt()];
	return { free, reserved, total: free + reserved };
}

/** By how much what `address` owns changed from before block `first` to after block `last`. */
export async function changeOver(api, address, first, last = first) {
	const before = await balanceAt(api, await parentOf(api, first), address);
	const after = await balanceAt(api, last, address);
	return after.total - before.total;
}

/** Hash of the parent of the block with this hash. */
export async function parentOf(api, hash) {
	return (await api.rpc.chain.getHeader(hash)).parentHash.toHex();
}

/** Height of the last final block. */
export async function finalHeight(api) {
	return heightOf(api, await api.rpc.chain.getFinalizedHead());
}

async function heightOf(api, hash) {
	return (await api.rpc.chain.getHeader(hash)).number.toNumber();
}

/**
 * Every final block from height `from` on, without gaps, as long as `signal` is not aborted.
 *
 * @yields {{number: number, hash: string, events: Event[]}}
 */
export async function* finalBlocks(api, from, signal) {
	let height = -1;
	let wake = () => {};
	signal.addEventListener('abort', () => wake());
	const stop = await api.rpc.chain.subscribeFinalizedHeads((head) => {
		height = head.number.toNumber();
		wake();
	});
	try {
		for (let number = from; !signal.aborted; number++) {
			while (number > height && !signal.aborted) {
				await new Promise((resolve) => { wake = resolve; });
			}
			if (signal.aborted) return;
			const hash = (await api.rpc.chain.getBlockHash(number)).toHex();
			yield { number, hash, events: await eventsAt(api, hash) };
		}
	} finally {
		stop();
	}
}
