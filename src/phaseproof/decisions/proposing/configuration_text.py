"""The text of a proposed `phaseproof.yaml`, as a person would have written it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from msgspec import Struct

from phaseproof.decisions.proposing.guesses import Guess
from phaseproof.decisions.proposing.suites import Suite
from phaseproof.plan.model import Item

_BARE = re.compile(r"[A-Za-z./$][A-Za-z0-9 ._/$=+@%^~-]*[A-Za-z0-9_/]\Z|[A-Za-z]\Z")
_GLOB = re.compile(r"[A-Za-z0-9._/-][A-Za-z0-9*._/-]*\Z")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~"})
_TEXT = 70
_MOST = 100
"""Unbound items that are listed one by one."""


class Contents(Struct, frozen=True):
    """What goes into the file.

    Attributes:
        programme, person, runner: names.
        keys: name -> public key.
        plans: paths.
        roles: name -> where it is asked for.
        suites: checks that are suites.
        bound: what is bound, in the order of the texts.
        unbound: plan, item and suggestion.
        names: what each item is called.
    """

    programme: str
    person: str
    runner: str
    keys: dict[str, str]
    plans: tuple[str, ...]
    roles: dict[str, str]
    suites: tuple[Suite, ...]
    bound: tuple[Guess, ...]
    unbound: tuple[tuple[str, Item, Guess | None], ...]
    names: dict[tuple[str, str], str]


def written(what: Contents) -> str:
    """The file's text."""
    parts = [_head(what), _people(what), _environment(what), _checks(what), _bindings(what), _unbound(what)]
    return "".join(part for part in parts if part)


def _head(what: Contents) -> str:
    lines = ["# Proposed by `phaseproof init`. Read it, commit it: only what `phaseproof install` installs counts.",
             "phaseproof: 1", f"programme: {_scalar(what.programme)}"]  # fmt: skip
    if len(what.plans) == 1:
        lines.append(f"plans: [{_glob(what.plans[0])}]")
    else:
        lines += ["plans:", *(f"  - {_glob(path)}" for path in what.plans)]
    return "\n".join(lines) + "\n"


def _people(what: Contents) -> str:
    lines = ["people:", f"  {_scalar(what.person)}: {{key: {_quoted(what.keys[what.person])}}}"]
    lines += ["runners:", f"  {_scalar(what.runner)}: {{key: {_quoted(what.keys[what.runner])}}}"]
    lines += ["roles:", f"  owner: {{members: [{_scalar(what.person)}]}}"]
    for name, where in what.roles.items():
        lines.append(f"  {name}: {{members: [{_scalar(what.person)}]}}   # yours to decide: who holds it ({where})")
    lines += ["policy:", "  migrate: {roles: [owner]}   # who may change these rules once they are installed",
              "  # protected: main            # yours to decide: the only branch whose commits count"]  # fmt: skip
    return "\n".join(lines) + "\n"


def _environment(what: Contents) -> str:
    chosen = [one for one in what.suites if one.setup]
    if not chosen:
        return ""
    inputs = dict.fromkeys(path for one in chosen for path in one.setup_inputs)
    lines = ["environment:   # dependencies only, kept until one of these files changes"]
    lines.append(f"  setup: {_quoted(' && '.join(str(one.setup) for one in chosen))}")
    lines.append(f"  setup_inputs: {_globs(inputs)}")
    if len(chosen) > 1 or any(one.setup_shell for one in chosen):
        lines.append("  shell: true")
    return "\n".join(lines) + "\n"


def _checks(what: Contents) -> str:
    lines: list[str] = []
    for suite in what.suites:
        lines += [f"  {suite.name}:   # {suite.why}", f"    kind: {suite.kind}", f"    run: {_quoted(suite.run)}"]
        if suite.subject:
            lines.append(f"    subject: {_globs(suite.subject)}   # what is judged")
        if suite.instrument:
            lines.append(f"    instrument: {_globs(suite.instrument)}   # what it is judged with")
        if suite.controls:
            lines.append("    controls:   # changes under which it must fail, besides the subject emptied")
            lines += [f"      - {{name: {_quoted(name)}, command: {_quoted(line)}}}" for name, line in suite.controls]
        if suite.min_sensitivity:
            lines.append(
                f"    min_sensitivity: {suite.min_sensitivity}   # share of functions whose loss it must notice"
            )
        if suite.network:
            lines.append("    network: true")
    extras = {check.name: check for guess in what.bound for check in guess.checks}
    for name, check in extras.items():
        options = ", ".join(f"{key}: {_value(value)}" for key, value in check.options)
        lines.append(
            f"  {_scalar(name)}: {{kind: {check.kind}, {options}}}" + (f"   # {check.note}" if check.note else "")
        )
    return "\n".join(["checks:", *lines]) + "\n" if lines else ""


def _bindings(what: Contents) -> str:
    lines = []
    for guess in what.bound:
        name = what.names[guess.plan, guess.item.id]
        lines.append(f"  {_key(name)}: {_binding(guess)}   # {_comment(guess.why)}")
    return "\n".join(["bindings:", *lines]) + "\n" if lines else ""


def _unbound(what: Contents) -> str:
    if not what.unbound:
        return ""
    lines = ["# Yours to decide: nothing stands for these yet, so their gates hold. Bind each to a check or role, or",
             "# `children: true`." if what.bound else "# `children: true`, under `bindings:`."]  # fmt: skip
    width = min(40, max(len(_key(what.names[plan, item.id])) for plan, item, _ in what.unbound[:_MOST]))
    for plan, item, guess in what.unbound[:_MOST]:
        name = _key(what.names[plan, item.id])
        perhaps = f"   perhaps {_binding(guess)}" if guess is not None else ""
        plain = item.text.replace("**", "").replace("`", "")
        words = plain.removeprefix(item.name).lstrip(" :.–—-") or plain
        lines.append(f"#   {name.ljust(width)}  {_comment(words)}{perhaps}")
    if len(what.unbound) > _MOST:
        lines.append(f"#   … and {len(what.unbound) - _MOST} more: phaseproof status, once it is installed")
    return "\n".join(lines) + "\n"


def _binding(guess: Guess) -> str:
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in guess.binding) + "}"


def _value(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_quoted(one) for one in value) + "]"
    return _quoted(value)


def _globs(patterns: Iterable[str]) -> str:
    return "[" + ", ".join(_glob(one) for one in patterns) + "]"


def _glob(pattern: str) -> str:
    return pattern if _GLOB.match(pattern) and not pattern.isdigit() else _string(pattern)


def _key(name: str) -> str:
    return _scalar(name) if not name.startswith("{") else _string(name)


def _scalar(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z][A-Za-z0-9._/-]*", text) and text.lower() not in _WORDS else _string(text)


def _quoted(text: str) -> str:
    plain = _BARE.match(text) and text.lower() not in _WORDS and ": " not in text and " #" not in text
    return text if plain else _string(text)


def _string(text: str) -> str:
    """A double-quoted YAML scalar (YAML 1.2, 7.3.1): JSON's strings are ones."""
    return json.dumps(text, ensure_ascii=False)


def _comment(text: str) -> str:
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= _TEXT else line[: _TEXT - 1].rstrip() + "…"
