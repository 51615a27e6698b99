"""The rules of single values: each returns the value, or says what is allowed."""

from __future__ import annotations

import re
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from domain import names, quiet, selectors
from domain.cron import Cron
from domain.errors import InvalidValue, NotFound
from domain.events import UNTOLD, EventType
from domain.permissions import OF_PEOPLE, Role
from domain.regions import KNOWN_REGIONS

MOST = 1000
"""Items of a list."""


def connection(field: str, value: str) -> str:
    """A connection to GitHub, under the service's name of today or of before."""
    service = "codestar-connections" if ":codestar-connections:" in value else "codeconnections"
    return names.arn(field, value, service)


def event_bus(field: str, value: str) -> str:
    """An event bus's ARN."""
    return names.arn(field, value, "events")


def secret(field: str, value: str) -> str:
    """A secret's ARN: the secret itself is never kept here."""
    return names.arn(field, value, "secretsmanager")


def start_url(field: str, value: str) -> str:
    """An address of the AWS access portal; without the `/` and `/#/` at its end that browsers show."""
    address = re.sub(r"/?(#/?)?$", "", value)
    if not re.fullmatch(r"https://[a-z0-9.-]{1,200}(/[A-Za-z0-9._~/-]{0,200})?", address):
        raise InvalidValue(field, value, "the address of the AWS access portal: 'https://acme.awsapps.com/start'")
    return address


def role(field: str, value: str) -> str:
    """The name of a permission set or of a role, with its path for the latter."""
    if not re.fullmatch(r"([\w+=,.@-]{1,64}/){0,8}[\w+=,.@-]{1,64}", value, re.ASCII):
        raise InvalidValue(field, value, "the name of a permission set or role: 'ReadOnly'")
    return value


def known_region(field: str, value: str) -> str:
    """A Region that this version knows."""
    if value not in KNOWN_REGIONS:
        raise NotFound("region", value, KNOWN_REGIONS, field=field)
    return value


ENVIRONMENT_STEP = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "What it is called in messages."},
        "create": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The program and its arguments, without a shell. It is given the environment on stdin.",
        },
        "delete": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What takes it back, in the same form; left out where nothing has to.",
        },
    },
    "required": ["name", "create"],
    "additionalProperties": False,
}
"""The JSON Schema of a step."""
MOST_STEPS = 20


