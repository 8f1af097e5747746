"""Relative links of a document: where they lead, within the tree and nowhere else."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct

from phaseproof.checks.document import Document, anchors, read
from phaseproof.checks.kind import Finding
from phaseproof.checks.reading import Unfit
from phaseproof.checks.reading import read as read_file
from phaseproof.checks.wording import is_markdown

MAX_LINKS = 20_000
"""Links looked at in one document."""
_EXTERNAL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_DEFINITION = re.compile(r" {0,3}\[[^\[\]]{1,999}\]:[ \t]{0,9}(<[^<>]{0,2000}>|\S{1,2000})")
_ATTRIBUTE = re.compile(r"\b(?:href|src)\s{0,9}=\s{0,9}[\"']([^\"'\n]{0,2000})")
_CODE = re.compile(r"``[^\n]*?``|`[^`\n]*`")


class Link(Struct, frozen=True):
    """A link: its line, from 1, and its destination as written."""

    line: int
    target: str


def links(document: Document) -> Iterator[Link]:
    """Links, images, definitions and `href`/`src` attributes, at most `MAX_LINKS`; code is left out."""
    count = 0
    for index, line in enumerate(document.lines):
        bare = _CODE.sub("", line)
        found = [_destination(bare, match.end()) for match in re.finditer(r"\]\(", bare)]
        if definition := _DEFINITION.match(bare):
            found.append(definition[1].strip("<>"))
        found += _ATTRIBUTE.findall(bare)
        for target in found:
            count += 1
            if count > MAX_LINKS:
                return
            yield Link(index + 1, target)


def broken(root: Path, path: str, document: Document, limit: int) -> Iterator[Finding]:
    """Links of a document that lead nowhere, or out of the tree. Links with a scheme or host are not followed.

    Args:
        root: the checkout.
        path: of the document, relative to it.
        document: as read.
        limit: bytes read of a document that an anchor leads into.
    """
    known: dict[str, frozenset[str] | None] = {path: anchors(document)}
    for link in links(document):
        if _EXTERNAL.match(link.target):
            continue
        place, _, fragment = link.target.partition("#")
        place = unquote(place.partition("?")[0])
        if place:
            joined = place.lstrip("/") if place.startswith("/") else posixpath.join(posixpath.dirname(path), place)
            target = posixpath.normpath(joined) if joined else "."
        else:
            target = path
        fault = _fault(root, target)
        if fault is None and fragment and is_markdown(target):
            if target not in known:
                known[target] = _anchors_of(root, target, limit)
            there = known[target]
            wanted = unquote(fragment)
            if there is None:
                fault = "link-unreadable", f"{target} cannot be read, so that #{wanted} is not known to be there"
            elif wanted not in there and wanted.lower() not in there:
                fault = "link-anchor", f"{target} has no heading or anchor #{wanted}"
        if fault is not None:
            rule, words = fault
            yield Finding(rule, f"link to {link.target[:200]!r}: {words}", path=path, line=link.line)


def _fault(root: Path, target: str) -> tuple[str, str] | None:
    if target == ".." or target.startswith("../") or "\0" in target or "\\" in target:
        return "link-escapes", "it leads out of the tree"
    if target == ".":
        return None
    place = root
    mode = stat.S_IFDIR
    for part in target.split("/"):
        place = place / part
        try:
            mode = os.lstat(place).st_mode
        except (OSError, ValueError):
            return "link-broken", f"{target} is not among the files this check sees; it is missing, or not in `subject`"
        if stat.S_ISLNK(mode):
            return "link-escapes", f"{target} leads through a symbolic link"
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else ("link-broken", f"{target} is no file")


def _anchors_of(root: Path, target: str, limit: int) -> frozenset[str] | None:
    try:
        return anchors(read(read_file(root, target, limit).decode("utf-8")))
    except (Unfit, UnicodeDecodeError):
        return None


def _destination(line: str, start: int) -> str:
    """The destination that begins at a place: up to a blank, or to the parenthesis that closes the link."""
    rest = line[start : start + 2_000].lstrip()
    if rest.startswith("<"):
        return rest[1:].partition(">")[0]
    depth = 0
    for at, char in enumerate(rest):
        if char.isspace() or (char == ")" and depth == 0):
            return rest[:at]
        depth += (char == "(") - (char == ")")
    return rest
