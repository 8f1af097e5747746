"""Attacks through names and links: out of the checkout, out of the out folder, onto other files."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.checks.kind import Outcome, Result
from phaseproof.errors import PhaseproofError, Unable
from phaseproof.repo.blobs import Blobs
from phaseproof.runner import checkout, outputs
from support.repository import make_repository
from support.running import both, ground


@pytest.fixture
def repo(tmp_path):
    return make_repository(tmp_path / "repo", {"a/b/c.txt": "c", "d.txt": "d"})


def written(repo, commit, tmp_path, name="w"):
    opened = repo.open()
    tree = opened.tree(commit)
    folder = tmp_path / name
    folder.mkdir()
    blobs = Blobs(opened)
    try:
        checkout.write(tree, list(tree.blobs), folder, blobs.read_many)
    finally:
        blobs.close()
    return folder


@pytest.mark.parametrize(
    "links",
    [
        {"x": "/etc/passwd"},
        {"x": "../outside"},
        {"a/x": "../../outside"},
        {"a/b/e": "..", "a/b/y": "e/../../outside"},  # lexically within, physically not
        {"x": "y", "y": "x/../.."},
        {"x": "a/b/../../../d"},
        {"x": "./.././"},
        {"loop": "loop"},
    ],
)
def test_a_link_out_of_the_checkout_is_refused(repo, tmp_path, links):
    for name, target in links.items():
        (repo.root / name).symlink_to(target)
    with pytest.raises(Unable) as error:
        written(repo, repo.commit(), tmp_path)
    assert error.value.rule == "link-escapes"


def test_links_within_are_kept(repo, tmp_path):
    for name, target in {"x": "a/b", "a/y": "../d.txt", "z": "x/c.txt", "gone": "a/none", "here": "."}.items():
        (repo.root / name).symlink_to(target)
    folder = written(repo, repo.commit(), tmp_path)
    assert (folder / "z").read_text() == "c"
    assert (folder / "a/y").read_text() == "d"
    assert os.readlink(folder / "gone") == "a/none"


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["l", "m", "p/l", "p/m", "p/q/l", "p/q/m"]),
        st.lists(st.sampled_from(["..", ".", "l", "m", "p", "q"]), min_size=1, max_size=6).map("/".join),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_no_set_of_links_that_is_let_through_leads_out(tmp_path_factory, links):
    root = tmp_path_factory.mktemp("links")
    inside = root / "in"
    (inside / "p/q").mkdir(parents=True)
    try:
        for path, target in links.items():
            checkout.escapes(path, target, links)
    except Unable:
        return
    for path, target in links.items():
        (inside / path).symlink_to(target)
    for path in links:
        real = os.path.realpath(inside / path)
        assert real == str(inside) or real.startswith(f"{inside}/"), (path, links, real)


@pytest.mark.parametrize("name", [b"..", b".", b".git", b".GIT", b".Git ", b".g\xe2\x80\x8cit", b"git~1", b".git."])
def test_a_name_that_no_checkout_may_hold_is_refused(repo, tmp_path, name):
    blob = repo.blob(b"x")
    inner = repo.git("mktree", data=f"100644 blob {blob}\thooks\n".encode())
    for entry in (("100644", name, blob), ("40000", name, inner)):
        commit = repo.commit_tree([entry])
        with pytest.raises(PhaseproofError) as error:
            written(repo, commit, tmp_path, f"w{entry[0]}")
        assert error.value.rule == "path-unsafe"
    assert not (tmp_path / "hooks").exists()


def test_a_link_and_a_folder_of_one_name_cannot_redirect_a_write(repo, tmp_path):
    target = repo.blob(str(tmp_path).encode())
    blob = repo.blob(b"planted")
    inner = repo.git("mktree", data=f"100644 blob {blob}\tplanted\n".encode())
    commit = repo.commit_tree([("120000", b"a", repo.blob(b"d")), ("40000", b"a", inner)])
    with pytest.raises(PhaseproofError):
        written(repo, commit, tmp_path)
    commit = repo.commit_tree([("120000", b"a", target), ("40000", b"a", inner)])
    with pytest.raises(PhaseproofError):
        written(repo, commit, tmp_path, "w2")
    assert not (tmp_path / "planted").exists()


def test_names_that_are_not_utf8_survive(repo, tmp_path):
    odd = os.fsdecode(b'caf\xe9 \n\t"x')
    commit = repo.commit({odd: "x"})
    assert (written(repo, commit, tmp_path) / odd).read_text() == "x"


class Reader:
    name = "own"
    options = None
    selections = ()
    absent = False

    def run(self, options, bench, selections):
        bench.execute(["sh", "-c", self.line])
        return Result(Outcome.POSITIVE, cases=1, outputs={"x": bench.out / self.path})

    def controls(self, options, subject, read):
        return ()


@pytest.mark.parametrize("sandboxed", both())
@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("ln -s /etc/passwd $PHASEPROOF_OUT/x", "x"),
        ("ln -s /etc $PHASEPROOF_OUT/x", "x/passwd"),
        ("mkfifo $PHASEPROOF_OUT/x", "x"),
        ("mkdir $PHASEPROOF_OUT/x", "x"),
        ("true", "../work/d.txt"),
        ("true", "/etc/passwd"),
    ],
)
def test_an_output_that_is_no_plain_file_of_the_out_folder(repo, tmp_path, line, path, sandboxed):
    reader = Reader()
    reader.line, reader.path = line, path
    with ground(repo, tmp_path, sandboxed=sandboxed) as place:
        ran = place.run(place.job(kind_of=reader))
    assert (ran.result.outcome, ran.result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")
    assert ran.outputs == {}


def test_an_output_that_is_too_large(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    assert outputs.read(tmp_path, tmp_path / "x", 5) == b"12345"
    with pytest.raises(Unable):
        outputs.read(tmp_path, tmp_path / "x", 4)


def test_attack_filters_and_attributes_are_not_applied(repo, tmp_path):
    mark = tmp_path / "ran"
    raw = "$Id$ line\r\nline\n"
    attributes = "*.txt filter=evil ident text eol=crlf working-tree-encoding=UTF-16 export-subst\n"
    commit = repo.commit_tree(
        [("100644", b".gitattributes", repo.blob(attributes.encode())), ("100644", b"g.txt", repo.blob(raw.encode()))]
    )
    for name in ("smudge", "clean", "process"):
        repo.git("config", f"filter.evil.{name}", f"touch {mark}; cat")
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/attributes").write_text(attributes)
    assert (written(repo, commit, tmp_path) / "g.txt").read_bytes() == raw.encode()
    assert not mark.exists()
