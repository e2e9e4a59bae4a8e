"""Key files: written once, readable by their owner only, never replaced.

A power cut, or two processes at once, leave one whole file or none.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def create_key_file(path: Path, content: dict[str, Any]) -> bool:
    """Write a file where there is none; False when one was there. Written beside, flushed, then linked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        return False
    finally:
        beside.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True
