"""Pictures as inline SVG: gates in the order in which they open, and a check's attempts. No style, no script in them.

Colour never says anything alone: passing is a disc or a tick, failing a cross, no result a ring.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct

from phaseproof.reports.inline import plain
from phaseproof.reports.layout import visible
from phaseproof.verdict.flake import Attempt
from phaseproof.verdict.model import GateBoard

MOST_GATES = 40
"""Gates in the picture; of a larger programme the outermost ones, if they fit."""
_WIDTH, _HEIGHT, _GAP, _DROP, _EDGE = 206, 76, 40, 16, 6
_TITLE = 20
"""Characters on each of two lines of a gate's title in the picture."""


class Node(Struct):
    """A gate in the picture: its column and row."""

    gate: GateBoard
    column: int = 0
    row: int = 0


def overview(
    gates: Sequence[GateBoard], after: Mapping[str, tuple[str, ...]], parents: Mapping[str, str | None],
    anchors: Mapping[str, str],
) -> Markup:  # fmt: skip
    """Gates in the order in which they open, left to right; empty where there are fewer than two, or far too many.

    Args:
        gates: on the board.
        after: gate -> gates that come first.
        parents: gate -> the gate it stands in.
        anchors: gate -> id on the page to link to.
    """
    known = {gate.id: gate for gate in gates}
    if len(known) > MOST_GATES:
        known = {name: gate for name, gate in known.items() if parents.get(name) not in known}
    if not 2 <= len(known) <= MOST_GATES:
        return Markup("")
    nodes = _placed(known, after, parents)
    columns = 1 + max(node.column for node in nodes.values())
    rows = 1 + max(node.row for node in nodes.values())
    width = columns * (_WIDTH + _GAP) - _GAP + 2 * _EDGE
    height = rows * (_HEIGHT + _DROP) - _DROP + 2 * _EDGE
    edges = [_edge(nodes[first], nodes[inner], "") for name in nodes for first in after.get(name, ()) if first in nodes
             for inner in _innermost(name, nodes, parents)]  # fmt: skip
    edges += [_edge(node, nodes[above], " within") for name, node in nodes.items()
              if (above := parents.get(name)) is not None and above in nodes]  # fmt: skip
    boxes = [_box(node, anchors.get(name, "")) for name, node in nodes.items()]
    passing = sum(gate.verdict == "PASS" for gate in known.values())
    said = f"{len(known)} gates in the order in which they open; {passing} pass"
    return Markup(
        '<svg class="map" role="group" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}{}</svg>'
    ).format(said, width, height, width, height, Markup("").join(edges), Markup("").join(boxes))


def _placed(
    known: Mapping[str, GateBoard], after: Mapping[str, tuple[str, ...]], parents: Mapping[str, str | None]
) -> dict[str, Node]:  # fmt: skip
    """Columns: behind all that comes first, a gate behind those within it. As many rounds as gates end every chain."""
    nodes = {name: Node(gate) for name, gate in known.items()}
    for _ in nodes:
        moved = False
        for name, node in nodes.items():
            first: list[str] = list(after.get(name, ()))
            above, steps = parents.get(name), 0
            while above is not None and steps < len(nodes):
                first += after.get(above, ())
                above, steps = parents.get(above), steps + 1
            first += [inner for inner in nodes if parents.get(inner) == name]
            least = max((nodes[one].column + 1 for one in first if one in nodes and one != name), default=0)
            if least > node.column:
                node.column, moved = min(least, len(nodes)), True
        if not moved:
            break
    filled: dict[int, int] = {}
    for node in nodes.values():
        node.row = filled.get(node.column, 0)
        filled[node.column] = node.row + 1
    return nodes


def _innermost(name: str, nodes: Mapping[str, Node], parents: Mapping[str, str | None]) -> list[str]:
    """Where a line to a gate ends: at the gates within it that open first, so that it crosses none of them."""
    found, left = [], [name]
    for _ in nodes:
        inner = [one for one in nodes if parents.get(one) in left]
        found += [one for one in left if not any(parents.get(other) == one for other in inner)]
        left = inner
    return found or [name]


