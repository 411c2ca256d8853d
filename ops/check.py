#!/usr/bin/env python3
"""Holds dashboard, alerts and runbooks against what they speak of.

- Dashboard and alerts ask only for metrics that docs/metrics.md has, or that are in EXTERNAL.
- Every alert has a severity, says what to do, and names a section of a runbook that exists.
- Commands in runbooks, units and compose files have subcommands and options that the programs know.

The programs are looked for in $TERCET_BIN_DIR, or in target/release.
"""

import functools
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DASHBOARD = ROOT / "ops/grafana/tercet.json"
ALERTS = ROOT / "ops/prometheus/alerts.yml"
METRICS = ROOT / "docs/metrics.md"
# Files with commands: shell blocks and words in backticks in Markdown, everything in the others.
COMMANDS = [
    *ROOT.glob("docs/runbooks/*.md"),
    ROOT / "chain-spec/README.md",
    ROOT / "ops/README.md",
    *ROOT.glob("ops/systemd/*.service"),
    *ROOT.glob("ops/systemd/*.env"),
]
COMPOSE = ROOT / "ops/docker/compose.yml"

# Of Prometheus itself, and of node_exporter.
EXTERNAL = {
    "up",
    "node_filesystem_avail_bytes",
    "node_timex_offset_seconds",
    "node_timex_sync_status",
}
METRIC = re.compile(r"\b(?:substrate|tercet|node)_[a-z0-9_]+\b|\bup(?=\{)")
SUFFIX = re.compile(r"_(bucket|count|sum)$")
ALERT_FIELDS = ("expr", "severity", "summary", "description", "runbook")

PROGRAMS = ("tercet-node", "tercet-worker", "tercet-store", "tercet")
# What may stand before a program: variables, another user.
WRAPPER = re.compile(r"^\s*(?:sudo(?: -u \S+)? )?(?:\w+=\S* )*")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")

problems = []


def problem(path, text):
    problems.append(f"{path.relative_to(ROOT)}: {text}")


def check_metrics(path, text, known):
    for name in sorted(set(METRIC.findall(text))):
        if name not in known and SUFFIX.sub("", name) not in known:
            problem(path, f"no such metric: {name}")


def check_dashboard(known):
    panels = json.loads(DASHBOARD.read_text())["panels"]
    if len({panel["id"] for panel in panels}) != len(panels):
        problem(DASHBOARD, "two panels have one id")
    for panel in panels:
        if panel["type"] == "row":
            continue
        if not panel["targets"]:
            problem(DASHBOARD, f"{panel['title']} asks for nothing")
        for target in panel["targets"]:
            check_metrics(DASHBOARD, target["expr"], known)


def check_alerts(known):
    """The file is read by its indentation, so that no YAML library is needed."""
    _, *alerts = re.split(r"\n\s*- alert: ", ALERTS.read_text())
    for alert in alerts:
        name = alert.split(None, 1)[0]
        for field in ALERT_FIELDS:
            if not re.search(rf"\b{field}: *\S", alert):
                problem(ALERTS, f"{name} has no {field}")
        expression = re.search(r"expr:(.*?)\n\s*(?:for|labels):", alert, re.DOTALL)
        check_metrics(ALERTS, expression[1] if expression else "", known)
        for runbook in re.findall(r"runbook: (\S+)", alert):
            check_link(ALERTS, ROOT / runbook)


def check_link(path, target):
    file, _, anchor = str(target).partition("#")
    file = pathlib.Path(os.path.normpath(file))
    if not file.exists():
        problem(path, f"no such file: {file.relative_to(ROOT)}")
    elif anchor and anchor not in anchors(file):
        problem(path, f"no section #{anchor} in {file.relative_to(ROOT)}")


@functools.cache
def anchors(file):
    """Names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.*)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links():
    for path in [*ROOT.glob("docs/runbooks/*.md"), ROOT / "ops/README.md"]:
        for link in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", path.read_text()):
            check_link(path, path if link.startswith("#") else path.parent / link)
            if link.startswith("#"):
                check_link(path, f"{path}{link}")


def commands(path):
    """Words of every command that starts one of our programs."""
    text = path.read_text()
    if path.suffix == ".md":
        # Shell blocks, and commands inside a sentence.
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        inline = re.findall(r"`((?:tercet|tercet-\w+) [^`]*)`", prose)
        text = "\n".join([*blocks, *inline])
    text = re.sub(r"\\\n", " ", text)
    for line in text.splitlines():
        line = re.split(r"(?:^|\s)#", line.removeprefix("ExecStart="))[0]
        for command in re.split(r"[|;&]|\$\(|`", line):
            words = WRAPPER.sub("", command).replace("'", " ").replace('"', " ").split()
            if words and pathlib.PurePath(words[0]).name in PROGRAMS:
                yield pathlib.PurePath(words[0]).name, words[1:]


@functools.cache
def help_of(program, subcommands):
    folder = os.environ.get("TERCET_BIN_DIR", ROOT / "target/release")
    asked = [os.path.join(folder, program), *subcommands, "--help"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False)
    return answer.stdout if answer.returncode == 0 else None


def subcommands_of(text):
    section = re.search(r"^Commands:\n(.*?)(?:\n\n|\Z)", text, re.DOTALL | re.MULTILINE)
    return set(re.findall(r"^  (\S+)", section[1], re.MULTILINE)) if section else set()


def check_command(path, program, words):
    chosen, text = (), help_of(program, ())
    for word in words:
        if word in subcommands_of(text):
            chosen = (*chosen, word)
            text = help_of(program, chosen)
    # Options of the program itself may stand before the subcommand.
    known = set(OPTION.findall(text)) | set(OPTION.findall(help_of(program, ())))
    for option in OPTION.findall(" ".join(words)):
        if option not in known:
            problem(path, f"`{' '.join((program, *chosen))}` has no option {option}")
    # What follows a group of commands must be one of them.
    if subcommands_of(text) - {"help"} and program != "tercet-node":
        problem(path, f"`{' '.join((program, *words))}` names no command of `{program}`")


def check_options():
    """Options that stand alone: in lists of arguments, and between backticks in runbooks."""
    worker = subcommands_of(help_of("tercet-worker", ())) - {"help"}
    helps = [help_of("tercet-node", ()), *(help_of("tercet-worker", (name,)) for name in worker)]
    known = set(OPTION.findall("\n".join(helps)))
    alone = [(COMPOSE, r"^ *- (--[a-z-]+)")]
    alone += [(path, r"`(--[a-z-]+)") for path in ROOT.glob("docs/runbooks/*.md")]
    for path, pattern in alone:
        for option in re.findall(pattern, path.read_text(), re.MULTILINE):
            if option not in known:
                problem(path, f"neither node nor worker has the option {option}")


def main():
    known = EXTERNAL | set(re.findall(r"`((?:substrate|tercet)_[a-z0-9_]+)`", METRICS.read_text()))
    check_dashboard(known)
    check_alerts(known)
    check_links()
    count = 0
    for path in COMMANDS:
        for program, words in commands(path):
            check_command(path, program, words)
            count += 1
    check_options()
    for line in problems:
        print(line, file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{len(known)} metrics known, {count} commands checked")


main()
