"""A change of the configuration: operations in, the next configuration out, or everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain import checks
from domain.configuration import policies
from domain.configuration.configuration import Configuration, key_of
from domain.configuration.defaults import derived
from domain.configuration.entities import CLASSES
from domain.configuration.fields import DEFAULT, Field, fields_of
from domain.configuration.kinds import ORGANISATION_KEY, Kind
from domain.configuration.rules import lost, problems_of
from domain.errors import AlreadyExists, InvalidValue, NotFound, Problem, Problems, Refused, each
from domain.words import OperationKind

MOST_PROBLEMS = 100
"""Told at once: who has more has one mistake many times."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What to do to one entity. fields: under their Python names, as they came in; DEFAULT for what holds unsaid.

    expected_version: the version that the edit was made from. path: where in the input, for what is wrong with it.
    """

    operation: OperationKind
    kind: Kind
    key: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What a change does to one entity: before and after, None where it is not there."""

    kind: Kind
    key: str
    before: Any
    after: Any

    @property
    def operation(self) -> OperationKind:
        """REGISTER without a before, ARCHIVE without an after."""
        if self.before is None:
            return OperationKind.REGISTER
        return OperationKind.ARCHIVE if self.after is None else OperationKind.UPDATE


class _Draft:
    """The next configuration while it is being made: kinds are copied when they are first written."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.copied: dict[Kind, dict[str, Any]] = {}

    def write(self, kind: Kind, key: str, entity: Any) -> None:
        if kind not in self.copied:
            self.copied[kind] = dict(self.configuration.of(kind))
            self.configuration = self._with(kind)
        if entity is None:
            del self.copied[kind][key]
        else:
            self.copied[kind][key] = entity
        for name in ("waves_of", "stages_in_order", "environments_of", "places"):  # made anew when they are asked for
            self.configuration.__dict__.pop(name, None)

    def _with(self, kind: Kind) -> Configuration:
        values = {each.plural: self.copied.get(each, self.configuration.of(each)) for each in Kind}
        return Configuration(**{**values, kind.plural: self.copied[kind]})


def changed(
    configuration: Configuration, operations: Sequence[Operation], now: datetime, known: Sequence[Problem] = ()
) -> Configuration:
    """The configuration after the operations, in their order. Raises Problems with all that is wrong.

    now: windows are looked at from here on. known: what was found to be wrong before, told with the rest.
    """
    draft, found, failed = _Draft(configuration), list(known), set()
    for operation in operations:
        try:
            draft.write(operation.kind, operation.key, _applied(draft.configuration, operation))
        except Problem as problem:
            found += [_located(one, operation.path) for one in each(problem)]
            failed.add((operation.kind, operation.key))
    paths = {(each.kind, each.key): each.path for each in operations if (each.kind, each.key) not in failed}
    wrong = (
        lost(draft.configuration, list(paths), failed) if found else problems_of(draft.configuration, list(paths), now)
    )
    found += [_located(problem, paths.get((kind, key), ())) for kind, key, problem in wrong]
    if found:
        raise Problems(found[:MOST_PROBLEMS])
    return draft.configuration


def entries(before: Configuration, after: Configuration, keys: Iterable[tuple[Kind, str]]) -> list[Entry]:
    """What has become of these entities; those that are as they were are left out."""
    found = [Entry(kind, key, before.get(kind, key), after.get(kind, key)) for kind, key in dict.fromkeys(keys)]
    return [each for each in found if each.before != each.after]


def _located(problem: Problem, path: tuple[str, ...]) -> Problem:
    problem.path = [*path, *problem.path]
    return problem


def _applied(configuration: Configuration, operation: Operation) -> Any:
    there = configuration.get(operation.kind, operation.key)
    name = operation.kind.sentence_name
    if operation.operation is OperationKind.REGISTER:
        if there is not None and operation.kind is not Kind.ORGANISATION:  # said again, it replaces what was said
            raise AlreadyExists(name, operation.key, field=_public_key(operation.kind))
        return _made(configuration, operation, {})
    if there is None:
        known = configuration.of(operation.kind)
        raise NotFound(name, operation.key, known, field=_public_key(operation.kind))
    if operation.operation is OperationKind.ARCHIVE:
        if operation.kind in (Kind.ORGANISATION, Kind.REGION):
            message = f"The {name} {operation.key!r} cannot be archived: it is always there."
            raise Refused("ALWAYS_THERE", message, remedy="Change its fields instead.")
        return None
    return _made(configuration, operation, {each: getattr(there, each) for each in fields_of(type(there))})


def _public_key(kind: Kind) -> str:
    name = CLASSES[kind].KEY
    return fields_of(CLASSES[kind])[name].public if name else "name"


def _made(configuration: Configuration, operation: Operation, there: Mapping[str, Any]) -> Any:
    """The entity with what is given, what it had, and its defaults."""
    declared = fields_of(CLASSES[operation.kind])
    values, found = dict(there), []
    for name, value in operation.fields.items():
        if value is DEFAULT:
            values.pop(name, None)
            continue
        try:
            values[name] = declared[name].read(value)
        except Problem as problem:
            found.append(problem)
            values[name] = value
    found += _refused(declared, operation, there, values)
    if found:
        raise Problems(found)
    values |= derived(configuration, operation.kind, values)
    if operation.kind in _COMPLETED:
        values["configuration"] = _COMPLETED[operation.kind](values["kind"], values.get("configuration", {}))
    return CLASSES[operation.kind](**values)


_COMPLETED: Mapping[Kind, Callable[[Any, Any], dict[str, Any]]] = {
    Kind.CHECK: checks.configuration,
    Kind.POLICY: policies.configuration,
}
"""What a configuration must say depends on the kind of the check or policy."""


def _refused(
    declared: Mapping[str, Field], operation: Operation, there: Mapping[str, Any], values: Mapping[str, Any]
) -> list[Problem]:
    """What is missing, and what may not change."""
    found: list[Problem] = [
        InvalidValue(each.public, None, f"given: {operation.kind.sentence_name} {operation.key!r} needs it")
        for name, each in declared.items()
        if each.required and name not in values
    ]
    return found + [
        InvalidValue(each.public, values[name], f"{there[name]}, as it was registered: it is never changed")
        for name, each in declared.items()
        if each.told.fixed and name in there and name in values and values[name] != there[name]
    ]


def register(kind: Kind, fields: Mapping[str, Any], path: tuple[str, ...] = ()) -> Operation:
    """Registers an entity; the key is among its fields."""
    name = CLASSES[kind].KEY
    key = ORGANISATION_KEY if name is None else fields.get(name)
    return Operation(OperationKind.REGISTER, kind, str(key), fields, path=path)


def whole(entity: Any) -> dict[str, Any]:
    """All fields of an entity, for an operation that makes it again."""
    return {name: getattr(entity, name) for name in fields_of(type(entity))}


__all__ = ["DEFAULT", "Entry", "Operation", "changed", "entries", "key_of", "register", "whole"]
