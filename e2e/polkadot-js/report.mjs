// Steps and their outcome, as lines of TAP (https://testanything.org) and as JSON.

/** What a step found not to be so. */
export class CheckFailed extends Error {
	name = 'CheckFailed';
}

/** Fails the running step unless `condition` holds. */
export function check(condition, message) {
	if (!condition) throw new CheckFailed(message);
}

/** Fails the running step unless the two are the same; bigints and strings compare by value. */
export function same(actual, expected, what) {
	check(actual === expected, `${what} is ${show(actual)}, expected ${show(expected)}`);
}

/** Runs steps one by one and remembers how they ended. */
export class Report {
	steps = [];
	facts = {};

	/**
	 * @param {(line: string) => void} print
	 * @param {number} limit time for one step, in milliseconds
	 */
	constructor(print, limit) {
		this.print = print;
		this.limit = limit;
	}

	/**
	 * Runs `body` as one step and prints `ok` or `not ok`. `body` gets a `Step`. Rethrows, so that
	 * what builds on the step does not run.
	 */
	async step(name, body) {
		const step = new Step(this.print);
		const record = { step: this.steps.length + 1, name, ok: false };
		this.steps.push(record);
		try {
			const value = await withinLimit(step, body, this.limit);
			record.ok = true;
			this.print(`ok ${record.step} - ${name}`);
			return value;
		} catch (error) {
			record.error = `${error.name}: ${error.message}`;
			this.print(`not ok ${record.step} - ${name}`);
			record.error.split('\n').forEach((line) => this.print(`  # ${line}`));
			throw new StepFailed(name, error);
		}
	}

	/** Whether there were steps and all of them passed. */
	get passed() {
		return this.steps.length > 0 && this.steps.every(({ ok }) => ok);
	}

	/** Prints the plan line and the count. */
	finish() {
		const passed = this.steps.filter(({ ok }) => ok).length;
		this.print(`1..${this.steps.length}`);
		this.print(`# ${passed} of ${this.steps.length} steps passed`);
	}

	/** The outcome as one object for scripts. */
	summary() {
		return { passed: this.passed, steps: this.steps, ...this.facts };
	}
}

/** A step that did not pass; it has been reported already. */
export class StepFailed extends Error {
	name = 'StepFailed';

	constructor(step, cause) {
		super(`step "${step}" failed`, { cause });
	}
}

/** What a running step may say, and whether it should still run. */
class Step {
	#print;
	#abort = new AbortController();
	waitingFor = 'an answer';

	constructor(print) {
		this.#print = print;
	}

	/** Aborted once the step has ended or its time is up. */
	get signal() {
		return this.#abort.signal;
	}

	/** Prints a detail under the step. */
	note(line) {
		this.#print(`  # ${line}`);
	}

	/** Says what a timeout would have waited for. */
	waits(what) {
		this.waitingFor = what;
	}

	/** Ends whatever the step has started. */
	end() {
		this.#abort.abort();
	}
}

async function withinLimit(step, body, limit) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => {
			reject(new CheckFailed(`waited ${limit / 1000} s for ${step.waitingFor}`));
		}, limit);
	});
	try {
		return await Promise.race([body(step), late]);
	} finally {
		clearTimeout(timer);
		step.end();
	}
}

function show(value) {
	return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}
