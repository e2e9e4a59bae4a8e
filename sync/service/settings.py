"""Where the service keeps its things, and nothing else.

>>> Settings(data=Path("x")).keys_file.name
'service-keys.json'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """`database_url` is any PostgreSQL URL; without one the service runs its own under `data`.

    Started by root, that one runs as another user (PostgreSQL insists), so the folders above `data` are made
    passable for all, and must stay so: `data` cannot lie inside a device's folder, which is closed.
    """

    data_folder: Path
    # Not in the repr: it may hold a password.
    database_url: str | None = field(default=None, repr=False)

    @property
    def keys_file(self) -> Path:
        return self.data_folder / "service-keys.json"

    @property
    def recovery_key_file(self) -> Path:
        return self.data_folder / "recovery-key.json"

    @property
    def training_key_file(self) -> Path:
        """The training agency's half: in real use an agency keeps its own, elsewhere."""
        return self.data_folder / "training-agency-key.json"

    @property
    def postgresql_folder(self) -> Path:
        return self.data_folder / "postgresql"
