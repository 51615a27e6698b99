"""A change of the configuration: operations in, the next configuration out, or everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from domain import checks
from domain.configuration import policies
from domain.configuration.configuration import Configuration, key_of
from domain.configuration.defaults import DERIVED, derived
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
    """The next configuration while it is being made: kinds are copied when they are first written.

    A field whose default follows from other entities is None until all of them are there: `settle` gives it.
    """

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

    def settle(self, keys: Iterable[tuple[Kind, str]]) -> None:
        """Gives the fields that nothing was said of their defaults, a kind after the other."""
        for kind in DERIVED:
            touched = {key: self.configuration.get(kind, key) for of, key in keys if of is kind}
            settled = {key: _settled(self.configuration, each) for key, each in touched.items() if each is not None}
            for key, entity in settled.items():
                if entity is not None:
                    self.write(kind, key, entity)

    def _with(self, kind: Kind) -> Configuration:
        values = {each.plural: self.copied.get(each, self.configuration.of(each)) for each in Kind}
        return Configuration(**{**values, kind.plural: self.copied[kind]})


def _settled(configuration: Configuration, entity: Any) -> Any:
    """The entity with its defaults; None where it has all of them."""
    values = whole(entity)
    said = {name: value for name, value in values.items() if value is not None}
    found = derived(configuration, entity.KIND, said)
    return replace(entity, **found) if found else None


def changed(
    configuration: Configuration, operations: Sequence[Operation], now: datetime, known: Sequence[Problem] = ()
) -> Configuration:
    """The configuration after the operations, in their order. Raises Problems with all that is wrong.

    now: windows are looked at from here on. known: what was found to be wrong before, told with the rest.
    """
    draft, found, failed = _Draft(configuration), list(known), set()
    for operation in operations:
        if len(found) >= MOST_PROBLEMS:
            raise Problems(found[:MOST_PROBLEMS])
        try:
            draft.write(operation.kind, operation.key, _applied(draft.configuration, operation))
        except Problem as problem:
            found += [_located(one, operation.path) for one in each(problem)]
            failed.add((operation.kind, operation.key))
    paths = {(each.kind, each.key): each.path for each in operations if (each.kind, each.key) not in failed}
    if found:
        wrong = lost(draft.configuration, paths, failed)
    else:
        draft.settle(paths)
        wrong = problems_of(draft.configuration, paths.keys(), now)
    more = islice(wrong, max(MOST_PROBLEMS - len(found), 0))
    found += [_located(problem, paths.get((kind, key), ())) for kind, key, problem in more]
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
        return _made(operation, {})
    if there is None:
        known = configuration.of(operation.kind)
        raise NotFound(name, operation.key, known, field=_public_key(operation.kind))
    if operation.operation is OperationKind.ARCHIVE:
        if operation.kind in (Kind.ORGANISATION, Kind.REGION):
            message = f"The {name} {operation.key!r} cannot be archived: it is always there."
            raise Refused("ALWAYS_THERE", message, remedy="Change its fields instead.")
        return None
    return _made(operation, whole(there))


def _public_key(kind: Kind) -> str:
    name = CLASSES[kind].KEY
    return fields_of(CLASSES[kind])[name].public if name else "name"


def _made(operation: Operation, there: Mapping[str, Any]) -> Any:
    """The entity with what is given and what it had; without the defaults that follow from others."""
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
    values |= {name: None for name, each in declared.items() if each.told.derived and name not in values}
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
    for name, was in there.items():
        value = values.get(name, declared[name].default)
        if declared[name].told.fixed and value != was:
            allowed = f"{was}, as it was registered: it is never changed"
            found.append(InvalidValue(declared[name].public, value, allowed))
    return found


def register(kind: Kind, fields: Mapping[str, Any], path: tuple[str, ...] = ()) -> Operation:
    """Registers an entity; the key is among its fields."""
    name = CLASSES[kind].KEY
    key = ORGANISATION_KEY if name is None else fields.get(name)
    return Operation(OperationKind.REGISTER, kind, str(key), fields, path=path)


def whole(entity: Any) -> dict[str, Any]:
    """All fields of an entity, for an operation that makes it again."""
    return {name: getattr(entity, name) for name in fields_of(type(entity))}


__all__ = ["DEFAULT", "Entry", "Operation", "changed", "entries", "key_of", "register", "whole"]
