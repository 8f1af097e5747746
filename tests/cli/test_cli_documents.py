"""What the documents say is what the program does: examples run, tables generated, links and commands that exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from cli_support import PASSPHRASE, Kitchen

from phaseproof.bundle import sections
from phaseproof.checks import registry
from phaseproof.cli import main
from phaseproof.evidence import keys
from phaseproof.reasons import SENTENCES
from phaseproof.verdict import judge
from phaseproof.verdict.model import Judgement, Reason
from phaseproof.verdict.way_out import for_gate, for_item

TOP = Path(__file__).parents[2]
README = TOP / "README.md"
DOCS = sorted([README, *(TOP / "docs").glob("*.md")])
CHANGING = re.compile(r"sha256:[0-9a-f]{64}|\b[0-9a-f]{8}…|\b[0-9a-f]{7}\b(?!…)|\b\d+\.\d s\b")
WRITE = "PHASEPROOF_WRITE_DOCS"
"""After a change: PHASEPROOF_WRITE_DOCS=1 pytest tests/cli/test_cli_documents.py."""


def blocks(text: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def plain(text: str) -> list[str]:
    """Lines without what changes from run to run; the runner's lines come in any order."""
    lines = [CHANGING.sub("#", line.rstrip()) for line in text.splitlines()]
    return sorted(line for line in lines if line.startswith(("  ✔", "  ✘"))) + [
        line for line in lines if not line.startswith(("  ✔", "  ✘"))
    ]


class Session:
    """The README's example, typed step by step."""

    def __init__(self, folder: Path) -> None:
        self.kitchen = Kitchen(folder)
        self.text = README.read_text(encoding="utf-8")
        self.given: dict[str, list[str]] = {}
        for block in blocks(self.text, "console"):
            for typed in re.split(r"^\$ phaseproof ", block, flags=re.MULTILINE)[1:]:
                line, _, answer = typed.partition("\n")
                self.given.setdefault(line, []).append(answer)

    def type(self, line: str, code: int) -> None:
        """Type a line of the README; it answers what stands there."""
        done = self.kitchen.run(line)
        assert done.code == code, done
        assert plain(done.err + done.out) == plain(self.given[line].pop(0))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """Played to its end."""
    session = Session(tmp_path_factory.mktemp("readme"))
    kitchen = session.kitchen
    for name, passphrase in (("ada", PASSPHRASE), ("local", None)):
        keys.create(kitchen.home, name, passphrase)
    (plan,) = blocks(session.text, "markdown")
    (config,) = blocks(session.text, "yaml")
    assert len(config.splitlines()) <= 22, "a configuration of about twenty lines"
    for info in keys.listing(kitchen.home):
        config = re.sub(rf'({info.name}: {{key: )"[^"]*"', rf'\1"{info.uri}"', config)
    kitchen.repo.commit({
        "docs/release.md": plan,
        "shop/price.py": "def cents(amount):\n    return int(amount * 100)\n",
        "tests/rounding.py": "import sys\nsys.path[:0] = '.'\nfrom shop.price import cents\nassert cents(1.005) == 101\n",  # noqa: E501
    })  # fmt: skip
    session.type("scan", 1)
    kitchen.repo.commit({"phaseproof.yaml": config, ".gitignore": ".phaseproof/\n"})
    assert kitchen.run("compile").code == 0
    session.type("install", 0)
    session.type("gates", 1)
    half_up = "int((Decimal(str(amount)) * 100).quantize(Decimal(1), ROUND_HALF_UP))"
    kitchen.repo.commit({
        "shop/price.py": f"from decimal import ROUND_HALF_UP, Decimal\n\n\ndef cents(amount):\n    return {half_up}\n",
        "docs/rollback.md": "# Rollback\n\n## When\n\nPrices are wrong.\n\n## How\n\nShip the last release again.\n",
    })  # fmt: skip
    session.type("gates", 1)
    session.type("sign reviewedby/release-lead", 0)
    session.type("gates", 0)
    return session


def test_the_readme_shows_real_output(session):
    assert not {line: left for line, left in session.given.items() if left and any(left)}, "all of it was compared"


