"""A harbour crane's programme, in every sort of trouble at once: what the report must show, and what it must not."""

from __future__ import annotations

import platform
from pathlib import Path

from support.shop import FILES, Shop, open_shop

HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
LEAK = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
PLAN = f"""# Phase 2: Quay crane

The crane lifts containers from ships. **Nobody** stands under it; see [the port's rules](https://port.example/rules).

## Gate A: Safe to lift

- [x] Q-1 The lift stops at `40` tonnes, whatever the driver does.
- [x] Q-2 The brakes hold a full load with the power off,
  for at least ten minutes, in any wind the crane may work in.
- [ ] Q-3 The alarm sounds before the boom swings.
- [ ] Q-4 The lamp on the boom can be seen from the bridge of a ship.
- [ ] Q-5 The driver can talk to the ship. {HOSTILE}

## Gate B: Ready for the <img src=x> port

| Id | Artifact | Path | Status |
|---|---|---|---|
| E-01 | Driver's manual | docs/manual.md | DRAFT |
| E-02 | Load table | docs/loads.md | NOT AUTHORED |
| E-03 | Map of the quay | docs/quay.svg | NOT AUTHORED |
| E-04 | List of spare parts | docs/parts.md | NOT AUTHORED |
| E-05 | Training record | docs/training.md | NOT AUTHORED |

```text
crane --check boom
```

## Background

> Wind is measured at the tip of the boom.

1. First the manual,
2. then the table, ~~and a drawing~~.

## Sign-off

ReviewedBy: Harbour Master
"""
TIDE = """# Phase 3: Tide window

## Gate C: Ships at low water

- [ ] T-1 The tide table covers the next year.
- [ ] T-2 The crane's reach is enough at low water.
"""
CONFIGURATION = """\
phaseproof: 1
programme: quay-crane
phases:
  - {id: phase-2, plans: [docs/CRANE.md]}
  - {id: phase-3, plans: [docs/TIDE.md], after: [phase-2]}
people:
  mara: {key: MARA}
  nils: {key: NILS}
runners:
  local: {key: LOCAL}
roles:
  harbour-master: {members: [mara]}
  owners: {members: [mara, nils]}
policy:
  protected: main
  migrate: {roles: [owners]}
checks:
  limit:
    kind: command
    run: python3 tools/limit.py
    subject: [crane/limit.txt]
    instrument: [tools/limit.py]
  brakes: {kind: command, run: python3 tools/brakes.py, subject: [crane/brakes.txt], instrument: [tools/brakes.py]}
  alarm: {kind: command, run: python3 --version, subject: [crane/alarm.txt]}
  lamp: {kind: command, run: grep -q ^lumen=900 crane/lamp.txt, subject: [crane/lamp.txt]}
  manual: {kind: artifact, path: docs/manual.md, headings: [Lifting]}
  tide: {kind: command, run: grep -q 2031 docs/tides.txt, subject: [docs/tides.txt]}
bindings:
  Q-1: {check: limit}
  Q-2: {check: brakes}
  Q-3: {check: alarm}
  Q-4: {check: lamp}
  E-01: {check: manual}
  T-1: {check: tide}
  T-2: {check: limit}
"""
BRAKES = f"""\
import os, sys

print("home is", "/home/olga/quay", "on", {platform.node()!r})
print("password: correct-horse", {LEAK!r})
print("\\033[31mloads\\033[0m", open("crane/brakes.txt").read().split())
if "slips" in open("crane/brakes.txt").read():
    sys.exit("brake 2 slips <script>document.title='owned'</script>")
"""
OURS: dict[str, str | None] = {
    **dict.fromkeys((path for path in FILES if path != ".gitignore"), None),
    "docs/CRANE.md": PLAN,
    "docs/TIDE.md": TIDE,
    "docs/manual.md": "# Manual\n\n## Lifting\n\nSlowly.\n",
    "docs/tides.txt": "2030\n2031\n",
    "crane/limit.txt": "limit=40\n",
    "crane/brakes.txt": "holds 40\nholds 40\n",
    "crane/alarm.txt": "alarm\n",
    "crane/lamp.txt": "lumen=900\n",
    "tools/limit.py": 'import sys\n\nsys.exit("limit=40" not in open("crane/limit.txt").read())\n',
    "tools/brakes.py": BRAKES,
}


def troubled(folder: Path) -> Shop:
    """Gate A: proven, refuted with a history, hollow, stale, unbound. Gate B: an artifact missing. Gate C waits."""
    shop = open_shop(folder, OURS, CONFIGURATION)
    assert shop.gates().code == 1
    shop.commit({"crane/brakes.txt": "holds 40\nslips 31\n"}, "lighter brakes")
    assert shop.gates().code == 1
    shop.commit({"crane/lamp.txt": "lumen=900\ncolour=red\n"}, "a red lamp")
    return shop


def single(folder: Path) -> Shop:
    """A programme whose one gate passes."""
    files = {**OURS, "docs/CRANE.md": "# Phase 2: Crane\n\n## Gate A: Safe\n\n- [x] Q-1 It stops at 40 tonnes.\n"}
    configuration = CONFIGURATION.replace("  - {id: phase-3, plans: [docs/TIDE.md], after: [phase-2]}\n", "")
    gone = ("  Q-2", "  Q-3", "  Q-4", "  E-", "  T-")
    kept = [line for line in configuration.splitlines() if not line.startswith(gone)]
    shop = open_shop(folder, files, "\n".join(kept) + "\n")
    done = shop.gates()
    assert done.code == 0, done.text
    return shop
