"""Where the service keeps its files and its database.

>>> ServiceSettings(Path("x")).keys_file.name
'service-keys.json'
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """`database_url` is any PostgreSQL URL; without one the service runs its own under
    `data_folder`.

    Started by root, that server runs as an account of its own; where the account cannot enter the data
    folder, `postgresql_folder` is a link to a folder outside (see `embedded_postgres`).
    """

    data_folder: Path
    # Not in the repr: it may hold a password.
    database_url: str | None = field(default=None, repr=False)

    @property
    def keys_file(self) -> Path:
        """The service's own keys."""
        return self.data_folder / "service-keys.json"

    @property
    def recovery_key_file(self) -> Path:
        """The service's recovery key."""
        return self.data_folder / "recovery-key.json"

    @property
    def training_key_file(self) -> Path:
        """The training agency's recovery key. In real use an agency keeps its own, elsewhere."""
        return self.data_folder / "training-agency-key.json"

    @property
    def postgresql_folder(self) -> Path:
        """The data of the embedded server."""
        return self.data_folder / "postgresql"