def environment_steps(field: str, value: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """What is done beside the service when a test environment comes and goes, in order, each under its own name."""
    if len(value) > MOST_STEPS:
        raise InvalidValue(field, f"{len(value)} steps", f"at most {MOST_STEPS} steps")
    named = [_step(f"{field}.{number}", each) for number, each in enumerate(value)]
    distinct(field, tuple(each["name"] for each in named))
    return tuple(named)


def _step(field: str, value: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(value.keys() - {"name", "create", "delete"})
    if unknown:
        raise InvalidValue(f"{field}.{unknown[0]}", value[unknown[0]], "nothing but the keys name, create and delete")
    if not isinstance(value.get("name"), str):
        raise InvalidValue(f"{field}.name", value.get("name"), "text: what the step is called")
    names.name(f"{field}.name", value["name"])
    programs = {verb: value.get(verb) for verb in ("create", "delete") if verb in value or verb == "create"}
    return {"name": value["name"], **{verb: _program(f"{field}.{verb}", each) for verb, each in programs.items()}}


def _program(field: str, value: Any) -> list[str]:
    words = value if isinstance(value, list | tuple) else ()
    if not words or len(words) > MOST or not all(isinstance(word, str) for word in words) or not words[0].strip():
        raise InvalidValue(field, value, "a program and its arguments: ['add-zone', '--ttl', '60']")
    return list(words)


def wave(field: str, value: str) -> str:
    """A wave's name: never that of a part of another one, which a plan may have beside it."""
    if re.search(r"-part-[0-9]+$", value):
        raise InvalidValue(field, value, "a name that does not end as the parts of a wave do: '-part-1'")
    return names.name(field, value)


def country(field: str, value: str) -> str:
    """Two letters of ISO 3166-1; whether its holidays are known is the use-case's to say."""
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise InvalidValue(field, value, "two capital letters of ISO 3166-1: 'DE'")
    return value


def dates(field: str, value: dict[str, str]) -> dict[str, str]:
    """ISO dates to what they are."""
    for day in value:
        try:
            exact = date.fromisoformat(day).isoformat() == day
        except ValueError:
            exact = False
        if not exact:
            raise InvalidValue(f"{field}.{day}", day, "a date as '2026-12-24'")
    if len(value) > MOST:
        raise InvalidValue(field, f"{len(value)} dates", f"at most {MOST} dates")
    return dict(sorted(value.items()))


def email(field: str, value: str) -> str:
    """An address as people write it; that it can be reached is not checked."""
    if not re.fullmatch(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@.]{2,63}", value):
        raise InvalidValue(field, value, "an address of electronic mail: 'payments@example.com'")
    return value


def person(field: str, value: str) -> str:
    """A person, as they sign in."""
    if not re.fullmatch(r"\S(.{0,198}\S)?", value):
        raise InvalidValue(field, value, "a person, as they sign in: 200 characters at most")
    return value


def role_of_people(field: str, value: Role) -> Role:
    """A role that people have: a pipeline is none of them."""
    if value not in OF_PEOPLE:
        raise InvalidValue(field, value, "one of " + ", ".join(OF_PEOPLE))
    return value


def said(field: str, value: str) -> str:
    """Text that says something."""
    if not value.strip():
        raise InvalidValue(field, value, "text that says something")
    return value


def distinct(field: str, value: tuple[str, ...]) -> tuple[str, ...]:
    """Each once; the order does not matter, and is kept sorted."""
    twice = sorted({each for each in value if value.count(each) > 1}) if len(value) <= MOST else []
    if twice:
        raise InvalidValue(field, twice[0], "given once in the list")
    if len(value) > MOST or any(not each.strip() for each in value):
        raise InvalidValue(field, f"{len(value)} texts", f"at most {MOST} texts, none of them empty")
    return tuple(sorted(value))


def globs(field: str, value: tuple[str, ...]) -> tuple[str, ...]:
    """Globs over the names of services."""
    for each in value:
        if not re.fullmatch(r"[a-z0-9*?-]{1,60}", each):
            raise InvalidValue(field, each, "a service's name, or a glob over names: 'payments-*'")
    return distinct(field, value)


def event_globs(field: str, value: tuple[str, ...]) -> tuple[str, ...]:
    """Globs over the types of events, each of which there is, and is told."""
    told = [kind for kind in EventType if kind not in UNTOLD]
    for each in value:
        if not any(fnmatchcase(kind, each) for kind in told):
            raise NotFound("event type", each, told, field=field)
    if not value:
        raise InvalidValue(field, value, "at least one glob over types of events: 'deployment.*'")
    return distinct(field, value)


def quiet_hours(field: str, value: tuple[str, ...]) -> tuple[str, ...]:
    """Spans of the week, as they were written; `domain.quiet` has the form."""
    quiet.parse(value, field)
    return value


def selector(field: str, value: tuple[str, ...]) -> tuple[str, ...]:
    """The terms of a selector, as they were written; `domain.selectors` has the language."""
    selectors.parse(value, field)
    return value


def cron(field: str, value: str) -> str:
    """A cron expression of five fields."""
    Cron.parse(value, field)
    return value


def revision(field: str, value: str) -> str:
    """A commit: 40 hexadecimal digits, or enough of the first of them."""
    if not re.fullmatch(r"[0-9a-f]{7,64}", value):
        raise InvalidValue(field, value, "a commit's hexadecimal digits, at least the first seven")
    return value
