"""A disk that remembers what was promised: the recorder's log, and every state a cut could leave.

The rules are POSIX, read strictly. Bytes are safe when their file was synced; a name made, changed
or removed is safe when its folder was synced. Whatever is not safe may be kept, lost, torn at a
sector or kept out of order. A disk that lies about syncing is not modelled.

    records = recorded(place, "tests.faults.power_cut", "real", "1")
    for state in states(records, 10_000, seed=1):
        put(state.left, folder)     # then open it, and ask state.known what must be there
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.visit import Known

SECTOR = 512
SOURCE = Path(__file__).with_name("disk.c")
ROOT = SOURCE.parents[2]
# How often a recording is gone through, with chance falling out differently each time.
PASSES = 4
# Written at every opening by SQLite itself, through memory that the recorder does not see.
REBUILT = ("-shm",)
_HEAD = struct.Struct("<cIIQQ")


@cache
def compiled() -> Path:
    """The recorder as a shared library, built once for this run."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    library = folder / "disk.so"
    command = ["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


def compiler_here() -> bool:
    return sys.platform == "linux" and shutil.which("gcc") is not None


def fast_folder() -> str | None:
    """Where to rebuild disks: in memory where there is a place for that."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def run_recorded(module: str, *arguments: str) -> None:
    """Run a module with the library between it and its disk."""
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "LD_PRELOAD": str(compiled())})


def here() -> ctypes.CDLL:
    """The library's own calls, inside a program that was started with it."""
    return ctypes.CDLL(None)


@dataclass(frozen=True)
class Record:
    kind: str
    path: str
    second: str
    offset: int
    content: bytes


def read_log(path: Path, folder: Path) -> Iterator[Record]:
    """The records in order, their paths relative to `folder`."""
    raw, at = path.read_bytes(), 0

    def part(size: int) -> bytes:
        nonlocal at
        at += size
        return raw[at - size : at]

    while at < len(raw):
        kind, first, second, offset, size = _HEAD.unpack(part(_HEAD.size))
        names = [part(length).decode() for length in (first, second)]
        paths = [os.path.relpath(name, folder) if name else "" for name in names]
        yield Record(kind.decode(), paths[0], paths[1], offset, part(size))


# A change that is not yet safe: to the bytes of one file, or to the names.
Change = tuple[str, int | str, int | str, bytes]
FOLDER = -1
# Path to bytes; None is a folder.
Files = dict[str, bytes | None]


class Disk:
    """What is safe, and what has been asked for since, in order."""

    def __init__(self) -> None:
        self._safe: dict[int, bytes] = {}
        self._safe_names: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._waiting: list[Change] = []
        self._made = 0

    def apply(self, record: Record) -> None:
        if record.path.endswith(REBUILT):
            return
        match record.kind:
            case "c":
                self._made += 1
                self._safe[self._made] = b""
                self._name("link", record.path, self._made)
            case "d":
                self._name("link", record.path, FOLDER)
            case "u":
                self._name("unlink", record.path, 0)
            case "r":
                inode = self._names.pop(record.path)
                self._waiting.append(("rename", record.second, record.path, str(inode).encode()))
                self._names[record.second] = inode
            case "w":
                self._waiting.append(("write", self._names[record.path], record.offset, record.content))
            case "t":
                self._waiting.append(("size", self._names[record.path], record.offset, b""))
            case "s":
                self._sync(record.path)

    def _name(self, kind: str, path: str, inode: int) -> None:
        self._waiting.append((kind, path, inode, b""))
        if kind == "link":
            self._names[path] = inode
        else:
            del self._names[path]

    def _sync(self, path: str) -> None:
        inode = FOLDER if path == "." else self._names[path]

        def now_safe(change: Change) -> bool:
            kind, which, _, _ = change
            if kind in ("write", "size"):
                return which == inode
            return inode == FOLDER and (os.path.dirname(str(which)) or ".") == path

        kept = [change for change in self._waiting if now_safe(change)]
        self._waiting = [change for change in self._waiting if not now_safe(change)]
        for change in kept:
            _carry_out(change, self._safe, self._safe_names)

    def after_a_cut(self, way: str, chance: random.Random) -> Files:
        """The files and folders (None) that this kind of cut leaves."""
        content, names = dict(self._safe), dict(self._safe_names)
        for change in WAYS[way](self._waiting, chance):
            _carry_out(change, content, names)
        left: Files = {}
        for path in sorted(names):  # a folder comes before what is in it
            inside = os.path.dirname(path)
            if not inside or inside in left:
                left[path] = None if names[path] == FOLDER else content[names[path]]
        return left


def _carry_out(change: Change, content: dict[int, bytes], names: dict[str, int]) -> None:
    kind, which, other, written = change
    if kind == "link":
        names[str(which)] = int(other)
    elif kind == "unlink":
        names.pop(str(which), None)
    elif kind == "rename":
        names.pop(str(other), None)
        names[str(which)] = int(written)
    else:
        inode, offset = int(which), int(other)
        before = content[inode]
        if kind == "size":
            content[inode] = before[:offset].ljust(offset, b"\0")
        else:
            content[inode] = before[:offset].ljust(offset, b"\0") + written + before[offset + len(written) :]


def _is_data(change: Change) -> bool:
    return change[0] in ("write", "size")


def _some(changes: Sequence[Change], chance: random.Random) -> list[Change]:
    return [change for change in changes if chance.random() < 0.5]


def _torn(change: Change, chance: random.Random) -> list[Change]:
    """The first sectors of a write, perhaps none. Sectors are whole: their borders are the disk's."""
    kind, inode, offset, _ = change
    if kind != "write":
        return []
    sectors = _sectors(change)
    kept = sectors[: chance.randrange(len(sectors))]
    return [(kind, inode, int(offset), b"".join(content for _, _, _, content in kept))] if kept else []


def _sectors(change: Change) -> list[Change]:
    kind, inode, offset, written = change
    if kind != "write":
        return [change]
    start, parts = int(offset), []
    end = start + len(written)
    while start < end:
        border = min(end, (start // SECTOR + 1) * SECTOR)
        parts.append((kind, inode, start, written[start - int(offset) : border - int(offset)]))
        start = border
    return list(parts)


def _first(changes: list[Change], chance: random.Random) -> list[Change]:
    return changes[: chance.randrange(len(changes) + 1)]


def _first_and_torn(changes: list[Change], chance: random.Random) -> list[Change]:
    if not changes:
        return []
    last = chance.randrange(len(changes))
    return changes[:last] + _torn(changes[last], chance)


def _sectors_mixed(changes: list[Change], chance: random.Random) -> list[Change]:
    return _some([part for change in changes for part in _sectors(change)], chance)


def _beginning_lost(changes: list[Change], _: random.Random) -> list[Change]:
    """All kept, but the last write without its first sector: a file of the right size and no header."""
    return changes[:-1] + _sectors(changes[-1])[1:] if changes else []


WAYS: dict[str, Callable[[list[Change], random.Random], list[Change]]] = {
    "all kept": lambda changes, _: changes,
    "all lost": lambda _, __: [],
    "bytes kept, names lost": lambda changes, _: [one for one in changes if _is_data(one)],
    "names kept, bytes lost": lambda changes, _: [one for one in changes if not _is_data(one)],
    "the first kept": _first,
    "the first kept, the next torn": _first_and_torn,
    "the last kept": lambda changes, _: changes[-1:],
    "the last lost": lambda changes, _: changes[:-1],
    "the last without its beginning": _beginning_lost,
    "some kept": _some,
    "some sectors kept": _sectors_mixed,
}


def recorded(place: Path, module: str, *arguments: str) -> list[Record]:
    """What a module did to a folder, in order. Refuses a recording that missed something."""
    folder, log = place.resolve() / "home", place / "log"
    run_recorded(module, str(folder), str(log), *arguments)
    records = list(read_log(log, folder))
    disk = Disk()
    for record in records:
        disk.apply(record)
    if disk.after_a_cut("all kept", random.Random()) != what_is_there(folder):
        raise RuntimeError("the recorder missed a change to the folder")
    return records


@dataclass(frozen=True)
class State:
    """A folder as a cut could leave it, and what had been promised by then."""

    name: str
    left: Files
    known: Known


def states(records: Sequence[Record], cases: int, seed: int) -> Iterator[State]:
    """About `cases` different folders or all there are, spread over the whole recording.

    The same bytes after the same words of the diary count once; before its first word there is
    nothing to break.
    """
    chance = random.Random(seed)
    share = cases / (len(records) * len(WAYS)) * 2
    given: set[bytes] = set()
    for _ in range(PASSES):
        disk, known, words = Disk(), Known(), 0
        for number, record in enumerate(records):
            if record.kind == "m":
                known.note(*json.loads(record.content))
                words += 1
            else:
                disk.apply(record)
            for way in WAYS if words and chance.random() < share else ():
                left = disk.after_a_cut(way, chance)
                looks = _digest(left, words)
                if looks not in given:
                    given.add(looks)
                    yield State(f"record {number}, {way}", left, known)
                if len(given) >= cases:
                    return


def _digest(files: Files, words: int) -> bytes:
    whole = hashlib.sha256(str(words).encode())
    for path, content in files.items():
        whole.update(repr((path, content is None, len(content or b""))).encode() + (content or b""))
    return whole.digest()


def put(files: Files, folder: Path) -> None:
    """Write a rebuilt disk out, in place of what is there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, content in files.items():
        if content is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(content)


def what_is_there(folder: Path) -> Files:
    """A real folder in the same form, to prove that the recorder missed nothing."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(REBUILT)
    }
