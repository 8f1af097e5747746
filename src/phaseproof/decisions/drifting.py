"""`drift`: where the documents of the working tree say something that the ledger does not prove.

Two comparisons. What each document claims (ticks, status cells, status words) with the board of a commit; and what the
working tree's configuration and plans compile to with the bundle in force: what was agreed counts, so an item that is
gone, reworded, moved or asked less of is named here until a migration has been agreed to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from phaseproof.bundle.changes import Change
from phaseproof.bundle.compare import compare
from phaseproof.bundle.compile import compile, succeed
from phaseproof.bundle.config import Config, load
from phaseproof.bundle.item_mapping import Mapped, match
from phaseproof.bundle.mistakes import Mistakes, quote
from phaseproof.bundle.model import BundleItem
from phaseproof.bundle.outline import words
from phaseproof.checks import registry
from phaseproof.decisions.candidate import MAX_PLAN
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.saying import Standing, Standings
from phaseproof.decisions.state import State
from phaseproof.errors import Unable
from phaseproof.plan.model import Plan
from phaseproof.plan.read import read_once
from phaseproof.plan.rewrite import Edit, edits
from phaseproof.repo.working import Plain, read_plain
from phaseproof.verdict.model import Board

Rule = Literal[
    "ticked-unproven", "unticked-proven", "status-ahead", "status-behind", "plan-missing", "item-deleted",
    "item-reworded", "item-moved", "item-added", "rules-weakened", "rules-changed", "rules-unreadable",
]  # fmt: skip
RULES: dict[Rule, str] = {
    "ticked-unproven": "an item is ticked that is not proven",
    "unticked-proven": "an item is proven and not ticked",
    "status-ahead": "a status says more than is proven",
    "status-behind": "a status says less than is proven",
    "plan-missing": "a plan of the programme is not in the working tree",
    "item-deleted": "an agreed item is gone",
    "item-reworded": "an agreed item says something else",
    "item-moved": "an agreed item stands elsewhere",
    "item-added": "an item stands in a plan that nobody has agreed to yet",
    "rules-weakened": "the working tree asks less than was agreed",
    "rules-changed": "the working tree asks for something else than was agreed, and not for less",
    "rules-unreadable": "the working tree's configuration and plans do not compile",
}
"""Rule -> what it means, in a sentence."""
_PROPOSE = "phaseproof migrate propose"
_TEXT = 60
_PLACE = ("gates", "parent", "id")
"""Fields of an item that say where it stands."""


class Finding(Struct, frozen=True):
    """One place where a document, or the configuration, and the ledger part.

    Attributes:
        path: file.
        line, column: from 1; column 0 where the line as a whole is meant.
        rule: see `RULES`.
        severity: `error`, `warning`, or `note` for what is no drift.
        message: one sentence.
        item: full id of the item, or id of the section; empty where neither is meant.
        next: the command that leads on.
    """

    path: str
    line: int
    column: int
    rule: Rule
    severity: Literal["error", "warning", "note"]
    message: str
    item: str = ""
    next: str = ""


class Drift(Struct, frozen=True):
    """Everything found.

    Attributes:
        looked: how many documents were read.
        findings: by path, line and rule.
    """

    looked: int
    findings: tuple[Finding, ...]

    @property
    def unreadable(self) -> bool:
        """Whether the working tree does not compile, so that nothing can be said of its rules."""
        return any(one.rule == "rules-unreadable" for one in self.findings)

    @property
    def drifts(self) -> bool:
        """Whether anything was found that is more than a note."""
        return any(one.severity != "note" for one in self.findings)


def drift(desk: Desk, state: State, board: Board) -> Drift:
    """Compare the working tree with the ledger.

    Args:
        desk: where.
        state: the ledger.
        board: of the commit, everything it rests on checked.

    Raises:
        Unable: the configuration or a plan is a link, unreadable or too large; there is no configuration.
    """
    texts = {path: _plain(desk, path) for path in sorted(state.reading.plans)}
    standings = Standings(state.bundle, board)
    found: list[Finding] = []
    for path, text in texts.items():
        if text is None:
            missing = "is a plan of this programme and not in the working tree"
            found.append(
                Finding(path, 1, 0, "plan-missing", "error", f"{path} {missing}", next=f"git checkout -- {path}")
            )
            found += [_deleted(item) for item in state.bundle.items if item.id.startswith(f"{path}:")]
            continue
        plan = read_once(text.data, path, state.bundle.corrections.get(path, ()))
        found += _claims(plan, standings.of(plan))
    found += _rules(desk, state, texts)
    return Drift(len(texts), tuple(sorted(set(found), key=lambda f: (f.path, f.line, f.column, f.rule, f.message))))


def _plain(desk: Desk, path: str) -> Plain | None:
    try:
        return read_plain(desk.repository.root, path, MAX_PLAN)
    except Unable as error:
        raise Unable("plan-unreadable", error.fact, error.way_out) from error


def _claims(plan: Plan, standing: Standing) -> Iterator[Finding]:
    items = {item.id: item for item in plan.items}
    sections = {section.id: section for section in plan.sections}
    for edit in edits(plan, standing.proven, standing.passing):
        key = (edit.section, edit.name)
        if edit.section:
            name, full = quote(sections[edit.name].title), edit.name
        else:
            name, full = _name(items[edit.name].name, items[edit.name].text), f"{plan.path}:{edit.name}"
        ticked = edit.mark.form in ("box", "glyph")
        rule: Rule
        if edit.good:
            rule = "unticked-proven" if ticked else "status-behind"
            what = "passes" if edit.section else "is proven"
            said = f"{name} {what}, yet {_says(edit, ticked)}"
            following = "phaseproof sync"
        else:
            rule = "ticked-unproven" if ticked else "status-ahead"
            said = f"{name} {_says(edit, ticked)}, yet {standing.why[key]}"
            following = standing.next[key]
        severity: Literal["error", "warning"] = "warning" if edit.good else "error"
        yield Finding(plan.path, edit.mark.line, edit.mark.start, rule, severity, said, full, following)


def _says(edit: Edit, ticked: bool) -> str:
    if ticked:
        return "is not ticked" if edit.good else "is ticked"
    return f"says {quote(edit.old)}"


def _name(name: str, text: str) -> str:
    words = " ".join(text.replace("**", "").replace("`", "").split())
    words = words if len(words) <= _TEXT else words[: _TEXT - 1].rstrip() + "…"
    return quote(words) if not name or words.startswith(name) else f"{name} {quote(words)}"


def _rules(desk: Desk, state: State, texts: dict[str, Plain | None]) -> Iterator[Finding]:
    """What the working tree compiles to, against the bundle in force."""
    source = _plain(desk, desk.configuration)
    if source is None:
        raise Unable("no-configuration", f"{desk.configuration} is not in the working tree",
                     f"git checkout -- {desk.configuration}")  # fmt: skip
    config = load(source.data, desk.configuration)
    plans = _working_plans(desk, config, texts)
    lines = {f"{plan.path}:{item.id}": item.span.line for plan in plans for item in plan.items}
    try:
        compiled = compile(plans, config, registry.schemas(), state.reading, state.bundle)
    except Mistakes as wrong:
        for one in wrong.mistakes:
            yield Finding(one.path, one.line, one.column, "rules-unreadable", "error", one.sentence)
        items = tuple(
            BundleItem(f"{plan.path}:{item.id}", item.kind, words(item.text)) for plan in plans for item in plan.items
        )
        mapping = match(state.bundle.items, items)
        yield from _items(state, mapping, {one.item for one in mapping if one.fate == "renamed"}, lines)
        return
    migration = compare(state.bundle, succeed(compiled.bundle, state.bundle))
    placed = [one for one in migration.changes if one.section == "items" and one.field in _PLACE]
    yield from _items(state, migration.mapping, {one.name for one in placed}, lines)
    for full in migration.added:
        path, _, short = full.partition(":")
        said = f"{short} is new: nobody has agreed to it yet"
        yield Finding(path, lines.get(full, 1), 0, "item-added", "note", said, full, _PROPOSE)
    for change in migration.changes:
        if change.section != "items" or change.field not in ("", "text", *_PLACE):
            yield _change(change, config, lines)


def _working_plans(desk: Desk, config: Config, texts: dict[str, Plain | None]) -> list[Plan]:
    found = []
    for path in config.select(desk.repository.working_files()):
        text = texts[path] if path in texts else _plain(desk, path)
        if text is not None:
            found.append(read_once(text.data, path, config.corrections(path)))
    return found


def _items(state: State, mapping: Iterable[Mapped], moved: set[str], lines: dict[str, int]) -> Iterator[Finding]:
    agreed = {item.id: item for item in state.bundle.items}
    for one in mapping:
        path, _, short = (one.to or one.item).partition(":")
        item, line = agreed[one.item], lines.get(one.to or "", 1)
        if one.fate == "removed":
            yield _deleted(item)
        elif one.fate == "replaced":
            said = f"{short} says something else than was agreed: {_name('', item.text)}"
            yield Finding(path, line, 0, "item-reworded", "error", said, one.item, _PROPOSE)
        if one.item in moved and one.to is not None:
            where = (
                f"was agreed as {one.item}" if one.to != one.item else "stands elsewhere in the plan than was agreed"
            )
            said = f"{_name(short, item.text)} {where}"
            yield Finding(path, line, 0, "item-moved", "error", said, one.item, _PROPOSE)


def _deleted(item: BundleItem) -> Finding:
    path, _, short = item.id.partition(":")
    said = f"{_name(short, item.text)} was agreed and is gone"
    return Finding(path, 1, 0, "item-deleted", "error", said, item.id, _PROPOSE)


def _change(change: Change, config: Config, lines: dict[str, int]) -> Finding:
    rule: Rule = "rules-weakened" if change.weakening else "rules-changed"
    named = change.section in ("items", "bindings")
    path, line = config.path, 1
    if change.section == "items" and change.name in lines:
        path, line = change.name.partition(":")[0], lines[change.name]
    else:
        short = change.name.partition(":")[2]
        name = short if named and config.at(change.section, short) else change.name
        section = change.section.split(".")
        if config.at(section[0]) is not None:
            line = config.place(*section, name, key=True).line
    severity: Literal["error", "note"] = "error" if change.weakening else "note"
    return Finding(path, line, 0, rule, severity, change.sentence, change.name if named else "", _PROPOSE)
