"""What a repository answers, and how each question it cannot answer is refused."""

from __future__ import annotations

import hashlib
import os
import subprocess

import pytest

from phaseproof.errors import Unable, Untrue
from phaseproof.repo.git import Repository
from support.repository import START, make_repository


def rule(error: pytest.ExceptionInfo[Unable]) -> str:
    return error.value.rule


@pytest.fixture
def repo(tmp_path):
    return make_repository(tmp_path / "r", {"a.txt": "one\n", "dir/b c.txt": "two\n", "dir/run.sh": "#!/bin/sh\n"})


def test_the_tree_is_what_git_lists(repo):
    (repo.root / "dir/run.sh").chmod(0o755)
    (repo.root / "link").symlink_to("a.txt")
    odd = os.fsdecode(b"caf\xe9.txt")
    (repo.root / odd).write_bytes(b"latin")
    commit = repo.commit()
    tree = repo.open().tree(commit)
    listed = repo.git("ls-tree", "-r", "-z", "--full-tree", commit).rstrip("\0").split("\0")
    expected = {}
    for line in listed:
        meta, path = line.split("\t")
        mode, _, oid = meta.split()
        expected[path] = (mode, oid)
    assert {path: (blob.mode, blob.oid) for path, blob in tree.blobs.items()} == expected
    assert list(tree.blobs) == sorted(tree.blobs)
    assert odd in tree.blobs
    assert tree.blobs["link"].is_link
    assert tree.id == repo.git("rev-parse", "HEAD^{tree}")


def test_found_from_below_and_not_found_outside(repo, tmp_path):
    assert Repository.find(repo.root / "dir" / "b c.txt").root == repo.root
    (tmp_path / "plain").mkdir()
    with pytest.raises(Unable) as error:
        Repository.find(tmp_path / "plain")
    assert rule(error) == "not-a-repository"
    with pytest.raises(Unable) as error:
        Repository.find(repo.root / ".git")
    assert rule(error) == "no-work-tree"


def test_an_inherited_git_dir_is_not_followed(repo, tmp_path, monkeypatch):
    other = make_repository(tmp_path / "other", {"x": "x"})
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.root / ".git/objects"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.root / ".git/index"))
    assert repo.open().resolve() == repo.head


def test_revisions_that_name_no_commit(repo):
    opened = repo.open()
    for odd in ("nope", "-x", "--upload-pack=touch x", "HEAD:a.txt", "", "a\nb", "a\0b", "HEAD~9", "--all", "0" * 40):
        with pytest.raises(Unable) as error:
            opened.resolve(odd)
        assert rule(error) == "revision-unknown", odd


def test_a_branch_that_looks_like_an_option_resolves_as_a_branch(repo):
    repo.git("update-ref", "refs/heads/-x", repo.head)
    assert repo.open().ref("-x") == repo.head
    assert repo.open().resolve("refs/heads/-x") == repo.head


def test_a_tag_named_like_the_branch_does_not_stand_for_it(repo):
    repo.git("tag", "main", repo.head)
    repo.commit({"a.txt": "changed"})
    opened = repo.open()
    with pytest.raises(Unable) as error:
        opened.ref("main")
    assert rule(error) == "ref-ambiguous"
    with pytest.raises(Unable) as error:
        opened.resolve("main")
    assert rule(error) == "revision-ambiguous"
    assert opened.ref("refs/heads/main") == repo.head


def test_refs(repo):
    opened = repo.open()
    repo.git("tag", "-a", "-m", "v1", "v1")
    assert opened.ref("v1") == repo.head
    assert opened.ref("nothing") is None
    assert opened.head_ref() == "refs/heads/main"
    for odd in ("", "a b", "a..b", "x^", "refs/heads/*", "a\nb", "a@{1}"):
        with pytest.raises(Unable):
            opened.ref(odd)
    repo.git("update-ref", "refs/remotes/origin/far", repo.head)
    assert opened.ref("far") == repo.head
    repo.git("checkout", "-q", "--detach")
    assert opened.head_ref() is None


