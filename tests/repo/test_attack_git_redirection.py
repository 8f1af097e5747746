"""Attacks on what git says: replaced, grafted, altered, missing objects; programs named in the repository."""

from __future__ import annotations

import os
import subprocess
import zlib

import pytest

from phaseproof.errors import Unable, Untrue
from phaseproof.repo.git import Repository
from support.repository import make_repository


@pytest.fixture
def repo(tmp_path):
    return make_repository(tmp_path / "r", {"test.py": "assert False\n", "src.py": "x = 1\n"})


def test_a_replace_ref_does_not_change_a_commits_content(repo):
    honest, easy = repo.git("rev-parse", "HEAD:test.py"), repo.blob(b"assert True\n")
    repo.git("replace", honest, easy)
    assert repo.git("cat-file", "-p", honest) == "assert True"  # git itself is deceived
    assert repo.open().read(honest) == b"assert False\n"
    other = repo.git("commit-tree", repo.git("mktree", data=b""), "-m", "empty")
    repo.git("replace", repo.head, other)
    assert "test.py" in repo.open().tree(repo.head).blobs


def test_grafts_do_not_change_ancestry(repo):
    stranger = repo.git("commit-tree", repo.git("mktree", data=b""), "-m", "stranger")
    child = repo.commit({"src.py": "x = 2\n"})
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/grafts").write_text(f"{child} {stranger}\n")
    assert not repo.open().is_ancestor(stranger, child)
    assert repo.open().is_ancestor(repo.commits[0], child)


def test_a_blob_altered_under_its_name_is_refused(repo):
    oid = repo.git("rev-parse", "HEAD:test.py")
    path = repo.root / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 13\0assert True \n"))
    assert repo.git("cat-file", "-p", oid) == "assert True"
    with pytest.raises(Untrue) as error:
        repo.open().read(oid)
    assert error.value.rule == "object-altered"
    with repo.open().objects() as objects, pytest.raises(Untrue):
        objects.copy(oid, lambda piece: None, 1000)


def test_a_tree_altered_under_its_name_is_refused(repo):
    tree = repo.git("rev-parse", "HEAD^{tree}")
    path = repo.root / ".git/objects" / tree[:2] / tree[2:]
    raw = b"100644 test.py\0" + bytes.fromhex(repo.blob(b"assert True\n"))
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"tree %d\0" % len(raw) + raw))
    with pytest.raises(Untrue) as error:
        repo.open().tree(repo.head)
    assert error.value.rule == "object-altered"


def test_a_missing_object_of_a_partial_clone_is_not_fetched(repo, tmp_path):
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    subprocess.run(
        ["git", "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.root}", clone], check=True
    )
    opened = Repository.find(clone)
    blob = opened.tree(repo.head).blobs["test.py"]
    with pytest.raises(Unable) as error:
        opened.read(blob.oid)
    assert error.value.rule == "object-missing"


def test_no_program_named_in_the_repository_is_run(repo, tmp_path):
    mark = tmp_path / "ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    script.chmod(0o755)
    for key in ("filter.f.clean", "filter.f.smudge", "filter.f.process", "core.fsmonitor", "core.pager", "gpg.program",
                "diff.external", "core.sshCommand", "core.alternateRefsCommand", "filter.w x.clean"):  # fmt: skip
        repo.git("config", key, str(script))
    repo.git("config", "filter.f.required", "true")
    repo.git("config", "log.showSignature", "true")
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/attributes").write_text("* filter=f\n")
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"):
        path = repo.root / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(script.read_bytes())
        path.chmod(0o755)
    os.utime(repo.root / "src.py", (1, 1))
    (repo.root / "test.py").write_text("assert True  \n")
    opened = repo.open()
    assert "test.py" in opened.dirty(untracked=True)
    opened.working_files(), opened.tree(repo.head), opened.committed("src.py", repo.head), opened.root_commits()
    opened.is_ancestor(repo.head, repo.head), opened.ref("main"), opened.head_ref()
    assert not mark.exists()
