"""The service's own PostgreSQL, really run: where it may write, who may start it, and how it ends."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.kit.messages import say_error
from assessments.errors import WrenError
from sync.service import embedded_postgres
from sync.service.embedded_postgres import EmbeddedPostgres, PostgresFault

ROOT = Path(__file__).parent.parent.parent
HOLD = """
import sys
from pathlib import Path
from sync.service.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.url, flush=True)
sys.stdin.read()
server.close()
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other accounts may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="wren "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def hold(folder: Path, **options: object) -> subprocess.Popen[str]:
    """A process that starts the server of a folder, and ends when its input does."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]  # the user, where one is given
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)


def is_up(folder: Path) -> bool:
    return (folder / "postmaster.pid").exists()


def permissions(folder: Path) -> dict[Path, tuple[int, int]]:
    return {each: (each.stat().st_mode, each.stat().st_uid) for each in folder.absolute().parents}


def test_runs_in_a_folder_with_spaces_and_signs(place: Path) -> None:
    folder = place / "a b's $HOME `x`, ż" / "postgresql"
    server = EmbeddedPostgres(folder)
    try:
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
            found = connection.execute("SHOW unix_socket_directories").fetchone()
    finally:
        server.close()
    assert found is not None
    sockets = Path(found[0])
    assert sockets != folder, "a comma cannot be in the path of a socket folder"
    assert not sockets.exists(), "what was made outside is removed"
    assert not is_up(folder)


def test_runs_where_the_path_is_too_long_for_a_socket_and_lets_nobody_else_in(place: Path) -> None:
    folder = place / ("x" * 100) / "postgresql"
    server = EmbeddedPostgres(folder)
    try:
        with psycopg.connect(server.url) as connection:
            found = connection.execute("SHOW unix_socket_directories").fetchone()
        assert found is not None
        assert stat.S_IMODE(Path(found[0]).stat().st_mode) == 0o700
    finally:
        server.close()


def test_the_last_that_uses_it_stops_it_and_data_stays(place: Path) -> None:
    folder = place / "postgresql"
    other = hold(folder)
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept (number int)")
    server.close()
    server.close()
    assert is_up(folder)
    end(other)
    assert not is_up(folder)
    server = EmbeddedPostgres(folder)
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT * FROM kept").fetchall() == []
    server.close()


def test_a_server_left_by_a_killed_process_is_used_again_and_then_stopped(
    place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = place / "postgresql"
    killed = hold(folder)
    first = (folder / "postmaster.pid").read_text().split()[0]
    killed.send_signal(signal.SIGKILL)
    end(killed)
    assert is_up(folder)
    server = EmbeddedPostgres(folder)
    assert (folder / "postmaster.pid").read_text().split()[0] == first
    assert "postgresql-left-running" in caplog.text
    server.close()
    assert not is_up(folder)


def test_the_pid_file_of_a_crash_never_leads_to_another_process(place: Path) -> None:
    folder, other = place / "mine" / "postgresql", EmbeddedPostgres(place / "other" / "postgresql")
    pid_file, own = folder / "postmaster.pid", os.getpid()
    lines = (place / "other" / "postgresql" / "postmaster.pid").read_text().split("\n")
    try:
        EmbeddedPostgres(folder).close()
        pid_file.write_text("\n".join([str(own), *lines[1:]]))
        EmbeddedPostgres(folder).close()
        pid_file.write_text("\n".join(lines))
        os.chown(pid_file, folder.stat().st_uid, -1)
        with pytest.raises(PostgresFault) as refused:
            EmbeddedPostgres(folder)
        assert refused.value.code == "postgresql-in-use"
        with psycopg.connect(other.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        other.close()


def test_a_start_that_was_cut_off_leaves_nothing_that_stops_the_next(place: Path) -> None:
    (place / "postgresql.new").mkdir()
    (place / "postgresql.new" / "half").touch()
    EmbeddedPostgres(place / "postgresql").close()
    assert not (place / "postgresql.new").exists()


def test_data_of_another_version_is_left_as_it_is(place: Path) -> None:
    (place / "postgresql").mkdir()
    (place / "postgresql" / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresFault) as refused:
        EmbeddedPostgres(place / "postgresql")
    assert refused.value.code == "postgresql-other-version"
    assert "16" in say_error(refused.value)
    assert [each.name for each in (place / "postgresql").iterdir()] == ["PG_VERSION"]


@pytest.mark.parametrize(
    "code",
    ["no-permission", "no-room", "in-use", "other-version", "needs-account", "failed"],
)
def test_every_cause_has_its_sentence(code: str) -> None:
    fault = PostgresFault(f"postgresql-{code}", folder="/f", reason="x", found="16", version="18")
    assert say_error(fault) not in (say_error(WrenError()), say_error(PostgresFault()))


@as_root
class TestAsRoot:
    def test_changes_no_permission_of_what_is_not_its_own(self, place: Path) -> None:
        home = place / "home"
        home.mkdir(mode=0o700)
        folder = home / "service" / "postgresql"
        folder.parent.mkdir()
        before = permissions(folder)
        server = EmbeddedPostgres(folder)
        real = folder.resolve()
        try:
            with psycopg.connect(server.url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            assert permissions(folder) == before
            assert embedded_postgres.SYSTEM_FOLDER in real.parents
            assert stat.S_IMODE(real.stat().st_mode) == 0o700
        finally:
            server.close()
            shutil.rmtree(real.parent)

    def test_its_account_has_no_shell_and_no_home(self, place: Path) -> None:
        EmbeddedPostgres(place / "postgresql").close()
        owner = pwd.getpwuid((place / "postgresql").stat().st_uid)
        assert (owner.pw_name, owner.pw_shell) == (embedded_postgres.ACCOUNT, "/usr/sbin/nologin")
        assert not Path(owner.pw_dir).exists()

    def test_programs_in_a_closed_home_are_copied_and_run(
        self, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(embedded_postgres, "SYSTEM_FOLDER", place / "system")
        monkeypatch.setattr(embedded_postgres, "_is_reachable", lambda path, _account: "data" in path.parts)
        server = EmbeddedPostgres(place / "data" / "postgresql")
        assert place / "system" in server._programs.parents
        server.close()
        assert not list((place / "system").glob("programs-*-*"))

    def test_a_second_user_can_start_one_too(self, place: Path) -> None:
        mine = EmbeddedPostgres(place / "mine" / "postgresql")
        account = pwd.getpwnam("nobody")
        theirs = place / "theirs"
        theirs.mkdir()
        os.chown(theirs, account.pw_uid, account.pw_gid)
        if not embedded_postgres._is_reachable(Path(sys.executable).resolve(), account) or not (
            embedded_postgres._is_reachable(ROOT / "sync", account)
        ):
            mine.close()
            pytest.skip("another user cannot run this checkout")
        try:
            process = hold(theirs / "postgresql", user=account.pw_uid, group=account.pw_gid, extra_groups=[])
            assert (theirs / "postgresql").stat().st_uid == account.pw_uid
            end(process)
            with psycopg.connect(mine.url) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        finally:
            mine.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told_as_such(place: Path) -> None:
    place.chmod(0o500)
    with pytest.raises(PostgresFault) as refused:
        EmbeddedPostgres(place / "postgresql")
    assert refused.value.code == "postgresql-no-permission"
