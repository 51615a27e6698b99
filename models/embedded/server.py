"""One PostgreSQL server for all processes that work on the same folder: attach, and leave.

The first to attach starts it, later ones find it, the last to leave stops it. Three locks say all there is
to know: the *turn* (who may start or stop now), `users.lock` (shared by whoever uses the server) and
`server.lock` (held by the keeper and inherited by every process of PostgreSQL). No process id is trusted,
so a reused one cannot mislead.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

import psycopg

from models.embedded import locks, place, programs
from models.embedded.errors import INSTEAD, EmbeddedDatabaseError
from models.embedded.place import Place

DATABASE = "interlock"
START_SECONDS = 90.0
"""Recovery after a crash may take this long; a start takes 0.2 s, the first one 1 s."""
STOP_SECONDS = 60.0
"""After these PostgreSQL is told to stop at once, and recovers at its next start."""
LOG_BYTES = 10_000_000
"""A larger log becomes `postgres.log.1` at the next start."""
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
INITDB = ["--username=interlock", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C"]
INITDB += ["--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions"]
"""`trust`: only the owner of the private folder, and root, can reach the socket. Names sort by code point anywhere."""
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}
"""What PostgreSQL is started with: no PG* variable of the user's shell reaches it."""


def attach(at: Place, options: Sequence[str]) -> int:
    """Return the lock that keeps the server running; start it if it is not. The caller has the turn."""
    users = locks.shared(at.users)
    try:
        _wait_until_it_answers(at, options)
        _create_database(at)
    except BaseException:
        os.close(users)
        raise
    return users


def leave(at: Place, users: int) -> None:
    """Give the lock back, and return when the server is stopped or others use it. The caller has the turn."""
    try:
        if locks.try_upgrade(users):
            _stop(at)
        else:
            # Either others use it, or its keeper is stopping it, which is waited for.
            locks.wait_shared(users)
    finally:
        os.close(users)


def _wait_until_it_answers(at: Place, options: Sequence[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    log_began: int | None = None
    while not _answers(at):
        free = locks.try_exclusive(at.server)
        if free is None:
            if time.monotonic() > deadline:
                raise EmbeddedDatabaseError(_silent(at, "does not answer yet", log_began))
            time.sleep(0.01)
        elif log_began is None:
            log_began = _start(at, free, options)
        else:
            os.close(free)
            raise EmbeddedDatabaseError(_silent(at, "did not start", log_began))


def _start(at: Place, server: int, options: Sequence[str]) -> int:
    """Start the keeper, which inherits the lock `server`; return how long the log was before."""
    try:
        binaries = programs.programs(at.user, place.private)
        _prepare(at, binaries)
        if at.log.exists() and at.log.stat().st_size > LOG_BYTES:
            at.log.replace(at.log.with_name(f"{at.log.name}.1"))
        with at.log.open("ab") as log:
            owner = [str(at.user.uid), str(at.user.gid)] if at.user else ["-1", "-1"]
            keeper = [sys.executable, "-I", "-S", str(Path(__file__).with_name("keeper.py"))]
            subprocess.run(
                [*keeper, str(at.users), str(server), *owner, *_command(at, binaries, options)],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                pass_fds=(server,),
            )
            return log.tell()
    finally:
        os.close(server)


def _command(at: Place, binaries: Path, options: Sequence[str]) -> list[str]:
    settings = [f"{name}={value}" for name, value in SETTINGS.items()]
    flags = [part for setting in (*settings, *options) for part in ("-c", setting)]
    return [str(binaries / "postgres"), "-D", str(at.data), "-k", str(at.socket), *flags]


def _prepare(at: Place, binaries: Path) -> None:
    """Make the data if there is none, refuse what this PostgreSQL cannot read, clear what a killed one left."""
    if not at.data.exists():
        _initialize(at, binaries)
    try:
        found = (at.data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise EmbeddedDatabaseError(
            f"{at.data} does not hold a PostgreSQL database (it has no PG_VERSION). Move it away to start "
            f"with an empty one, {INSTEAD}."
        ) from None
    if found != str(programs.major_version()):
        raise EmbeddedDatabaseError(
            f"{at.data} was made by PostgreSQL {found}; this Interlock brings {programs.major_version()}. "
            f"Move it away to start with an empty database, run the Interlock that made it, {INSTEAD}."
        )
    (at.data / "postmaster.pid").unlink(missing_ok=True)
    at.own(at.socket)


def _initialize(at: Place, binaries: Path) -> None:
    """Make the data beside its place and move it there: an interrupted initdb leaves nothing half-made.

    Without --no-sync the disk is waited for at each of 1,000 files: 0.6 s become several, for data of which
    none is anybody's yet.
    """
    fresh = at.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    at.own(fresh)
    command = [str(binaries / "initdb"), "-D", str(fresh), *INITDB]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=ENVIRONMENT,
        user=at.user.uid if at.user else None,
        group=at.user.gid if at.user else None,
        extra_groups=[] if at.user else None,
    )
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedDatabaseError(
            f"PostgreSQL's initdb could not make a database in {at.data}: {_last_lines(done.stderr)} "
            f"Mend that, set INTERLOCK_DATA to another folder, {INSTEAD}."
        )
    fresh.rename(at.data)


def _answers(at: Place) -> bool:
    try:
        with closing(_connect(at)):
            return True
    except psycopg.OperationalError:
        return False


def _create_database(at: Place) -> None:
    with closing(_connect(at)) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            connection.execute(f"create database {DATABASE}")


def _connect(at: Place) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(at.socket),
        port=5432,
        user="interlock",
        dbname="postgres",
        autocommit=True,
        connect_timeout=10,
    )


def _stop(at: Place) -> None:
    """Ask for the fast shutdown, and return when every process of the server is gone."""
    told: set[tuple[int, int]] = set()
    began = time.monotonic()
    while (free := locks.try_exclusive(at.server)) is None:
        how = signal.SIGINT if time.monotonic() - began < STOP_SECONDS else signal.SIGQUIT
        pid = _postmaster(at)
        if pid and (pid, how) not in told:
            told.add((pid, how))
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        time.sleep(0.005)
    os.close(free)


def _postmaster(at: Place) -> int | None:
    """The process id of the running server: while `server.lock` is held, the file is no leftover."""
    try:
        return int((at.data / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _silent(at: Place, what: str, log_began: int | None) -> str:
    with suppress(FileNotFoundError), at.log.open("rb") as log:
        log.seek(log_began or 0)
        said = _last_lines(log.read().decode(errors="replace"))
        return f"The embedded PostgreSQL in {at.home} {what}: {said} Its log is {at.log}. Mend that, {INSTEAD}."
    return f"The embedded PostgreSQL in {at.home} {what}. Mend that, {INSTEAD}."


def _last_lines(text: str) -> str:
    """The last lines that say what is wrong, in one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if any(word in line for word in ("FATAL", "ERROR", "error:", "PANIC", "could not"))]
    return " / ".join((told or lines)[-3:])
