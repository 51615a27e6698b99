"""Test environments: what one is made after, how it is called, how many one may have, and for how long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Environment, Organisation
from domain.configuration.fields import fields_of
from domain.errors import InvalidValue, NotFound, Problem, Refused
from domain.words import EnvironmentKind

LONGEST_NAME = 50
WARNING = timedelta(hours=24)
"""How long before its end the owner of a test environment is told."""
NOBODY = "person"
"""Stands in a name for an owner of whom no letter of ASCII can be made."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the organisation allows: how many for a person and a team, for how many days, put off how often."""

    per_owner: int
    per_team: int
    days: int
    extensions: int


def limits_of(organisation: Organisation | None) -> Limits:
    """The organisation's limits; until it is configured, those that it would have by default."""
    fields = {
        "per_owner": "test_environments_per_owner",
        "per_team": "test_environments_per_team",
        "days": "test_environment_days",
        "extensions": "test_environment_extensions",
    }
    if organisation is None:
        return Limits(**{limit: fields_of(Organisation)[name].default for limit, name in fields.items()})
    return Limits(**{limit: getattr(organisation, name) for limit, name in fields.items()})


def template(configuration: Configuration, stage: str, region: str | None) -> Environment:
    """The shared environment that a test environment is made after: the first of the stage, or of it in a Region."""
    found = configuration.stages.get(stage)
    outside = [each.name for each in configuration.stages_in_order if not each.production]
    if found is None:
        raise NotFound("stage", stage, outside, field="stage")
    if found.production:
        allowed = f"a stage outside production: {', '.join(outside) or 'there is none yet'}"
        raise InvalidValue("stage", stage, allowed)
    shared = [
        each
        for wave in configuration.waves_of[stage]
        for each in configuration.environments_of[wave.name]
        if each.kind is EnvironmentKind.SHARED
    ]
    if not shared:
        raise Refused(
            "NO_TEMPLATE",
            f"The stage {stage!r} has no shared environment that a test environment could be made after.",
            path=["stage"],
            remedy="Register a shared environment in one of its waves, or name another stage.",
        )
    return _in_region(configuration, stage, shared, region)


def _in_region(
    configuration: Configuration, stage: str, shared: Sequence[Environment], region: str | None
) -> Environment:
    if region is None:
        return shared[0]
    if region not in configuration.regions:
        raise NotFound("region", region, configuration.regions, field="region")
    there = [each for each in shared if each.region == region]
    if not there:
        regions = ", ".join(dict.fromkeys(each.region for each in shared))
        raise InvalidValue("region", region, f"one where the stage {stage!r} has a shared environment: {regions}")
    return there[0]


def name_for(owner: str, taken: Collection[str]) -> str:
    """`test-ada-1` of ada@example.com: the first number with which no environment, of whatever time, was called so."""
    of_owner = slug(owner.partition("@")[0] or owner)
    number = 1
    while (name := _joined(of_owner, number)) in taken:
        number += 1
    return name


def slug(text: str) -> str:
    """The text in lower-case letters, digits and single hyphens, as far as it can be written so."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or NOBODY


def _joined(of_owner: str, number: int) -> str:
    end = f"-{number}"
    return f"test-{of_owner}"[: LONGEST_NAME - len(end)].rstrip("-") + end


def owned(configuration: Configuration, owner: str) -> list[Environment]:
    """The test environments of a person, the one that ends first before the others."""
    return _living(each for each in configuration.environments.values() if each.owner == owner)


def counted_for(configuration: Configuration, team: str) -> list[Environment]:
    """The test environments that count for a team, the one that ends first before the others."""
    return _living(each for each in configuration.environments.values() if each.team == team)


def _living(environments: Iterable[Environment]) -> list[Environment]:
    found = [each for each in environments if each.kind is EnvironmentKind.TEST]
    return sorted(found, key=lambda each: (ends(each), each.name))


def ends(environment: Environment) -> datetime:
    """When a test environment ends; each has an end."""
    assert environment.expires_at is not None
    return environment.expires_at


def over_quota(configuration: Configuration, owner: str, team: str | None) -> list[Problem]:
    """Why the person, or the team, may not have another one; nothing where both may."""
    limits = limits_of(configuration.organisation)
    found = []
    if len(mine := owned(configuration, owner)) >= limits.per_owner:
        found.append(_refused("owner", owner, limits.per_owner, mine))
    if team is not None and len(ours := counted_for(configuration, team)) >= limits.per_team:
        found.append(_refused("team", f"The team {team}", limits.per_team, ours))
    return found


def _refused(field: str, who: str, most: int, there: Sequence[Environment]) -> Problem:
    told = "; ".join(f"{each.name} of {each.owner} until {_at(ends(each))}" for each in there) or "none yet"
    remedy = "Ask whoever configures the organisation for more."
    if there:
        remedy = f"Delete one that is no longer needed, or wait for {there[0].name} to end at {_at(ends(there[0]))}."
    return Refused("QUOTA", f"{who} has {len(there)} of {most} test environments: {told}.", path=[field], remedy=remedy)


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def days_allowed(limits: Limits, days: int | None) -> int:
    """How many days from now a test environment may live: as many as asked, within the organisation's limit."""
    if days is None:
        return limits.days
    if not 1 <= days <= limits.days:
        raise InvalidValue("days", days, f"a whole number from 1 to {limits.days}, the organisation's limit")
    return days


def put_off(environment: Environment, limits: Limits, days: int, now: datetime) -> datetime:
    """The new end of a test environment, so many days from now; refused where it may not be put off once more."""
    if environment.extensions >= limits.extensions:
        raise Refused(
            "EXTENSIONS",
            f"The end of {environment.name!r} was put off {environment.extensions} times, of {limits.extensions} that "
            f"are allowed; it is {_at(ends(environment))}.",
            path=["name"],
            remedy="Create another test environment, and take over what is needed.",
        )
    until = now.replace(microsecond=0) + timedelta(days=days)
    if until <= ends(environment):
        allowed = f"days from now that end after {_at(ends(environment))}, which is its end already"
        raise InvalidValue("days", days, allowed)
    return until


def of_name(configuration: Configuration, name: str) -> Environment:
    """The test environment of this name."""
    found = configuration.environments.get(name)
    if found is None:
        known = [each.name for each in configuration.environments.values() if each.kind is EnvironmentKind.TEST]
        raise NotFound("test environment", name, known, field="name")
    if found.kind is not EnvironmentKind.TEST:
        raise Refused(
            "NOT_A_TEST_ENVIRONMENT",
            f"{name!r} is a shared environment: it has no owner and no end.",
            path=["name"],
            remedy="Name a test environment; a shared one is archived with archiveEnvironment.",
        )
    return found
