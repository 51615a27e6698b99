"""The embedded database: PostgreSQL from a wheel, started when no INTERLOCK_DATABASE_URL is given.

    with embedded.running(settings.data) as url: ...
    async with embedded.running_async(settings.data) as url: ...

The server listens on a Unix socket alone. Every process that works on the same folder shares it; it is
stopped when the last of them leaves, in whatever way. docs/operations.md says where things are.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from models.embedded import locks, place, server
from models.embedded.errors import INSTEAD, EmbeddedDatabaseError

__all__ = ["EmbeddedDatabaseError", "running", "running_async"]


@contextmanager
def running(folder: Path, *, options: Sequence[str] = ()) -> Iterator[str]:
    """Yield the address of the database that is kept in `folder`/postgres, for as long as the block runs.

    options: settings of PostgreSQL as `name=value`, used when this call is the one that starts the server.
    Raises EmbeddedDatabaseError.
    """
    folder = folder.absolute()
    with _plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        turn = folder / "postgres.lock"
        with locks.exclusive(turn):
            at = place.settle(folder / "postgres")
            users = server.attach(at, options)
    try:
        yield at.url(server.DATABASE)
    finally:
        with locks.exclusive(turn):
            server.leave(at, users)


@asynccontextmanager
async def running_async(folder: Path, *, options: Sequence[str] = ()) -> AsyncIterator[str]:
    """`running`, with its waiting done in a thread."""
    manager = running(folder, options=options)
    url = await asyncio.to_thread(manager.__enter__)
    try:
        yield url
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


@contextmanager
def _plainly(folder: Path) -> Iterator[None]:
    """Say in one sentence what the operating system refused."""
    try:
        yield
    except OSError as error:
        at = error.filename or folder
        raise EmbeddedDatabaseError(
            f"The embedded database cannot be kept in {folder}: {error.strerror or error} ({at}). "
            f"Set INTERLOCK_DATA to a folder that this user may write, {INSTEAD}."
        ) from error
