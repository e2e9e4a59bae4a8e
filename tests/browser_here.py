"""Find the browser that the browser tests drive, or install it where that is possible.

Run by `make test`. Chromium comes from the system's packages; where it is not to be had, the tests that
need it are skipped with the reason, and counted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Playwright's own node needs libatomic1, which a minimal Debian 12 does not have.
PACKAGES = ("chromium", "libatomic1")


def find_browser() -> str | None:
    """The path of a Chromium, or None. `WREN_TEST_BROWSER` names another one."""
    return os.environ.get("WREN_TEST_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


@cache
def why_no_browser() -> str:
    """Why no browser can be driven here, with what to install; "" if one can."""
    if find_browser() is None:
        return "Chromium is not installed: apt install chromium"
    if not _driver_starts():
        return "Playwright's node does not start: apt install libatomic1"
    return ""


def _driver_starts() -> bool:
    import playwright

    node = Path(playwright.__file__).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")
    try:
        done = subprocess.run([str(node), "--version"], capture_output=True, check=False, timeout=120)
    except OSError:
        return False
    return done.returncode == 0


def main() -> None:
    """Install what is missing where that is allowed, and say what is missing after that."""
    if why_no_browser() and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
        subprocess.run(install, check=False, **quiet)
        why_no_browser.cache_clear()
    if why := why_no_browser():
        print(f"The browser tests will be skipped. {why}", file=sys.stderr)


if __name__ == "__main__":
    main()
