"""What the demo's cheat does: plain file surgery, with nothing of ours but the paths."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path


def forged(folder: Path, target: Path) -> Path:
    """Write an envelope whose payload was changed after it was signed.

    Args:
        folder: the ledger's folder.
        target: where to write it.

    Returns:
        The path written.
    """
    with sqlite3.connect(folder / "ledger.db") as database:
        for (data,) in database.execute("SELECT data FROM objects"):
            if b'"payloadType"' not in data:
                continue
            envelope = json.loads(data)
            payload = base64.b64decode(envelope["payload"])
            if b'"outcome":"negative"' in payload:
                changed = payload.replace(b'"outcome":"negative"', b'"outcome":"positive"')
                envelope["payload"] = base64.b64encode(changed).decode()
                target.write_text(json.dumps(envelope, separators=(",", ":"), sort_keys=True), encoding="ascii")
                return target
    raise LookupError("no negative evidence in the ledger")


def rewrite(folder: Path) -> None:
    """Change a recorded result in the ledger's database, in place, keeping every length."""
    with sqlite3.connect(folder / "ledger.db") as database:
        rows = database.execute("SELECT position, body FROM events").fetchall()
        for position, body in rows:
            if b'"outcome":"negative"' in body:
                changed = body.replace(b'"outcome":"negative"', b'"outcome":"positive"')
                database.execute("UPDATE events SET body = ? WHERE position = ?", (changed, position))
                return
    raise LookupError("no negative result in the ledger")
