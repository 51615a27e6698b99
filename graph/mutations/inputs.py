"""The inputs of the mutations that configure: derived from the entities, each field with its description."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args, get_origin

import strawberry
from strawberry.scalars import JSON

from domain.configuration.changing import Operation
from domain.configuration.configuration import key_field
from domain.configuration.entities import CLASSES
from domain.configuration.fields import DEFAULT, Field, fields_of
from domain.configuration.kinds import ORGANISATION_KEY, Kind
from domain.words import OperationKind
from graph.types import words

VERBS: Mapping[OperationKind, str] = {
    OperationKind.REGISTER: "Register",
    OperationKind.UPDATE: "Update",
    OperationKind.ARCHIVE: "Archive",
}
OF_THE_CHANGE = {
    "expected_version": ("Int", "The version that the edit was made from: refused when it has changed since."),
    "reason": ("String", "Why: kept with the change."),
    "idempotency_key": ("String", "Asked again under the same key, it answers what was done the first time."),
}
"""What every mutation takes beside the entity's fields. An entity's own reason is its change's as well."""


def verbs(kind: Kind) -> tuple[OperationKind, ...]:
    """What can be done to entities of a kind. Regions are known, and what is said of the organisation replaces."""
    if kind is Kind.ORGANISATION:
        return (OperationKind.REGISTER,)
    return (OperationKind.UPDATE,) if kind is Kind.REGION else tuple(VERBS)


def name_of(verb: OperationKind, kind: Kind) -> str:
    """The mutation's name with a capital: RegisterAccount."""
    return "ConfigureOrganisation" if kind is Kind.ORGANISATION else VERBS[verb] + kind.type_name


def input_of(verb: OperationKind, kind: Kind) -> type[Any]:
    """The mutation's input type."""
    annotations: dict[str, Any] = {}
    values: dict[str, Any] = {}
    own = fields_of(CLASSES[kind])
    for name, each in own.items():
        if verb is not OperationKind.ARCHIVE or each == key_field(kind):
            annotations[name], values[name] = _field(each, updating=verb is not OperationKind.REGISTER, kind=kind)
    for name, (type_, description) in OF_THE_CHANGE.items():
        if name not in annotations and not (name == "expected_version" and verb is OperationKind.REGISTER):
            annotations[name] = (int if type_ == "Int" else str) | None
            values[name] = strawberry.field(default=strawberry.UNSET, description=description)
    said = {"__annotations__": annotations, "__doc__": CLASSES[kind].__doc__, "__module__": __name__, **values}
    return strawberry.input(type(f"{name_of(verb, kind)}Input", (), said))


def _field(each: Field, *, updating: bool, kind: Kind) -> tuple[Any, Any]:
    published = _type(each.type)
    if each == key_field(kind) or (each.required and not updating):
        return published, strawberry.field(description=each.told.description)
    plain = not updating and isinstance(each.default, str | int) and not isinstance(each.default, bool | None)
    if plain or (not updating and isinstance(each.default, bool)):
        return published, strawberry.field(default=each.default, description=each.told.description)
    return published | None, strawberry.field(default=strawberry.UNSET, description=each.told.description)


def _type(kind: Any) -> Any:
    if get_origin(kind) is tuple and get_args(kind)[0] is str:
        return list[str]
    if get_args(kind):
        return JSON
    assert kind in (str, int, bool, datetime) or kind.__name__ in vars(words), f"{kind} is not published"
    return kind


def operation(verb: OperationKind, kind: Kind, given: Any, path: tuple[str, ...] = ()) -> Operation:
    """What an input asks for. An omitted field stays as it is, or is its default; null clears it."""
    declared = fields_of(CLASSES[kind])
    own = {name: value for name, value in vars(given).items() if name in declared and value is not strawberry.UNSET}
    key = key_field(kind)
    fields = {
        name: DEFAULT if value is None and not declared[name].optional else value
        for name, value in own.items()
        if not (key and name == key.name and verb is not OperationKind.REGISTER)
    }
    if verb is OperationKind.ARCHIVE:
        fields = {}
    expected = getattr(given, "expected_version", None)
    return Operation(
        verb,
        kind,
        own[key.name] if key else ORGANISATION_KEY,
        fields,
        expected_version=None if expected is strawberry.UNSET else expected,
        path=path,
    )


INPUTS: dict[tuple[OperationKind, Kind], type[Any]] = {
    (verb, kind): input_of(verb, kind) for kind in Kind for verb in verbs(kind)
}


def _member(verb: OperationKind, kind: Kind) -> str:
    """snake_case of the mutation's name."""
    if kind is Kind.ORGANISATION:
        return "configure_organisation"
    return f"{verb.lower()}_{kind.name.lower()}"


MEMBERS: dict[str, tuple[OperationKind, Kind]] = {_member(verb, kind): (verb, kind) for verb, kind in INPUTS}

OperationInput: Any = strawberry.input(
    type(
        "OperationInput",
        (),
        {
            "__annotations__": {name: INPUTS[key] | None for name, key in MEMBERS.items()},
            "__doc__": "One operation of a change: exactly one of these.",
            "__module__": __name__,
            **dict.fromkeys(MEMBERS, strawberry.UNSET),
        },
    ),
    one_of=True,
)

__all__ = ["INPUTS", "MEMBERS", "OperationInput", "name_of", "operation", "verbs"]
