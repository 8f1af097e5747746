"""Attacks on what a check must not see: the runner's key, the ledger, the repository, the home, other processes."""

from __future__ import annotations

import os
import socket
import sys
import textwrap
from pathlib import Path

import pytest

from support.repository import make_repository
from support.running import PYTHON, ground, need_sandbox, said

SECRET = "the runner's private key"


@pytest.fixture
def place(tmp_path, monkeypatch):
    need_sandbox()
    home = tmp_path / "home"
    home.mkdir()
    (home / "runner.key").write_text(SECRET)
    ledger = tmp_path / "ledger"
    ledger.mkdir()
    (ledger / "ledger.db").write_text(SECRET)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PHASEPROOF_PASSPHRASE", SECRET)
    repo = make_repository(tmp_path / "repo", {"a.txt": "a"})
    (repo.root / "untracked.txt").write_text(SECRET)
    with ground(repo, tmp_path, sandboxed=True, hidden=(home, ledger)) as made:
        yield made


def attempt(place, code, **fields):
    """Run Python in the sandbox; the attack prints what it got."""
    ran = place.run((PYTHON, "-c", textwrap.dedent(code)), **fields)
    assert ran.result.reason == "", ran
    return said(ran)


def test_by_path(place, tmp_path):
    paths = [tmp_path / "home/runner.key", tmp_path / "ledger/ledger.db", place.repo.root / "untracked.txt",
             place.repo.root / ".git/HEAD", place.repo.root / ".git/config", place.site.workspace.root,
             tmp_path / "cache"]  # fmt: skip
    code = f"""
    import os
    for path in {[str(path) for path in paths]!r}:
        for form in (path, "/proc/1/root" + path, "/proc/self/root" + path, "/proc/self/cwd/../.." + path):
            print(os.path.lexists(form))
    """
    assert set(attempt(place, code).split()) == {"False"}


def test_by_the_environment_of_other_processes(place):
    code = """
    import os, pathlib
    pids = sorted(int(p) for p in os.listdir("/proc") if p.isdigit())
    print(len(pids))
    for pid in pids:
        try:
            print(pathlib.Path(f"/proc/{pid}/environ").read_bytes())
        except OSError as error:
            print(type(error).__name__)
    """
    out = attempt(place, code)
    assert int(out.split()[0]) <= 3
    assert SECRET not in out
    assert "PASSPHRASE" not in out


def test_by_inherited_descriptors(place, tmp_path):
    key = os.open(tmp_path / "home/runner.key", os.O_RDONLY)
    os.set_inheritable(key, True)
    with ground(place.repo, tmp_path, sandboxed=True) as later:
        code = """
        import os
        for name in os.listdir("/proc/self/fd"):
            try:
                print(name, os.readlink(f"/proc/self/fd/{name}"))
            except OSError:
                pass
        """
        out = attempt(later, code)
    os.close(key)
    assert "runner.key" not in out
    assert {int(line.split()[0]) for line in out.splitlines() if "/proc/" not in line} <= {0, 1, 2}


def test_by_abstract_sockets_and_the_network(place):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0phaseproof-test-agent")
    listener.listen()
    tcp = socket.create_server(("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    code = f"""
    import socket
    for family, address in (socket.AF_UNIX, "\\0phaseproof-test-agent"), (socket.AF_INET, ("127.0.0.1", {port})):
        try:
            socket.socket(family).connect(address)
            print("connected")
        except OSError as error:
            print(type(error).__name__)
    """
    assert attempt(place, code).split() == ["ConnectionRefusedError", "ConnectionRefusedError"]
    assert attempt(place, code, network=True).split()[1] == "connected"
    listener.close()
    tcp.close()


def test_by_ptrace_and_signals(place):
    code = f"""
    import ctypes, os
    for pid in ({os.getpid()}, {os.getppid()}):
        print(ctypes.CDLL(None).ptrace(16, pid, 0, 0))
    for pid in ({os.getpid()}, {os.getppid()}):
        try:
            os.kill(pid, 0)
            print("seen")
        except ProcessLookupError:
            print("-1")
    """
    lines = attempt(place, code).split()
    assert lines == ["-1"] * 4


def test_by_becoming_somebody_else(place):
    code = """
    import os
    print(os.getuid() != 0, os.geteuid() != 0)
    for act in (lambda: os.setuid(0), lambda: os.chroot("/"), lambda: os.mknod("/phaseproof/tmp/d", 0o60600, 0x800)):
        try:
            act()
            print("done")
        except OSError:
            print("refused")
    print(open("/proc/self/status").read())
    """
    out = attempt(place, code)
    assert out.split()[:2] == ["True", "True"]
    assert "done" not in out.split()[2:5]
    for line in out.splitlines():
        if line.startswith(("CapEff", "CapPrm", "CapInh", "CapAmb")):
            assert int(line.split()[1], 16) == 0, line
        if line.startswith("NoNewPrivs"):
            assert line.split()[1] == "1"


@pytest.mark.skipif(os.geteuid() != 0, reason="a real other user needs root")
def test_the_user_is_another_one_for_the_kernel_too(place):
    code = """
    import os
    print(os.getuid(), os.getgid(), os.getgroups(), open("/proc/self/uid_map").read().split())
    """
    assert attempt(place, code) == "64100 64100 [] ['0', '0', '4294967295']\n", "an id that is not a mapped one"


def test_the_system_is_read_only_and_nothing_else_is_there(place):
    code = """
    import os
    print(sorted(os.listdir("/")))
    for path in ("/etc/x", "/usr/x", "/x", "/var/x", "/phaseproof/x", "/dev/x"):
        try:
            open(path, "w")
            print("WRITTEN", path)
        except OSError:
            pass
    for path in ("/tmp/a", "/var/tmp/b", "/phaseproof/tmp/c", "/phaseproof/home/d", "/phaseproof/out/e", "f"):
        open(path, "w").close()
    """
    out = attempt(place, code)
    assert "WRITTEN" not in out
    seen = set(eval(out.splitlines()[0]))
    assert not seen & {"home", "run", "mnt", "media", "srv", "work", "boot", "sys"}
    if "/root" not in sys.base_prefix:
        assert "root" not in seen


def test_ordinary_programs_find_what_they_need(place):
    code = """
    import multiprocessing, os, socket, tempfile
    multiprocessing.Lock()
    multiprocessing.Queue()
    tempfile.mkdtemp()
    server = socket.create_server(("127.0.0.1", 0))
    socket.create_connection(server.getsockname())
    open("/dev/null", "w").write("x")
    print(len(os.urandom(8)), os.path.isdir("/proc/self"))
    """
    assert attempt(place, code) == "8 True\n"


def test_what_is_secret_within_a_listed_folder_is_covered_over(place, tmp_path):
    secret = (Path("/usr/share"), Path("/etc/passwd"))
    assert any(secret[0].iterdir())
    with ground(place.repo, tmp_path, sandboxed=True, hidden=secret) as later:
        code = """
        import os
        print(os.listdir("/usr/share"))
        try:
            print(repr(open("/etc/passwd").read()))
        except PermissionError:
            print(repr(""))
        """
        assert attempt(later, code) == "[]\n''\n"
        assert later.site.separate
    with ground(place.repo, tmp_path, sandboxed=True, hidden=(Path("/"),)) as later:
        assert not later.run("true").separate, "nobody can hide the root"


def test_without_a_sandbox_nobody_says_that_it_is_separate(tmp_path):
    repo = make_repository(tmp_path / "repo", {"a.txt": "a"})
    with ground(repo, tmp_path, sandboxed=False) as place:
        assert not place.run("true").separate
