"""The service's programs: `python -m graph serve | migrate | intake | report | upkeep | schema`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog

import intake
import reporting
import upkeep
from domain.configuration.schema import json_schema
from domain.version import VERSION
from graph import archive, logs
from graph.app import application
from graph.archive import ArchiveUnusable
from graph.authentication.policy import loopback, policy
from graph.readiness import Draining
from graph.schema import build
from graph.serving import DrainedServer
from models import embedded, migrate, partitions, regions
from models.embedded import EmbeddedDatabaseError
from models.engine import Database
from models.epochs import ensure_epoch
from models.migrate import MigrationError
from models.settings import Settings, SettingsError, load

log = structlog.get_logger()
FIRST = 1
"""The number of a container's first process, whom no signal ends that it does not take itself (pid_namespaces(7))."""


class Unusable(Exception):
    """The program cannot start; the message says what to do."""


def main() -> int:
    """Runs one program. 0 when it ended well, 1 when it could not start, 130 when it was interrupted."""
    chosen = _arguments()
    if os.getpid() == FIRST:
        signal.signal(signal.SIGTERM, _ended)
    try:
        settings = load()
        logs.configure()
        given = [chosen.part] if hasattr(chosen, "part") else []
        return chosen.program(settings, *given) or 0
    except (SettingsError, EmbeddedDatabaseError, MigrationError, Unusable, ArchiveUnusable) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the one thing to say to whoever started it
        return 1
    except KeyboardInterrupt:
        return 130


def _ended(number: int, _: object) -> None:
    """The end by a signal, as the kernel gives it to every process but a container's first: what is held is let go."""
    raise SystemExit(128 + number)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m graph", description="The Interlock service.")
    parser.add_argument("--version", action="version", version=f"interlock {VERSION}")
    programs = parser.add_subparsers(required=True, metavar="PROGRAM")
    for name, (program, says) in PROGRAMS.items():
        programs.add_parser(name, help=says, description=says).set_defaults(program=program)
    _archive_arguments(programs)
    return parser.parse_args()


def _archive_arguments(programs: Any) -> None:
    says = "What is in the archive of the log and of the envelopes, and parts of it readable again."
    actions = programs.add_parser("archive", help=says, description=says).add_subparsers(required=True, metavar="DO")
    says = "List the parts in the archive."
    actions.add_parser("list", help=says, description=says).set_defaults(program=_archive_list)
    says = "Bring a part back, into the schema `restored` of the database."
    restore = actions.add_parser("restore", help=says, description=says)
    restore.add_argument("part", metavar="PART", help="such as event_3, as `list` has it")
    restore.set_defaults(program=_archive_restore)


def _serve(settings: Settings) -> None:
    with _listening(settings) as listener, _database(settings) as url:
        asyncio.run(_served(settings, url, listener))


async def _served(settings: Settings, url: str, listener: socket.socket) -> None:
    async with _opened(settings, url) as database:
        await ensure_epoch(database)
        await partitions.make_ahead(database, datetime.now(UTC))
        draining = Draining()
        app, proxies = application(settings, database, draining), settings.trusted_proxies
        server = DrainedServer(app, draining, settings.grace_seconds, proxies)
        gc.collect()
        gc.freeze()  # the schema's million objects stay for ever: each look through them holds a request up for 300 ms
        log.info("serving", url=settings.base_url)
        await server.serve(sockets=[listener])


