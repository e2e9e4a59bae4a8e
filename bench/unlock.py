"""Unlocking, against the bare stretching of the words with the same parameters.

What is beside the KDF: reading the person's row and tries, counting the try on the disk before it
is made and clearing it after, and opening the keys. In turn, the median of each.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from assessments.crypto.kdf import ARGON2ID
from assessments.ports import SystemClock
from assessments.store import Store
from bench.row import Row, compared, percentile

_REPEATS = 15
_PASSPHRASE = "robin hedge kettle lantern"


def rows() -> Iterator[Row]:
    kdf = ARGON2ID
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder), SystemClock(), kdf)
        store.set_up(_PASSPHRASE, "bench", "hv1").close()
        unlocking, bare = [], []
        for _ in range(_REPEATS):
            started = time.perf_counter()
            keys = store.unlock(_PASSPHRASE)
            unlocking.append(time.perf_counter() - started)
            keys.close()
            started = time.perf_counter()
            Argon2id(
                salt=bytes(16), length=32, iterations=kdf.passes, lanes=kdf.lanes, memory_cost=kdf.memory
            ).derive(_PASSPHRASE.encode())
            bare.append(time.perf_counter() - started)
        store.close()
    yield compared("unlocking, against the bare Argon2id", percentile(unlocking, 0.5), percentile(bare, 0.5))
