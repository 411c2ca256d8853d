// Moving money, signed by a software wallet and as a hardware wallet signs.

import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';
import { u8aToHex } from '@polkadot/util';
import { mnemonicGenerate } from '@polkadot/util-crypto';

import { balanceAt, changeOver, ChainError, submit } from '../chain.mjs';
import { check, same } from '../report.mjs';

/** How `CheckMetadataHash` is told that a transaction carries a hash. */
const MODE_ENABLED = 1;
/** The metadata version that hardware wallets hash (RFC 78). */
const HASHED_VERSION = 15;

/** Transfers to accounts that nobody has used before. */
export async function transfer({ api, report, keyring, funder, token }) {
	const amount = 5n * token;
	const fresh = () => keyring.addFromUri(mnemonicGenerate());

	await report.step('a transfer arrives and costs what the wallet was told', async (step) => {
		const to = fresh();
		const tx = api.tx.balances.transferKeepAlive(to.address, amount);
		const estimate = (await tx.paymentInfo(funder)).partialFee.toBigInt();
		step.waits('the transfer to become final');
		const done = await submit(api, tx, funder);
		await arrived(api, done, funder.address, to.address, amount);
		step.note(`fee ${done.fee} planck, estimated ${estimate}`);
		check(done.fee > 0n && done.fee <= estimate, 'the fee is not within the estimate');
		// polkadot.js also takes lists of numbers, other clients do not.
		const { block } = await api.rpc.chain.getBlock.raw(done.hash);
		const hexadecimal = (extrinsic) => /^0x[0-9a-f]+$/.test(extrinsic);
		check(block.extrinsics.every(hexadecimal), 'the node writes extrinsics otherwise than in hex');
	});

	await report.step('a transfer signed over the metadata hash arrives', async (step) => {
		const metadataHash = await hashOfMetadata(api);
		step.note(`metadata hash ${metadataHash}`);
		const to = fresh();
		const tx = api.tx.balances.transferKeepAlive(to.address, amount);
		step.waits('the transfer to become final');
		const done = await submit(api, tx, funder, { mode: MODE_ENABLED, metadataHash });
		await arrived(api, done, funder.address, to.address, amount);
	});

	await report.step('a transfer signed over another metadata hash is refused', async (step) => {
		const metadataHash = `0x${'5a'.repeat(32)}`;
		const to = fresh();
		const tx = api.tx.balances.transferKeepAlive(to.address, amount);
		step.waits('the node to refuse the transfer');
		const refusal = await submit(api, tx, funder, { mode: MODE_ENABLED, metadataHash }).then(
			() => undefined,
			(error) => error,
		);
		check(refusal instanceof ChainError, 'the node took it');
		check(/bad signature/.test(refusal.message), `refused for another reason: ${refusal.message}`);
		const account = await api.query.system.account(to.address);
		same(account.data.free.toBigInt(), 0n, 'the balance of the payee');
	});
}

/** Checks a transfer by event and by query, on both sides. */
async function arrived(api, done, from, to, amount) {
	same(done.error, undefined, 'the outcome');
	const event = done.events.find((candidate) => candidate.is('balances.Transfer'));
	check(event, 'there is no balances.Transfer event');
	same(event.data.from.toString(), from, 'the sender in the event');
	same(event.data.to.toString(), to, 'the payee in the event');
	same(event.data.amount.toBigInt(), amount, 'the amount in the event');
	same((await balanceAt(api, done.hash, to)).free, amount, 'the balance of the payee');
	const spent = await changeOver(api, from, done.hash);
	same(spent, -(amount + done.fee), 'the change of the sender');
}

/** The hash that a hardware wallet computes, from what the node says. */
async function hashOfMetadata(api) {
	const metadata = (await api.call.metadata.metadataAtVersion(HASHED_VERSION)).unwrap();
	const [tokenSymbol] = api.registry.chainTokens;
	const [decimals] = api.registry.chainDecimals;
	return u8aToHex(merkleizeMetadata(metadata.toU8a(true), { tokenSymbol, decimals }).digest());
}
