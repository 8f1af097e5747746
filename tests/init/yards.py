"""Three repositories as people leave them: no configuration, a plan half ticked, a way to test that the tree shows."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from importlib import metadata

PASSPHRASE = "a boat is drawn up the slip"

PYTEST: dict[str, str | bytes] = {
    "README.md": "# Tides\n\nPredicts the tide.\n\n- [x] fast\n- [x] small\n",
    "docs/PHASE2.md": """\
# Phase 2: Predictions

**Status:** COMPLETE

## Gate A: Safe to publish

- [x] T-1 Heights are right for the reference harbour (`tests/test_heights.py`).
- [x] T-2 A station that nobody knows is refused: `test_unknown_station`.
- [ ] T-3 The whole test suite passes.
- [x] T-4 Times are told in the harbour's own zone.
- [ ] T-5 The guide says how to read a table: `docs/reading-a-table.md`.
- [x] T-6 Publishing
  - [x] T-6.1 `python3 tools/check_table.py` finds no gap in the table.

## Sign-off

ReviewedBy: Harbour Master, Owner
""",
    "docs/reading-a-table.md": "# Reading a table\n\nHeights are in decimetres above chart datum.\n",
    "src/tides/__init__.py": "",
    "src/tides/heights.py": """\
TABLE = {"brest": [61, 14, 58, 19]}


def heights(station: str) -> list[int]:
    if station not in TABLE:
        raise KeyError(f"no station {station}")
    return [
        height for height in TABLE[station]
    ]


def highest(station: str) -> int:
    return max(heights(station))
""",
    "tests/test_heights.py": """\
import pytest

from tides.heights import heights, highest


def test_reference_harbour():
    assert heights("brest") == [61, 14, 58, 19]


def test_highest():
    assert highest("brest") == 61


def test_unknown_station():
    with pytest.raises(KeyError, match="atlantis"):
        heights("atlantis")
    assert heights("brest")
""",
    "tools/check_table.py": """\
import sys

sys.path.insert(0, "src")
from tides.heights import heights

sys.exit(0 if len(heights("brest")) == 4 else 1)
""",
    "requirements-test.txt": "--no-index\n--find-links wheels\npytest\n",
    "pyproject.toml": '[project]\nname = "tides"\n\n[tool.pytest.ini_options]\naddopts = "-p no:cacheprovider"\n',
}

GOVERNANCE: dict[str, str | bytes] = {
    "README.md": "# Retention\n\nWho may keep what, and how long.\n",
    "docs/phase-r/index.md": """\
# Phase R Artifact Index

**Status:** ACTIVE

| ID | Artifact | Path | Status |
|----|----------|------|--------|
| R-01 | Retention schedule | `docs/phase-r/r-01-schedule.md` | SEALED |
| R-02 | Deletion procedure | `docs/phase-r/r-02-deletion.md` | SEALED |
| R-03 | Drill report | `docs/phase-r/r-03-drill.md` | NOT AUTHORED |
""",
    "docs/phase-r/kickoff.md": """\
# Phase R Kickoff: Retention (Governance)

## Exit criteria

- The policy for requests is written: `docs/policy/requests.md`.
- Every record class has an owner.

ReviewedBy: Data Protection Officer, Records Lead
""",
    "docs/phase-r/r-01-schedule.md": "# Retention schedule\n\nInvoices: ten years.\n",
    "docs/phase-r/r-02-deletion.md": "# Deletion procedure\n\nTwo people, one of them from Records.\n",
    "docs/policy/requests.md": "# Requests\n\nAnswered within thirty days.\n",
    "docs/templates/phase-template.md": "# Phase N\n\n- [ ] write the plan\n",
}

MIXED: dict[str, str | bytes] = {
    "PLAN.md": """\
# Greenhouse controller

## Milestone M1: Watering

- [x] M1.1 `make test` passes.
- [ ] M1.2 Valves are never open longer than ten minutes.
- [x] M1.3 `./scripts/lint.sh` finds nothing.

## Milestone M2: Frost

- [ ] M2.1 The heater goes on below two degrees.
""",
    "Makefile": "test:\n\tsh tests/run.sh\n",
    "controller/valve.sh": 'open_for() {\n    [ "$1" -le 600 ] && echo open || echo refused\n}\n',
    "tests/run.sh": """\
. controller/valve.sh
[ "$(open_for 60)" = open ] || exit 1
[ "$(open_for 601)" = refused ] || exit 1
""",
    "scripts/lint.sh": "#!/bin/sh\nset -eu\ngrep -q 'open_for()' controller/valve.sh\n! grep -n '\t' controller/*\n",
    "web/index.html": "<title>Greenhouse</title>\n",
}
EXECUTABLE = frozenset({"scripts/lint.sh"})


def wheels(*names: str) -> dict[str, str | bytes]:
    """Installed distributions as wheels, so that a set-up needs no network: path -> bytes."""
    found: dict[str, str | bytes] = {}
    for name in names:
        distribution = metadata.distribution(name)
        folder = f"{distribution.metadata['Name'].replace('-', '_')}-{distribution.version}"
        out = io.BytesIO()
        record = []
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in distribution.files or ():
                path = str(file)
                if path.startswith("..") or path.endswith(
                    (".pyc", "/RECORD", "/INSTALLER", "/REQUESTED", "direct_url.json")
                ):
                    continue
                data = file.read_binary()
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                record.append(f"{path},sha256={digest},{len(data)}")
                archive.writestr(path, data)
            info = next(str(one).split("/")[0] for one in distribution.files or () if ".dist-info/" in str(one))
            archive.writestr(f"{info}/RECORD", "\n".join([*record, f"{info}/RECORD,,"]) + "\n")
        found[f"wheels/{folder}-py3-none-any.whl"] = out.getvalue()
    return found
