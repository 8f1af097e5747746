"""A checkout is used again only if nothing in it was touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phaseproof.checks.kind import Outcome
from phaseproof.runner import checkout, kept
from phaseproof.runner.controls import cases
from support.repository import make_repository
from support.running import both, ground, said


@pytest.fixture(params=both())
def place(request, tmp_path):
    files = {f"d{n % 7}/f{n}.txt": f"{n}\n" for n in range(kept.WORTH + 20)}
    repo = make_repository(tmp_path / "repo", {**files, "run.sh": "#!/bin/sh\n"})
    (repo.root / "run.sh").chmod(0o755)
    (repo.root / "link").symlink_to("run.sh")
    repo.commit()
    with ground(repo, tmp_path, sandboxed=request.param) as made:
        yield made


@pytest.fixture
def written(monkeypatch):
    """How many checkouts were written so far."""
    calls = []
    write = checkout.write
    monkeypatch.setattr(checkout, "write", lambda *given: calls.append(1) or write(*given))
    return lambda: len(calls)


def test_an_untouched_one_is_used_again(place, written):
    for _ in range(4):
        ran = place.shell("cat d0/f0.txt; ls > $TMPDIR/x; ls > $PHASEPROOF_OUT/y; ls $TMPDIR $HOME | wc -l")
        assert ran.result.outcome is Outcome.POSITIVE
    assert said(ran).startswith("0\n"), "the other folders are new each time"
    assert written() == 1


@pytest.mark.parametrize(
    "touch",
    [
        "printf 9 | dd of=d0/f0.txt bs=1 count=1 conv=notrunc status=none",
        "cp -p d0/f0.txt $TMPDIR/k; printf '9\\n' > d0/f0.txt; touch -r $TMPDIR/k d0/f0.txt",
        "touch d1/new.txt",
        "touch new.txt",
        "mkdir d1/new",
        "mkdir new",
        "rm d2/f2.txt",
        "chmod 600 d0/f0.txt",
        "chmod 600 d0/f0.txt; chmod 644 d0/f0.txt",
        "chmod 700 d3",
        "mv d0/f0.txt d0/g; mv d0/g d0/f0.txt",
        "cp d0/f0.txt g; mv g d0/f0.txt",
        "rm link; ln -s d0 link",
        "ln run.sh hard",
        "touch -d @0 d0/f0.txt",
        "touch -d @0 d4",
        "touch -h -d @0 link",
        "mv d5 e5; mkdir d5; mv e5/* d5/; rmdir e5",
    ],
)
def test_attack_a_check_that_leaves_something_for_the_next(place, touch, written):
    place.shell("true")
    ran = place.shell(touch)
    assert ran.result.outcome is Outcome.POSITIVE, said(ran)
    assert written() == 1
    ran = place.shell("cat d0/f0.txt; test -e d2/f2.txt; find . | wc -l; stat -c %a d0/f0.txt d3")
    files = kept.WORTH + 20 + 7 + 3
    assert said(ran) == f"0\n{files}\n644\n755\n"
    assert written() == 2


def test_few_files_and_controls_are_written_again(place, written):
    for _ in range(2):
        place.shell("true", subject=("d0/**",))
    assert written() == 2
    job = place.job("true")
    place.run(job)
    place.run(job, cases(job, place.site)[0])
    assert written() == 4
    assert said(place.shell("cat d0/f0.txt")) == "0\n"
    assert written() == 4


def test_no_more_than_a_few_are_kept(place):
    for n in range(kept.IDLE + 3):
        place.shell("true", subject=("d[0-6]/**", "run.sh"), instrument=(f"d0/f{7 * n}.txt",) if n < 8 else ())
    assert len(place.site.checkouts._idle) <= kept.IDLE


def test_a_clock_that_cannot_tell_is_not_trusted(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("x")
    assert kept.snapshot(tmp_path, ["a"]) is not None
    ahead = os.stat(tmp_path / "a").st_ctime_ns
    monkeypatch.setattr(kept.time, "clock_gettime_ns", lambda clock: ahead)
    assert kept.snapshot(tmp_path, ["a"]) is None
    monkeypatch.setattr(kept, "_COARSE", None)
    assert kept.snapshot(tmp_path, ["a"]) is None


def test_a_folder_that_is_gone_is_touched(tmp_path):
    (tmp_path / "w").mkdir()
    (tmp_path / "w/a").write_text("x")
    seen = kept.snapshot(tmp_path / "w", ["a"])
    assert kept.untouched(tmp_path / "w", seen)
    Path(tmp_path / "w/a").unlink()
    assert not kept.untouched(tmp_path / "w", seen)