def _at(node: Node) -> tuple[int, int]:
    return _EDGE + node.column * (_WIDTH + _GAP), _EDGE + node.row * (_HEIGHT + _DROP)


def _edge(first: Node, then: Node, kind: str) -> Markup:
    (x1, y1), (x2, y2) = _at(first), _at(then)
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
    bend = max(18, (x2 - x1) // 2)
    line = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 6} {y2}"
    head = f"M{x2} {y2}l-7 -4v8z"
    return Markup('<path class="edge{}" d="{}"/><path class="head" d="{}"/>').format(kind, line, head)


def _box(node: Node, anchor: str) -> Markup:
    gate = node.gate
    x, y = _at(node)
    lines = textwrap.wrap(visible(gate.title), _TITLE, max_lines=2, placeholder=" …") or [""]
    words = Markup("").join(Markup('<tspan x="0" y="{}">{}</tspan>').format(21 + 17 * n, line)
                            for n, line in enumerate(lines))  # fmt: skip
    word = "LOCKED" if gate.state == "locked" else gate.verdict
    share = round((_WIDTH - 24) * gate.proven / gate.required) if gate.required else 0
    sign = "M0 5l4 4 7-9" if gate.verdict == "PASS" else "M1 0l8 9m0-9l-8 9"
    return Markup(
        '<a href="#{a}"><title>{full}: {word}, {p} of {r}</title>'
        '<rect class="gate {v}" x="{x}" y="{y}" width="{w}" height="{h}" rx="8"/>'
        '<path class="sign {v}" transform="translate({sx} {sy})" d="{sign}"/>'
        '<svg x="{tx}" y="{y}" width="{nw}" height="46"><text class="name">{words}</text></svg>'
        '<text class="count" x="{tx}" y="{cy}">{word} · {p} of {r}</text>'
        '<rect class="track" x="{tx}" y="{by}" width="{bw}" height="4" rx="2"/>'
        '<rect class="fill" x="{tx}" y="{by}" width="{share}" height="4" rx="2"/></a>'
    ).format(a=anchor, full=plain(gate.title), word=word, p=gate.proven, r=gate.required, v=gate.verdict.lower(),
             x=x, y=y, w=_WIDTH, h=_HEIGHT, sx=x + _WIDTH - 24, sy=y + 12, sign=sign, tx=x + 12, nw=_WIDTH - 42,
             cy=y + 57, words=words, by=y + _HEIGHT - 11, bw=_WIDTH - 24, share=share)  # fmt: skip


def timeline(history: Sequence[tuple[str, Attempt]]) -> Markup:
    """A check's attempts, oldest first: a disc passed, a cross failed, a ring no result. Empty for one alone."""
    if len(history) < 2:
        return Markup("")
    good: list[str] = []
    bad: list[str] = []
    none: list[str] = []
    for number, (_, attempt) in enumerate(history):
        x = 7 + 14 * number
        if attempt.passed:
            good.append(f"M{x} 8h0")
        elif attempt.passed is False:
            bad.append(f"M{x - 4} 4l8 8m0-8l-8 8")
        else:
            none.append(f"M{x - 3} 8a3 3 0 1 0 6 0a3 3 0 1 0-6 0")
    width = 14 * len(history)
    passed = sum(attempt.passed is True for _, attempt in history)
    said = f"{passed} of {len(history)} passed: " + ", ".join(one.note for _, one in history)
    paths = [Markup('<path class="{}" d="{}"/>').format(kind, "".join(some))
             for kind, some in (("good", good), ("bad", bad), ("none", none)) if some]  # fmt: skip
    return Markup('<svg class="time" role="img" aria-label="{}" width="{}" height="16">{}</svg>').format(
        said, width, Markup("").join(paths)
    )
