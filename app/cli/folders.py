"""Default data folders of the service and of the demo, absolute whatever the working folder."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path

_REPOSITORY = Path(__file__).resolve().parents[2]


def default_data_folder(name: str) -> Path:
    """Return data/NAME in the repository, or in the user's data folder for an installed copy.

    A data/NAME that an earlier version left in the working folder is used where it is.
    """
    here = Path("data", name).resolve()
    if here.is_dir():
        return here
    if (_REPOSITORY / "pyproject.toml").is_file():
        return _REPOSITORY / "data" / name
    return user_data_path("wren", appauthor=False) / name


def service_data_folder() -> Path:
    """Return the default for the service's `--data`."""
    return default_data_folder("service")


def demo_data_folder() -> Path:
    """Return the default for the demo's `--data`."""
    return default_data_folder("demo")
