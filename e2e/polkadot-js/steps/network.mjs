// What a wallet reads before it does anything: properties, pallets, runtime APIs.

import { check, same } from '../report.mjs';

const PALLETS = ['modelRegistry', 'providerStaking', 'jobMarket', 'verification', 'payouts', 'privacy'];
const CALLS = [
	'balances.transferKeepAlive',
	'jobMarket.submit', 'jobMarket.topUp', 'jobMarket.cancel', 'jobMarket.prune',
	'jobMarket.addCredit', 'jobMarket.withdrawCredit',
	'modelRegistry.publish', 'modelRegistry.offerTransfer', 'modelRegistry.deprecate',
	'payouts.claim',
	'privacy.announceKey', 'privacy.handOver', 'privacy.takeBack',
	'providerStaking.bond', 'providerStaking.delegate', 'providerStaking.undelegate',
	'verification.answer', 'verification.challenge', 'verification.openCanary',
];
const RUNTIME_CALLS = {
	jobApi: ['job', 'jobCount', 'quote', 'supply', 'verifyItem'],
	modelApi: ['model', 'modelCount'],
	providerApi: ['assignments', 'claimable', 'provider', 'workCredits'],
};

/** Checks what the chain says about itself. */
export async function network({ api, report }) {
	await report.step('the chain calls its token TCT, with 12 decimals and ss58 prefix 42', async () => {
		const properties = await api.rpc.system.properties();
		same(properties.tokenSymbol.unwrap()[0].toString(), 'TCT', 'tokenSymbol');
		same(properties.tokenDecimals.unwrap()[0].toNumber(), 12, 'tokenDecimals');
		same(properties.ss58Format.unwrap().toNumber(), 42, 'ss58Format');
		same(api.consts.system.ss58Prefix.toNumber(), 42, "the runtime's ss58 prefix");
	});

	await report.step('metadata describes our pallets, calls and runtime APIs', async (step) => {
		const { specName, specVersion } = api.runtimeVersion;
		step.note(`${specName}/${specVersion}, metadata V${api.runtimeMetadata.version}`);
		for (const pallet of PALLETS) {
			check(api.query[pallet] || api.events[pallet], `metadata has no pallet ${pallet}`);
			const calls = Object.keys(api.tx[pallet] ?? {});
			step.note(`${pallet}: ${calls.join(', ') || 'no calls'}`);
		}
		for (const call of CALLS) {
			const [pallet, name] = call.split('.');
			check(api.tx[pallet]?.[name], `metadata has no call ${call}`);
		}
		for (const [runtimeApi, calls] of Object.entries(RUNTIME_CALLS)) {
			const missing = calls.filter((name) => !api.call[runtimeApi]?.[name]);
			check(missing.length === 0, `metadata has no ${runtimeApi}.${missing.join(', ')}`);
		}
	});

	await report.step('every transaction can carry a metadata hash', async (step) => {
		step.note(api.registry.signedExtensions.join(', '));
		check(
			api.registry.signedExtensions.includes('CheckMetadataHash'),
			'CheckMetadataHash is not among the transaction extensions',
		);
	});
}
