"""What a freeze is about: the environments and services within its scope, and what it holds back there now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from interlock_cli.client import Client, Data
from interlock_cli.fleet import environments
from interlock_cli.moments import instant, local
from interlock_cli.output import short

MOST_DEPLOYMENTS = 1000
MOST_NAMES = 4
MOST_ASKED = 10
"""Places of which it is asked what else holds a revision back: each question is a decision."""


@dataclass(frozen=True)
class Scope:
    """`ORGANISATION`, or one of the other kinds with its name; an account's is twelve digits."""

    kind: str
    target: str | None = None

    def __str__(self) -> str:
        return "everything" if self.kind == "ORGANISATION" else f"{self.kind.lower()} {self.target}"

    def has(self, environment: Data, service: str, team: str | None) -> bool:
        """Whether a movement of the service to the environment is within it."""
        named = {
            "STAGE": environment["wave"]["stage"]["name"],
            "ACCOUNT": environment["account"]["awsId"],
            "REGION": environment["region"]["name"],
            "TEAM": team,
            "SERVICE": service,
        }
        return self.kind == "ORGANISATION" or named[self.kind] == self.target


@dataclass(frozen=True)
class Within:
    """What is within a scope. places: (service, environment), in the order in which revisions reach them.

    production: the stages of production among them. coming, moving: revisions that would enter, and are being deployed.
    """

    places: Sequence[tuple[str, str]]
    production: Sequence[str]
    coming: Sequence[tuple[str, str, str]]
    moving: Sequence[tuple[str, str, str]]


def within(client: Client, scope: Scope) -> Within:
    """As it is now."""
    every = environments(client)
    fleet: Sequence[Data] = client.ask("fleet", services=None)["fleet"]
    team_of = {row["service"]: row["team"] for row in fleet}
    goes_to = {(row["service"], cell["environment"]) for row in fleet for cell in row["cells"]}
    found = [
        (service, each["name"])
        for each in every
        for service in sorted(team_of)
        if (service, each["name"]) in goes_to and scope.has(each, service, team_of[service])
    ]
    production = {each["name"]: each["wave"]["stage"]["name"] for each in every if each["wave"]["stage"]["production"]}
    stages = dict.fromkeys(production[name] for _, name in found if name in production)
    return Within(
        found, list(stages), _deployments(client, "PENDING", found), _deployments(client, "IN_PROGRESS", found)
    )


def _deployments(client: Client, status: str, places: Sequence[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(service, revision, environment) of those in a status, in the order of the environments."""
    order = {place: number for number, place in enumerate(places)}
    found = {
        ((each["service"]["name"], each["environment"]["name"]), short(each["revision"]) or "an unknown revision")
        for each in client.pages("deployments", "deployments", MOST_DEPLOYMENTS, filter={"status": [status]})
    }
    ordered = sorted((order[place], place, revision) for place, revision in found if place in order)
    return [(service, revision, environment) for _, (service, environment), revision in ordered]


def effect(scope: Scope, found: Within, starts: datetime | None, ends: datetime) -> Iterator[str]:
    """What a freeze does. starts: None for now."""
    services, places = ({place[at] for place in found.places} for at in (0, 1))
    begins = f"from {local(starts)} " if starts else ""
    counted = f"{_several(len(services), 'service')} in {_several(len(places), 'environment')}"
    yield f"Freezes {scope} {begins}until {local(ends)}: {counted}."
    if not found.places:
        yield "Nothing goes there now."
    if_late = " unless it is there before" if starts else ""
    for service, revision, names in _grouped(found.coming):
        yield f"Holds {service} {revision} back from {names}{if_late}."
    for service, revision, names in _grouped(found.moving):
        yield f"Does not stop {service} {revision}, which is being deployed to {names}."


def thawed(client: Client, name: str, found: Within) -> Iterator[str]:
    """What the end of a freeze lets go, and what else holds it."""
    if not found.coming:
        yield "Nothing is on its way there now."
    for service, revision, names in _grouped(found.coming):
        yield f"Lets {service} {revision} go to {names}, as far as nothing else holds it back."
    first = {(service, revision): environment for service, revision, environment in reversed(found.coming)}
    for (service, _), environment in list(reversed(first.items()))[:MOST_ASKED]:
        yield from still_held(client, service, environment, name)


def still_held(client: Client, service: str, environment: str, *names: str) -> Iterator[str]:
    """What would hold the service back from the environment without the freezes or holds of these names."""
    why = client.ask("why", service=service, environment=environment)["why"]
    for blocker in why.get("blockers") or ():
        own = any(f"by {name}{end}" in blocker["sentence"] for name in names for end in (":", " ("))
        if not own and not blocker["override"]:
            yield f"Still holds {service} back from {environment}: {blocker['sentence']}."


def _grouped(found: Sequence[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """By service and revision, with the environments as a list for people."""
    names: Mapping[tuple[str, str], list[str]] = defaultdict(list)
    for service, revision, environment in found:
        names[service, revision].append(environment)
    for (service, revision), places in names.items():
        more = len(places) - MOST_NAMES
        yield service, revision, ", ".join(places[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _several(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def standing(freeze: Data, now: datetime) -> str:
    """`in force`, `to come`, `over` or `archived`."""
    if freeze["archivedAt"]:
        return "archived"
    if instant(freeze["startsAt"]) > now:
        return "to come"
    return "in force" if instant(freeze["endsAt"]) > now else "over"
