"""A mutant as source text: one function's body replaced, and no other line moved.

The new statements stand where the body began; the rest of its lines are left blank, so that every other function keeps
its lines. In a warm process the same change is made to the syntax tree (probe.py), where the old body stays behind as
dead code.
"""

from __future__ import annotations

import codecs
import io
import tokenize
from collections.abc import Sequence

from phaseproof.errors import Unable
from phaseproof.runner.sensitivity.neutral import Definition
from phaseproof.runner.sensitivity.population import Function, definitions, first_line, parse


def rewritten(source: bytes, function: Function) -> bytes:
    """A file's bytes with one function made to do nothing.

    Args:
        source: bytes of its file.
        function: found in these bytes.

    Raises:
        Unable: `sensitivity-failed`: the function is not there, or what was made of the file cannot be compiled.
    """
    node = _find(function, source)
    lines = source.splitlines(keepends=True)  # of bytes: only what ends a line for Python's tokenizer, too
    at, head = _start(node, lines, tokenize.detect_encoding(io.BytesIO(source).readline)[0])
    last = (node.end_lineno or node.lineno) - 1
    made = head + "; ".join(function.body).encode("ascii")
    blank = [_ending(line) for line in lines[at:last]]
    text = b"".join([*lines[:at], made, *blank, _ending(lines[last]), *lines[last + 1 :]])
    try:
        compile(parse(function.path, text), function.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Unable("sensitivity-failed", f"{function.id} cannot be replaced: {error}",
                     "take its file out of the check's subject") from error  # fmt: skip
    return text


def _start(node: Definition, lines: Sequence[bytes], encoding: str) -> tuple[int, bytes]:
    """Index of the line where a body begins, and what stands before it there."""
    statement = node.body[0]
    at = statement.lineno - 1
    decorators = getattr(statement, "decorator_list", [])
    if decorators:
        at = decorators[0].lineno - 1
        while not lines[at].lstrip().startswith(b"@"):
            at -= 1
        return at, lines[at][: lines[at].index(b"@")]
    line, mark = lines[at], b""
    encoding = encoding.removesuffix("-sig")  # which would put a mark before every piece
    if at == 0 and line.startswith(codecs.BOM_UTF8):
        line, mark = line.removeprefix(codecs.BOM_UTF8), codecs.BOM_UTF8
    # Columns count the bytes of the line in UTF-8, whatever the file is written in (Python library, `ast`).
    before = line.decode(encoding).encode()[: statement.col_offset]
    return at, mark + before.decode().encode(encoding)


def _find(function: Function, source: bytes) -> Definition:
    for node, outer, _ in definitions(parse(function.path, source)):
        place = (first_line(node), node.lineno, ".".join((*outer, node.name)))
        if place == (function.first, function.line, function.name):
            return node
    raise Unable("sensitivity-failed", f"{function.id} is not where it was found", "phaseproof run --all")


def _ending(line: bytes) -> bytes:
    return next((end for end in (b"\r\n", b"\n", b"\r") if line.endswith(end)), b"")
