"""Something else judged than what is there: another commit, another file, another history."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from support.shop import FILES, Shop

BAD = {"parcels/label.py": "def label(parcel):\n    return str(parcel)\n"}


def _git(shop: Shop, *arguments: str) -> str:
    return shop.repo.git(*arguments)


def test_the_working_tree_is_said_and_not_judged(shop: Shop) -> None:
    """Mended there, and broken in the commit."""
    shop.commit(BAD)
    shop.repo.write({"parcels/label.py": FILES["parcels/label.py"]})
    assert shop.gates().code == 1
    assert "not judged" in shop.run("status", "--verify").out


def test_the_index_is_not_judged(shop: Shop) -> None:
    shop.commit(BAD)
    shop.repo.write({"parcels/label.py": FILES["parcels/label.py"]})
    _git(shop, "add", "-A")
    assert shop.gates().code == 1


def test_another_commit_is_named(shop: Shop) -> None:
    good = shop.repo.head
    bad = shop.commit(BAD)
    said = shop.gates("--commit", good)
    assert (said.code, said.json["commit"]) == (0, good)
    assert said.json["commit"] != bad
    assert shop.gates().code == 1


def test_a_tag_that_looks_like_the_commit(shop: Shop) -> None:
    good = shop.repo.head
    shop.commit(BAD)
    _git(shop, "tag", "HEAD", good)
    assert shop.gates().code in (1, 2)
    _git(shop, "tag", "main", good)
    said = shop.gates("--commit", "main")
    assert said.code == 2, said.text
    assert said.json["error"]["rule"] == "revision-ambiguous"


def test_a_replaced_object(shop: Shop) -> None:
    good = shop.repo.head
    bad = shop.commit(BAD)
    _git(shop, "replace", bad, good)
    _git(
        shop,
        "replace",
        _git(shop, "rev-parse", f"{bad}:parcels/label.py"),
        _git(shop, "rev-parse", f"{good}:parcels/label.py"),
    )
    assert shop.gates().code == 1


def test_an_object_under_another_name(shop: Shop) -> None:
    """The bytes of the good file in the object folder, where those of the bad one belong."""
    good = shop.repo.head
    bad = shop.commit(BAD)
    names = [_git(shop, "rev-parse", f"{commit}:parcels/label.py") for commit in (good, bad)]
    folder = shop.repo.root / ".git" / "objects"
    target = folder / names[1][:2] / names[1][2:]
    target.chmod(0o600)
    shutil.copyfile(folder / names[0][:2] / names[0][2:], target)
    said = shop.gates()
    assert said.code != 0, said.text


def test_a_graft(shop: Shop) -> None:
    shop.repo.git("checkout", "-q", "-b", "side")
    shop.replace("phaseproof.yaml", "L-3: {check: discreet}", "L-3: {check: discreet, advisory: true}")
    assert shop.run("migrate", "propose", "--reason", "L-3=why not").code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    side, main = shop.repo.head, _git(shop, "rev-parse", "main")
    grafts = shop.repo.root / ".git" / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    grafts.write_text(f"{main} {side}\n", encoding="ascii")
    said = shop.run("migrate", "activate")
    assert said.code == 1, said.text
    assert "not-protected" in said.text


def test_objects_of_another_repository(shop: Shop) -> None:
    """Alternates lend objects; what they lend is checked against its name like everything else."""
    twin = shop.copy(shop.folder.parent / "twin")
    bad = shop.commit(BAD)
    alternates = shop.repo.root / ".git" / "objects" / "info" / "alternates"
    alternates.write_text(f"{twin.repo.root / '.git' / 'objects'}\n", encoding="utf-8")
    said = shop.gates()
    assert (said.code, said.json["commit"]) == (1, bad)


@pytest.mark.parametrize("variable", ["GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE", "GIT_INDEX_FILE",
                                      "GIT_CONFIG_COUNT", "GIT_NAMESPACE", "GIT_REPLACE_REF_BASE"])  # fmt: skip
def test_gits_own_variables(shop: Shop, variable: str) -> None:
    twin = shop.copy(shop.folder.parent / "twin")
    shop.commit(BAD)
    values = {"GIT_DIR": twin.repo.root / ".git", "GIT_OBJECT_DIRECTORY": twin.repo.root / ".git" / "objects",
              "GIT_WORK_TREE": twin.repo.root, "GIT_INDEX_FILE": twin.repo.root / ".git" / "index",
              "GIT_CONFIG_COUNT": "1", "GIT_NAMESPACE": "x", "GIT_REPLACE_REF_BASE": "refs/heads/"}  # fmt: skip
    more = {"GIT_CONFIG_KEY_0": "core.worktree", "GIT_CONFIG_VALUE_0": str(twin.repo.root)}
    said = shop.gates(env={variable: str(values[variable]), **(more if variable == "GIT_CONFIG_COUNT" else {})})
    assert (said.code, said.json["commit"]) == (1, shop.repo.head)


def test_a_working_tree_that_is_elsewhere(shop: Shop) -> None:
    """`core.worktree` in the repository's own configuration leads to a twin: a ledger that is not the known one."""
    twin = shop.copy(shop.folder.parent / "twin")
    shutil.rmtree(twin.ledger)
    (twin.home / "known-tenants").unlink()
    assert twin.run("install", "--as", "mara", lead=True).code == 0
    shop.commit(BAD)
    _git(shop, "config", "core.worktree", str(twin.repo.root))
    said = shop.gates()
    assert said.code != 0, said.text


