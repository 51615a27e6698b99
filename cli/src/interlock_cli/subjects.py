"""What `trace`, `logs` and `approve` are about: an execution or a deployment, as a person names it."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from interlock_cli.client import Client, Data
from interlock_cli.errors import CommandError
from interlock_cli.naming import environment_names, service_names, unknown
from interlock_cli.output import short

LOOKED_THROUGH = 300
"""The newest executions, among which the beginning of an id is looked for."""
_COMMIT = re.compile(r"[0-9a-f]{4,64}", re.IGNORECASE)
_BEGINNING = re.compile(r"[0-9a-f][0-9a-f-]{3,35}", re.IGNORECASE)


@dataclass(frozen=True)
class Subject:
    """An execution, or one deployment of it: then `deployment` is the graph's id of that."""

    execution: str
    deployment: str | None = None


def subject(client: Client, what: str, environment: str | None = None) -> Subject:
    """What is meant. Raises CommandError where it is nothing, or not one thing."""
    if environment is not None:
        return _newest_deployment(client, what, environment)
    if is_deployment(what):
        return _deployment(client, what)
    known = client.ask("subject", what=what)
    if known["execution"]:
        return Subject(what)
    if known["service"]:
        return _newest_execution(client, what)
    return _of_commit(client, what) or _beginning(client, what) or _refused(client, what)


def is_deployment(text: str) -> bool:
    """Whether it is the graph's id of a deployment."""
    try:
        return base64.b64decode(text, validate=True).startswith(b"Deployment:")
    except (binascii.Error, ValueError):
        return False


def _deployment(client: Client, given: str) -> Subject:
    found: Data | None = client.ask("deployment", id=given)["deployment"]
    if found is None:
        raise CommandError(f"There is no deployment {given!r}.", "`interlock deployments -o json` lists their ids.")
    return Subject(found["execution"]["executionId"], given)


def _newest_deployment(client: Client, service: str, environment: str) -> Subject:
    wanted = {"service": service, "environment": environment}
    for each in client.pages("deployments", "deployments", 1, filter=wanted):
        return Subject(each["execution"]["executionId"], each["id"])
    for kind, name, names in (("service", service, service_names), ("environment", environment, environment_names)):
        if name not in (known := names(client)):
            raise unknown(kind, name, known, f"interlock {kind}s")
    raise CommandError(
        f"Nothing of {service} was ever deployed to {environment}.", f"See `interlock status {service}`."
    )


def _newest_execution(client: Client, service: str) -> Subject:
    for each in client.pages("executions", "executions", 1, filter={"service": service}):
        return Subject(each["executionId"])
    raise CommandError(f"No pipeline of {service} has run.", f"See `interlock status {service}`.")


def _of_commit(client: Client, given: str) -> Subject | None:
    """The newest execution of a commit; several services that have one like it are told apart by more digits."""
    if not _COMMIT.fullmatch(given):
        return None
    found = list(client.pages("executions", "executions", LOOKED_THROUGH, filter={"revision": given.lower()}))
    if len(commits := {each["revision"]: each for each in found}) > 1:
        listed = ", ".join(f"{short(revision)} of {_whose(each)}" for revision, each in sorted(commits.items()))
        raise CommandError(f"{given!r} begins several commits: {listed}.", "Give more of it, or the execution's id.")
    return Subject(found[0]["executionId"]) if found else None


def _whose(execution: Data) -> str:
    pipeline = execution["pipeline"]
    return str((pipeline["service"] or pipeline)["name"])


def _beginning(client: Client, given: str) -> Subject | None:
    if not _BEGINNING.fullmatch(given):
        return None
    newest = client.pages("executions", "executions", LOOKED_THROUGH, filter=None)
    found = [each["executionId"] for each in newest if each["executionId"].startswith(given.lower())]
    if len(found) > 1:
        raise CommandError(f"{given!r} begins several executions: {', '.join(found[:5])}.", "Give more of the id.")
    return Subject(found[0]) if found else None


def _refused(client: Client, given: str) -> Subject:
    known = service_names(client)
    error = unknown("execution, commit or service", given, known, "interlock executions")
    raise error
