"""The rules of single kinds, beside those of `domain.configuration.rules`: who may be where, depend on whom, when."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from typing import TypeAlias

from domain import freezes, windows
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Check
from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Problem, Refused
from domain.permissions import SCOPE_FIELDS, Role
from domain.words import Channel, CheckKind, CheckWhen, EnvironmentKind, FreezeScope, HoldKind

Touched: TypeAlias = Collection[tuple[Kind, str]]
Found: TypeAlias = Iterator[tuple[Kind, str, Problem]]


def _test_environments(configuration: Configuration, touched: Touched) -> Found:
    """A test environment has an owner and an end."""
    for kind, key in touched:
        each = configuration.environments.get(key) if kind is Kind.ENVIRONMENT else None
        if each is None or each.kind is EnvironmentKind.SHARED:
            continue
        if not each.owner:
            yield kind, key, InvalidValue("owner", each.owner, "the person whose test environment it is")
        if each.expires_at is None:
            yield kind, key, InvalidValue("expiresAt", each.expires_at, "the time when the test environment ends")


def _outside_production(configuration: Configuration, touched: Touched) -> Found:
    """No test environment stands in production, be it moved there, or its wave, or its stage made so."""
    if not any(kind in (Kind.STAGE, Kind.WAVE, Kind.ENVIRONMENT) for kind, _ in touched):
        return
    for name, each in configuration.environments.items():
        wave = configuration.waves[each.wave]
        if each.kind is EnvironmentKind.SHARED or not configuration.stages[wave.stage].production:
            continue
        if (Kind.ENVIRONMENT, name) in touched:
            allowed = "a wave outside production, for a test environment"
            yield Kind.ENVIRONMENT, name, InvalidValue("wave", wave.name, allowed)
        elif (Kind.WAVE, wave.name) in touched:
            allowed = f"a stage outside production, where the test environment {name} may be"
            yield Kind.WAVE, wave.name, InvalidValue("stage", wave.stage, allowed)
        elif (Kind.STAGE, wave.stage) in touched:
            allowed = f"false, while the test environment {name} is in it"
            yield Kind.STAGE, wave.stage, InvalidValue("production", True, allowed)


def _drills(configuration: Configuration, touched: Touched) -> Found:
    """What is drilled has been deployed, and customers are not served from where it is."""
    if not any(kind in (Kind.STAGE, Kind.WAVE, Kind.CHECK) for kind, _ in touched):
        return
    for name, each in configuration.checks.items():
        if each.kind is not CheckKind.DRILL:
            continue
        mine = (Kind.CHECK, name) in touched
        if mine and each.when is not CheckWhen.AFTER:
            yield Kind.CHECK, name, InvalidValue("when", each.when, "AFTER: what is drilled has been deployed")
        stage = each.stage or configuration.waves[each.wave or ""].stage
        if configuration.stages[stage].production:
            yield from _drilled_in_production(each, stage, touched)


def _drilled_in_production(check: Check, stage: str, touched: Touched) -> Found:
    where = "stage" if check.stage else "wave"
    if (Kind.CHECK, check.name) in touched:
        allowed = f"a {where} outside production: a drill takes the new revision out again"
        yield Kind.CHECK, check.name, InvalidValue(where, getattr(check, where), allowed)
    elif (Kind.STAGE, stage) in touched:
        allowed = f"false, while the check {check.name} drills in it"
        yield Kind.STAGE, stage, InvalidValue("production", True, allowed)
    elif check.wave and (Kind.WAVE, check.wave) in touched:
        allowed = f"a stage outside production, where the check {check.name} may drill"
        yield Kind.WAVE, check.wave, InvalidValue("stage", stage, allowed)


def _dependencies(configuration: Configuration, touched: Touched) -> Found:
    """No service depends on itself, by whatever way."""
    told: set[str] = set()
    for kind, key in touched:
        way = [] if kind is not Kind.SERVICE or key in told else _way_back(configuration, key)
        if way:
            told |= set(way)
            remedy = "Take one of these dependencies out: what each waits for would never come first."
            message = f"The dependencies of service {key!r} come back to it: {' -> '.join([*way, key])}."
            yield kind, key, Refused("DEPENDENCY_CYCLE", message, remedy=remedy, path=["dependsOn"])


def _way_back(configuration: Configuration, start: str) -> list[str]:
    """The services from `start` back to it, or nothing."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop()
        for other in configuration.services[way[-1]].depends_on:
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []


