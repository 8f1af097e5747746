"""`report html`: one file that opens from disk. No script, no font, no request; a policy in the page forbids them all.

Everything is escaped by the template engine; what is marked as HTML comes from inline.py and pictures.py alone, which
escape what they are given. Envelopes are put in as files to download as far as the page stays below its size.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import Struct

from phaseproof import __version__
from phaseproof.digests import Digest
from phaseproof.errors import Unable
from phaseproof.evidence.envelope import unverified
from phaseproof.evidence.keys import public_of
from phaseproof.ledger.model import Ledger
from phaseproof.reasons import sentence
from phaseproof.reports import proving
from phaseproof.reports.anchors import anchors
from phaseproof.reports.blockers import SETTLED, Blocker, blockers
from phaseproof.reports.dossier import Dossier
from phaseproof.reports.pictures import overview, timeline
from phaseproof.reports.scrub import Scrubber
from phaseproof.reports.told_items import ToldItem, told_items
from phaseproof.reports.told_plans import told_plans
from phaseproof.verdict.model import GateBoard

if TYPE_CHECKING:
    from jinja2 import Environment

LARGEST = 1_900_000
"""Bytes up to which envelopes are put into a page; what stands in it besides is never cut."""
FOLDER = Path(__file__).parent / "pages"
_SPACES = re.compile(r"\n\s+")


class Attached(Struct, frozen=True):
    """An envelope to download: file name, digest, what it is, data URI, who signed and with which listed key."""

    name: str
    digest: Digest
    what: str
    href: str
    signer: str
    uri: str


def page(dossier: Dossier, ledger: Ledger, scrubber: Scrubber) -> str:
    """The report as HTML.

    Args:
        dossier: what is known.
        ledger: where the envelopes stand.
        scrubber: takes out what is nobody's business.

    Raises:
        Unable: Jinja2 is not installed (`extra-missing`).
        Untrue: an envelope is missing or altered.
    """
    engine = _engine()
    board = dossier.board
    item_ids = anchors("item", ((item.id, item.short) for item in board.items))
    gate_ids = anchors("gate", ((gate.id, gate.id) for gate in board.gates))
    items = told_items(dossier, item_ids, scrubber)
    headed: dict[tuple[str, str], list[GateBoard]] = {}
    for gate in board.gates:
        headed.setdefault((dossier.plans.get(gate.id, ""), " ".join(gate.title.split())), []).append(gate)
    blocking = blockers(board)
    values = {
        "board": board,
        "dossier": dossier,
        "blocking": blocking,
        "items": items,
        "clean": scrubber.clean,
        "gates": nested(board.gates, dossier.parents, dossier.order),
        "gate_ids": gate_ids,
        "printed": _printed(blocking[0], items) if blocking else (),
        "settled": SETTLED,
        "picture": overview(board.gates, dossier.after, dossier.parents, gate_ids),
        "plans": told_plans(dossier.documents, items, headed, dossier.items),
        "timeline": timeline,
        "sentence": sentence,
        "version": __version__,
        "proven": sum(item.judgement.verdict in SETTLED for item in board.items if item.required),
        "required": sum(item.required for item in board.items),
    }
    body = _encodable(_tight(engine.get_template("body.html.jinja").render(values)))
    holding = [block.item.id for block in blocking if block.item is not None]
    listed = _attached(dossier, ledger, items, holding, LARGEST - len(body.encode()))
    style = (FOLDER / "page.css").read_text(encoding="ascii")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    foot = {
        "board": board,
        "dossier": dossier,
        "attached": listed,
        "left": len(_named(dossier, items, holding)) - len(listed),
        "commands": proving.commands(listed[0].name, listed[0].uri) if listed else (),
        "version": __version__,
        "pem": proving.pem,
    }
    made = engine.get_template("frame.html.jinja").render(
        {**foot, "body": Markup(body), "style": Markup(style), "style_digest": digest}  # noqa: S704
    )
    return _encodable(made) + "\n"


def nested(
    gates: Iterable[GateBoard], parents: Mapping[str, str | None], order: Mapping[str, int]
) -> tuple[tuple[int, GateBoard], ...]:
    """Gates in the order of the text, each behind the one it stands in, with its depth, at most 3.

    Args:
        gates: on the board.
        parents: gate -> the gate it stands in.
        order: gate -> its place in the text.
    """
    known = {gate.id: gate for gate in gates}
    found: list[tuple[int, GateBoard]] = []
    within: dict[str | None, list[GateBoard]] = {}
    for gate in sorted(known.values(), key=lambda gate: order.get(gate.id, len(order))):
        parent = parents.get(gate.id)
        within.setdefault(parent if parent in known else None, []).append(gate)
    stack = [(0, gate) for gate in reversed(within.pop(None, []))]
    while stack:
        depth, gate = stack.pop()
        found.append((min(depth, 3), gate))
        stack += [(depth + 1, inner) for inner in reversed(within.pop(gate.id, []))]
    return (*found, *((0, gate) for some in within.values() for gate in some))


def _printed(first: Blocker, items: dict[str, ToldItem]) -> tuple[str, ...]:
    """What the first blocker's check printed last, where it found something wanting."""
    if first.item is None or first.item.judgement.verdict not in ("refuted", "error", "flaky"):
        return ()
    check = next((one for one in items[first.item.id].checks if one.printed), None)
    return (check.name, "\n".join(check.printed.splitlines()[-4:])) if check else ()


