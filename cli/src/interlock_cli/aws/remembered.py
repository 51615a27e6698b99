"""Where environments are, as the service last said: a program that needs credentials goes on while it does not answer.

What is kept is no secret, and opens nothing: AWS decides who may enter an account.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from interlock_cli.aws.targets import IdentityCenter, Organisation, Target, target
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, LostError
from interlock_cli.failures import refused
from interlock_cli.files import write_private
from interlock_cli.folders import cache_folder
from interlock_cli.notices import notice


def known_target(connection: Connection, environment: str) -> Target:
    """The environment, from the service; from what is kept, where it cannot be reached. Raises as `target` does."""
    path = _path(connection, environment)
    try:
        with Client(connection) as client:
            found = target(client, environment)
    except CommandError as error:
        kept = _kept(path) if isinstance(error, LostError) or refused(error) else None
        if kept is None:
            raise
        notice(f"{error.message} Going by what it last said of {environment}.")
        return kept
    try:
        write_private(path, json.dumps(asdict(found)))
    except CommandError:
        path.unlink(missing_ok=True)  # without a place to keep it, the service is needed each time
    return found


def _path(connection: Connection, environment: str) -> Path:
    name = hashlib.sha256(f"{connection.base} {environment}".encode()).hexdigest()
    return cache_folder() / "environments" / f"{name}.json"


def _kept(path: Path) -> Target | None:
    try:
        found = json.loads(path.read_text("utf-8"))
        said = found.pop("organisation")
        center = said.pop("center")
        organisation = Organisation(**said, center=IdentityCenter(**center) if center else None)
        return Target(**found, organisation=organisation)
    except (OSError, ValueError, KeyError, TypeError):
        return None
