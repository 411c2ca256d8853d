// The command line of `apps.mjs`.

import { parse, value } from './arguments.mjs';

export const APPS_USAGE = `usage: node apps.mjs [options]
  --url URL            node to talk to (default ws://127.0.0.1:9944); it makes session keys
  --validator URI      stash of the validator that this node runs (default //Alice//stash)
  --funder URI         account that pays and has the sudo key (default //Alice)
  --timeout SECONDS    time for one step (default 180)
  --json               steps to stderr, a JSON summary to stdout
  --help`;

/** Reads the command line; throws `UsageError`. */
export function appsOptions(args) {
	const { values, common } = parse(args, { validator: value('//Alice//stash') });
	return { ...common, validator: values.validator };
}
