"""All figures: ours beside limits and peers, as JSON lines and a table, and which goals are missed.

    python bench/run.py [--quick] [--out FILE]

Each row comes from a script of its own in this folder, which measures its works in interleaved rounds. Absolute times
mean little on a shared machine; the ratios are what counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCRIPTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("verify_evidence.py", (), ("--pieces", "150", "--rounds", "3")),
    ("ledger.py", (), ("--rounds", "3", "--events", "20000")),
    ("run_checks.py", (), ("--rounds", "2", "--checks", "100")),
    ("whole_runs.py", (), ("--rounds", "2", "--items", "200")),
    ("board.py", (), ("--rounds", "3", "--items", "200")),
    ("read_plans.py", (), ()),
    ("sync.py", (), ()),
    ("report.py", (), ()),
    ("sensitivity.py", (), ()),
)
"""Script, its arguments, and its arguments with --quick; one that is not there is passed over."""


def main() -> int:
    """Print the rows and the table; 0 unless a script failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", default=str(HERE / "results" / "latest.jsonl"))
    arguments = parser.parse_args()
    rows: list[dict[str, Any]] = []
    failed = []
    for script, full, quick in SCRIPTS:
        if not (HERE / script).exists():
            continue
        print(f"… {script}", file=sys.stderr, flush=True)
        done = subprocess.run([sys.executable, str(HERE / script), *(quick if arguments.quick else full)],
                              cwd=HERE, capture_output=True, text=True)  # fmt: skip
        if done.returncode:
            failed.append(f"{script}: {done.stderr[-500:]}")
        for line in done.stdout.splitlines():
            if line.startswith("{"):
                rows.append(json.loads(line))
                print(line, flush=True)
    out = Path(arguments.out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(json.dumps(row) + "\n" for row in rows))
    print("\n" + table(rows))
    for failure in failed:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if failed else 0


def table(rows: list[dict[str, Any]]) -> str:
    """Ratios and goals for people, missed goals named last."""
    lines = ["| row | ours | ratios (goal) | met |", "|---|---|---|---|"]
    missed = []
    for row in rows:
        goals = row.get("goals") or row.get("goal") or {}
        goals = goals if isinstance(goals, dict) else {"goal": goals}
        ratios = row.get("ratios") or row.get("ours_to") or row.get("ratio") or {}
        ratios = ratios if isinstance(ratios, dict) else {"goal": ratios}
        shown = [f"{who} {ratio}" + (f" ({goals[who]})" if who in goals else "") for who, ratio in ratios.items()]
        met = row.get("met", True)
        good = all(met.values()) if isinstance(met, dict) else bool(met)
        lines.append(
            f"| {row['row']} | {_ours(row)} {row.get('unit', '')} | {', '.join(shown)} | {'yes' if good else 'NO'} |"
        )
        if not good:
            missed.append(row["row"])
    return "\n".join([*lines, "", "missed: " + ("; ".join(missed) or "none")])


def _ours(row: dict[str, Any]) -> object:
    """Our own figure, under whichever name a script prints it."""
    for name in ("ours", "ours_mb_s", "ours_s", "added"):
        if row.get(name) is not None:
            return row[name]
    return row.get("median", {}).get("ours")


if __name__ == "__main__":
    sys.exit(main())
