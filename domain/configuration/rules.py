"""What must hold between entities. Each rule looks at what a change touched, and yields what is wrong with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from typing import TypeAlias

from domain import freezes, windows
from domain.configuration.configuration import Configuration, references
from domain.configuration.entities import Entity, Freeze
from domain.configuration.kinds import Kind
from domain.errors import AlreadyExists, InUse, InvalidValue, NotFound, Problem, Refused
from domain.words import Channel, EnvironmentKind, FreezeScope, HoldKind

Touched: TypeAlias = Sequence[tuple[Kind, str]]
Found: TypeAlias = Iterator[tuple[Kind, str, Problem]]

UNIQUE: tuple[tuple[Kind, tuple[str, ...], str], ...] = (
    (Kind.ACCOUNT, ("name",), "{}"),
    (Kind.STAGE, ("position",), "position {}"),
    (Kind.WAVE, ("position", "stage"), "position {} of stage {}"),
    (Kind.SERVICE, ("repository",), "repository {}"),
)
"""Fields that are unique together among the entities of a kind, the first of them to blame, and how they are called."""


def problems_of(configuration: Configuration, touched: Touched, now: datetime) -> list[tuple[Kind, str, Problem]]:
    """Everything that is wrong with what was touched; references first: the other rules rely on them."""
    found = [*_archived(configuration, touched), *_references(configuration, touched)]
    alive = _alive(configuration, touched)
    return found or [
        *(each for rule in _RULES for each in rule(configuration, alive)),
        *_windows(configuration, alive, now),
    ]


def lost(
    configuration: Configuration, touched: Touched, failed: Collection[tuple[Kind, str]]
) -> list[tuple[Kind, str, Problem]]:
    """The references to nothing, where other things are wrong already: not those to what would have been there."""
    found: list[tuple[Kind, str, Problem]] = []
    for kind, key in _alive(configuration, touched):
        for field, other, name in references(configuration.get(kind, key)):
            if configuration.get(other, name) is None and (other, name) not in failed:
                known = configuration.of(other)
                found.append((kind, key, NotFound(other.sentence_name, name, known, field=field.public)))
    return found


def _alive(configuration: Configuration, touched: Touched) -> Touched:
    return [(kind, key) for kind, key in touched if configuration.get(kind, key) is not None]


def _references(configuration: Configuration, touched: Touched) -> Found:
    """What an entity refers to is there."""
    yield from lost(configuration, touched, ())


def _archived(configuration: Configuration, touched: Touched) -> Found:
    """Nothing refers to what is archived."""
    gone = {(kind, key) for kind, key in touched if configuration.get(kind, key) is None}
    if not gone:
        return
    users = defaultdict(list)
    for kind in Kind:
        for key, entity in configuration.of(kind).items():
            for used in gone.intersection(_used_by(entity)):
                users[used].append(f"{kind.sentence_name} {key}")
    for (kind, key), used_by in users.items():
        yield kind, key, InUse(kind.sentence_name, key, used_by)


def _used_by(entity: Entity) -> set[tuple[Kind, str]]:
    """What the entity refers to; a freeze to its target."""
    found = {(kind, key) for _, kind, key in references(entity)}
    if isinstance(entity, Freeze) and entity.target and entity.scope in _SCOPES:
        found.add((_SCOPES[entity.scope], entity.target))
    return found


def _unique(configuration: Configuration, touched: Touched) -> Found:
    """What must be unique is."""
    for kind, names, said in UNIQUE:
        mine = {key for of, key in touched if of is kind}
        if not mine:
            continue
        owners = defaultdict(list)
        for key, entity in configuration.of(kind).items():
            owners[tuple(getattr(entity, name) for name in names)].append(key)
        for value, keys in owners.items():
            for key in sorted(mine & set(keys)) if len(keys) > 1 else ():
                other = next(each for each in keys if each != key)
                what = said.format(*value)
                problem = AlreadyExists(kind.sentence_name, what, field=names[0], taken_by=f"{other!r} has it")
                yield kind, key, problem


def _one_place_once(configuration: Configuration, touched: Touched) -> Found:
    """No two shared environments of one account and Region in one wave."""
    for wave in sorted({configuration.environments[key].wave for kind, key in touched if kind is Kind.ENVIRONMENT}):
        owners: dict[tuple[str, str], str] = {}
        for each in configuration.environments_of[wave]:
            if each.kind is EnvironmentKind.SHARED:
                first = owners.setdefault((each.account, each.region), each.name)
                if first != each.name:
                    mine = each.name if (Kind.ENVIRONMENT, each.name) in touched else first
                    other = first if mine == each.name else each.name
                    place = f"{each.account} {each.region} in wave {wave}"
                    problem = AlreadyExists("environment", place, field="region", taken_by=f"it is called {other!r}")
                    yield Kind.ENVIRONMENT, mine, problem


def _one_of(kind: Kind, *names: str, least: int) -> Callable[[Configuration, Touched], Found]:
    """At most one of some fields is given, and at least so many."""

    def rule(configuration: Configuration, touched: Touched) -> Found:
        for of, key in touched:
            if of is kind:
                entity = configuration.get(kind, key)
                given = [name for name in names if getattr(entity, name)]
                if not least <= len(given) <= 1:
                    others = " or ".join(f"`{name}`" for name in names[1:])
                    allowed = f"given alone, or {others} given alone: a {kind.sentence_name} has one of them"
                    yield kind, key, InvalidValue(names[0], getattr(entity, names[0]), allowed)

    return rule


def _test_environments(configuration: Configuration, touched: Touched) -> Found:
    """A test environment has an owner and an end, and stands outside production."""
    for kind, key in touched:
        each = configuration.environments.get(key) if kind is Kind.ENVIRONMENT else None
        if each is None or each.kind is EnvironmentKind.SHARED:
            continue
        if not each.owner:
            yield kind, key, InvalidValue("owner", each.owner, "the person whose test environment it is")
        if each.expires_at is None:
            yield kind, key, InvalidValue("expiresAt", each.expires_at, "the time when the test environment ends")
        if configuration.stages[configuration.waves[each.wave].stage].production:
            yield kind, key, InvalidValue("wave", each.wave, "a wave outside production, for a test environment")


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


_SCOPES = {
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
        other = _SCOPES.get(each.scope)
        if other and each.target and configuration.get(other, each.target) is None:
            known = configuration.of(other)
            yield kind, key, NotFound(other.sentence_name, each.target, known, field="target")


def _windows(configuration: Configuration, touched: Touched, now: datetime) -> Found:
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
            begins, example = _ADDRESSES[each.channel]
            if not each.address.startswith(begins):
                yield kind, key, InvalidValue("address", each.address, f"{each.channel} needs one as {example!r}")


_ADDRESSES = {
    Channel.SNS: ("arn:aws", "arn:aws:sns:eu-west-1:123456789012:deployments"),
    Channel.SLACK: ("#", "#deployments"),
    Channel.WEBHOOK: ("https://", "https://example.com/interlock"),
}

_RULES: tuple[Callable[[Configuration, Touched], Found], ...] = (
    _unique,
    _one_place_once,
    _one_of(Kind.CHECK, "stage", "wave", least=1),
    _one_of(Kind.CHECK, "service", "services", "team", least=0),
    _one_of(Kind.WINDOW, "stage", "wave", least=1),
    _test_environments,
    _dependencies,
    _holds,
    _freezes,
    _routes,
)
