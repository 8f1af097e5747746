"""What most likely stands for each item, and why: only where the item itself says so.

An item is bound where it cites a test, a command or a document, where a test names it, where it says that the tests
pass, or where others are nested in it. Words that merely sound alike are a suggestion, and stay one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from msgspec import Struct

from phaseproof.bundle.slugs import slug
from phaseproof.decisions.proposing.suites import Suite, TestCase, makefile
from phaseproof.decisions.proposing.surroundings import Surroundings, is_test
from phaseproof.plan.model import Item, Plan

_DOCUMENTS = (".md", ".markdown", ".rst", ".txt", ".adoc", ".pdf", ".html", ".docx", ".csv", ".xlsx", ".svg", ".png")
_SAID = re.compile(
    r"\b(?:writ\w+|wrote|document\w*|describ\w+|record\w*|author\w*|publish\w*|draft\w*|list\w*|exists?|present|available|"
    r"runbook|guide|report|policy|says|explain\w*|not[ei]\w*|review\w*|index|register|matrix|catalog\w*|checklist|manual|plan)\b",
    re.IGNORECASE,
)
_GREEN = re.compile(
    r"\b(?:tests?|test[- ]suites?|suites?)\b"
    r"[^.;]{0,40}\b(?:pass(?:es|ing|ed)?|green|succeeds?|successful)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"`([^`\n]{3,160})`")
_SCRIPTS = (".sh", ".py", ".rb", ".js", ".mjs", ".pl")
_STARTS = ("python", "python3", "bash", "sh", "node", "ruby", "perl")
_COMMON = frozenset({
    "the", "and", "for", "with", "without", "are", "been", "being", "not", "all", "every", "each", "any", "its", "that",
    "this", "when", "then", "than", "from", "test", "tests", "case", "cases", "should", "must", "can", "may", "never",
    "always", "has", "have", "does", "new", "one", "two",
})  # fmt: skip


class Extra(Struct, frozen=True):
    """A check that a guess needs besides the suites: kind, and its options as they stand in the file."""

    name: str
    kind: str
    options: tuple[tuple[str, str | tuple[str, ...]], ...]
    note: str = ""


class Guess(Struct, frozen=True):
    """What is proposed for an item.

    Attributes:
        plan, item: which.
        binding: as it stands in the configuration: key and value.
        why: why, in a few words.
        checks: checks it needs.
        sure: False for what is only suggested.
    """

    plan: str
    item: Item
    binding: tuple[tuple[str, str | bool | tuple[str, ...]], ...]
    why: str
    checks: tuple[Extra, ...] = ()
    sure: bool = True


class Guesser:
    """Guesses for the items of some plans.

    Args:
        around: the repository.
        found: its suites.
        roles: names of the roles that are proposed; their items bind themselves.
        plans: paths of the plans.
    """

    def __init__(
        self, around: Surroundings, found: tuple[Suite, ...], roles: Iterable[str], plans: Iterable[str]
    ) -> None:
        self._around, self._suites, self._plans = around, found, frozenset(plans)
        self._roles = frozenset(roles)
        self._cases = [(suite, case) for suite in found for case in suite.cases]
        make = makefile(around)
        self._make = make
        self._targets = (
            set(re.findall(r"^([A-Za-z][\w.-]*)\s*:(?!=)", around.read(make), re.MULTILINE)) if make else set[str]()
        )

    def guess(self, plan: Plan, item: Item) -> Guess | None:
        """The best guess for an item; None where nothing is known of it."""
        return (
            self._cited_tests(plan, item)
            or self._named(plan, item)
            or self._command(plan, item)
            or self._green(plan, item)
            or self._document(plan, item)
            or self._parent(plan, item)
            or self._alike(plan, item)
        )

    def binds_itself(self, item: Item) -> bool:
        """Whether compiling binds it without being asked: a role's item, an artifact row."""
        if item.kind == "signoff":
            return slug(item.text) in self._roles
        return item.kind == "artifact" and bool(item.references)

    def _cited_tests(self, plan: Plan, item: Item) -> Guess | None:
        files = [path for path in self._found(plan, item) if is_test(path)]
        words = set(re.findall(r"\btest_\w+\b", item.text))
        for suite in self._suites:
            mine = [path for path in files if path in suite.test_files]
            names = sorted({case.name for case in suite.cases if case.name in words})
            if suite.kind == "tests" and (mine or names):
                modules = [path.removesuffix(".py").replace("/", ".") + "*" for path in mine if not names]
                why = f"cites {', '.join([*names, *(mine if not names else [])])}"
                return Guess(plan.path, item, (("check", suite.name), ("tests", (*names, *modules))), why)
            if mine and suite.one_file:
                checks = tuple(self._one_file(suite, path) for path in mine)
                return Guess(plan.path, item, _on(checks), f"cites {', '.join(mine)}", checks)
        return None

    def _one_file(self, suite: Suite, path: str) -> Extra:
        options: tuple[tuple[str, str | tuple[str, ...]], ...] = (("run", suite.one_file.format(file=path)),)
        if suite.subject:
            options += (("subject", suite.subject),)
        return Extra(_slug(path), "command", (*options, ("instrument", suite.instrument)))

    def _named(self, plan: Plan, item: Item) -> Guess | None:
        """A test whose name or text carries the item's id (`test_p1_2_totals`, `\"\"\"P1.2: …\"\"\"`)."""
        if not item.name or not any(one.isdigit() for one in item.name) or len(item.name) < 3:
            return None
        folded = "_" + re.sub(r"\W+", "_", item.name.lower()).strip("_") + "_"
        literal = re.compile(rf"(?<![\w.-]){re.escape(item.name)}(?![\w-]|\.\d)")
        for suite in self._suites:
            if suite.kind != "tests":
                continue
            names = sorted({case.name for case in suite.cases
                            if folded in f"_{case.name.lower()}_" or literal.search(case.source)})  # fmt: skip
            if names:
                why = f"is named by {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
                return Guess(plan.path, item, (("check", suite.name), ("tests", tuple(names))), why)
        return None

    def _command(self, plan: Plan, item: Item) -> Guess | None:
        for line in _COMMAND.findall(item.text):
            words = line.split()
            if re.search(r"[|&;<>$*{}]", line) or not words:
                continue
            instrument: tuple[str, ...] | None = None
            if words[0] == "make" and len(words) == 2 and words[1] in self._targets:
                instrument = (self._make,)
            else:
                script = next((w for w in words[:2] if self._around.has(w.removeprefix("./"))), "").removeprefix("./")
                called = words[0] in _STARTS or words[0].startswith("./") or (len(words) > 1 and words[0] == script)
                if script.endswith(_SCRIPTS) and called:
                    instrument = (script,)
            if instrument is None or is_test(instrument[0]):
                continue
            same = next((one for one in self._suites if one.run == line), None)
            if same is not None:
                return Guess(plan.path, item, (("check", same.name),), f"names the command {line}")
            note = "say with `subject` what it judges; without, every file is"
            check = Extra(_slug(line), "command", (("run", line), ("instrument", instrument)), note)
            return Guess(plan.path, item, (("check", check.name),), f"names the command {line}", (check,))
        return None

    def _green(self, plan: Plan, item: Item) -> Guess | None:
        if not self._suites or not _GREEN.search(item.text):
            return None
        names = tuple(one.name for one in self._suites)
        binding = ("check", names[0]) if len(names) == 1 else ("all", names)
        return Guess(plan.path, item, (binding,), "says that tests pass")

    def _document(self, plan: Plan, item: Item) -> Guess | None:
        if item.kind == "artifact" or not (_SAID.search(item.text) or item.kind == "exit"):
            return None
        cited = [self._path(plan, one.path) for one in item.references]
        paths = [
            one for one in dict.fromkeys(cited) if one and one.lower().endswith(_DOCUMENTS) and one not in self._plans
        ]
        if not paths or len(paths) != len(set(cited)):
            return None
        note = "exists and is not empty; `headings` or `min_words` would say what must be in it"
        checks = tuple(Extra(_slug(one), "artifact", (("path", one),), note) for one in paths[:5])
        gone = [one for one in paths if not self._around.has(one)]
        why = f"cites {', '.join(paths)}" + (f", not in the tree: {', '.join(gone)}" if gone else "")
        return Guess(plan.path, item, _on(checks), why, checks)

    def _parent(self, plan: Plan, item: Item) -> Guess | None:
        count = sum(one.parent == item.id for one in plan.items)
        if not count:
            return None
        return Guess(plan.path, item, (("children", True),), f"has {count} nested in it")

    def _alike(self, plan: Plan, item: Item) -> Guess | None:
        wanted = _stems(item.text)
        best: tuple[int, Suite, TestCase] | None = None
        for suite, case in self._cases:
            score = len(
                wanted & _stems(case.name.removeprefix("test_") + " " + case.id.split("::")[0].rsplit(".", 1)[-1])
            )
            if score >= 2 and (best is None or score > best[0]):
                best = (score, suite, case)
        if best is None:
            return None
        binding = (("check", best[1].name), ("tests", (best[2].name,)))
        return Guess(plan.path, item, binding, f"sounds like {best[2].name}", sure=False)

    def _found(self, plan: Plan, item: Item) -> list[str]:
        return [path for path in (self._path(plan, one.path) for one in item.references) if self._around.has(path)]

    def _path(self, plan: Plan, named: str) -> str:
        """A cited path from the top: as it stands, else from the plan's folder where only that is there."""
        named = named.partition("#")[0]
        near = posixpath.normpath(posixpath.join(posixpath.dirname(plan.path), named))
        if not self._around.has(named) and self._around.has(near):
            return near
        return "" if named.startswith("/") or ".." in named.split("/") else named


def _on(checks: tuple[Extra, ...]) -> tuple[tuple[str, str | tuple[str, ...]], ...]:
    names = tuple(one.name for one in checks)
    return (("check", names[0]),) if len(names) == 1 else (("all", names),)


def _slug(text: str) -> str:
    named = text.rsplit(".", 1)[0] if "/" in text and " " not in text else text
    return slug(named).encode("ascii", "ignore").decode()[:60].strip("-") or "check"


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]{3,}", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
    return {one[:5] for one in words if one not in _COMMON}
