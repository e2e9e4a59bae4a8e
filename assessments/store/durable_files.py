"""Files, folders and names on the disk that survive a power cut. What fails raises OSError."""

import os
from collections.abc import Iterable
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner only; their names are durable."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make new and removed names in a folder durable."""
    if os.name == "nt":
        return  # Windows cannot open a folder, and journals names by itself
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file for its owner only, and wait for the disk. Its name is not durable yet."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with open(handle, "wb") as file:
        for part in parts:
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def write_atomically(path: Path, content: bytes, part: Path | None = None) -> None:
    """Write a file whole or not at all, durably, name included; it is called `part` until it is whole."""
    part = part or path.with_name(f"{path.name}.part")
    try:
        write_synced(part, (content,))
        part.replace(path)
        sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
