"""The service that a command is for: named, or the one whose repository this is."""

from __future__ import annotations

import os
import re
from pathlib import Path

from interlock_cli import programs
from interlock_cli.client import Client, Data
from interlock_cli.errors import InputError
from interlock_cli.naming import unknown, unknown_service

REMOTE = re.compile(r"[/:](?P<repository>[\w.-]+/[\w.-]+?)(?:\.git)?/?$")


def service_for(client: Client, name: str | None, folder: Path) -> Data:
    """The service: {name, repository, branch}. name: its own, or owner/name of its repository; None for this one's.

    Raises CommandError for one that is not there, InputError where the folder does not say which it is.
    """
    if name and "/" not in name:
        found = client.pages("services", "services", filter={"name": name})
        service = next((each for each in found if each["name"] == name), None)
        if service is None:
            raise unknown_service(client, name)
        return service
    return _of_repository(client, name or repository_of(folder))


def repository_for(client: Client, name: str | None, folder: Path) -> str:
    """owner/name of its repository; one that is given is passed on, whether it is registered or not.

    Raises as `service_for` does.
    """
    return name if name and "/" in name else str(service_for(client, name, folder)["repository"])


def _of_repository(client: Client, repository: str) -> Data:
    every = client.pages("services", "services", filter={"repository": repository})
    found = [each for each in every if each["repository"] == repository]
    if not found:
        known = [each["repository"] for each in client.pages("services", "services", filter=None)]
        raise unknown("service of the repository", repository, known, "interlock services")
    if len(found) > 1:
        names = ", ".join(sorted(each["name"] for each in found))
        raise InputError(f"{repository} is the repository of several services: {names}.", "Name one of them.")
    return found[0]


def repository_of(folder: Path) -> str:
    """owner/name of the folder's git remote `origin`. Raises InputError where there is none."""
    step = ["git", "-C", str(folder), "remote", "get-url", "origin"]
    done = programs.captured(step, dict(os.environ))
    found = REMOTE.search(done.stdout.strip()) if done.code == 0 else None
    if found is None:
        raise InputError(
            f"{folder.resolve()} has no git remote `origin` that says which service this is.",
            "Name the service: `interlock services` lists them.",
        )
    return found["repository"]
