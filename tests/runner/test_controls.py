"""Controls: what they change, what they may not, and what they show of a check that cannot fail."""

from __future__ import annotations

import os

import pytest

from phaseproof.bundle.model import ControlSpec
from phaseproof.checks.kind import Control, Outcome, Plant, Result
from phaseproof.errors import Unable
from phaseproof.runner.controls import cases
from support.repository import make_repository
from support.running import both, ground, said

PATCH = """--- a/src/a.py
+++ b/src/a.py
@@ -1 +1 @@
-x = 1
+x = 2
"""
FILES = {
    "src/a.py": "x = 1\n",
    "src/deep/b.py": "y = 1\n",
    "tests/check.sh": "#!/bin/sh\ngrep -q 'x = 1' src/a.py && test -f src/deep/b.py && test \"$MODE\" != broken\n",
    "controls/slow.patch": PATCH,
    "controls/new.patch": "--- /dev/null\n+++ b/src/new.py\n@@ -0,0 +1 @@\n+z = 1\n",
    "controls/tests.patch": "--- a/tests/check.sh\n+++ b/tests/check.sh\n@@ -1 +1 @@\n-#!/bin/sh\n+#!/bin/false\n",
    "controls/plant.patch": "--- /dev/null\n+++ b/conftest.py\n@@ -0,0 +1 @@\n+raise SystemExit\n",
    "controls/out.patch": "--- /dev/null\n+++ b/../../out.py\n@@ -0,0 +1 @@\n+z = 1\n",
    "controls/stale.patch": PATCH.replace("x = 1", "x = 7"),
    "controls/rename.patch": "diff --git a/src/a.py b/src/c.py\nsimilarity index 100%\nrename from src/a.py\n"
    "rename to src/c.py\n",
    "controls/empty.patch": "nothing\n",
}
ROLES = {"subject": ("src/**",), "instrument": ("tests/**",)}


@pytest.fixture(params=both())
def place(request, tmp_path):
    repo = make_repository(tmp_path / "repo", FILES)
    with ground(repo, tmp_path, sandboxed=request.param) as made:
        yield made


def control(place, *specs, run=("sh", "tests/check.sh")):
    job = place.job(run, controls=specs, **ROLES)
    assert place.run(job).result.outcome is Outcome.POSITIVE
    case = cases(job, place.site)[-1]
    return place.run(job, case)


def test_the_automatic_control_empties_the_subject(place):
    job = place.job(("sh", "tests/check.sh"), **ROLES)
    (case,) = cases(job, place.site)
    ran = place.run(job, case)
    assert ran.result.outcome is Outcome.NEGATIVE
    assert (ran.control, ran.control_digest) == (case.name, case.digest)
    shown = place.job("wc -c src/a.py src/deep/b.py tests/check.sh", shell=True, **ROLES)
    (case,) = cases(shown, place.site)
    assert said(place.run(shown, case)).split()[:4] == ["0", "src/a.py", "0", "src/deep/b.py"]


def test_a_hollow_check_still_passes(place):
    job = place.job("true", **ROLES)
    assert place.run(job, cases(job, place.site)[0]).result.outcome is Outcome.POSITIVE


@pytest.mark.parametrize(
    "spec",
    [
        ControlSpec(patch="controls/slow.patch"),
        ControlSpec(remove=("src/deep/*",)),
        ControlSpec(command="sed -i s/1/3/ src/a.py"),
        ControlSpec(environment={"MODE": "broken"}),
    ],
)
def test_declared_controls_make_it_fail(place, spec):
    ran = control(place, spec)
    assert ran.result.outcome is Outcome.NEGATIVE, ran
    assert ran.control_digest.startswith("sha256:")


