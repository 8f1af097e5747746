"""Which files a check reads, and what their digests stand on."""

from __future__ import annotations

import hashlib
import os

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.bundle.inputs import Inputs, manifest
from phaseproof.bundle.model import Check, ControlSpec, Environment, KindRef
from phaseproof.errors import Usage
from phaseproof.repo.globs import compile_glob
from phaseproof.repo.paths import Paths
from phaseproof.repo.tree import Blob, Tree
from support.repository import make_repository

FILES = {
    "docs/PHASE.md": "plan", "docs/guide.md": "g", "src/a.py": "a", "src/b.py": "b", "tests/test_a.py": "t",
    "controls/slow.patch": "p", "phaseproof.yaml": "y", "uv.lock": "l", ".phaseproof/ledger": "never",
}  # fmt: skip


def check(**fields):
    return Check(name="c", kind=KindRef("command", "phaseproof"), **fields)


def tree_of(files: dict[str, str]) -> Tree:
    return Tree("c" * 40, "t" * 40, {path: Blob("100644", hashlib.sha1(data.encode()).hexdigest())
                                     for path, data in files.items()})  # fmt: skip


def none(oids, limit):
    assert not list(oids)
    return iter(())


PLAIN = Environment()


def inputs(files=FILES, environment=PLAIN, read=none):
    return Inputs(tree_of(files), ["docs/PHASE.md"], environment, read)


def test_without_globs_everything_but_plans_configuration_and_ledger():
    files = inputs().files_of(check(instrument=("tests/**",), controls=(ControlSpec(patch="controls/slow.patch"),)))
    assert files.subject == ("docs/guide.md", "src/a.py", "src/b.py", "uv.lock")
    assert files.instrument == ("tests/test_a.py",)
    assert files.patches == ("controls/slow.patch",)
    assert "controls/slow.patch" not in files.checkout
    assert "controls/slow.patch" in files.all


def test_a_wildcard_leaves_plans_out_and_a_name_takes_them_in():
    assert inputs().files_of(check(subject=("docs/**",))).subject == ("docs/guide.md",)
    assert inputs().files_of(check(subject=("docs",))).subject == ("docs/guide.md",)
    assert inputs().files_of(check(subject=("docs/PHASE.md",))).subject == ("docs/PHASE.md",)


@pytest.mark.parametrize(
    ("fields", "rule", "detail"),
    [
        ({"subject": ("srv/**",)}, "pattern-empty", "srv/**"),
        ({"subject": ("src/**",), "instrument": ("test/**",)}, "pattern-empty", "test/**"),
        ({"subject": ("src/**", "lib/*")}, "pattern-empty", "lib/*"),
        ({"subject": (".phaseproof/**",)}, "pattern-empty", ".phaseproof/**"),
        ({"subject": ("docs/PH*.md",)}, "pattern-empty", "docs/PH*.md"),
        ({"subject": ("src/**",), "instrument": ("src/**",)}, "subject-empty", "c"),
        ({"instrument": ("**",)}, "subject-empty", "c"),
        ({"controls": (ControlSpec(patch="controls/none.patch"),)}, "path-missing", "controls/none.patch"),
        ({"controls": (ControlSpec(remove=("nothing/*",)),)}, "pattern-empty", "nothing/*"),
    ],
)
def test_attack_a_check_over_nothing(fields, rule, detail):
    answer = inputs().of(check(**fields))
    assert (answer.error, answer.detail) == (rule, detail)
    assert answer.inputs == ""


def test_a_pattern_that_cannot_be_used_is_a_mistake_not_an_answer():
    with pytest.raises(Usage):
        inputs().of(check(subject=("!src/**",)))


def test_an_external_check_may_have_no_file():
    assert inputs().of(check(external=True)).error is None


def test_a_submodule_among_the_inputs():
    tree = tree_of(FILES)
    blobs = {**tree.blobs, "vendor/lib": Blob("160000", "d" * 40)}
    made = Inputs(msgspec.structs.replace(tree, blobs=blobs), [], Environment(), none)
    assert made.of(check()).error == "submodule-input"
    assert made.of(check(subject=("src/**",))).error is None


def test_an_lfs_pointer_among_the_inputs(tmp_path):
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 12345\n"
    repo = make_repository(tmp_path, {"model.bin": pointer, "src/a.py": "a", ".gitattributes": "*.bin filter=lfs\n",
                                      "big": "x" * 5000})  # fmt: skip
    opened = repo.open()
    made = Inputs(opened.tree(repo.head), [], Environment(), opened.read_small)
    assert made.of(check()).error == "lfs-pointer"
    assert made.of(check()).detail == "model.bin"
    assert made.of(check(subject=("src/**",))).error is None


def test_what_the_digests_cover():
    environment = Environment(setup="uv sync", setup_inputs=("uv.lock",))
    one = check(subject=("src/**",), instrument=("tests/**",), controls=(ControlSpec(patch="controls/slow.patch"),))
    before = inputs(environment=environment).of(one)
    assert before.files == 5

    def after(path):
        return inputs({**FILES, path: "changed"}, environment).of(one)

    assert after("docs/PHASE.md") == before
    assert after("docs/guide.md") == before
    subject, tests, lock, patch = (after(path) for path in ("src/a.py", "tests/test_a.py", "uv.lock",
                                                            "controls/slow.patch"))  # fmt: skip
    assert subject.subject != before.subject
    assert subject.instrument == before.instrument
    assert tests.instrument != before.instrument
    assert patch.instrument != before.instrument
    assert lock.subject == before.subject
    assert lock.instrument != before.instrument, "what a suite runs on judges with it"
    assert len({before.inputs, subject.inputs, tests.inputs, lock.inputs, patch.inputs}) == 5


def test_attack_two_paths_that_are_not_utf8_cannot_share_a_digest():
    blob = Blob("100644", "a" * 40)
    paths = [os.fsdecode(b"\xe9"), "é", "\\xe9", '{"bytes":"e9"}', os.fsdecode(b"\xe8"), "\ufffd"]
    assert len({manifest(Tree("", "", {path: blob}), [path]) for path in paths}) == len(paths)


@settings(max_examples=200, deadline=None)
@given(
    st.sets(st.text("abc/.", min_size=1, max_size=7), max_size=30),
    st.sampled_from(["a*", "a/*", "**/a", "a/**", "a", "*", "a/b*", "ab/c"]),
)
def test_the_sorted_range_loses_no_path(paths, pattern):
    glob = compile_glob(pattern)
    assert set(Paths(paths).select(glob)) == {path for path in paths if glob.matches(path)}
