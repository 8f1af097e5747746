"""Dependencies fetched once and shown read-only to every check.

The set-up sees the files it declares and nothing else, so what it makes can hold none of what is judged. Its result
is kept under a digest of command, files and platform; it stands only while it is complete and unaltered, and as the
runner's key has sealed it: whoever can write to the cache cannot put another result in its place.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import shlex
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from phaseproof.bundle import canonical
from phaseproof.bundle.inputs import manifest
from phaseproof.bundle.model import Environment
from phaseproof.digests import Digest, sha256
from phaseproof.errors import Unable
from phaseproof.repo.tree import Tree
from phaseproof.runner import checkout
from phaseproof.runner import environment as surroundings
from phaseproof.runner.launch import Launcher
from phaseproof.runner.platform import platform
from phaseproof.runner.sandbox import BINS
from phaseproof.runner.stop import Stop
from phaseproof.runner.workspace import Folders, remove

TIMEOUT = 1800.0
"""Seconds that a set-up may take."""
_WAIT = 0.05


class SetupFailed(Unable):
    """The set-up did not leave what checks need; `log` is what it said."""

    def __init__(self, fact: str, log: bytes = b"") -> None:
        super().__init__("setup-failed", fact, "run the set-up command yourself in an empty folder with its inputs")
        self.log = log


class Prepared(Struct, frozen=True):
    """What a set-up left.

    Attributes:
        digest: of command, files and platform.
        folder: where it lies.
        products: its new top-level entries, sorted.
        state: digest over what the file system says of them.
    """

    digest: Digest
    folder: Path
    products: tuple[str, ...]
    state: Digest

    @property
    def altered(self) -> bool:
        """Whether anything of it was written to since."""
        return _state(self.folder, self.products) != self.state

    def shown(self, work: str) -> list[tuple[str, str]]:
        """Path here -> path in the check's view, of each product."""
        return [(str(self.folder / name), f"{work}/{name}") for name in self.products]

    def bins(self, work: str) -> list[str]:
        """Folders of programs that it made, as the check sees them."""
        inner = [f"{name}/{folder}" for name in self.products for folder in ("bin", ".bin")]
        return [f"{work}/{path}" for path in inner if (self.folder / path).is_dir()]


class _Complete(Struct, frozen=True):
    products: tuple[str, ...]
    state: Digest
    seal: str


Seal = Callable[[bytes], bytes]
"""Signs bytes; the same bytes always give the same signature (RFC 8032, section 5.1.6)."""


def unsealed(data: bytes) -> bytes:
    """For a cache that nobody else can write to."""
    del data
    return b""


def prepare(
    environment: Environment,
    tree: Tree,
    paths: tuple[str, ...],
    read_many: checkout.ReadMany,
    launcher: Launcher,
    cache: Path,
    stop: Stop | None = None,
    seal: Seal = unsealed,
) -> Prepared | None:
    """What the programme's set-up makes, from the cache or made now; None where there is no set-up.

    Args:
        environment: the programme's.
        tree: the commit's tree.
        paths: the set-up's files.
        read_many: object ids -> id and bytes.
        launcher: where commands start.
        cache: folder for kept set-ups; one runner at a time makes one of them, others wait.
        stop: ends the wait.
        seal: the runner's signature, under which a result is kept.

    Raises:
        SetupFailed: it failed, left nothing, or was stopped.
        Unable: what `checkout.write` raises.
    """
    if environment.setup is None:
        return None
    digest = canonical.digest({
        "setup": environment.setup, "shell": environment.shell, "passes": sorted(environment.passes),
        "inputs": sha256(manifest(tree, paths)), "platform": platform(), "sandbox": launcher.sandbox.mechanism,
    })  # fmt: skip
    place = cache / digest.removeprefix("sha256:")
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(place.with_suffix(".lock"), stop):
        kept = _kept(place, digest, seal)
        if kept is not None:
            return kept
        if place.exists():
            remove(place)
        try:
            return _make(environment, tree, paths, read_many, launcher, place, digest, seal)
        except BaseException:
            remove(place)
            raise


