"""What the scripts of this folder do with chain specs."""

import argparse
import hashlib
import json
import sys

# Key of the runtime's code in a raw spec: `:code`.
CODE_KEY = "0x3a636f6465"
SESSION_KEYS = ("babe", "grandpa", "im_online", "authority_discovery")


def dump(spec):
    json.dump(spec, sys.stdout, indent="\t", sort_keys=True)
    print()


def without_code(_arguments):
    """A plain spec with `0x` for code: the node that loads it puts its own there."""
    spec = json.load(sys.stdin)
    spec["genesis"]["runtimeGenesis"]["code"] = "0x"
    dump(spec)


def in_order(_arguments):
    """The same spec with sorted keys, so that versions differ in what has changed alone."""
    dump(json.load(sys.stdin))


def take_code(spec):
    genesis = spec["genesis"]
    return genesis["raw"]["top"].pop(CODE_KEY) if "raw" in genesis else None


def differences(path, ours, theirs):
    """Paths at which two JSON values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from differences(f"{path}/{key}", ours.get(key), theirs.get(key))
    elif ours != theirs:
        yield f"{path}: committed {shorten(ours)}, from the sources {shorten(theirs)}"


def shorten(value):
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:80]}…"


def compare(arguments):
    """Whether a committed spec is what the sources say, code aside."""
    with open(arguments.committed) as committed, open(arguments.fresh) as fresh:
        ours, theirs = json.load(committed), json.load(fresh)
    our_code, their_code = take_code(ours), take_code(theirs)
    found = list(differences("", ours, theirs))
    for line in found:
        print(f"{arguments.committed}{line}", file=sys.stderr)
    if our_code is not None:
        same = our_code == their_code
        digest = hashlib.blake2b(bytes.fromhex(our_code[2:]), digest_size=32).hexdigest()
        verdict = "the same as built here" if same else "not the same as built here"
        print(f"{arguments.committed}: code 0x{digest}, {verdict}")
        if arguments.code and not same:
            found.append("code")
    if found:
        sys.exit(f"{arguments.committed} is not what the sources say: run chain-spec/make.sh")


def launch(arguments):
    """The testnet's spec, with the names, validators and balances of somebody's network."""
    spec = json.load(sys.stdin)
    with open(arguments.launch) as file:
        wanted = json.load(file)
    for field in ("name", "id", "bootNodes", "telemetryEndpoints"):
        if field in wanted:
            spec[field] = wanted[field]
    patch = spec["genesis"]["runtimeGenesis"]["patch"]
    validators = wanted["validators"]
    if len(validators) < 4:
        sys.exit("fewer than four validators cannot bear the loss of one")
    treasury = patch["balances"]["balances"][-1]
    patch["balances"]["balances"] = [*wanted["balances"], treasury]
    patch["session"]["keys"] = [
        [validator["stash"], validator["stash"], {key: validator[key] for key in SESSION_KEYS}]
        for validator in validators
    ]
    patch["staking"]["stakers"] = [
        [validator["stash"], validator["stash"], validator["stake"], "Validator"]
        for validator in validators
    ]
    spec["genesis"]["runtimeGenesis"]["code"] = "0x"
    dump(spec)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("without-code", help=without_code.__doc__)
    command.set_defaults(run=without_code)
    command = commands.add_parser("sorted", help=in_order.__doc__)
    command.set_defaults(run=in_order)
    command = commands.add_parser("compare", help=compare.__doc__)
    command.add_argument("committed")
    command.add_argument("fresh")
    command.add_argument("--code", action="store_true")
    command.set_defaults(run=compare)
    command = commands.add_parser("launch", help=launch.__doc__)
    command.add_argument("launch")
    command.set_defaults(run=launch)
    arguments = parser.parse_args()
    arguments.run(arguments)


main()