def _opened(settings: Settings, url: str) -> Database:
    return Database(
        url,
        log_sql=settings.log_sql,
        rehearsal=settings.rehearsal,
        statement_seconds=settings.statement_seconds,
        password=settings.current_password if settings.database_url else None,
    )


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The port, taken before anything else is started."""
    if settings.rehearsal and not loopback(settings.host):
        raise Unusable(
            f"INTERLOCK_REHEARSAL is set and INTERLOCK_HOST is {settings.host!r}: a clock that anybody may set is never"
            " to be reached from elsewhere. Leave INTERLOCK_HOST at 127.0.0.1, or unset INTERLOCK_REHEARSAL."
        )
    _require_known_bearers(settings)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:  # asyncio sets NODELAY on TCP alone
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen()  # now, so that another one is refused now
        except OSError as error:
            raise Unusable(
                f"Port {settings.port} of {settings.host} cannot be listened on: {error.strerror}."
                f" Stop what uses it, or set INTERLOCK_PORT to another port."
            ) from error
        yield listener


def _require_known_bearers(settings: Settings) -> None:
    """Raises Unusable where others could ask, and nobody would know who; says it where that is this machine alone."""
    if policy(settings) is None:
        if not loopback(settings.host):
            raise Unusable(
                f"INTERLOCK_HOST is {settings.host!r}: without INTERLOCK_OIDC_ISSUER the service knows no"
                " authentication, and listens on this machine alone. Set the issuer, or leave INTERLOCK_HOST at"
                " 127.0.0.1."
            )
        log.warning("no authentication: whoever is on this machine may ask", role=settings.local_role.upper())
    elif not loopback(settings.host) and not settings.base_url.startswith("https://"):
        raise Unusable(
            f"INTERLOCK_HOST is {settings.host!r} and INTERLOCK_PUBLIC_URL is {settings.public_url!r}: bearer"
            " tokens are sent over TLS alone. Let a proxy end TLS, and set INTERLOCK_PUBLIC_URL to its address, https://…"
        )


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The address of a database whose schema is this program's: the embedded one is migrated, any other is checked."""
    if address := settings.database_address:
        migrate.check(address)
        yield address
        return
    with embedded.running(settings.data) as url:
        migrate.upgrade(url)
        regions.register_known(url)
        yield url


def _migrate(settings: Settings) -> None:
    address = settings.database_address
    if address is None:
        with _database(settings):
            log.info("migrated", database="embedded", revision=migrate.head())
        return
    migrate.upgrade(address)
    if (revision := migrate.current(address)) != migrate.head():
        log.info("left as it is: a later Interlock made the schema, and this one works over it", revision=revision)
        return
    regions.register_known(address)
    log.info("migrated", revision=revision)


def _intake(settings: Settings) -> None:
    _until_stopped(settings, lambda database, stop: intake.run(database, settings, stop))


def _report(settings: Settings) -> None:
    _until_stopped(settings, lambda database, stop: reporting.run(database, settings, stop))


def _upkeep(settings: Settings) -> None:
    _until_stopped(settings, lambda database, stop: upkeep.run(database, settings, stop))


def _until_stopped(settings: Settings, work: Callable[[Database, asyncio.Event], Awaitable[None]]) -> None:
    """Runs a worker until SIGTERM or SIGINT, which let it finish what it has in hand."""

    async def run(url: str) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with _opened(settings, url) as database:
            await ensure_epoch(database)
            await partitions.make_ahead(database, datetime.now(UTC))
            await work(database, stop)

    with _database(settings) as url:
        asyncio.run(run(url))


def _archive_list(settings: Settings) -> None:
    _with_database(settings, lambda database: archive.listed(database, settings, print))


def _archive_restore(settings: Settings, part: str) -> None:
    _with_database(settings, lambda database: archive.restored(database, settings, part, print))


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[None]]) -> None:
    async def run(url: str) -> None:
        async with _opened(settings, url) as database:
            await work(database)

    with _database(settings) as url:
        asyncio.run(run(url))


def _schema(_: Settings) -> None:
    print(build().as_str())  # noqa: T201 - the program's output


def _file_schema(_: Settings) -> None:
    print(orjson.dumps(json_schema(), option=orjson.OPT_INDENT_2).decode())  # noqa: T201 - the program's output


PROGRAMS: dict[str, tuple[Callable[[Settings], None], str]] = {
    "serve": (_serve, "Answer GraphQL, subscriptions and the console's pages."),
    "migrate": (_migrate, "Bring the database's schema to this version."),
    "intake": (_intake, "Read what AWS tells from the queue, and ask it why things failed."),
    "report": (_report, "Tell what happened: traces, metrics and notifications."),
    "upkeep": (_upkeep, "Clean up what has ended, and start pipelines whose plan has changed."),
    "schema": (_schema, "Print the schema in GraphQL's language."),
    "file-schema": (_file_schema, "Print the JSON Schema of an organisation's file."),
}

if __name__ == "__main__":
    sys.exit(main())
