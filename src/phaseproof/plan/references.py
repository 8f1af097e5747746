"""Files and folders that a text names.

Driven by the ends of paths (an extension we know, a closing slash), from which it walks back: linear, and cheap on
prose. Not taken: URLs, absolute and home paths, arguments of the form `x="..."`, methods (`reply.json()`), globs.
"""

from __future__ import annotations

import re

from phaseproof.plan.model import Reference

_SURE = (
    "md|markdown|mdx|txt|rst|adoc|jsonl?|ya?ml|toml|xml|csv|tsv|html?|py|pyi|tsx?|jsx?|mjs|cjs|go|rs|java|kt|kts|"
    "swift|rb|php|cpp|hpp|"
    "cs|sh|bash|ps1|sql|proto|tf|tfvars|ipynb|lock|cfg|ini|pdf|docx|xlsx|svg|png|tla|lean|gradle|vue|svelte|scss|css|"
    "ex|exs|dart|scala|bicep|"
    "feature|cedar|rego|prisma|graphql|wasm|parquet|junit|sarif|plist|xcodeproj"
)
_END = re.compile(
    rf"\.(?:{_SURE}|(?P<weak>log|db|c|h|m|v|env|conf|out|sig|pem|key))(?![\w/(-]|\.\w)|(?P<dir>/)(?=[\s`'\"*,;:)\]|"
    rf"—]|\.\s|$)",
    re.IGNORECASE,
)
_PATH = re.compile(r"[A-Za-z0-9_./@+~\[\]{}-]*")  # matched against the line read backwards
_BRACKETS = str.maketrans("", "", "[]{}")
_PRODUCTS = re.compile(
    r"(?i:node|vue|next|react|d3|three|express|nuxt|chart|socket|alpine|backbone|ember|discord|p5|nest)\.js\Z"
)
_LONGEST = 300
_NOT_FROM = re.compile(r"\s*(?:git commit\b|commit message\b|\$ |curl |#\s+\S+\s*$|#\s*v\d[\w.]*\s*:)", re.IGNORECASE)


def paths_in(line: str) -> list[str]:
    """Paths that a line names, in its order, each once."""
    if "." not in line and "/" not in line:
        return []
    found: list[str] = []
    for end in _END.finditer(line):
        path = _walked(line, end.start(), end.end(), end)
        if path and path not in found:
            found.append(path)
    return found


def _walked(line: str, start: int, stop: int, end: re.Match[str]) -> str:
    before = line[max(0, start - _LONGEST) : start][::-1]
    found = _PATH.match(before)
    assert found is not None  # it may be empty
    return _tidy(line, start - found.end(), stop, end)


def _tidy(line: str, start: int, stop: int, end: re.Match[str]) -> str:
    raw = line[start:stop]
    if ":" in line[max(0, start - 1) : start] and raw.startswith("/"):
        return ""
    raw = raw[raw.rfind("]") + 1 :] if "](" in line[start - 1 : stop] else raw.lstrip("[{")
    before = line[start - 2 : start] if start > 1 else ""
    if (
        before == '="'
        or raw.startswith(("/", "~", "//", "-", "www.", "@/"))
        or line[start - 1 : start] in ("*", "$", "<", "%")
    ):
        return ""
    raw = raw.removeprefix("./").lstrip("@")
    if ("@" in raw and "/" not in raw) or ".." in raw.split("/") or "//" in raw:
        return ""
    if end["dir"]:
        inside = raw[:-1]
        quoted = line[start - 1 : start] == "`" and line[stop : stop + 1] == "`"
        if (
            not inside
            or not (quoted or "/" in inside or "_" in inside)
            or inside == "."
            or "." in inside.split("/")[0][1:]
        ):
            return ""
        return raw if quoted or (inside.count("/") and not inside.istitle()) else ""
    if end["weak"] and "/" not in raw:
        return ""
    stem = raw.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if not stem.strip("._-") or _PRODUCTS.match(raw) or (stem.translate(_BRACKETS) != stem and "[" not in raw):
        return ""
    return raw


class Named:
    """Every path that a text names, by line: found in one pass over the whole text."""

    def __init__(self, text: str, lines: list[str]) -> None:
        self.by_line: dict[int, dict[str, Reference]] = {}
        self.all: tuple[Reference, ...] = ()
        number, start, stop = 0, 0, -1
        found: list[Reference] = []
        for end in _END.finditer(text):
            at = end.start()
            while at > stop:
                start = stop + 1
                stop = start + len(lines[number])
                number += 1
            line = lines[number - 1]
            if _NOT_FROM.match(line):
                continue
            path = _walked(line, end.start() - start, end.end() - start, end)
            if not path:
                continue
            here = self.by_line.setdefault(number, {})
            if path not in here:
                here[path] = Reference(number, path)
                found.append(here[path])
        self.all = tuple(found)

    def between(self, first: int, last: int) -> tuple[Reference, ...]:
        """Paths named on a range of lines, both ends included."""
        by_line = self.by_line
        if not by_line:
            return ()
        if first == last:
            return tuple(by_line.get(first, {}).values())
        return tuple(r for number in range(first, last + 1) if number in by_line for r in by_line[number].values())


NOTHING = Named("", [""])
"""No paths at all."""