def test_another_configuration_file(shop: Shop) -> None:
    text = (shop.repo.root / "phaseproof.yaml").read_text(encoding="utf-8")
    shop.commit({**BAD, "easy.yaml": text.replace("  L-3: {check: discreet}\n", "  L-3: {check: runbook}\n")})
    said = shop.gates("--config", "easy.yaml")
    assert said.code == 1
    assert "bundle-differs" in shop.reasons(said.json)
    assert shop.gates("--config", "no-such.yaml").code == 1


def test_a_configuration_that_is_a_link(shop: Shop) -> None:
    shop.repo.write({"easy.yaml": (shop.repo.root / "phaseproof.yaml").read_bytes(), "phaseproof.yaml": None})
    (shop.repo.root / "phaseproof.yaml").symlink_to("easy.yaml")
    shop.commit({})
    said = shop.gates()
    assert said.code == 1
    assert "bundle-unreadable" in shop.reasons(said.json)


def test_a_detached_head_is_judged_as_it_is(shop: Shop) -> None:
    shop.commit(BAD)
    _git(shop, "checkout", "-q", "--detach")
    assert shop.gates().code == 1


def test_an_unprotected_branch_activates_nothing(shop: Shop) -> None:
    shop.repo.git("checkout", "-q", "-b", "side")
    shop.replace("phaseproof.yaml", "L-3: {check: discreet}", "L-3: {check: discreet, advisory: true}")
    assert shop.run("migrate", "propose", "--reason", "L-3=why not").code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    _git(shop, "tag", "-f", "protected", shop.repo.head)
    assert shop.run("migrate", "activate", "--commit", "side").code == 1
    assert "bundle-differs" in shop.reasons(shop.gates().json)


def test_a_tag_named_like_the_protected_branch(shop: Shop) -> None:
    shop.repo.git("checkout", "-q", "-b", "side")
    shop.replace("phaseproof.yaml", "L-3: {check: discreet}", "L-3: {check: discreet, advisory: true}")
    assert shop.run("migrate", "propose", "--reason", "L-3=why not").code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    _git(shop, "update-ref", "refs/tags/main", shop.repo.head)
    said = shop.run("migrate", "activate")
    assert said.code == 2, said.text
    assert "ref-ambiguous" in said.text


def test_a_clone_without_the_ledger_passes_nothing(shop: Shop) -> None:
    clone = shop.folder / "clone"
    subprocess.run(["git", "clone", "-q", str(shop.repo.root), str(clone)], check=True, capture_output=True)
    said = shop.run("gates", "--format", "json", "-C", str(clone))
    assert said.code == 2
    assert (said.json["verdict"], said.json["error"]["rule"]) == ("HOLD", "no-ledger")
