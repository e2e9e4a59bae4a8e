"""Find the browser that the end-to-end tests drive, or install it where that is possible.

Run by `make test`. Chromium comes from the system's packages; without it and without the right to
install it, the tests that need it are skipped, say why, and are counted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """The path of a Chromium, or None."""
    return os.environ.get("WREN_TEST_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


def main() -> None:
    if browser():
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the end-to-end tests …", flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]
        subprocess.run(install, check=False, **quiet)
    if not browser():
        print(
            "Chromium is not here, so the end-to-end tests will be skipped. On Debian and Ubuntu: "
            "apt install chromium",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
