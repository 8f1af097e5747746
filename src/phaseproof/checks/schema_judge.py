"""JSON Schema over a document, in a process of its own with a time limit.

A schema is part of the tree, its regular expressions and references are anybody's: the process is ended when its
time is up, and a reference to another document is never fetched.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct

SECONDS = 30.0
"""Time for one document."""
MAX_ERRORS = 200
"""Mistakes told of one document."""


class Violation(Struct, frozen=True):
    """One place where a document does not fit its schema.

    Attributes:
        path: keys and indices that lead to it.
        message: one sentence.
    """

    path: tuple[str | int, ...]
    message: str


class Answer(Struct, frozen=True, omit_defaults=True):
    """What the judging process says: violations, or why there is no answer."""

    violations: tuple[Violation, ...] = ()
    unusable: str = ""


class Unusable(Exception):
    """A schema that gives no answer: it is no schema, refers elsewhere, or takes too long."""


def violations(schema: Any, document: Any, seconds: float = SECONDS) -> tuple[Violation, ...]:
    """Where a document does not fit a schema (draft 4 to 2020-12 by its `$schema`, else 2020-12).

    Args:
        schema: plain values.
        document: plain values.
        seconds: time for it.

    Raises:
        Unusable: see there.
    """
    # The standard library's JSON: integers of any size.
    asked = json.dumps({"schema": schema, "document": document}, allow_nan=False).encode()
    command = [sys.executable, "-I", "-c", f"from {__name__} import answer; answer()"]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=seconds, env={}, check=True)
        found = msgspec.json.decode(done.stdout, type=Answer)
    except subprocess.TimeoutExpired as error:
        raise Unusable(f"the schema took more than {seconds:.0f} s") from error
    except (subprocess.SubprocessError, OSError, msgspec.MsgspecError) as error:
        raise Unusable("the schema could not be applied") from error
    if found.unusable:
        raise Unusable(found.unusable)
    return found.violations


def answer() -> None:
    """The judging process: reads schema and document from standard input, writes an `Answer`."""
    asked = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(msgspec.json.encode(_judge(asked["schema"], asked["document"])))


def _judge(schema: Any, document: Any) -> Answer:
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for
    from referencing import Registry
    from referencing.exceptions import CannotDetermineSpecification, Unresolvable

    if schema is True or schema == {}:
        return Answer(unusable="the schema accepts everything")
    try:
        declared = schema.get("$schema") if isinstance(schema, dict) else None
        chosen = validator_for(schema, default=Draft202012Validator)
        if declared is not None and chosen.META_SCHEMA.get("$schema", "").rstrip("#") != str(declared).rstrip("#"):
            return Answer(unusable=f"the schema's dialect {declared!r} is not known")
        chosen.check_schema(schema)
        # An empty registry resolves references within the schema and retrieves nothing.
        judge = chosen(schema, registry=Registry(), format_checker=chosen.FORMAT_CHECKER)
        listed = list(islice(judge.iter_errors(document), MAX_ERRORS))
    except SchemaError as error:
        return Answer(unusable=f"the schema is no JSON Schema: {error.message[:300]}")
    except (Unresolvable, CannotDetermineSpecification) as error:
        return Answer(unusable=f"the schema refers to something outside itself: {error}"[:300])
    except (RecursionError, ValueError, TypeError, OverflowError) as error:
        return Answer(unusable=f"the schema cannot be applied: {type(error).__name__}")
    return Answer(tuple(Violation(tuple(error.absolute_path), error.message[:300]) for error in listed))
