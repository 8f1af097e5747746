"""`report html` of many items: its size, how long a browser takes to open it, how long it takes to make.

    python bench/report.py [--rounds N] [--items N]

Prints one JSON object per row. Limits: 2 MB and one second are promised for 1,000 items, each with a check of its own;
beside the opening stands the same browser opening as many bytes of plain text, beside the making `status --verify` as a
whole process, which opens and checks the same statements. Times are medians over interleaved rounds. Opening is
measured in the page, from the start of navigation to the end of its `load` event and the next painted frame.
"""

from __future__ import annotations

import argparse
import html
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from programme import build, environment, phaseproof

FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run", "--disable-quic", "--disable-gpu"]  # fmt: skip
OPENED = """
() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
  const one = performance.getEntriesByType('navigation')[0];
  done(Math.max(one.loadEventEnd, performance.now()) / 1000);
})))
"""


def whole(repository: Path, *arguments: str) -> float:
    """Seconds of one verb as a whole process, whatever its verdict."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "phaseproof", *arguments], cwd=repository, env=environment(repository),
                   capture_output=True, check=False)  # fmt: skip
    return time.perf_counter() - begun


def openings(pages: dict[str, Path], rounds: int) -> dict[str, list[float]] | None:
    """Seconds that each page takes to open, per round; None without a browser."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        return None
    from playwright.sync_api import sync_playwright

    taken: dict[str, list[float]] = {name: [] for name in pages}
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=found, args=FLAGS)
        for number in range(rounds + 1):
            for name, path in pages.items():
                context = browser.new_context(viewport={"width": 1280, "height": 800})
                view = context.new_page()
                view.goto(path.as_uri(), wait_until="load")
                spent = view.evaluate(OPENED)
                if number:
                    taken[name].append(spent)
                context.close()
        browser.close()
    return taken


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--items", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        repository = build(folder, arguments.items)
        whole(repository, "run")
        page, plain = folder / "report.html", folder / "plain.html"
        phaseproof(repository, "report", "html", "--out", str(page))
        size = page.stat().st_size
        words = html.escape("a word and another one\n" * (size // 23))
        plain.write_text(f"<!doctype html><meta charset=utf-8><title>text</title><pre>{words}</pre>", encoding="utf-8")
        show(row(f"report html, {arguments.items} items, size", "MB", size / 1e6, {"2 MB": size / 2e6}))
        making = [(whole(repository, "report", "html", "--out", str(page)),
                   whole(repository, "status", "--verify")) for _ in range(arguments.rounds)]  # fmt: skip
        ours = statistics.median(one for one, _ in making)
        ratio = statistics.median(one / other for one, other in making)
        show({**row(f"report html, {arguments.items} items, made", "s", ours, {}),
              "status --verify": round(statistics.median(other for _, other in making), 3),
              "ratios": {"status --verify": round(ratio, 3)}})  # fmt: skip
        taken = openings({"ours": page, "text": plain}, arguments.rounds)
        if taken is None:
            print("no chromium: nobody knows how long the page takes to open", file=sys.stderr)
            return 0
        ours = statistics.median(taken["ours"])
        made = row(f"report html, {arguments.items} items, opens", "s", ours, {"1 s": ours})
        made["text of the same size"] = round(statistics.median(taken["text"]), 3)
        made["ratios"]["text"] = round(statistics.median(a / b for a, b in zip(*taken.values(), strict=True)), 3)
        show(made)
    return 0


def row(name: str, unit: str, ours: float, promised: dict[str, float]) -> dict[str, Any]:
    """A figure beside what was promised: ratios of 1 or less keep the promise."""
    return {
        "row": name,
        "unit": unit,
        "ours": round(ours, 3),
        "ratios": {what: round(ratio, 3) for what, ratio in promised.items()},
        "goals": dict.fromkeys(promised, 1.0),
        "met": all(ratio <= 1 for ratio in promised.values()),
    }


def show(made: dict[str, Any]) -> None:
    """Print a row."""
    print(json.dumps(made), flush=True)


if __name__ == "__main__":
    sys.exit(main())
