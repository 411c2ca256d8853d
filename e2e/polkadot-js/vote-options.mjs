// The command lines of `vote.mjs` and `upgrade.mjs`.

import { file, parse, UsageError, value, whole } from './arguments.mjs';

const COMMON = `  --url URL            node to talk to (default ws://127.0.0.1:9944)
  --workers URI,URI…   keys of all providers who have earned work credits
  --voters URI,URI…    keys of the token house, who hold more than half of what can vote
                       (default: eight of those that everybody knows)
  --funder URI         account that pays deposits (default //Alice)
  --timeout SECONDS    time for one step (default 180)
  --json               steps to stderr, a JSON summary to stdout
  --help`;

export const VOTE_USAGE = `usage: node vote.mjs --workers URI,URI… [options]
  --model ID           published model that the contributor house features (default 0)
${COMMON}`;

export const UPGRADE_USAGE = `usage: node upgrade.mjs --code FILE --workers URI,URI… [options]
  --code FILE          the new runtime, as \`scripts/next-runtime.sh\` builds it
  --model ID           published model for images of digits, served by three workers (default 0)
  --variant-index N    position in the model's list of variants (default 0)
  --price PLANCK       what each executor is paid per work unit (default 1,000,000,000)
  --jobs N             jobs that are submitted before (default 6)
${COMMON}`;

const VOTERS = [
	'//Alice', '//Bob', '//Charlie', '//Dave', '//Eve', '//Ferdie', '//Alice//stash', '//Bob//stash',
];

const SHARED = { workers: value(), voters: value(VOTERS.join()), model: value('0') };

/** Reads the command line of `vote.mjs`; throws `UsageError`. */
export function voteOptions(args) {
	return shared(parse(args, SHARED));
}

/** Reads the command line of `upgrade.mjs`; throws `UsageError`. */
export function upgradeOptions(args) {
	const parsed = parse(args, {
		...SHARED,
		code: value(),
		'variant-index': value('0'),
		price: value('1000000000'),
		jobs: value('6'),
	});
	const { values, common } = parsed;
	if (!values.code && !common.help) throw new UsageError('--code is missing');
	return {
		...shared(parsed),
		code: values.code && file(values.code),
		variantIndex: whole(values, 'variant-index'),
		price: BigInt(whole(values, 'price')),
		jobs: whole(values, 'jobs'),
	};
}

function shared({ values, common }) {
	if (!values.workers && !common.help) throw new UsageError('--workers is missing');
	return {
		...common,
		workers: values.workers?.split(',') ?? [],
		voters: values.voters.split(','),
		model: whole(values, 'model'),
	};
}