def _holds(configuration: Configuration, touched: Touched) -> Found:
    """A pin and a veto name a revision; a hold is of all of them."""
    for kind, key in touched:
        if kind is Kind.HOLD:
            each = configuration.holds[key]
            if (each.kind is HoldKind.HOLD) is (each.revision is not None):
                allowed = "left out of a HOLD" if each.revision else f"the commit that the {each.kind} is about"
                yield kind, key, InvalidValue("revision", each.revision, allowed)


SCOPES = {
    FreezeScope.STAGE: Kind.STAGE,
    FreezeScope.ACCOUNT: Kind.ACCOUNT,
    FreezeScope.REGION: Kind.REGION,
    FreezeScope.TEAM: Kind.TEAM,
    FreezeScope.SERVICE: Kind.SERVICE,
}


def _freezes(configuration: Configuration, touched: Touched) -> Found:
    """A freeze ends after it begins, and what it freezes is there."""
    for kind, key in touched:
        if kind is not Kind.FREEZE:
            continue
        each = configuration.freezes[key]
        try:
            freezes.freeze(each.name, each.scope, each.target, each.starts_at, each.ends_at, each.reason)
        except Problem as problem:
            yield kind, key, problem
            continue
        other = SCOPES.get(each.scope)
        if other and each.target and configuration.get(other, each.target) is None:
            known = configuration.of(other)
            yield kind, key, NotFound(other.sentence_name, each.target, known, field="target")


def windows_open(configuration: Configuration, touched: Touched, now: datetime) -> Found:
    """A window opens at some time, whatever its calendars close."""
    calendars = {key for kind, key in touched if kind is Kind.CALENDAR}
    for key, each in configuration.windows.items():
        if (Kind.WINDOW, key) not in touched and not calendars & set(each.calendars):
            continue
        closed = {date.fromisoformat(day) for name in each.calendars for day in configuration.calendars[name].dates}
        try:
            windows.window(each.name, each.cron, each.minutes, each.time_zone or "UTC", now, closed)
        except Problem as problem:
            yield Kind.WINDOW, key, problem


def _routes(configuration: Configuration, touched: Touched) -> Found:
    """An address is one of its channel."""
    for kind, key in touched:
        if kind is Kind.NOTIFICATION_ROUTE:
            each = configuration.notification_routes[key]
            form, example = _ADDRESSES[each.channel]
            if not form.fullmatch(each.address):
                yield kind, key, InvalidValue("address", each.address, f"{each.channel} needs one as {example!r}")


def _grants(configuration: Configuration, touched: Touched) -> Found:
    """Who administers, administers everything: the configuration is one, and a part of it no part of the fleet."""
    for kind, key in touched:
        if kind is not Kind.GRANT:
            continue
        each = configuration.grants[key]
        narrowed = next((name for name in SCOPE_FIELDS if getattr(each, name)), None)
        if each.role is Role.ADMIN and narrowed:
            allowed = "left out for the role ADMIN, which is not narrowed"
            yield kind, key, InvalidValue(narrowed, getattr(each, narrowed), allowed)


_MAIL = r"[^\s@,;<>\"]{1,64}@[^\s@,;<>\"]{1,190}"
_ADDRESSES = {
    Channel.SNS: (re.compile(r"arn:aws\S{1,400}"), "arn:aws:sns:eu-west-1:123456789012:deployments"),
    Channel.SLACK: (re.compile(r"#[^\r\n]{1,100}"), "#deployments"),
    Channel.EMAIL: (re.compile(rf"{_MAIL}( *, *{_MAIL}){{0,49}}"), "payments@example.com, oncall@example.com"),
    Channel.WEBHOOK: (
        re.compile(r"(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])\S{1,2000}"),
        "https://example.com/interlock",
    ),
}
"""What an address looks like. Plain HTTP is for this machine alone, and sent to where a setting allows it."""

RULES: tuple[Callable[[Configuration, Touched], Found], ...] = (
    _test_environments,
    _outside_production,
    _drills,
    _dependencies,
    _holds,
    _freezes,
    _routes,
    _grants,
)