def test_ancestry_and_its_limits(repo, tmp_path):
    first = repo.head
    second = repo.commit({"a.txt": "2"})
    opened = repo.open()
    assert opened.is_ancestor(first, second)
    assert not opened.is_ancestor(second, first)
    assert opened.root_commits() == (first,)
    assert opened.committed("a.txt", second) == START + 60
    assert opened.committed("dir/run.sh", second) == START
    assert opened.committed("absent", second) is None
    assert opened.committed(":(glob)**", second) is None
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repo.root}", tmp_path / "shallow"], check=True)
    shallow = Repository.find(tmp_path / "shallow")
    assert shallow.shallow
    assert shallow.root_commits() == ()
    assert shallow.committed("dir/run.sh", second) is None
    repo.commit({"a.txt": "3"})
    subprocess.run(["git", "-C", tmp_path / "shallow", "fetch", "-q", "--depth=1", "origin"], check=True)
    with pytest.raises(Unable) as error:
        Repository.find(tmp_path / "shallow").is_ancestor(second, repo.head)
    assert rule(error) == "history-shallow"


def test_dirty_and_working_files(repo):
    opened = repo.open()
    assert opened.dirty() == ()
    repo.write({"a.txt": "changed", "new file": "x", ".gitignore": "*.log\n", "x.log": "x", "dir/run.sh": None})
    assert opened.dirty() == ("a.txt", "dir/run.sh")
    assert opened.dirty(untracked=True) == (".gitignore", "a.txt", "dir/run.sh", "new file")
    assert opened.working_files() == (".gitignore", "a.txt", "dir/b c.txt", "dir/run.sh", "new file")


def test_many_objects_in_order_and_large_ones_refused(repo):
    blobs = [repo.blob(b"%d" % n * 50) for n in range(40)]
    opened = repo.open()
    wanted = [*blobs, *reversed(blobs)] * 10
    assert [oid for oid, _ in opened.read_many(wanted)] == wanted
    assert opened.read(blobs[7]) == b"7" * 50
    with pytest.raises(Unable) as error:
        opened.read(blobs[7], limit=49)
    assert rule(error) == "object-too-large"
    with pytest.raises(Unable) as error:
        opened.read("ab" * 20)
    assert rule(error) == "object-missing"


def test_an_object_is_streamed_in_pieces(repo):
    data = os.urandom(1_000_000)
    oid = repo.blob(data)
    pieces: list[bytes] = []
    with repo.open().objects() as objects:
        assert objects.copy(oid, pieces.append, 2_000_000) == len(data)
        assert b"".join(pieces) == data
        assert len(pieces) > 1
        with pytest.raises(Unable):
            objects.copy(oid, pieces.append, 999_999)


def test_trees_that_git_itself_would_not_write_are_refused(repo):
    blob = repo.blob(b"x")
    twice = repo.commit_tree([("100644", b"a", blob), ("100755", b"a", blob)])
    slash = repo.commit_tree([("100644", b"a/b", blob)])
    for commit in (twice, slash):
        with pytest.raises(Untrue) as error:
            repo.open().tree(commit)
        assert error.value.rule == "object-malformed"


def test_sha256_repositories(tmp_path):
    (tmp_path / "r").mkdir()
    repo = make_repository(tmp_path / "s")
    subprocess.run(["rm", "-rf", repo.root / ".git"], check=True)
    repo.git("init", "-q", "-b", "main", "--object-format=sha256", ".")
    commit = repo.commit({"a/b": "x"})
    opened = repo.open()
    assert opened.object_format == "sha256"
    blob = opened.tree(commit).blobs["a/b"]
    assert blob.oid == hashlib.sha256(b"blob 1\0x").hexdigest()
    assert opened.read(blob.oid) == b"x"


def test_a_linked_working_tree_shares_the_common_folder(repo, tmp_path):
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = Repository.find(tmp_path / "linked")
    assert linked.common_dir == repo.root / ".git"
    assert linked.root == tmp_path / "linked"
    assert linked.tree(linked.resolve()).blobs.keys() == repo.open().tree(repo.head).blobs.keys()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to somebody else")
def test_a_repository_of_another_user_needs_the_users_own_trust(repo, tmp_path, monkeypatch):
    subprocess.run(["chown", "-R", "65534", repo.root], check=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SUDO_UID", raising=False)
    (tmp_path / "home").mkdir()
    with pytest.raises(Unable) as error:
        Repository.find(repo.root)
    assert rule(error) == "dubious-ownership"
    (tmp_path / "home/.gitconfig").write_text(f'[safe]\n\tdirectory = "{repo.root}"\n')
    assert Repository.find(repo.root).resolve() == repo.head
