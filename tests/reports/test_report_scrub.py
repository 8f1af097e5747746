"""What a report may not say, and what it may."""

from __future__ import annotations

from pathlib import Path

import pytest

from phaseproof.reports.scrub import Scrubber

SCRUBBER = Scrubber([(Path("/srv/build/shop"), "."), (Path("/srv/build"), "B")], hosts=["crane7.port.example"])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("in /srv/build/shop/src/a.py", "in ./src/a.py"),
        ("open /home/olga/.ssh/id", "open ~/.ssh/id"),
        ("open /Users/olga/x and C:\\Users\\olga\\x", "open ~/x and ~\\x"),
        ("at /root/.config and /rooted", "at ~/.config and /rooted"),
        ("on crane7: ok, on crane7.port.example too, crane77 not", "on [host]: ok, on [host] too, crane77 not"),
        ("token=abcdef123", "token=[hidden]"),
        ('"api_key": "abcdef123"', '"api_key": [hidden]'),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer [hidden]"),
        ("https://olga:swordfish@port.example/x", "https://[hidden]@port.example/x"),
        ("key ghp_0123456789abcdefghij done", "key [hidden] done"),
        ("AKIAABCDEFGHIJKLMNOP", "[hidden]"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x\x07", "red x\\u{7}"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\ndef\n-----END OPENSSH PRIVATE KEY-----\nend", "[hidden]\nend"),
        ("-----BEGIN PRIVATE KEY-----\nabc", "[hidden]"),
        ("12 passed in 0.41s, 3 tokens left: fine", "12 passed in 0.41s, 3 tokens left: fine"),
        ("sha256:" + "ab" * 32, "sha256:" + "ab" * 32),
    ],
)  # fmt: skip
def test_it_takes_out_what_is_nobodys_business_and_leaves_the_rest(said: str, shown: str) -> None:
    assert SCRUBBER.clean(said) == shown


def test_a_machine_without_a_name_hides_nothing() -> None:
    assert Scrubber(hosts=["", "localhost"]).clean("localhost and nothing") == "localhost and nothing"


def test_hostile_output_takes_no_time() -> None:
    for text in ("-----BEGIN A PRIVATE KEY-----" * 500, "eyJ" * 4000, "token" * 4000, "a://" * 4000, "\x1b[" * 4000):
        assert SCRUBBER.clean(text) is not None
