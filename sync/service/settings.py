"""Where the service keeps its files and its database."""

from pathlib import Path


class ServiceSettings:
    """`database_url` is any PostgreSQL URL; without one the service runs its own in `postgresql_folder`.

    Started by root, that server runs as an account of its own; where the account cannot enter the data
    folder, `postgresql_folder` is a link to a folder outside (see `embedded_postgres`). The recovery key of
    the training agency is kept here; in real use an agency keeps its own, elsewhere.
    """

    def __init__(self, data_folder: Path, database_url: str | None = None) -> None:
        self.data_folder, self.database_url = data_folder, database_url
        self.postgresql_folder = data_folder / "postgresql"
        self.keys_file = data_folder / "service-keys.json"
        self.recovery_key_file = data_folder / "recovery-key.json"
        self.training_key_file = data_folder / "training-agency-key.json"
