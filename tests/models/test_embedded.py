"""The embedded database: started, shared, stopped, recovered, and refused in plain words."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from models import embedded
from models.embedded import EmbeddedDatabaseError, locks, place, programs

pytestmark = pytest.mark.database

ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter, as pytest's own are closed to the user that root becomes."""
    with tempfile.TemporaryDirectory(prefix="interlock-embedded-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def _rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def _postmaster(folder: Path) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def _is_stopped(folder: Path) -> bool:
    free = locks.try_exclusive(folder / "postgres/server.lock")
    if free is not None:
        os.close(free)
    return free is not None


def _wait_until_stopped(folder: Path) -> None:
    os.close(locks._locked(folder / "postgres/server.lock", 2))


PROGRAM = """
import sys
from pathlib import Path
from models import embedded
try:
    with embedded.running(Path(sys.argv[1])) as url:
        print(url, flush=True)
        sys.stdin.read()
except embedded.EmbeddedDatabaseError as error:
    sys.exit(str(error))
"""


def _process(folder: Path, *prefix: str) -> subprocess.Popen[str]:
    """Start a process that uses the database of `folder` until its input is closed."""
    command = [*prefix, sys.executable, "-c", PROGRAM, str(folder)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _user_process(folder: Path, *prefix: str) -> subprocess.Popen[str]:
    """The same, once it uses the database."""
    process = _process(folder, *prefix)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql+psycopg://")
    return process


def _ordinary_user() -> list[str]:
    """What is put before a command so that an ordinary user runs it: nothing, when one runs the tests.

    Where root's home folder is closed and holds Python, `nobody` gets the right to read there; not the right to write.
    """
    if not AS_ROOT:
        return []
    dropped = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if programs.User(65534, 65534, "nobody").may_enter(Path(sys.executable)):
        return dropped
    return [*dropped, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


def _end(process: subprocess.Popen[str]) -> int:
    process.communicate()
    return process.returncode


def test_data_is_kept_between_runs(folder: Path) -> None:
    """What one run wrote the next one reads; between them no server runs, and it never listened on TCP."""
    with embedded.running(folder) as url:
        _rows(url, "create table kept (a integer)")
        assert _rows(url, "show listen_addresses") == [("",)]
        assert not _is_stopped(folder)
    assert _is_stopped(folder)
    assert not (folder / "postgres/data/postmaster.pid").exists()
    with embedded.running(folder) as url:
        assert _rows(url, "select count(*) from kept") == [(0,)]
        assert _rows(url, "show timezone") == [("UTC",)]


async def test_it_can_be_awaited(folder: Path) -> None:
    """The event loop runs on while the server starts and stops."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    async with embedded.running_async(folder) as url:
        assert await asyncio.to_thread(_rows, url, "select 1") == [(1,)]
    ticking.cancel()
    assert ticks > 10


def test_processes_share_the_server_and_the_last_one_stops_it(folder: Path) -> None:
    """The process that started the server may leave first; the server stays for the other one."""
    first = _user_process(folder)
    second = _user_process(folder)
    started = _postmaster(folder)
    assert _end(first) == 0
    assert _postmaster(folder) == started
    with embedded.running(folder) as url:
        assert _rows(url, "select 1") == [(1,)]
    assert not _is_stopped(folder)
    assert _end(second) == 0
    assert _is_stopped(folder)


def test_killing_the_last_user_stops_the_server(folder: Path) -> None:
    """After `kill -9` of the only process that used it, the server shuts down by itself, cleanly."""
    user = _user_process(folder)
    user.kill()
    _end(user)
    _wait_until_stopped(folder)
    assert "database system is shut down" in (folder / "postgres/postgres.log").read_text()


def test_two_folders_do_not_collide(folder: Path) -> None:
    """Checkouts side by side have servers of their own."""
    with embedded.running(folder / "one") as one, embedded.running(folder / "two") as two:
        _rows(one, "create table only_in_one ()")
        assert _rows(two, "select to_regclass('only_in_one')") == [(None,)]


def test_a_killed_server_comes_back_for_those_who_use_it(folder: Path) -> None:
    """After `kill -9` of PostgreSQL its keeper starts it again, and what was committed is there."""
    with embedded.running(folder) as url:
        _rows(url, "create table kept (a integer)")
        killed = _postmaster(folder)
        os.kill(killed, signal.SIGKILL)
        while Path(f"/proc/{killed}").exists():
            time.sleep(0.01)
        with embedded.running(folder):
            assert _rows(url, "select count(*) from kept") == [(0,)]
        assert _postmaster(folder) != killed


def test_a_server_whose_keeper_was_killed_too_is_recovered(folder: Path) -> None:
    """`kill -9` of everything leaves a stale postmaster.pid, which does not stop the next start."""
    user = _user_process(folder)
    server = _postmaster(folder)
    keeper = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
    for process in (keeper, server, user.pid):
        os.kill(process, signal.SIGKILL)
    _end(user)
    _wait_until_stopped(folder)
    stale = folder / "postgres/data/postmaster.pid"
    # The worst case: the number belongs to a living process now.
    stale.write_text(stale.read_text().replace(str(server), str(os.getpid()), 1))
    with embedded.running(folder) as url:
        assert _rows(url, "select 1") == [(1,)]
    assert _is_stopped(folder)


def test_a_server_without_keeper_is_used_and_stopped(folder: Path) -> None:
    """When only the keeper was killed, its server serves on, and the last one to leave stops it."""
    with embedded.running(folder) as url:
        server = _postmaster(folder)
        os.kill(int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)
        assert _rows(url, "select 1") == [(1,)]
    assert _is_stopped(folder)


def test_an_interrupted_initdb_is_done_again(folder: Path) -> None:
    """What a killed initdb left does not count as data."""
    (folder / "postgres/data.new/base").mkdir(parents=True)
    with embedded.running(folder) as url:
        assert _rows(url, "select 1") == [(1,)]


def test_a_long_path_gets_a_short_socket(folder: Path) -> None:
    """Where the path of the socket would exceed what the kernel takes, a short private folder holds it."""
    deep = folder / ("d" * 60) / ("e" * 60)
    with embedded.running(deep) as url:
        assert _rows(url, "select 1") == [(1,)]
        at = place.Place(deep / "postgres", None)
        assert at.socket.parent == place.SHORT
        assert at.socket.stat().st_mode & 0o077 == 0
    at.socket.rmdir()


def test_a_short_folder_of_somebody_else_is_refused(folder: Path) -> None:
    """A folder that others may write where the socket is to be is not used, and nothing is left running."""
    deep = folder / ("d" * 60) / ("f" * 60)
    socket = place.Place(deep / "postgres", None).socket
    socket.mkdir()
    socket.chmod(0o777)
    try:
        with (
            pytest.raises(EmbeddedDatabaseError, match=r"is not a private folder of uid \d+.*mode 0777"),
            embedded.running(deep),
        ):
            pass
    finally:
        socket.rmdir()
    assert _is_stopped(deep)


def test_data_of_another_version_is_refused(folder: Path) -> None:
    """The message says which version made the data, which one is here, and what to do."""
    with embedded.running(folder):
        pass
    (folder / "postgres/data/PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedDatabaseError, match=r"made by PostgreSQL 17; .* brings 18\. Move it away"):
        embedded.running(folder).__enter__()
    assert (folder / "postgres/data/PG_VERSION").read_text() == "17\n"


def test_something_else_in_its_place_is_refused(folder: Path) -> None:
    """A folder called `data` that no PostgreSQL made is left alone."""
    (folder / "postgres/data").mkdir(parents=True)
    with pytest.raises(EmbeddedDatabaseError, match=r"does not hold a PostgreSQL database .* Move it away"):
        embedded.running(folder).__enter__()


def test_a_server_that_does_not_start_says_why(folder: Path) -> None:
    """PostgreSQL's own reason and the place of its log are in the message."""
    with pytest.raises(EmbeddedDatabaseError, match=r"did not start: .*no_such_setting.*postgres\.log"):
        embedded.running(folder, options=["no_such_setting=1"]).__enter__()
    assert _is_stopped(folder)


def test_an_initdb_that_fails_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What initdb said is in the message, and nothing half-made is left."""
    monkeypatch.setattr("models.embedded.server.ENVIRONMENT", {"LC_ALL": "C", "TZ": "UTC", "PATH": "/bin"})
    monkeypatch.setattr("models.embedded.server.INITDB", ["--encoding=NO_SUCH"])
    with pytest.raises(EmbeddedDatabaseError, match=r"initdb could not make a database .*NO_SUCH.* Mend that"):
        embedded.running(folder).__enter__()
    assert not (folder / "postgres/data").exists()
    assert not (folder / "postgres/data.new").exists()


def test_a_file_in_the_way_is_named(folder: Path) -> None:
    """INTERLOCK_DATA that is a file: one sentence with the reason and the variable to set."""
    (folder / "file").touch()
    with pytest.raises(EmbeddedDatabaseError, match=r"cannot be kept in .*/file: .*Set INTERLOCK_DATA"):
        embedded.running(folder / "file").__enter__()


def test_an_ordinary_user_can_run_it(folder: Path) -> None:
    """Not root: PostgreSQL runs as that user, whose own all files are, closed to others."""
    if AS_ROOT:
        os.chown(folder, 65534, 65534)
    user = _user_process(folder / "data", *_ordinary_user())
    server = _postmaster(folder / "data")
    assert Path(f"/proc/{server}").stat().st_uid == folder.stat().st_uid
    assert _end(user) == 0
    assert _is_stopped(folder / "data")
    home = folder / "data/postgres"
    assert home.stat().st_mode & 0o077 == 0
    assert {path.stat().st_uid for path in home.iterdir()} == {folder.stat().st_uid}


def test_a_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    """An ordinary user in a read-only folder: one sentence with the reason and the variable to set."""
    folder.chmod(0o555)
    refused = _process(folder / "data", *_ordinary_user())
    _, said = refused.communicate()
    assert refused.returncode == 1
    assert f"cannot be kept in {folder}/data: Permission denied" in said
    assert "Set INTERLOCK_DATA to a folder that this user may write" in said
    assert "Traceback" not in said


def test_a_closed_home_folder_stays_closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data and programs below a home folder of mode 0700: the database works, and no folder is opened for it.

    Root runs PostgreSQL as somebody who cannot get there: the data goes to the private folder, with a link to it, and
    the programs are copied. An ordinary user needs neither.
    """
    home = folder / "home"
    home.mkdir(0o700)
    package = programs._package()
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.with_name(name), home / "venv" / name, symlinks=True)
    monkeypatch.setattr(programs, "_package", lambda: home / "venv" / package.name)
    monkeypatch.setattr(place, "PRIVATE", folder / "private")
    for _ in range(2):
        with embedded.running(home / ".interlock") as url:
            _rows(url, "create table if not exists kept ()")
        assert _is_elsewhere(home, folder) == AS_ROOT
    assert home.stat().st_mode & 0o777 == 0o700


def _is_elsewhere(home: Path, folder: Path) -> bool:
    """Whether the data is a link into the private folder, which says what it belongs to."""
    link = home / ".interlock/postgres"
    if not link.is_symlink():
        return False
    assert link.readlink().parent == folder / "private"
    assert (link / "origin").read_text() == f"{link}\n"
    assert (link / "data").stat().st_mode & 0o777 == 0o700
    return True


def test_a_copied_link_is_not_shared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a checkout whose data is elsewhere gets a database of its own; a moved checkout keeps its own."""
    monkeypatch.setattr(place, "PRIVATE", folder / "private")
    kept = folder / "private" / "kept"
    kept.mkdir(parents=True)
    one, two = folder / "one", folder / "two"
    one.symlink_to(kept)
    two.symlink_to(kept)
    (kept / "origin").write_text(f"{one}\n")
    assert place.settle(two).home == two
    assert place.settle(one).home == kept
    moved = one.rename(folder / "moved")
    assert place.settle(moved).home == kept
    assert (kept / "origin").read_text() == f"{moved}\n"


def test_root_becomes_somebody_whom_the_system_knows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root runs PostgreSQL as `postgres` or `nobody`, or as the owner of data that is there; others as themselves."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    found = programs.server_user(folder / "data")
    assert found is not None
    assert found.name in programs.UNPRIVILEGED
    monkeypatch.setattr(programs, "UNPRIVILEGED", ())
    with pytest.raises(EmbeddedDatabaseError, match="Run Interlock as an ordinary user"):
        programs.server_user(folder / "data")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert programs.server_user(folder / "data") is None
