"""What must hold between entities. Each rule looks at what a change touched, and yields what is wrong with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime
from itertools import chain

from domain.configuration import particular
from domain.configuration.configuration import Configuration, references
from domain.configuration.entities import Entity, Freeze
from domain.configuration.kinds import Kind
from domain.configuration.particular import Found, Touched
from domain.errors import AlreadyExists, InUse, InvalidValue, NotFound
from domain.words import EnvironmentKind

UNIQUE: tuple[tuple[Kind, tuple[str, ...], str], ...] = (
    (Kind.ACCOUNT, ("name",), "{}"),
    (Kind.STAGE, ("position",), "position {}"),
    (Kind.WAVE, ("position", "stage"), "position {} of stage {}"),
    (Kind.SERVICE, ("repository",), "repository {}"),
)
"""Fields that are unique together among the entities of a kind, the first of them to blame, and how they are called."""


def problems_of(configuration: Configuration, touched: Touched, now: datetime) -> Found:
    """Everything that is wrong with what was touched; references first: the other rules rely on them."""
    sound = True
    for each in chain(_archived(configuration, touched), lost(configuration, touched, ())):
        sound = False
        yield each
    if sound:
        alive = _alive(configuration, touched)
        for rule in _RULES:
            yield from rule(configuration, alive)
        yield from particular.windows_open(configuration, alive, now)


def lost(configuration: Configuration, touched: Touched, failed: Collection[tuple[Kind, str]]) -> Found:
    """The references to nothing; where other things are wrong already, not those to what would have been there."""
    for kind, key in _alive(configuration, touched):
        for field, other, name in references(configuration.get(kind, key)):
            if configuration.get(other, name) is None and (other, name) not in failed:
                known = configuration.of(other)
                yield kind, key, NotFound(other.sentence_name, name, known, field=field.public)


def _alive(configuration: Configuration, touched: Touched) -> Touched:
    return {(kind, key): None for kind, key in touched if configuration.get(kind, key) is not None}.keys()


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
    if isinstance(entity, Freeze) and entity.target and entity.scope in particular.SCOPES:
        found.add((particular.SCOPES[entity.scope], entity.target))
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
                problem = AlreadyExists(kind.sentence_name, what, field=names[0], taken_by=other)
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
                    problem = AlreadyExists("environment", place, field="region", taken_by=other)
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


_RULES: tuple[Callable[[Configuration, Touched], Found], ...] = (
    _unique,
    _one_place_once,
    _one_of(Kind.CHECK, "stage", "wave", least=1),
    _one_of(Kind.CHECK, "service", "services", "team", least=0),
    _one_of(Kind.WINDOW, "stage", "wave", least=1),
    _one_of(Kind.GRANT, "group", "person", least=1),
    *particular.RULES,
)