def test_the_kind_of_ones_own_is_the_one_that_is_installed_and_run_elsewhere():
    (shown,) = blocks(README.read_text(encoding="utf-8").split("## A kind of your own")[1].split("\n## ")[0], "python")
    assert shown in blocks((TOP / "docs/own-kind.md").read_text(encoding="utf-8"), "python")


def test_a_signature_is_checked_without_this_tool(session, tmp_path):
    (program,) = blocks(session.text.split("## Checking a signature")[1].split("\n## ")[0], "python")
    assert "phaseproof" not in program.replace(".phaseproof", "")
    script = tmp_path / "check.py"
    script.write_text(program)
    evidence = session.kitchen.run("explain A.1 --format json").said["evidence"]
    public = next(info.uri for info in keys.listing(session.kitchen.home) if info.name == "local")
    other = next(info.uri for info in keys.listing(session.kitchen.home) if info.name == "ada")

    def check(digest: str, key: str) -> Any:
        return subprocess.run(
            [sys.executable, script, digest, key], cwd=session.kitchen.root, capture_output=True, text=True, check=False
        )

    said = [check(digest, public) for digest in evidence]
    assert [done.returncode for done in said] == [0] * len(evidence), said[0].stderr
    assert {done.stdout.strip() for done in said} == {"positive", "negative"}, "the evidence, and its control"
    done = check(evidence[0], other)
    assert done.returncode != 0 and "InvalidSignature" in done.stderr


def test_the_ledger_page_shows_what_verify_says(session):
    done = session.kitchen.run("verify")
    shown = blocks((TOP / "docs/ledger.md").read_text(encoding="utf-8"), "console")[0]
    assert plain(done.out) == plain(shown.removeprefix("$ phaseproof verify\n"))


def generated(page: str, name: str, lines: list[str]) -> None:
    """A part of a page that is made from the source stands there as it is made."""
    path = TOP / "docs" / page
    text = path.read_text(encoding="utf-8")
    begin, end = re.search(rf"<!-- {name}: begin .*-->\n", text), text.index(f"<!-- {name}: end -->")
    assert begin is not None
    made = "\n" + "\n".join(lines) + "\n\n"
    if os.environ.get(WRITE):
        path.write_text(text[: begin.end()] + made + text[end:], encoding="utf-8")
    else:
        assert text[begin.end() : end] == made, f"{page} is not what the source says: {WRITE}=1"


def test_the_rules_on_the_page_are_those_of_the_source():
    text = (judge.__doc__ or "").split("is HOLD:\n", 1)[1]
    lines: list[str] = []
    for line in text.strip().splitlines():
        if found := re.match(r" ?(\d+)\. (.*)", line):
            lines.append(f"{found[1]}. {found[2]}")
        elif line.startswith("    "):
            lines[-1] += " " + line.strip()
        elif line:
            lines += ["", f"**{re.sub(r' ?[(](?:[a-z_]+[.]py,? ?)+[)]', '', line)}**", ""]
    assert sum(bool(re.match(r"\d+\. ", line)) for line in lines) >= 16
    generated("verdicts.md", "rules", lines[1:])


def test_the_table_of_reason_codes_is_that_of_the_source():
    lines = ["| code | what a person reads | next |", "|---|---|---|"]
    for code, words in SENTENCES.items():
        following = for_gate([Reason(code, "GATE")]) or for_item(
            "ITEM", Judgement("missing", (Reason(code),), check="CHECK")
        )
        if code in ("instrument-changed", "broad-binding", "item-holds", "nothing-proven", "no-gates"):
            following = ""
        if code == "no-ledger":
            following = "phaseproof install"
        told = words.replace("{detail}", "…").replace("|", "\\|")
        lines.append(f"| `{code}` | {told} | {f'`{following}`' if following else ''} |".replace("|  |", "| |"))
    generated("verdicts.md", "reasons", lines)


