"""Loads entities through the mutations: what is the same is left alone, what differs is refused first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from interlock_cli.client import Client, Data, typed_error
from interlock_cli.errors import CommandError, RequestRefusedError
from interlock_cli.organisation.entities import Entity
from interlock_cli.output import instant

CREATED, UNCHANGED, CONFIGURED = "created", "unchanged", "configured"


@dataclass(frozen=True)
class Done:
    """What became of one entity."""

    kind: str
    name: str
    result: str


def load(client: Client, entities: list[Entity]) -> Iterator[Done]:
    """Registers what is missing, in order, and says what became of each entity.

    Everything is compared before anything is written, so a file that contradicts the service changes nothing.
    Raises CommandError with the file's lines for contradictions, and for the first entity that the service
    refuses: what was registered until then stays, and loading again continues there.
    """
    current = current_state(client)
    differences = [line for entity in entities for line in contradictions(entity, current)]
    if differences:
        raise CommandError(
            "\n".join([*differences, "Nothing was changed."]),
            "Make the file say what the service has: this version registers, and does not rename or move.",
        )
    for entity in entities:
        yield Done(entity.kind, entity.name, _apply(client, entity, current.get((entity.kind, entity.name))))


def _apply(client: Client, entity: Entity, there: Data | None) -> str:
    if there is not None and not different(entity.input, there):
        return UNCHANGED
    register(client, entity)
    return CONFIGURED if entity.kind == "organisation" else CREATED


def register(client: Client, entity: Entity) -> None:
    """Sends the entity's mutation; an error names the file and the line."""
    verb = "configure" if entity.kind == "organisation" else "register"
    try:
        payload = client.ask(f"{verb}_{entity.kind}", input=entity.input)
    except RequestRefusedError as refused:
        raise CommandError(_located(entity, {"message": refused.message})) from refused
    errors = payload[f"{verb}{entity.kind.capitalize()}"]["errors"]
    if errors:
        raise CommandError("\n".join(_located(entity, error) for error in errors))


def _located(entity: Entity, error: Data) -> str:
    place = entity.place_of([str(step) for step in error.get("path") or []])
    return f"{place.file}, line {place.line}: {entity.kind} {entity.name!r}: {typed_error(error)}"


def contradictions(entity: Entity, current: dict[tuple[str, str], Data]) -> list[str]:
    """One sentence per field in which the service's entity of this name says otherwise than the file."""
    there = current.get((entity.kind, entity.name))
    if there is None or entity.kind == "organisation":
        return []
    return [
        f"{place.file}, line {place.line}: {entity.kind} {entity.name!r} has {key} {there.get(key)!r} "
        f"in the service, {entity.input[key]!r} in the file."
        for key in different(entity.input, there)
        for place in [entity.place_of([key])]
    ]


def different(wanted: Data, there: Data) -> list[str]:
    """The fields of the file that the service has otherwise; what the file leaves out is the service's."""
    return [key for key, value in wanted.items() if not same(value, there.get(key))]


def same(wanted: Any, there: Any) -> bool:
    """Equal; a mapping when it has all that is wanted, a list in any order, a time as an instant."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        return not different(wanted, there)
    if isinstance(wanted, list) and isinstance(there, list):
        return sorted(map(repr, wanted)) == sorted(map(repr, there))
    if isinstance(wanted, str) and isinstance(there, str) and wanted != there:
        return _moment(wanted) is not None and _moment(wanted) == _moment(there)
    return bool(wanted == there)


def _moment(text: str) -> datetime | None:
    try:
        return instant(text)
    except ValueError:
        return None


def current_state(client: Client) -> dict[tuple[str, str], Data]:
    """What the service has, by kind and name, each in the shape of its mutation's input."""
    found: dict[tuple[str, str], Data] = {}
    organisation = client.ask("current_organisation")["organisation"]
    if organisation:
        found["organisation", organisation["name"]] = organisation
    for account in client.pages("current_accounts", "accounts"):
        found["account", account["awsId"]] = account
    for stage in client.pages("current_stages", "stages"):
        found["stage", stage["name"]] = stage
        for wave in stage["waves"]["nodes"]:
            found["wave", wave["name"]] = wave | {"stage": stage["name"]}
    for kind, node in _flattened(client):
        found[kind, node["name"]] = node
    return found


def _flattened(client: Client) -> Iterator[tuple[str, Data]]:
    for environment in client.pages("current_environments", "environments"):
        yield (
            "environment",
            environment
            | {
                "account": environment["account"]["awsId"],
                "region": environment["region"]["name"],
                "wave": environment["wave"]["name"],
            },
        )
    for service in client.pages("current_services", "services"):
        yield "service", service
    for check in client.pages("current_checks", "checks"):
        owners = {key: (check[key] or {}).get("name") for key in ("stage", "wave", "service")}
        yield "check", check | owners
