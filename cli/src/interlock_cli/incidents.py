"""What the commands of `incident` have in common: deployments as people name them, and an incident in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.errors import CommandError, InputError
from interlock_cli.naming import refuse_unknown_environment, refuse_unknown_service, unknown
from interlock_cli.output import short
from interlock_cli.subjects import is_deployment

SEVERITIES = ["CRITICAL", "MAJOR", "MINOR"]
NAMED = "ENVIRONMENT, ENVIRONMENT@COMMIT, or a deployment's id"


def incident(client: Client, name: str) -> Data:
    """Raises CommandError for one that is not there."""
    found: Data | None = client.ask("incident", incident=name)["incident"]
    if found is None:
        names = [each["name"] for each in client.pages("incidents", "incidents", 200, filter=None)]
        raise unknown("incident", name, names, "interlock incident list")
    return found


def deployments(client: Client, service: str, given: Sequence[str]) -> list[str]:
    """The ids of the deployments that are meant.

    `prod-eu-west-1` is the newest there, of the service; `prod-eu-west-1@c0ffee` the newest of that commit. Raises
    CommandError for one that is not there.
    """
    return [each if is_deployment(each) else _deployment(client, service, each) for each in given]


def _deployment(client: Client, service: str, given: str) -> str:
    environment, _, revision = given.partition("@")
    if not environment:
        raise InputError(f"{given!r} names no deployment.", f"Give {NAMED}.")
    wanted = {"service": service, "environment": environment, **({"revision": revision.lower()} if revision else {})}
    for each in client.pages("deployments", "deployments", 20, filter=wanted):
        if each["startedAt"]:
            return str(each["id"])
    refuse_unknown_service(client, service)
    refuse_unknown_environment(client, environment)
    what = f"{revision} of {service}" if revision else service
    raise CommandError(
        f"No deployment of {what} to {environment} has begun.", f"See `interlock deployments {service}`."
    )


def links(found: Data, given: Sequence[str]) -> list[str]:
    """The ids of the linked deployments that are meant, named likewise. Raises CommandError for one that is none."""
    return [_link(found, each) for each in given]


def _link(found: Data, given: str) -> str:
    environment, _, revision = given.partition("@")
    for each in (link["deployment"] for link in found["links"]["nodes"]):
        named = each["environment"]["name"] == environment and (each["revision"] or "").startswith(revision.lower())
        if given == each["id"] or named:
            return str(each["id"])
    raise CommandError(
        f"{given!r} is not linked to {found['name']}.", f"See `interlock incident link {found['name']}`."
    )


def done(client: Client, verb: str, given: Data) -> Data:
    """The incident after `verb`Incident. Raises CommandError with every reason why it was not done."""
    payload = _asked(client, verb, given)
    if payload["errors"]:
        raise_typed(payload["errors"])
    found: Data = payload["incident"]
    return found


def _asked(client: Client, verb: str, given: Data) -> Data:
    """Declared under a key: asked twice it is one incident. The others are about one that has a name."""
    if verb == "declare":
        return client.change("declare_incident", "declareIncident", given)
    answer: Data = client.ask_for(f"{verb}_incident", input=given)[f"{verb}Incident"]
    return answer


def linked(found: Data) -> Iterator[str]:
    """A sentence for each role that deployments have in it."""
    for role, words in (("CAUSE", "brought about by"), ("FIX", "ended by")):
        names = [_named(each["deployment"]) for each in found["links"]["nodes"] if each["role"] == role]
        yield (
            f"{found['name']} is {words} {', '.join(names)}." if names else f"No deployment is its {role.lower()} yet."
        )


def _named(deployment: Data) -> str:
    return f"{deployment['service']['name']} {short(deployment['revision'])} in {deployment['environment']['name']}"