def _engine() -> Environment:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError as error:
        raise Unable("extra-missing", "the report as HTML needs the extra `report` (Jinja2)",
                     "pip install 'phaseproof[report]'") from error  # fmt: skip
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _encodable(html: str) -> str:
    """Without lone surrogates, which are in names of files that are not UTF-8, and in no page."""
    return html.encode("utf-8", "backslashreplace").decode()


def _tight(html: str) -> str:
    """Without the templates' own indentation; what stands in `pre` keeps its lines."""
    parts = re.split(r"(<pre[\s>].*?</pre>)", html, flags=re.DOTALL)
    return "".join(part if part.startswith("<pre") else _SPACES.sub("\n", part) for part in parts)


def _named(dossier: Dossier, items: dict[str, ToldItem], holding: Iterable[str]) -> dict[Digest, str]:
    """Envelopes that the page names, those that matter most first, with what each is."""
    named: dict[Digest, str] = {}
    if dossier.decided is not None:
        position, decided = dossier.decided
        named[decided.envelope] = f"decision {decided.verdict} of event {position}"
    for name in dict.fromkeys([*holding, *items]):
        for check in items[name].checks:
            if check.envelope:
                named.setdefault(check.envelope, f"evidence of {check.name}")
        for person, _, _, envelope in items[name].signed:
            named.setdefault(envelope, f"signature of {person} on {items[name].short}")
    return named


def _attached(
    dossier: Dossier, ledger: Ledger, items: dict[str, ToldItem], holding: Iterable[str], room: int
) -> tuple[Attached, ...]:  # fmt: skip
    from phaseproof.evidence.envelope import keyid

    owners = {keyid(public_of(uri)): (f"{word} {name}", uri)
              for word, some in (("person", dossier.people), ("runner", dossier.runners))
              for name, uri in some.items()}  # fmt: skip
    made: list[Attached] = []
    for digest, what in _named(dossier, items, holding).items():
        data = ledger.get(digest)
        room -= len(data) * 4 // 3 + 500
        if room < 0:
            break
        envelope, _ = unverified(data)
        known = owners.get(envelope.signatures[0].keyid) if envelope.signatures else None
        if known is None:
            continue
        name = f"{what.split()[0]}-{digest[7:15]}.dsse.json"
        href = f"data:application/json;base64,{base64.b64encode(data).decode()}"
        made.append(Attached(name, digest, what, href, *known))
    return tuple(made)
