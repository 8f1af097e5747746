"""How the board, letters and helps look: on terminals wide and narrow, with and without colour, in any alphabet."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from cli_support import CONFIG, PLAN, Kitchen, build

from phaseproof.cli import main
from phaseproof.cli.main import VERBS
from phaseproof.reports import layout

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LONG = "P1.1 " + " ".join(f"word{number}" for number in range(60))


def on_a_terminal(kitchen: Kitchen, *words: str, columns: int = 80, **environment: str) -> str:
    """What a person sees; real terminal, real process."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = kitchen.start(*words, stdout=theirs, env={"TERM": "xterm-256color", "NO_COLOR": "", **environment})
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end has closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    process.communicate(timeout=60)
    return seen.decode().replace("\r\n", "\n")


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """A plan with long sentences and letters of many alphabets."""
    plan = PLAN.replace("P1.1 The oven never heats above its limit.", LONG).replace(
        "## Gate A: Safe to heat", "## Gate A: Безопасно греть 安全加热 für Bäcker"
    )
    text = CONFIG.replace("run: grep -q ^limit=250$ oven/limit.txt", f"run: echo {'very-' * 60}long")
    kitchen = build(tmp_path_factory.mktemp("wordy"), text, {"docs/oven.md": plan})
    kitchen.run("run P1.1")
    return kitchen


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize("words", [("status",), ("status", "--all"), ("explain", "P1.1"), ("bundle", "diff")])
def test_a_narrow_terminal_breaks_no_words(wordy, words, columns):
    seen = COLOUR.sub("", on_a_terminal(wordy, *words, columns=columns))
    assert seen.strip()
    for line in seen.splitlines():
        assert len(line) <= columns or len(max(line.split(), key=len)) > columns / 2 or line.lstrip()[:1] == "→", line


def test_colour_on_a_terminal_and_nowhere_else(wordy):
    assert COLOUR.search(on_a_terminal(wordy, "status"))
    assert not COLOUR.search(on_a_terminal(wordy, "status", NO_COLOR="1"))
    assert not COLOUR.search(on_a_terminal(wordy, "status", TERM="dumb"))
    assert not COLOUR.search(on_a_terminal(wordy, "run", NO_COLOR="1"))
    assert not COLOUR.search(wordy.run("status").out)
    assert not COLOUR.search(on_a_terminal(wordy, "status", "--format", "json"))


def test_refusals_are_coloured_by_the_same_rule(wordy):
    for colour in ("", "1"):
        done = wordy.start("status", "gate-z", env={"NO_COLOR": colour})
        _, err = done.communicate(timeout=60)
        assert not COLOUR.search(err.decode())


def test_letters_of_every_alphabet_stay(wordy):
    assert "Gate A: Безопасно греть 安全加热 für Bäcker" in wordy.run("status").out
    assert "Безопасно" in wordy.run("status --format json").out


def test_when_everything_passes(start):
    kitchen = start("proven")
    lines = kitchen.run("status --verify").out.splitlines()
    assert lines[0].startswith("PASS   oven @ ") and "assurance self" in lines[0]
    assert lines[1:] == ["", "PASS   Gate A: Safe to heat, Phase 1: Oven firmware"]
    shown = kitchen.run("status --all").out
    assert shown.count("proven") == 3 and "HOLD" not in shown


def test_what_is_not_required_is_shown_and_holds_nothing(tmp_path):
    kitchen = build(tmp_path, CONFIG.replace("P1.2: {check: off-note}", "P1.2: {check: off-note, advisory: true}"))
    kitchen.run("run P1.1")
    kitchen.run("sign reviewedby/safety-owner --as ada")
    done = kitchen.run("status")
    assert done.code == 0
    assert "missing   P1.2  (not required)   its check has never run" in done.out


def test_a_blocked_gate_comes_with_its_blockers_and_a_command_for_each(start):
    lines = start("installed").run("status").out.splitlines()
    assert lines[0].startswith("HOLD")
    for number, line in enumerate(lines):
        if line.startswith("  missing"):
            assert lines[number + 1].strip().startswith("→ phaseproof "), line


def test_more_blockers_than_fit_are_counted(tmp_path):
    tasks = "".join(f"- [ ] T.{number} Task {number}.\n" for number in range(40))
    kitchen = build(tmp_path, files={"docs/oven.md": PLAN.replace("## Sign-off", f"{tasks}\n## Sign-off")})
    done = kitchen.run("status").out
    assert "more: --all" in done and done.count("\n") < 60
    assert len(re.findall(r"  missing", kitchen.run("status --all").out)) == 43


@pytest.mark.parametrize(
    "verb",
    [
        *VERBS,
        "migrate propose",
        "migrate approve",
        "migrate activate",
        "bundle diff",
        "key new",
        "report html",
        "report vsa",
    ],
)
def test_every_help_says_what_it_does_in_whole_sentences(capsys, verb):
    assert main.run([*verb.split(), "--help"]) == 0
    told = capsys.readouterr().out
    assert "..." not in told.split("\n", 1)[1], "a sentence is cut"
    assert "TEXT" not in told.split("\n", 1)[1], "a value has no name of its own"


def test_the_first_help_tells_where_to_begin(capsys):
    assert main.run(["--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Begin with: phaseproof demo" in told and "4 our fault" in told
    assert all(f" {verb} " in told for verb in VERBS)


def test_what_cannot_be_seen_is_made_visible():
    assert layout.visible("a\x1b[2Jb\u202ec\u200bd\x07") == "a\\u{1b}[2Jb\\u{202e}c\\u{200b}d\\u{7}"
    assert layout.visible("Ünï 安全 ✔\nline") == "Ünï 安全 ✔\nline"
    assert layout.one_line(" a \n\t b ", 3) == "a b" and layout.one_line("abcdef", 4) == "abc…"
    assert layout.counted(1, "event") == "1 event" and layout.counted(0, "event") == "0 events"


def test_start_up_loads_no_verb_that_is_not_used():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "phaseproof", "--help"], capture_output=True, text=True, check=True
    )
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    for heavy in ("cryptography", "yaml", "sqlite3", "rich", "msgspec", "jsonschema", "asyncio", "subprocess"):
        assert heavy not in loaded, heavy


def test_an_item_stands_under_its_innermost_gate_even_where_both_have_the_same_items(tmp_path):
    plan = (
        "# Phase 1: Oven\n\n## Gate A: Safe to heat\n\n- [ ] P1.1 It stays warm.\n- [ ] P1.2 A note: `docs/off.md`.\n"
    )
    config = CONFIG.replace("phases:\n  - {id: phase-1, plans: [docs/oven.md]}", "plans: [docs/oven.md]")
    kitchen = build(tmp_path, config.replace("  safety-owner: {members: [ada, ben]}\n", ""), {"docs/oven.md": plan})
    lines = kitchen.run("status").out.splitlines()
    gate = next(number for number, line in enumerate(lines) if line.startswith("Gate A"))
    outer = next(number for number, line in enumerate(lines) if line.startswith("Phase 1"))
    item = next(number for number, line in enumerate(lines) if "missing   P1.1" in line)
    assert gate < item and (outer < gate or item < outer), lines
