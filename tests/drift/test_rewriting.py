"""Rewriting marks: nothing but the marks changes, what is read again is what was wanted, and twice is once."""

from __future__ import annotations

import codecs
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from phaseproof.bundle.outline import of_plan
from phaseproof.plan.decode import decode
from phaseproof.plan.model import Plan
from phaseproof.plan.read import read
from phaseproof.plan.rewrite import Edit, Unwritable, edits, restate, rewrite
from phaseproof.plan.stating import says

DOCUMENTS = sorted((Path(__file__).parents[1] / "plan" / "fixtures").glob("*.md"))
assert len(DOCUMENTS) > 40, "the documents that these tests are about have moved"
TEXTS = [path.read_text("utf-8") for path in DOCUMENTS]
LINES = sorted({line for text in TEXTS for line in text.split("\n")})
PATH = "docs/phase-plan.md"

STATES = """\
# Phase 2: Import ✅

**Status:** COMPLETE ✅

- **Phase 3:** IN PROGRESS

## Gate A: Ready — DONE

- [x] A-1 a dash
* [X] A-2 a star
+ [ ] A-3 a plus
1. [x] A-4 a number
2) [ ] A-5 another number
   - [x] A-5.1 nested
     * [ ] A-5.2 nested deeper
- [ ]* A-6 optional
- \\[x\\] A-7 escaped
- ☑ A-8 a picture
- ✅ A-9 another picture
- ☐ A-10 an empty one
> - [x] A-11 in a quotation

An example of how to write it:

```markdown
- [x] not an item: an example
```

ACCEPTANCE CRITERIA:
- Streaming: ✓ outputs arrive
- Batches: ✗ outputs are lost

## Evidence index

| ID | Artifact | Status |
|:---|----------|-------:|
| E-01 | docs/a.md | ✅ Done (PR #12) |
| E-02 | docs/b.md | **SEALED** |
| E-03 | docs/c.md | Not authored |
| E-04 | docs/d.md | [x] |
| E-05 | docs/e.md | Complete — see log |
| E-06 | docs/f.md | 🟢 green |
| E-07 | docs/g.md | yes |
| E-08 | docs/h.md | `DRAFT` |
| E-09 | docs/i.md | in progress 🚧 |
| E-10 | docs/j.md | n/a |
| E-11 | docs/k.md | whenever |

## Phase 3: Export (COMPLETE)

**Status**: ⬜ Open

- [ ] B-1 the last
"""


def wants(plan: Plan, chance: random.Random) -> tuple[dict[str, bool], dict[str, bool]]:
    """For each item and section, whether it is to be said done."""
    return {i.id: chance.random() < 0.5 for i in plan.items}, {s.id: chance.random() < 0.5 for s in plan.sections}


def facts(plan: Plan) -> object:
    """What must not depend on ticks."""
    items = [(i.id, i.kind, i.text, i.span.line, i.section, i.parent, i.references) for i in plan.items]
    sections = [(s.id, s.kind, s.title, s.line, s.level, s.parent, s.after) for s in plan.sections]
    return items, sections, plan.title, plan.identity, plan.normal, of_plan(plan).facts()


def unmarked(data: bytes, changes: tuple[Edit, ...], *, new: bool) -> list[str]:
    """The pieces of a text between the changed marks; in the new text by what stands around them in the old one."""
    text = decode(data)
    lines = text.splitlines(keepends=True) if not new else []
    starts = [0]
    for line in _lines(text):
        starts.append(starts[-1] + len(line))
    del lines
    cuts = [(starts[c.mark.line - 1] + c.mark.start - 1, starts[c.mark.line - 1] + c.mark.stop - 1) for c in changes]
    edges = [(0, 0), *cuts, (len(text), len(text))]
    return [text[stop:start] for (_, stop), (start, _) in pairwise(edges)]


