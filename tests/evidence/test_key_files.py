"""Key files: whose they are, who may read them, and what stands where a key should."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from phaseproof.bundle.keys import public_bytes
from phaseproof.errors import PhaseproofError, Refused, Unable
from phaseproof.evidence import keys
from phaseproof.evidence.keys import KeyInfo, create, generate, home, is_encrypted, listing, load, public_of, uri

SECRET = "correct horse battery"


def asked(answer: str = SECRET) -> keys.Passphrase:
    return lambda name: answer


def nobody(name: str) -> str:
    raise AssertionError(f"asked for the passphrase of {name}")


def refusal(folder: Path, name: str = "local", passphrase: keys.Passphrase = nobody) -> PhaseproofError:
    with pytest.raises(PhaseproofError) as caught:
        load(folder, name, passphrase)
    assert caught.value.way_out
    return caught.value


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    create(tmp_path, "local", None)
    return tmp_path / "keys" / "local.pem"


def test_a_runners_key_comes_back_without_a_passphrase(tmp_path: Path) -> None:
    made = create(tmp_path, "local", None)
    again = load(tmp_path, "local", nobody)
    assert (again.name, again.public) == ("local", made.public)
    assert again.sign(b"x") == made.sign(b"x")


def test_a_personal_key_needs_its_passphrase(tmp_path: Path) -> None:
    made = create(tmp_path, "alice", SECRET)
    data = (tmp_path / "keys" / "alice.pem").read_bytes()
    assert is_encrypted(data)
    assert load(tmp_path, "alice", asked()).public == made.public
    assert refusal(tmp_path, "alice", asked("wrong")).fact.endswith("the passphrase is wrong")
    assert refusal(tmp_path, "alice", asked("\udcff")).rule == "key-unreadable"


def test_files_and_folders_are_the_owners_alone(tmp_path: Path) -> None:
    create(tmp_path / "home", "local", None)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "home").rglob("*")}
    assert modes == {"keys": 0o700, "local.pem": 0o600, "local.pub": 0o600}
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_key_is_never_overwritten(tmp_path: Path, pem: Path) -> None:
    before = pem.read_bytes()
    with pytest.raises(Refused) as caught:
        create(tmp_path, "local", None)
    assert caught.value.rule == "key-exists"
    assert pem.read_bytes() == before


@pytest.mark.parametrize("left", ["local.pem", "local.pub"])
def test_half_a_key_of_that_name_is_left_alone_and_nothing_is_added(tmp_path: Path, pem: Path, left: str) -> None:
    for path in pem.parent.iterdir():
        if path.name != left:
            path.unlink()
    with pytest.raises(Refused):
        create(tmp_path, "local", None)
    assert [path.name for path in pem.parent.iterdir()] == [left]


def test_a_full_disk_leaves_no_half_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def fails(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(Unable) as caught:
        create(tmp_path, "local", None)
    assert caught.value.rule == "key-unwritable"
    assert list((tmp_path / "keys").iterdir()) == []


@pytest.mark.parametrize("name", ["", "Local", "../local", "a/b", ".hidden", "a\n", "a" * 65, "ä"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(Unable, match="no key name"):
        create(tmp_path, name, None)
    assert refusal(tmp_path, name).rule == "key-name"


@pytest.mark.parametrize("passphrase", ["", "short", "eleven char"])
def test_a_short_passphrase_is_refused(tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(Refused):
        create(tmp_path, "alice", passphrase)
    assert not (tmp_path / "keys").exists()


def test_a_missing_key_names_the_command_that_makes_one(tmp_path: Path) -> None:
    missing = refusal(tmp_path)
    assert (missing.rule, missing.way_out) == ("key-missing", "phaseproof key new local")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o601])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, pem: Path, mode: int) -> None:
    pem.chmod(mode)
    assert refusal(tmp_path).rule == "key-exposed"


def test_a_link_is_refused(tmp_path: Path, pem: Path) -> None:
    pem.rename(tmp_path / "elsewhere.pem")
    pem.symlink_to(tmp_path / "elsewhere.pem")
    assert "symbolic link" in refusal(tmp_path).fact


def test_a_fifo_is_refused_and_not_waited_for(tmp_path: Path, pem: Path) -> None:
    pem.unlink()
    os.mkfifo(pem, 0o600)
    assert refusal(tmp_path).rule == "key-unreadable"
    assert listing(tmp_path) == (KeyInfo("local", "unreadable", False),)


def test_a_folder_is_refused(tmp_path: Path, pem: Path) -> None:
    pem.unlink()
    pem.mkdir(0o700)
    assert refusal(tmp_path).rule == "key-unreadable"


def test_a_key_of_another_user_is_refused(tmp_path: Path, pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: pem.stat().st_uid + 1)
    assert refusal(tmp_path).rule == "key-exposed"


def test_what_is_opened_is_what_was_looked_at(tmp_path: Path, pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path, "other", None)
    before = load(tmp_path, "local", nobody).public
    real = os.fstat

    def swapped(handle: int) -> os.stat_result:
        os.replace(pem.with_name("other.pem"), pem)
        monkeypatch.setattr(os, "fstat", real)
        return real(handle)

    monkeypatch.setattr(os, "fstat", swapped)
    assert load(tmp_path, "local", nobody).public == before


@pytest.mark.parametrize("data", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_what_is_no_key_is_refused(tmp_path: Path, pem: Path, data: bytes) -> None:
    pem.write_bytes(data)
    assert refusal(tmp_path).rule == "key-unreadable"


def test_a_key_of_another_kind_is_refused(tmp_path: Path, pem: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                      serialization.NoEncryption()))  # fmt: skip
    assert "not an Ed25519 key" in refusal(tmp_path).fact


def test_keys_are_listed_with_what_cannot_be_read(tmp_path: Path, pem: Path) -> None:
    alice = create(tmp_path, "alice", SECRET)
    (pem.parent / "broken.pem").write_bytes(b"x")
    found = listing(tmp_path)
    assert [(info.name, info.encrypted) for info in found] == [("alice", True), ("broken", False), ("local", False)]
    assert found[0].uri == uri(alice.public)
    assert found[1].uri == "unreadable"


def test_public_keys_have_one_spelling_and_are_read_in_one_place() -> None:
    public = generate("x").public
    assert public_of(uri(public)) == public_bytes(uri(public)) == public
    for bad in (uri(public) + "=", uri(public)[:-1], uri(b"\0" * 32), "ed25519:", "rsa:AAAA", ""):
        with pytest.raises(ValueError):
            public_of(bad)


def test_home_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PHASEPROOF_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("PHASEPROOF_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "x"))
    assert home() == tmp_path / "x" / "phaseproof"