def _names(struct: Any, prefix: str = "") -> set[str]:
    """Every key of a section, dotted, lists and named entries looked through."""
    found = set()
    for field in msgspec.structs.fields(struct):
        name = f"{prefix}{field.encode_name}"
        inner = [one for one in _within(field.type) if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        if name == "checks":
            inner = [sections.CheckSource]
        below = set().union(*(_names(one, f"{name}.") for one in inner)) if inner else set()
        only_roles = below == {f"{name}.roles"} or name in ("policy.waiver", "policy.flake")
        found |= below if only_roles else {name} | below
    return found


def _within(kind: Any) -> list[Any]:
    return [kind, *(part for one in get_args(kind) for part in _within(one))]


def test_every_key_of_the_configuration_is_on_its_page():
    text = (TOP / "docs/configuration.md").read_text(encoding="utf-8")
    table = text[text.index("## Every key") : text.index("## Words")]
    told = re.findall(r"^\| `([a-z_.-]+)` \|", table, re.MULTILINE)
    assert len(told) == len(set(told))
    assert set(told) == _names(sections.Source)
    example = text[text.index("## All of it") : text.index("## Every key")]
    for key in told:
        last = key.rpartition(".")[2]
        if (
            key.startswith(("checks.controls.", "reading.", "environment.shell", "phases.title"))
            or key in SHOWN_ELSEWHERE
        ):
            continue
        assert re.search(rf"\b{last}\b", example), f"{key} is not in the example"


SHOWN_ELSEWHERE = {
    "people.key", "checks.external", "checks.history", "checks.network", "holds.covers", "policy.waiver.roles",
    "bindings.level",
}  # fmt: skip


def test_defaults_on_the_page_are_those_of_the_source():
    text = (TOP / "docs/configuration.md").read_text(encoding="utf-8")
    for key, value in {
        "policy.strength": sections.PolicySource.__struct_defaults__[2], "policy.flake.window": 10,
        "policy.flake.passes": 3, "policy.waiver.max_days": 30, "roles.threshold": 1,
        "policy.assurance": "self", "repositories.state": "active", "checks.timeout": "15m",
    }.items():  # fmt: skip
        assert re.search(rf"^\| `{re.escape(key)}` \|.*\| `{value}` \|$", text, re.MULTILINE), key


def test_the_readme_names_every_kind_that_there_is():
    table = README.read_text(encoding="utf-8").split("## Kinds of check")[1].split("Options, outcomes")[0]
    assert set(re.findall(r"^\| `([a-z]+)`", table, re.MULTILINE)) == set(registry.names())


@pytest.mark.parametrize("path", DOCS, ids=[path.name for path in DOCS])
def test_links_lead_somewhere(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert not target.startswith("http"), "what is needed to understand is here"
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCS, ids=[path.name for path in DOCS])
def test_commands_in_the_documents_are_ones_that_there_are(path):
    text = path.read_text(encoding="utf-8")
    context = main.phaseproof.make_context("phaseproof", ["status"])
    lines = re.findall(r"`phaseproof ([a-z][^`]*)`", text) + re.findall(r"^\$ phaseproof (.*)$", text, re.MULTILINE)
    for line in lines:
        words = line.split()
        assert words[0] in main.VERBS, line
        command: Any = main.phaseproof.get_command(context, words[0])
        if hasattr(command, "commands") and len(words) > 1:
            assert words[1] in command.commands, line
            command = command.commands[words[1]]
        options = {option for one in command.params for option in one.opts} | {"--help"}
        assert {word for word in words if word.startswith("-")} <= options, line


def test_the_exit_codes_in_the_readme_are_the_table():
    table = README.read_text(encoding="utf-8").split("## Exit codes")[1]
    assert re.findall(r"^\| (\d) \|", table, re.MULTILINE) == ["0", "1", "2", "3", "4"]


def test_every_schema_on_file_is_printed_by_its_name(capsys):
    folder = TOP / "schemas"
    names = {path.name.removesuffix(".json") for path in folder.glob("*.json")} - {"reasons"}
    assert main.run(["schema", "--list"]) == 0
    listed = capsys.readouterr().out.split()
    assert names | {path.stem for path in (folder / "kinds").glob("*.json")} <= set(listed)
    for name in listed:
        assert main.run(["schema", name]) == 0
        file = folder / f"{name}.json" if name in names else folder / "kinds" / f"{name}.json"
        assert capsys.readouterr().out == file.read_text(encoding="utf-8"), name
    assert main.run(["schema"]) == 0
    assert capsys.readouterr().out == (folder / "phaseproof.yaml.json").read_text(encoding="utf-8")
