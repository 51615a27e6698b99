"""What an act is done to, as far as permissions go: of which team, service, stage and account.

A name that is not in the fleet stays in the target as it was given: the use-case says that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from domain.configuration.changing import Operation
from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.configuration.particular import SCOPES
from domain.errors import NotFound, Problem
from domain.permissions import EVERYTHING, Permission, Target
from domain.words import FreezeScope, OperationKind

OF_KIND: Mapping[Kind, Permission] = {
    Kind.HOLD: Permission.HOLD,
    Kind.FREEZE: Permission.FREEZE,
    Kind.GRANT: Permission.MANAGE_GRANTS,
}
"""The kinds of the configuration that need another permission than CONFIGURE."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for one part of a mutation.

    absent: what is answered to whoever does not see the target: as if it were not there. there: whether it is.
    named: it is only named, and must be seen; what is done, is done to another target.
    """

    target: Target
    absent: Problem | None = None
    there: bool = True
    named: bool = False


def of_kind(kind: Kind) -> Permission:
    """What changing an entity of the kind needs."""
    return OF_KIND.get(kind, Permission.CONFIGURE)


def of_service(configuration: Configuration, name: str | None, stage: str | None = None) -> Target:
    """A service, everywhere or in a stage; None: no service, or all of them."""
    service = configuration.services.get(name) if name is not None else None
    return Target(team=service.team if service else None, service=name, stage=stage)


def of_environment(configuration: Configuration, name: str | None, service: str | None = None) -> Target:
    """What a service, or all of them, have in an environment. A test environment is its team's."""
    environment = configuration.environments.get(name) if name is not None else None
    if environment is None:
        return of_service(configuration, service)
    found = of_service(configuration, service, configuration.waves[environment.wave].stage)
    team = found.team if service is not None else environment.team
    return Target(team, service, found.stage, environment.account)


def of_wave(configuration: Configuration, name: str | None, service: str | None = None) -> Target:
    """A wave is its stage's, and of all accounts: more may be added to it."""
    wave = configuration.waves.get(name) if name is not None else None
    return of_service(configuration, service, wave.stage if wave else None)


def named(
    configuration: Configuration, kind: Kind, name: str | None, path: tuple[str, ...] = (), field: str = ""
) -> Iterator[Asked]:
    """That something which an act names is there, and seen; nothing where nothing is named. path, field: where."""
    if name is None:
        return
    problem = NotFound(kind.sentence_name, name, field=field or kind.value)
    problem.path = [*path, *problem.path]
    of = _NAMED[kind]
    yield Asked(of(configuration, name), problem, configuration.get(kind, name) is not None, named=True)


_NAMED: Mapping[Kind, Callable[[Configuration, str], Target]] = {
    Kind.SERVICE: of_service,
    Kind.ENVIRONMENT: of_environment,
    Kind.WAVE: of_wave,
    Kind.STAGE: lambda _, name: Target(stage=name),
    Kind.TEAM: lambda _, name: Target(team=name),
    Kind.ACCOUNT: lambda _, name: Target(account=name),
}


def of_operation(configuration: Configuration, operation: Operation) -> Iterator[Asked]:
    """What an operation concerns, as it was and as it will be; all there is, where only administrators change it."""
    if operation.kind not in _PARTS:
        yield Asked(EVERYTHING)
        return
    names, of = _PARTS[operation.kind]
    there = configuration.get(operation.kind, operation.key)
    before = {name: getattr(there, name) for name in names} if there else {}
    absent = NotFound(operation.kind.sentence_name, operation.key, field="name")
    absent.path = [*operation.path, *absent.path]
    if there:
        *_, whole = of(configuration, before, operation.path)
        yield replace(whole, absent=absent)
    elif operation.operation is not OperationKind.REGISTER:
        yield Asked(EVERYTHING, absent, there=False)
    after = before | {name: value for name, value in operation.fields.items() if name in names}
    if after != before:
        yield from of(configuration, after, operation.path)


def _of_hold(configuration: Configuration, fields: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Asked]:
    environment, service = _text(fields.get("environment")) or "", _text(fields.get("service"))
    yield from named(configuration, Kind.ENVIRONMENT, environment, path)
    yield from named(configuration, Kind.SERVICE, service, path)
    absent = NotFound("service", service, field="service") if service else None
    yield Asked(of_environment(configuration, environment, service), absent)


def _of_freeze(configuration: Configuration, fields: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Asked]:
    target, scope = _text(fields.get("target")), fields.get("scope")
    kind = SCOPES.get(scope) if isinstance(scope, FreezeScope) else None
    if target is None or kind is None or kind not in _NAMED:
        yield Asked(EVERYTHING)
        return
    yield from named(configuration, kind, target, path, "target")
    yield Asked(_NAMED[kind](configuration, target))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


_Parts: TypeAlias = tuple[
    tuple[str, ...], Callable[[Configuration, Mapping[str, Any], tuple[str, ...]], Iterator[Asked]]
]
_PARTS: Mapping[Kind, _Parts] = {
    Kind.HOLD: (("environment", "service"), _of_hold),
    Kind.FREEZE: (("scope", "target"), _of_freeze),
}
"""The kinds that are of a part of the fleet: the fields that say which, and what that comes to."""
