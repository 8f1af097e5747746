"""Whatever the bytes: no exception, ids unique, places inside the text, marks on the ticks, ticking changes nothing."""

from __future__ import annotations

from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_scoring import DOCUMENTS

from phaseproof.plan import read as reading
from phaseproof.plan import walk
from phaseproof.plan.decode import decode, unify
from phaseproof.plan.inert import is_inert
from phaseproof.plan.model import Plan
from phaseproof.plan.read import read
from phaseproof.plan.rewrite import edits, rewrite
from phaseproof.plan.survey import survey
from phaseproof.plan.tree import Paths

TEXTS = [path.read_text("utf-8") for path in sorted(DOCUMENTS.glob("*.md"))]
LINES = sorted({line for text in TEXTS for line in text.split("\n")})
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sound(plan: Plan, data: bytes) -> None:
    lines = unify(decode(data)).split("\n")
    ids = [item.id.casefold() for item in plan.items]
    assert len(ids) == len(set(ids))
    sections = [section.id.casefold() for section in plan.sections]
    assert len(sections) == len(set(sections))
    assert all(ids)
    assert all(sections)
    for item in plan.items:
        assert 1 <= item.span.line <= item.span.end_line <= len(lines)
        assert 1 <= item.span.column <= len(lines[item.span.line - 1]) + 1
        assert item.section is None or item.section in {s.id for s in plan.sections}
        assert item.parent is None or item.parent in {i.id for i in plan.items}
    for claim in (*(i.claim for i in plan.items), *(s.claim for s in plan.sections)):
        if claim.mark is None:
            assert claim.state == "none"
            continue
        line = lines[claim.mark.line - 1]
        assert 1 <= claim.mark.start <= claim.mark.stop <= len(line) + 1
        marked = line[claim.mark.start - 1 : claim.mark.stop - 1]
        if claim.mark.form == "box":
            assert line[claim.mark.start - 2] == "["
            assert line[claim.mark.stop - 1] in "]\\"
            assert len(marked) <= 2
        elif claim.mark.form == "glyph":
            assert len(marked) == 1
            assert not marked.isascii()
        else:
            assert marked == marked.strip()


@given(st.binary(max_size=400))
@SLOW
def test_any_bytes_are_read(data: bytes) -> None:
    sound(read(data, "docs/phase-plan.md"), data)


@given(st.text(alphabet="-*+# |[]xX()`~>:.,\t\n\r1aA0oivIV☐✅é\u200b\u2028\x0c<!/_{}\\", max_size=300))
@SLOW
def test_any_text_of_marks_is_read(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    plan = read(data, "docs/phase-plan.md")
    sound(plan, data)
    survey([plan], Paths(["docs/phase-plan.md"]))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A document with lines spliced in, taken out, doubled, moved, cut and indented."""
    lines = draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines)))
        other = draw(st.integers(0, len(lines)))
        match draw(st.sampled_from(("splice", "delete", "double", "move", "cut", "indent", "join"))):
            case "splice":
                lines[at:at] = draw(st.lists(st.sampled_from(LINES), max_size=4))
            case "delete":
                del lines[at : at + draw(st.integers(0, 8))]
            case "double":
                lines[at:at] = lines[other : other + 3]
            case "move":
                piece = lines[at : at + 3]
                del lines[at : at + 3]
                lines[other:other] = piece
            case "cut" if at < len(lines):
                lines[at] = lines[at][: draw(st.integers(0, 30))]
            case "indent" if at < len(lines):
                lines[at] = draw(st.sampled_from(("  ", "    ", "\t", "> ", "- "))) + lines[at]
            case "join" if at < len(lines):
                lines[at] += draw(st.sampled_from(LINES))
            case _:
                pass
    return "\n".join(lines)


@given(mutated(), st.sampled_from(("docs/phase-plan.md", "README.md", "specs/1/tasks.md", "notes.md")))
@settings(SLOW, max_examples=150)
def test_any_mutated_document_is_read(text: str, path: str) -> None:
    data = text.encode()
    plan = read(data, path)
    sound(plan, data)
    assert plan == read(data, path)
    assert plan.normal == read(text.replace("\n", "\r\n").encode(), path).normal
    if is_inert(text, text.split("\n"), path):
        walked = reading.read_blocks(text.split("\n"), path)
        assert not walked.drafts
        assert not reading.sections_of(walked, [])


@given(mutated(), st.sampled_from(("docs/phase-plan.md", "README.md", "notes.md")))
@settings(SLOW, max_examples=150)
def test_jumping_over_what_holds_nothing_changes_nothing(text: str, path: str) -> None:
    lines = text.split("\n")
    with mock.patch.object(walk, "LEAST", 0):
        jumped = walk.read_blocks(lines, path, text)
    whole = walk.read_blocks(lines, path)
    assert [(d.line, d.kind, d.text, d.end) for d in jumped.drafts] == [
        (d.line, d.kind, d.text, d.end) for d in whole.drafts
    ]
    assert reading.sections_of(jumped, []) == reading.sections_of(whole, [])


@given(mutated(), st.randoms(use_true_random=False))
@settings(SLOW, max_examples=120)
def test_rewriting_marks_changes_neither_items_nor_normal_form(text: str, random: object) -> None:
    before = read(text.encode(), "docs/phase-plan.md")
    chance = random.random  # type: ignore[attr-defined]
    proven = {i.id: chance() < 0.5 for i in before.items}
    changed = rewrite(text.encode(), edits(before, proven, {}))
    after = read(changed, "docs/phase-plan.md")
    assert [(i.id, i.kind, i.span) for i in after.items] == [(i.id, i.kind, i.span) for i in before.items]
    assert after.normal == before.normal


@given(st.sampled_from(TEXTS), st.integers(0, 10_000))
@SLOW
def test_changing_a_word_of_an_item_changes_the_normal_form(text: str, pick: int) -> None:
    plan = read(text.encode(), "docs/phase-plan.md")
    if not plan.items:
        return
    item = plan.items[pick % len(plan.items)]
    lines = text.split("\n")
    line = lines[item.span.line - 1]
    lines[item.span.line - 1] = line[: item.span.column - 1] + "Zq" + line[item.span.column - 1 :]
    assert read("\n".join(lines).encode(), "docs/phase-plan.md").normal != plan.normal
