"""Checks as agreed: what the configuration says of each, with the options of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct

from phaseproof.bundle import canonical, kinds
from phaseproof.bundle.config import Config
from phaseproof.bundle.config_rules import control_name
from phaseproof.bundle.decode import INVALID, Decoder
from phaseproof.bundle.forms import decimal_text
from phaseproof.bundle.kinds import KindSchema
from phaseproof.bundle.mistakes import Mistake, nearest, quote
from phaseproof.bundle.model import Check, ControlSpec, KindRef
from phaseproof.bundle.sections import CheckSource
from phaseproof.bundle.slugs import ascii_name

COMMON = frozenset(CheckSource.__struct_fields__)
"""Keys that every check may have; the others belong to its kind."""


def agree(config: Config, known: Mapping[str, KindSchema], mistakes: list[Mistake]) -> dict[str, Check]:
    """The configured checks, sorted by name; what is wrong with one is noted and the check left out.

    Args:
        config: the configuration.
        known: kinds installed, by name.
        mistakes: where to note what is wrong.
    """
    out: dict[str, Check] = {}
    for name in sorted(config.checks):
        source = config.checks[name]
        schema = known.get(source.kind)
        if schema is None:
            near = nearest(source.kind, known)
            hint = "" if near else f"; installed: {', '.join(sorted(known)) or 'none'}"
            where = ("checks", name)
            node = config.place(*where, "kind")
            message = f"unknown kind {quote(source.kind)}{hint}"
            mistakes.append(Mistake(config.path, node.line, node.column, ".".join(where), message, near))
            continue
        decoder = Decoder(config.path)
        options = decoder.struct(config.place("checks", name), schema.options, f"checks.{name}", COMMON)
        mistakes += decoder.mistakes
        if options is INVALID:
            continue
        try:
            options = options.resolved(config.expands) if isinstance(options, kinds.Options) else options
        except kinds.OptionMistake as error:
            words = tuple(step for step in error.place if isinstance(step, str))
            mistakes.append(config.mistake(("checks", name, *words), str(error)))
            continue
        check = _check(name, source, schema, options)
        found = list(_asked(config, check, source, schema, options))
        mistakes += found
        if not found:
            out[name] = check
    return out


def implied_artifact(path: str, schema: KindSchema) -> Check | None:
    """The check that an artifact row asks for by itself: that what it refers to is there.

    Args:
        path: file or folder, from the top of the repository.
        schema: the kind `artifact`.

    Returns:
        None where the kind has no single `path`, or the path cannot be named by a pattern.
    """
    if path.startswith("!") or any(one in path for one in "*?[]\\") or not path.isprintable():
        return None
    fields = {field.name: field for field in msgspec.structs.fields(schema.options)}
    if "path" not in fields or any(one.required for name, one in fields.items() if name != "path"):
        return None
    try:
        options = schema.options(path=path)
    except (ValueError, TypeError):
        return None
    subject = kinds.default_subject(options) or (path,)
    return Check(
        f"artifact:{ascii_name(path)}", KindRef(schema.name, schema.distribution), {"path": path}, subject,
        kinds.default_instrument(options),
    )  # fmt: skip


def _check(name: str, source: CheckSource, schema: KindSchema, options: Struct) -> Check:
    subject, instrument = source.subject, source.instrument
    if not source.external:
        subject = subject or kinds.default_subject(options)
    return Check(
        name=name,
        kind=KindRef(schema.name, schema.distribution),
        options=plain_options(options),
        subject=_sorted(subject),
        instrument=_sorted(instrument or kinds.default_instrument(options)),
        controls=tuple(
            sorted(
                (
                    ControlSpec(control_name(one), one.patch, one.command, _sorted(one.remove), dict(one.environment))
                    for one in source.controls
                ),
                key=lambda one: one.name or "",
            )
        ),
        min_sensitivity=source.min_sensitivity,
        timeout=source.timeout,
        max_age=source.max_age,
        external=source.external,
        history=source.history,
        network=source.network,
    )


def _sorted(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(patterns)))


def _asked(config: Config, check: Check, source: CheckSource, schema: KindSchema, options: Struct) -> Iterable[Mistake]:
    path = ("checks", check.name)
    written = config.keys_of(*path)
    if schema.needs_subject and not check.subject and not source.external and "subject" not in written:
        yield config.mistake(path, f"“subject” is missing: a check of kind {schema.name} judges given files", key=True)
    if kinds.needs_declared_control(options) and not source.controls and "controls" not in written:
        yield config.mistake(
            path, "it asserts that something is not there, so its failure must be shown: declare “controls”",
            key=True,
        )  # fmt: skip
    try:
        canonical.encode(check.options)
    except ValueError as error:
        yield config.mistake(path, f"its options have no canonical form: {error}", key=True)


def plain_options(options: Struct) -> dict[str, Any]:
    """Options as plain canonical JSON; what equals its default is left out, fractions are decimal strings."""
    out: dict[str, Any] = {}
    for field in msgspec.structs.fields(type(options)):
        value = getattr(options, field.name)
        default = field.default
        if default is NODEFAULT and field.default_factory is not NODEFAULT:
            default = field.default_factory()
        if default is NODEFAULT or value != default:
            out[field.encode_name] = _plain(msgspec.to_builtins(value, builtin_types=(Decimal,)))
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
