"""What a plan is made of: items, sections, references, problems (DESIGN, "Words"; FORMATS, section 1)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from phaseproof.digests import Digest

ItemKind = Literal[
    "task", "acceptance", "exit", "precondition", "gate", "requirement",
    "artifact", "invariant", "test", "signoff", "rollout",
]  # fmt: skip
SectionKind = Literal["phase", "milestone", "gate", "other"]
Severity = Literal["error", "warning", "note"]

READER = "1"
"""Version of the reader: raised whenever the same text may yield other items (FORMATS, "Corrections")."""


class Span(Struct, frozen=True):
    """A place in a text. Lines and columns count from 1, in characters of the decoded text.

    Attributes:
        line: first line.
        column: first character on that line.
        end_line: last line that belongs to it.
    """

    line: int
    column: int
    end_line: int


class Mark(Struct, frozen=True):
    """Where a document states an item's state, so that `sync` can change that and no other byte.

    Attributes:
        line: line, from 1.
        start: first character of the mark itself (the `x` of `[x]`, the text of a status cell), from 1.
        stop: one past its last character.
        form: `box` between brackets, `glyph` (☐ ☑ ✅ …), `cell` of a table, `word` after a `**Name:**`.
    """

    line: int
    start: int
    stop: int
    form: Literal["box", "glyph", "cell", "word"]


class Claim(Struct, frozen=True):
    """What a document claims about an item or a section; never what is true.

    Attributes:
        state: `checked`, `unchecked`, `none`, or a status word in normal form (upper case, single spaces).
        raw: the mark or word as written, empty where there is none.
        mark: where it stands, None where there is none.
    """

    state: str
    raw: str = ""
    mark: Mark | None = None


class Reference(Struct, frozen=True):
    """A file or folder that a document names."""

    line: int
    path: str


class Section(Struct, frozen=True):
    """A heading, bold label or block title that groups items, or a phase, milestone or gate without any.

    Attributes:
        id: unique in its plan: the explicit id (`P6.1`, `Gate A`, `Phase 6`), else the slug of the title.
        explicit: whether the id stands in the text.
        title: heading text without marks.
        kind: what sort of section.
        line: line of the heading, from 1.
        level: nesting depth, 1 the outermost.
        parent: id of the section it stands in.
        claim: status that the document gives to it.
        after: explicit ids of the units that its `Depends on` line names.
        also: what else the document says of its status, in other places.
    """

    id: str
    explicit: bool
    title: str
    kind: SectionKind
    line: int
    level: int
    parent: str | None = None
    claim: Claim = Claim("none")
    after: tuple[str, ...] = ()
    also: tuple[Claim, ...] = ()


class Item(Struct, frozen=True):
    """One thing in a plan that must be true.

    Attributes:
        id: unique in its plan; explicit id, `{#pin}`, or `<section slug>/<slug of six significant words>`.
        explicit: whether the id stands in the text.
        kind: what sort of item.
        text: its words, list and checkbox marks removed, continuation lines joined by a space.
        span: where it stands.
        claim: what the document says of it.
        section: id of the nearest section.
        group: title of the nearest heading or block title.
        parent: id of the item it is nested in.
        references: what it cites.
        name: the id as it stands in the text, empty where it is derived; several items may share it (`Step 1`).
    """

    id: str
    explicit: bool
    kind: ItemKind
    text: str
    span: Span
    claim: Claim
    section: str | None
    group: str
    parent: str | None = None
    references: tuple[Reference, ...] = ()
    name: str = ""


class Problem(Struct, frozen=True):
    """Something a document says that cannot be so, found without configuration.

    Attributes:
        path: document.
        line: line, from 1.
        rule: public rule id (FORMATS, "Problems").
        severity: `error`, `warning` or `note`.
        message: one sentence for a person.
    """

    path: str
    line: int
    rule: str
    severity: Severity
    message: str


class Plan(Struct, frozen=True):
    """A document as read.

    Attributes:
        path: path in the repository, with forward slashes.
        title: its title, or its path.
        sections: in the order of the text.
        items: in the order of the text.
        references: every file or folder it names.
        problems: what this document alone shows.
        normal: digest of the text with ticks and tool-kept status cells normalised.
        reader: version of the reader that read it.
        identity: the document's own id, from its header or the start of its title; empty where it has none.
        identity_line: line on which that stands, 0 where it does not.
    """

    path: str
    title: str
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    references: tuple[Reference, ...]
    problems: tuple[Problem, ...]
    normal: Digest
    reader: str = READER
    identity: str = ""
    identity_line: int = 0


class Correction(Struct, frozen=True, forbid_unknown_fields=True):
    """One correction of the reader, from `reading:` in the configuration, by plan and line text.

    Attributes:
        line: the text of the line, marks removed, as `scan` prints it.
        item: True makes the line an item, False takes it away (`not-item`).
        kind: another kind.
        id: another id.
        parent: another parent, by id.
        section: another kind for the section of that line.
    """

    line: str
    item: bool | None = None
    kind: ItemKind | None = None
    id: str | None = None
    parent: str | None = None
    section: SectionKind | None = None