def _lines(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        ends = [end for end in (text.find("\n", at), text.find("\r", at)) if end >= 0]
        stop = min(ends) + 1 if ends else len(text)
        if text[stop - 1 : stop + 1] == "\r\n":
            stop += 1
        found.append(text[at:stop])
        at = stop
    return found


def sound(data: bytes, path: str, chance: random.Random) -> int:
    """Rewrites once and checks everything that must hold; how many marks were changed."""
    before = read(data, path)
    proven, passing = wants(before, chance)
    changes = edits(before, proven, passing)
    changed = restate(data, before, proven, passing, ()).data
    rest, text = unmarked(data, changes, new=False), decode(changed)
    at = 0
    for piece in rest:  # every piece between the marks is still there, in its order, and whole
        found = text.find(piece, at)
        assert found >= 0
        at = found + len(piece)
    assert text.startswith(rest[0])
    assert text.endswith(rest[-1])
    assert len(text) - sum(map(len, rest)) <= 40 * len(changes)
    after = read(changed, path)
    assert facts(after) == facts(before)
    assert edits(after, proven, passing) == ()
    assert rewrite(changed, edits(after, proven, passing)) == changed
    for was, now in zip(before.items, after.items, strict=True):
        if says(was.claim) is not None:
            assert says(now.claim) is proven[now.id] or _shared(before, was.claim.mark)
        else:
            assert now.claim == was.claim or now.claim.mark is not None
    for old, new in zip(before.sections, after.sections, strict=True):
        for one, two in zip((old.claim, *old.also), (new.claim, *new.also), strict=True):
            assert (says(one) is None) == (says(two) is None)
    return len(changes)


def _shared(plan: Plan, mark: object) -> bool:
    claims = [i.claim.mark for i in plan.items] + [c.mark for s in plan.sections for c in (s.claim, *s.also)]
    return claims.count(mark) > 1  # type: ignore[arg-type]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_document(path: Path) -> None:
    for seed in range(3):
        sound(path.read_bytes(), PATH, random.Random(seed))


ENDINGS = ("\n", "\r\n", "\r")
WRITTEN = {
    "utf-8": b"", "utf-8 with a mark": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE, "utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE,
}  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS, ids=("lf", "crlf", "cr"))
@pytest.mark.parametrize("written", WRITTEN)
def test_every_line_ending_and_encoding(written: str, ending: str) -> None:
    data = WRITTEN[written] + STATES.replace("\n", ending).encode(written.removesuffix(" with a mark"))
    assert sum(sound(data, PATH, random.Random(seed)) for seed in range(4)) > 40


def test_latin_1_keeps_its_bytes() -> None:
    data = "# Phase 1: Größe\n\n- [x] A-1: Prüfen\n- [ ] A-2: Über\n".encode("latin-1")
    plan = read(data, PATH)
    changed = rewrite(data, edits(plan, {"A-1": False, "A-2": True}, {}))
    assert changed == "# Phase 1: Größe\n\n- [ ] A-1: Prüfen\n- [x] A-2: Über\n".encode("latin-1")


def test_bytes_that_are_no_text_are_refused() -> None:
    data = codecs.BOM_UTF8 + b"# Phase 1\n\n- [x] A-1: One \xff\n"
    plan = read(data, PATH)
    with pytest.raises(Unwritable):
        rewrite(data, edits(plan, {"A-1": False}, {}))


