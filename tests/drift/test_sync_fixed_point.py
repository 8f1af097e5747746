"""Sign, sync, commit, gates is a fixed point (DESIGN 10): it passes as before, nothing runs or changes again."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from phaseproof.ledger.opening import open_ledger
from support.shop import Shop as Plain
from support.shop import open_shop as made

DOCUMENT = "docs/PHASE3.md"
ITEMS = (
    "L-1 Labels carry the postal code of the receiver.",
    "L-2 Weights are rounded up to whole grams.",
    "L-3 A label never names what is in the parcel.",
    "L-4 The runbook says what to do when the printer fails: `docs/runbook.md`.",
)
BULLETS = ("- [{}]", "* [{}]", "+ [{}]", "1. [{}]", "2) [{}]", "  - [{}]")
PICTURES = ("- {}", "* {}")
HEADINGS = ("", " ✅", " ⬜", " — DONE", " (IN PROGRESS)", ": NOT STARTED")
STATUSES = ("", "**Status:** COMPLETE ✅\n\n", "**Status**: Draft\n\n", "Status: ⏳ Pending\n\n")
CELLS = ("DRAFT", "✅ Done", "**SEALED**", "[ ]", "[x]", "Not authored", "done (PR 3)", "🟢 green", "☐")


@st.composite
def plans(draw: st.DrawFn) -> bytes:
    """The shop's plan in some style, saying anything at all of its items."""
    picture = draw(st.booleans())
    lines = []
    for item in ITEMS:
        mark = draw(st.sampled_from("☐☑✅⬜✓✗" if picture else " xX"))
        lines.append(draw(st.sampled_from(PICTURES if picture else BULLETS)).format(mark) + f" {item}")
    text = (
        f"# Phase 3: Parcel labels{draw(st.sampled_from(HEADINGS))}\n\n{draw(st.sampled_from(STATUSES))}"
        f"## Gate A: Ready to ship{draw(st.sampled_from(HEADINGS))}\n\n" + "\n".join(lines) + "\n\n"
        "## Sign-off\n\nReviewedBy: Shipping Lead\n\n## Artifacts\n\n| ID | Artifact | Status |\n|---|---|---|\n"
        f"| E-01 | `docs/runbook.md` | {draw(st.sampled_from(CELLS))} |\n"
        f"| E-02 | `docs/PHASE3.md` | {draw(st.sampled_from(CELLS))} |\n"
    )
    encoding = draw(st.sampled_from(("utf-8", "utf-8-sig", "utf-16")))
    return text.replace("\n", draw(st.sampled_from(("\n", "\r\n")))).encode(encoding)


class Shop(Plain):
    """A shop that remembers what its first commit compiles to."""

    content = ""


def open_shop(folder: Path, text: bytes) -> Shop:
    """A shop with another plan."""
    shop = Shop(folder / "shop")
    made(folder / "shop", {DOCUMENT: text})  # type: ignore[dict-item]  (a repository takes bytes as well)
    shop.content = shop.run("compile", "--format", "json").json["content"]
    return shop


def passes(shop: Shop) -> Any:
    """The board of `gates`, which must pass."""
    said = shop.gates()
    assert said.code == 0, said.text
    return said.json


def runs(shop: Shop) -> int:
    """How many runs the ledger knows of."""
    with open_ledger(shop.ledger) as ledger:
        return sum(event.type == "run-started" for event, _ in ledger.events())


@given(plans())
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
def test_sign_sync_commit_gates_is_a_fixed_point(text: bytes) -> None:
    with TemporaryDirectory() as folder:
        shop = open_shop(Path(folder), text)
        assert shop.gates().code == 1
        signed = shop.run("sign", "reviewedby/shipping-lead", lead=True)
        assert signed.code == 0, signed.text
        before = passes(shop)
        ran = runs(shop)
        synced = shop.run("sync")
        assert synced.code == 0, synced.text
        shop.commit({}, "as proven")
        after = passes(shop)
        assert runs(shop) == ran
        assert (after["verdict"], after["bundle"]) == ("PASS", before["bundle"])
        assert shop.run("sync", "--check").code == 0
        assert shop.run("drift", "--format", "json").json["findings"] == []
        assert shop.run("compile", "--format", "json").json["content"] == shop.content
        assert shop.run("verify").code == 0