def test_a_patch_may_add_a_subject_file(place):
    ran = control(place, ControlSpec(patch="controls/new.patch"))
    assert ran.result.outcome is Outcome.POSITIVE  # it applied, and the check does not see it


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (ControlSpec(patch="controls/tests.patch"), "control-touches-instrument"),
        (ControlSpec(patch="controls/plant.patch"), "control-touches-instrument"),
        (ControlSpec(command="sed -i 1d tests/check.sh"), "control-touches-instrument"),
        (ControlSpec(command="rm tests/check.sh"), "control-touches-instrument"),
        (ControlSpec(command="ln -sf /bin/false tests/check.sh"), "control-touches-instrument"),
        (ControlSpec(command="touch tests/conftest.py"), "control-touches-instrument"),
        (ControlSpec(command="cp tests/check.sh sitecustomize.py"), "control-touches-instrument"),
        (ControlSpec(patch="controls/stale.patch"), "patch-invalid"),
        (ControlSpec(patch="controls/rename.patch"), "patch-invalid"),
        (ControlSpec(patch="controls/empty.patch"), "patch-invalid"),
        (ControlSpec(command="false"), "control-failed"),
        (ControlSpec(command="no-such-program"), "control-failed"),
        (ControlSpec(environment={"PHASEPROOF_OUT": "/"}), "control-failed"),
    ],
)
def test_attack_a_control_that_breaks_the_judge_instead_of_the_judged(place, spec, reason):
    ran = control(place, spec)
    assert (ran.result.outcome, ran.result.reason) == (Outcome.INCONCLUSIVE, reason)


def test_attack_a_patch_out_of_the_checkout(place):
    ran = control(place, ControlSpec(patch="controls/out.patch"))
    assert ran.result.outcome is Outcome.INCONCLUSIVE
    assert "out.py" not in {name for _, _, names in os.walk(place.repo.root.parent) for name in names}


class Planter:
    name = "own"
    options = None
    selections = ()
    absent = True

    def __init__(self, path, data=b"planted"):
        self.plant = Plant(path, data)

    def run(self, options, bench, selections):
        seen = (bench.root / "src/deep").exists() and not (bench.root / "src/violation").exists()
        return Result(Outcome.POSITIVE if seen else Outcome.NEGATIVE, cases=1)

    def controls(self, options, subject, read):
        assert read("src/a.py") == b"x = 1\n"
        return (Control("violation planted", (self.plant,)),)


def test_a_kind_plants_what_it_must_not_find(place):
    job = place.job(kind_of=Planter("src/violation"), **ROLES)
    assert place.run(job).result.outcome is Outcome.POSITIVE
    assert place.run(job, cases(job, place.site)[0]).result.outcome is Outcome.NEGATIVE


@pytest.mark.parametrize(
    ("path", "reason"),
    [("../escape", "path-unsafe"), ("/etc/x", "path-unsafe"), (".git/config", "path-unsafe"),
     ("tests/check.sh", "control-touches-instrument"), ("elsewhere", "control-touches-instrument")],
)  # fmt: skip
def test_attack_a_kind_that_plants_elsewhere(place, path, reason):
    job = place.job(kind_of=Planter(path), **ROLES)
    assert place.run(job, cases(job, place.site)[0]).result.reason == reason


def test_digests_name_what_is_changed(place):
    def digests(*specs):
        return [case.digest for case in cases(place.job("true", controls=specs, **ROLES), place.site)]

    slow, new = ControlSpec(patch="controls/slow.patch"), ControlSpec(patch="controls/new.patch")
    assert digests(slow) == digests(slow)
    assert len(set(digests(slow, new))) == 3
    with pytest.raises(Unable) as error:
        cases(place.job("true", controls=(ControlSpec(name="x", remove=("src/*",)), ControlSpec(name="x")), **ROLES),
              place.site)  # fmt: skip
    assert error.value.rule == "control-ambiguous"


def test_controls_do_not_run_in_the_working_tree(place):
    job = place.job("true", isolated=False, **ROLES)
    ran = place.run(job, cases(job, place.site)[0])
    assert ran.result.reason == "control-not-isolated"
    assert (place.repo.root / "src/a.py").read_text() == "x = 1\n"
