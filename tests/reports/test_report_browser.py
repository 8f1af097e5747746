"""The page in a real browser, as a person meets it: by eye, by keyboard, on a phone, in the dark, on paper."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
CONTRAST = """
() => {
  const light = (c) => {
    const part = c.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const read = (text) => text.match(/[0-9.]+/g).map(Number);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = read(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const worst = {};
  for (const name of ['.v', '.dim', 'a', 'dt', 'dd', 'p', 'pre', 'h2', '.warn', '.k', '.h', '.ctl']) {
    for (const element of document.querySelectorAll(name)) {
      const [a, b] = [light(read(getComputedStyle(element).color)), light(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (!(name in worst) || ratio < worst[name]) worst[name] = ratio;
    }
  }
  return worst;
}
"""


@contextmanager
def opened(browser: Any, path: Path, size: dict[str, int] = DESK, **more: Any) -> Iterator[Any]:
    """A page opened from disk; whatever it asks for besides itself, or complains of, fails the test."""
    context = browser.new_context(viewport=size, **more)
    asked: list[str] = []
    said: list[str] = []
    try:
        view = context.new_page()
        view.set_default_timeout(15_000)
        view.on("request", lambda request: asked.append(request.url))
        view.on("pageerror", lambda error: said.append(str(error)))
        view.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
        view.goto(path.as_uri())
        yield view
        assert asked == [path.as_uri()]
        assert said == []
    finally:
        context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_verdict_and_first_blocker_are_seen_without_scrolling(
    browser: Any, pages: dict[str, Path], size: dict[str, int], output: Path
) -> None:
    with opened(browser, pages["troubled"], size) as view:
        view.screenshot(path=output / f"troubled-{size['width']}.png")
        for what in (".verdict .word", ".first .text", ".first pre", ".first p:last-child"):
            box = view.locator(what).bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= size["height"], what
        assert view.locator(".verdict .word").inner_text() == "HOLD"


@pytest.mark.parametrize("name", ["troubled", "passing", "large"])
def test_a_phone_never_scrolls_sideways(browser: Any, pages: dict[str, Path], name: str, output: Path) -> None:
    with opened(browser, pages[name], PHONE) as view:
        view.evaluate("document.querySelectorAll('details').forEach((one, n) => { if (n < 30) one.open = true })")
        assert view.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        if name == "troubled":
            view.locator(".plan").first.screenshot(path=output / "troubled-phone-plan.png")


def test_details_open_and_close_by_keyboard_alone(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["troubled"]) as view:
        told = "#item-Q-1"
        assert not view.locator(told).is_visible()
        for _ in range(60):
            view.keyboard.press("Tab")
            if view.evaluate("document.activeElement.matches('details.i > summary')"):
                break
        assert view.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        view.keyboard.press("Enter")
        assert view.locator(told).is_visible()
        view.keyboard.press("Enter")
        assert not view.locator(told).is_visible()


def test_the_first_blocker_leads_to_its_evidence_and_opens_it(
    browser: Any, pages: dict[str, Path], output: Path
) -> None:
    with opened(browser, pages["troubled"]) as view:
        view.locator(".first .text a").click()
        told = view.locator("#item-Q-2")
        assert told.is_visible()
        assert told.evaluate("e => { const b = e.getBoundingClientRect(); return b.top >= 0 && b.top < innerHeight }")
        view.locator(".plan").first.screenshot(path=output / "troubled-plan.png")


def test_dark_is_dark_light_is_light_and_both_can_be_read(browser: Any, pages: dict[str, Path], output: Path) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        with opened(browser, pages["troubled"], color_scheme=scheme) as view:
            view.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            view.screenshot(path=output / f"troubled-{scheme}.png", full_page=True)
            seen[scheme] = view.evaluate("getComputedStyle(document.body).backgroundColor")
            worst = view.evaluate(CONTRAST)
            assert {name for name, ratio in worst.items() if ratio < 4.5} == set(), worst
    assert seen["light"] == "rgb(255, 255, 255)"
    assert max(int(part) for part in seen["dark"][4:-1].split(",")) < 60


def test_hostile_text_does_not_run_and_neither_does_anything_else(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["troubled"]) as view:
        view.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert view.title().startswith("HOLD quay-crane")
        assert view.locator("script, img, iframe, object, embed, link, form").count() == 0
        assert "<script>document.title='owned'</script>" in view.locator(".plan").first.inner_text()
    context = browser.new_context()
    view = context.new_page()
    view.goto(pages["troubled"].as_uri())
    view.evaluate("""() => { const one = document.createElement('script'); one.textContent = "document.title = 'owned'";
                  document.head.append(one); }""")
    assert view.title().startswith("HOLD"), "the page's own policy must forbid scripts"
    context.close()


def test_print_shows_what_holds_without_a_click(browser: Any, pages: dict[str, Path], output: Path) -> None:
    with opened(browser, pages["troubled"], color_scheme="dark") as view:
        view.emulate_media(media="print", color_scheme="dark")
        assert view.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert view.locator("#item-Q-2 .next").is_visible()
        assert not view.locator("#item-Q-1 .id").is_visible()
        paper = view.pdf(path=output / "troubled.pdf", format="A4", print_background=True)
        assert paper.startswith(b"%PDF")


def test_a_picture_shows_the_gates_in_the_order_in_which_they_open(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["troubled"]) as view:
        x = {name: view.locator(f".map a[href='#gate-{name}'] rect.gate").bounding_box()["x"]
             for name in ("gate-a", "gate-b", "phase-2", "gate-c", "phase-3")}  # fmt: skip
        assert x["gate-a"] == x["gate-b"] < x["phase-2"] < x["gate-c"] < x["phase-3"]
        for box in view.locator(".map a").all():
            name, edge = box.locator("text.name").bounding_box(), box.locator("path.sign").bounding_box()
            assert name["x"] + name["width"] <= edge["x"], "a title runs into its sign"


def test_headings_form_an_outline_and_regions_have_names(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["troubled"]) as view:
        levels = view.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])")
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
        named = "[...document.querySelectorAll('section, [role=region], :not(a) > svg')].every(e => e.ariaLabel || "
        assert view.evaluate(named + "e.getAttribute('aria-labelledby') || e.querySelector('h2'))")
        assert view.evaluate("document.documentElement.lang") == "en"


def test_a_thousand_items_open_and_the_last_one_unfolds(browser: Any, pages: dict[str, Path]) -> None:
    with opened(browser, pages["large"]) as view:
        assert view.locator("details.i").count() == 1000
        last = view.locator("details.i").last
        last.locator("summary").click()
        assert last.locator(".d").is_visible()