def _make(
    environment: Environment,
    tree: Tree,
    paths: tuple[str, ...],
    read_many: checkout.ReadMany,
    launcher: Launcher,
    place: Path,
    digest: Digest,
    seal: Seal,
) -> Prepared:
    owner = launcher.sandbox.own_user
    folders = Folders(place, *(place / name for name in ("work", "out", "home", "tmp")))
    place.mkdir(0o700)
    for folder in (folders.work, folders.out, folders.home, folders.tmp):
        folder.mkdir()
        folder.chmod(0o755)
        if owner is not None:
            os.chown(folder, owner, owner)
    checkout.write(tree, paths, folders.work, read_many, owner)
    before = {entry.name for entry in folders.work.iterdir()}
    line = environment.setup or ""
    command = ["bash", "-euo", "pipefail", "-c", line] if environment.shell else _split(line)
    view = launcher.sandbox.view(folders)
    shown, bins = _program(command, works=launcher.sandbox.works)
    made = surroundings.build(view, environment.passes, run=digest, bins=bins)
    done = launcher.run(folders, command, made, timeout=TIMEOUT, network=True, shown=shown)
    log = surroundings.redact(done.output, surroundings.secrets_of(environment.passes))
    if not done.started or done.exit_code != 0:
        ended = done.detail or ("timed out" if done.timed_out else f"ended with {done.exit_code or done.signal}")
        raise SetupFailed(f"the set-up `{line}` {ended}", log)
    products = tuple(sorted({entry.name for entry in folders.work.iterdir()} - before))
    if not products:
        raise SetupFailed(f"the set-up `{line}` left nothing new in its folder", log)
    for folder in (folders.out, folders.home, folders.tmp):
        remove(folder)
    state = _state(folders.work, products)
    complete = _Complete(products, state, _sealed(seal, digest, products, state))
    (place / "complete").write_bytes(msgspec.json.encode(complete))
    return Prepared(digest, folders.work, products, state)


def _kept(place: Path, digest: Digest, seal: Seal) -> Prepared | None:
    try:
        complete = msgspec.json.decode((place / "complete").read_bytes(), type=_Complete)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None  # half made
    if not hmac.compare_digest(complete.seal, _sealed(seal, digest, complete.products, complete.state)):
        return None
    kept = Prepared(digest, place / "work", complete.products, complete.state)
    return None if kept.altered else kept


def _sealed(seal: Seal, digest: Digest, products: tuple[str, ...], state: Digest) -> str:
    said = canonical.encode({"products": [os.fsencode(name).hex() for name in products], "state": state})
    return seal(b"phaseproof set-up 1\n%b\n%b" % (digest.encode(), said)).hex()


def _state(work: Path, products: tuple[str, ...]) -> Digest:
    """Digest over what the file system says of every entry: any write since moves a change time."""
    seen = hashlib.sha256()
    left = [os.fsencode(work / name) for name in reversed(products)]
    while left:
        path = left.pop()
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return ""
        target = os.readlink(path) if stat.S_ISLNK(status.st_mode) else b""  # noqa: PTH115 - bytes
        seen.update(b"%b\0%o %d %d %d %d %b\0" % (path, status.st_mode, status.st_ino, status.st_size,
                                                  status.st_mtime_ns, status.st_ctime_ns, target))  # fmt: skip
        if stat.S_ISDIR(status.st_mode):
            with os.scandir(path) as entries:
                left.extend(sorted((entry.path for entry in entries), reverse=True))
    return "sha256:" + seen.hexdigest()


@contextmanager
def _alone(lock: Path, stop: Stop | None) -> Iterator[None]:
    fd = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
    try:
        while True:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if stop is not None and stop.is_set():
                    raise SetupFailed("interrupted while another runner made the set-up") from None
                time.sleep(_WAIT)
        yield
    finally:
        os.close(fd)


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise SetupFailed(f"the set-up `{line}` cannot be split into arguments: {error}") from error


def _program(command: list[str], *, works: bool) -> tuple[list[tuple[str, str]], list[str]]:
    """The set-up's program where it lies outside the system's folders (`uv` in a home): that one file is shown."""
    name = command[0] if command else ""
    if "/" in name or shutil.which(name, path=":".join(surroundings.SYSTEM_PATH)):
        return [], []
    found = shutil.which(name)
    if found is None:
        return [], []
    if not works:
        return [], [str(Path(found).parent)]
    return [(os.path.realpath(found), f"{BINS}/{name}")], [BINS]