def test_each_mark_is_written_as_its_author_would() -> None:
    plan = read(STATES.encode(), PATH)
    undone = rewrite(
        STATES.encode(), edits(plan, {i.id: False for i in plan.items}, {s.id: False for s in plan.sections})
    )
    done = rewrite(STATES.encode(), edits(plan, {i.id: True for i in plan.items}, {s.id: True for s in plan.sections}))
    for line in (
        "# Phase 2: Import ⬜",
        "**Status:** OPEN ⬜", "## Gate A: Ready — OPEN", "- [ ] A-1 a dash", "* [ ] A-2 a star",
        "1. [ ] A-4 a number", "   - [ ] A-5.1 nested", "- \\[ \\] A-7 escaped", "- ☐ A-8 a picture",
        "- ⬜ A-9 another picture", "- [x] not an item: an example", "- Streaming: ☐ outputs arrive",
        "| E-01 | docs/a.md | ⬜ Open (PR #12) |", "| E-02 | docs/b.md | **OPEN** |", "| E-04 | docs/d.md | [ ] |",
        "| E-05 | docs/e.md | Open — see log |", "| E-06 | docs/f.md | ⚪ open |", "| E-07 | docs/g.md | no |",
        "| E-08 | docs/h.md | `DRAFT` |", "| E-10 | docs/j.md | n/a |", "| E-11 | docs/k.md | whenever |",
        "## Phase 3: Export (OPEN)", "**Status**: ⬜ Open",
    ):  # fmt: skip
        assert line in undone.decode().split("\n")
    for line in (
        "# Phase 2: Import ✅",
        "- **Phase 3:** DONE", "+ [x] A-3 a plus", "* [X] A-2 a star", "2) [x] A-5 another number",
        "     * [x] A-5.2 nested deeper", "- [x]* A-6 optional",
        "- ☑ A-10 an empty one", "- Batches: ✓ outputs are lost",
        "| E-03 | docs/c.md | Authored |", "| E-08 | docs/h.md | `DONE` |", "| E-09 | docs/i.md | done ✅ |",
        "**Status**: ✅ Done",
    ):  # fmt: skip
        assert line in done.decode().split("\n")


def test_a_mark_that_agrees_keeps_its_spelling() -> None:
    plan = read(STATES.encode(), PATH)
    agreeing = {i.id: bool(says(i.claim)) for i in plan.items}
    sections = {s.id: bool(says(s.claim)) for s in plan.sections}
    changes = edits(plan, agreeing, sections)
    assert [c.name for c in changes] == ["Phase 3", "Phase 3"]  # it says both, so one of them must change


STATED = (" ✅", " — DONE", " (COMPLETE)", " ✓", " ☐", ": ✅ COMPLETE", " | DONE |")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A document with lines of others, and with other states than it had."""
    lines = draw(st.sampled_from([*TEXTS, STATES])).split("\n")
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines)))
        match draw(st.sampled_from(("splice", "delete", "state", "indent", "double"))):
            case "splice":
                lines[at:at] = draw(st.lists(st.sampled_from(LINES + STATES.split("\n")), max_size=4))
            case "delete":
                del lines[at : at + draw(st.integers(0, 4))]
            case "state" if at < len(lines):
                lines[at] += draw(st.sampled_from(STATED))
            case "indent" if at < len(lines):
                lines[at] = draw(st.sampled_from(("  ", "    ", "> ", "- [x] ", "* ☐ ", "1. ✅ "))) + lines[at]
            case "double":
                lines[at:at] = lines[at : at + 3]
            case _:
                pass
    return draw(st.sampled_from(ENDINGS)).join(lines)


@given(mutated(), st.sampled_from((PATH, "specs/1/tasks.md", "docs/index.md")), st.integers(0, 1 << 30))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_mutated_document(text: str, path: str, seed: int) -> None:
    try:
        sound(text.encode(), path, random.Random(seed))
    except Unwritable:  # `✅ - [ ] both a tick and a box`: another tick would make it a form to fill in
        assume(False)


def test_a_status_told_far_from_its_phase_is_found_in_a_long_document() -> None:
    prose = "\n".join(f"Line {number} tells a story and states nothing at all." for number in range(400))
    text = f"{STATES}\n## Background\n\n{prose}\n\n- **Phase 2:** SEALED\n\n{prose}\n"
    plan = read(text.encode(), PATH)
    changed = rewrite(text.encode(), edits(plan, {}, {"Phase 2": False}))
    assert b"- **Phase 2:** OPEN" in changed
    assert read(changed, PATH).normal == plan.normal
