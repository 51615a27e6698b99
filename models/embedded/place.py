"""Where an embedded database lives, and what is done when PostgreSQL's user cannot get there."""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from models.embedded import programs
from models.embedded.errors import INSTEAD, EmbeddedDatabaseError
from models.embedded.programs import User

PRIVATE = Path("/var/lib/interlock")
"""Where root keeps what PostgreSQL's unprivileged user cannot reach in the folder that was asked for."""
LONGEST_SOCKET_FOLDER = 85
"""Bytes. The path of a Unix socket has 103 (macOS) or 107 (Linux), and `/.s.PGSQL.5432` needs 14 of them."""
SHORT = Path("/tmp")  # noqa: S108  # the folder made in it is private, and refused when somebody else made it


@dataclass(frozen=True)
class Place:
    """One embedded database. `home` holds the locks and the log, and belongs to whoever runs Interlock."""

    home: Path
    user: User | None

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder; it belongs to the user that PostgreSQL runs as."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """Where PostgreSQL's messages go."""
        return self.home / "postgres.log"

    @property
    def users(self) -> Path:
        """The lock that each user of the server shares."""
        return self.home / "users.lock"

    @property
    def server(self) -> Path:
        """The lock that is held as long as any process of the server lives."""
        return self.home / "server.lock"

    @property
    def socket(self) -> Path:
        """The folder of the Unix socket: below `home`, or a short private one where that is too long."""
        beside = self.home / "socket"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        return SHORT / f"interlock-{_digest(self.home)}"

    def url(self, database: str) -> str:
        """The address of a database of this server, for SQLAlchemy with psycopg."""
        return f"postgresql+psycopg://interlock@/{database}?host={quote(str(self.socket), safe='')}&port=5432"

    def own(self, folder: Path) -> None:
        """Make `folder` for PostgreSQL's user alone; refuse one that somebody else has made."""
        with suppress(FileExistsError):
            folder.mkdir(0o700)
            if self.user:
                os.chown(folder, self.user.uid, self.user.gid)
        found = folder.lstat()
        expected = self.user.uid if self.user else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected or found.st_mode & 0o077:
            raise EmbeddedDatabaseError(
                f"{folder} is not a private folder of uid {expected}: it belongs to uid {found.st_uid} and "
                f"has mode {stat.S_IMODE(found.st_mode):04o}. Remove it or give it back, {INSTEAD}."
            )


def settle(folder: Path) -> Place:
    """Return the place for `folder`, made if need be. The caller holds the lock for it.

    PostgreSQL refuses root, so root runs it as somebody else, who must be able to reach the data. Below a
    home folder that is closed (mode 0700) nobody else can. Opening the parents is not ours to do, and
    keeping the right to pass them would give the server the right to read everything: the data goes below
    `PRIVATE` instead, and `folder` becomes a link to it.
    """
    if folder.is_symlink() and folder.readlink().parent == PRIVATE:
        _unlink_if_copied(folder)
    folder.mkdir(0o700, exist_ok=True)
    user = programs.server_user(folder / "data")
    if user:
        folder.chmod(0o711)
        if not user.may_enter(folder.resolve()):
            _link_elsewhere(folder, user)
    return Place(folder.resolve(), user)


def private() -> Path:
    """Return `PRIVATE`, made if need be, open to every user's search and to root's writing alone."""
    PRIVATE.mkdir(0o755, parents=True, exist_ok=True)
    PRIVATE.chmod(0o755)
    return PRIVATE


def _link_elsewhere(folder: Path, user: User) -> None:
    if folder.is_symlink() or any(folder.iterdir()):
        raise EmbeddedDatabaseError(
            f"{folder} is not empty, but {user.name}, whom PostgreSQL runs as, may not enter a folder above "
            f"it. Run Interlock as the owner of that data, {INSTEAD}."
        )
    # A new one each time: whoever removed the link wants to start anew, and may have moved the old one.
    elsewhere = Path(tempfile.mkdtemp(prefix=f"{_digest(folder)}-", dir=private()))
    elsewhere.chmod(0o711)
    (elsewhere / "origin").write_text(f"{folder}\n")
    if not user.may_enter(elsewhere):
        raise EmbeddedDatabaseError(
            f"{user.name}, whom PostgreSQL runs as, may enter neither {folder} nor {elsewhere}. "
            f"Set INTERLOCK_DATA to a folder that {user.name} may enter, {INSTEAD}."
        )
    folder.rmdir()
    folder.symlink_to(elsewhere)


def _unlink_if_copied(folder: Path) -> None:
    """A copy of a checkout brings the link of its original along; each is to have a database of its own."""
    elsewhere = folder.readlink()
    try:
        origin = Path((elsewhere / "origin").read_text().strip())
    except OSError:
        folder.unlink()
        return
    if origin == folder:
        return
    if origin.is_symlink() and origin.readlink() == elsewhere:
        folder.unlink()
    else:
        (elsewhere / "origin").write_text(f"{folder}\n")


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
