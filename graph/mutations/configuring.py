"""Changing the configuration: a mutation for each thing that can be done to each kind, and one for many at once."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from domain.configuration.changing import Operation
from domain.configuration.fields import camel
from domain.configuration.kinds import Kind
from domain.errors import InvalidValue
from domain.words import OperationKind
from graph import permitting, planner
from graph.context import Info
from graph.mutations.inputs import INPUTS, MEMBERS, OF_THE_CHANGE, OperationInput, name_of, operation
from graph.mutations.outcome import Payload, outcome
from graph.types import checks, fleet, rules, services
from graph.types.changes import Change
from models import tables
from models.configuration import TABLES
from resolvers.configuring import Asked, Author, Done, change
from resolvers.permitting import Permit

TYPES: dict[Kind, type[Any]] = {
    kind: next(
        found for room in (fleet, services, checks, rules) if (found := getattr(room, kind.type_name, None)) is not None
    )
    for kind in Kind
}
_DONE = {
    OperationKind.REGISTER: "{} as it is now.",
    OperationKind.UPDATE: "{} as it is now.",
    OperationKind.ARCHIVE: "{}, archived.",
}


class Made(NamedTuple):
    """What a mutation made: the entity's row and the change's. change: None where nothing differed."""

    id: UUID | None
    change: UUID | None


@strawberry.type
class ConfiguringPayload(Payload):
    """What every mutation that configures answers."""

    @strawberry.field(description="The change that was made; null where nothing differed.")
    async def change(self, info: Info) -> Change | None:
        return await planner.row(info, tables.Change, self.produced and self.produced.change)


@strawberry.input(
    description="What a change is to do: operations, or a document that is to hold, or a change to revert."
)
class ChangeInput:
    operations: list[OperationInput] | None = strawberry.field(
        default=None, description="Done in their order, all or none; 5,000 at most."
    )
    document: JSON | None = strawberry.field(default=None, description="The whole configuration, as a file holds it.")
    prune: bool = strawberry.field(
        default=False,
        description="Archive what the document does not have, of the sections that it has; never freezes, holds and "
        "test environments.",
    )
    revert: int | None = strawberry.field(default=None, description="The number of a change to take back.")
    reason: str | None = strawberry.field(default=None, description=OF_THE_CHANGE["reason"][1])
    expected_change: int | None = strawberry.field(
        default=None, description="The last change that the asker knows of: refused when others came since."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=OF_THE_CHANGE["idempotency_key"][1])


@strawberry.input(description="A change to take back.")
class RevertChangeInput:
    change: int = strawberry.field(description="Its number.")
    reason: str | None = strawberry.field(default=None, description=OF_THE_CHANGE["reason"][1])
    idempotency_key: str | None = strawberry.field(default=None, description=OF_THE_CHANGE["idempotency_key"][1])


@strawberry.type
class ApplyChangePayload(ConfiguringPayload):
    """The change, or why there is none."""


@strawberry.type
class RevertChangePayload(ConfiguringPayload):
    """The change that took the other back, or why there is none."""


MOST_OPERATIONS = 5000


def asked(given: ChangeInput) -> Asked:
    """What an input asks for; the operations with their places in it."""
    operations = None
    if given.operations is not None:
        if len(given.operations) > MOST_OPERATIONS:
            raise InvalidValue("operations", f"{len(given.operations)} operations", f"at most {MOST_OPERATIONS:,}")
        operations = tuple(_member(each, index) for index, each in enumerate(given.operations))
    return Asked(operations, given.document, given.prune, given.revert, given.expected_change)


def _member(given: Any, index: int) -> Operation:
    name = next(name for name in MEMBERS if getattr(given, name) is not strawberry.UNSET)
    verb, kind = MEMBERS[name]
    path = ("operations", str(index), camel(name))
    value = getattr(given, name)
    for each in ("idempotency_key", *(() if _has_reason(kind) else ("reason",))):
        if getattr(value, each, strawberry.UNSET) is not strawberry.UNSET:
            problem = InvalidValue(camel(each), getattr(value, each), "left out: the whole change has one")
            problem.path = [*path, *problem.path]
            raise problem
    return operation(verb, kind, value, path)


def _has_reason(kind: Kind) -> bool:
    return kind in (Kind.FREEZE, Kind.HOLD)


def author(info: Info, reason: Any = None, idempotency_key: Any = None) -> Author:
    """Who asks, as the request told."""
    context = info.context
    given = {"reason": reason, "idempotency_key": idempotency_key}
    told = {name: value for name, value in given.items() if value is not strawberry.UNSET}
    now = context.now()
    permit = Permit(context.viewer, info.field_name, permitting.fixed(info.field_name))
    return Author(context.actor, now, context.settings.base_url, context.source, **told, permit=permit)


async def _change(session: Any, _actor: str, *, by: Author, what: Any) -> Made:
    return Made(None, (await change(session, by, what())).id)


async def _change_one(session: Any, _actor: str, *, by: Author, what: Operation) -> Made:
    done: Done = await change(session, by, Asked(operations=(what,)))
    return Made(done.rows[what.kind][what.key].id, done.id)


def _mutation(verb: OperationKind, kind: Kind) -> Any:
    """The mutation that does this to entities of the kind."""
    given, payload = INPUTS[verb, kind], _payload(verb, kind)

    async def resolve(info, input):  # type: ignore[no-untyped-def]  # annotated below: the types are made at run time
        reason, key = getattr(input, "reason", None), input.idempotency_key
        what = operation(verb, kind, input)
        return await outcome(info, payload, _change_one, by=author(info, reason, key), what=what)

    resolve.__annotations__ = {"info": Info, "input": given, "return": payload}
    return strawberry.mutation(resolver=resolve, description=_description(verb, kind))


def _description(verb: OperationKind, kind: Kind) -> str:
    if kind is Kind.ORGANISATION:
        return "What holds for all services; said again, it replaces what was said."
    article = "an" if kind.value[0] in "aeio" else "a"
    of_this = f"{article} {kind.sentence_name}"
    return {
        OperationKind.REGISTER: f"Registers {of_this}; one that was archived comes back.",
        OperationKind.UPDATE: f"Changes {of_this}: what is left out stays as it is, null is the default.",
        OperationKind.ARCHIVE: f"Archives {of_this}; refused while others depend on it.",
    }[verb]


def _payload(verb: OperationKind, kind: Kind) -> type[ConfiguringPayload]:
    name, type_ = kind.name.lower(), TYPES[kind]

    async def resolve(root, info):  # type: ignore[no-untyped-def]  # annotated below
        return await planner.row(info, TABLES[kind], root.produced and root.produced.id)

    resolve.__annotations__ = {"root": Payload, "info": strawberry.Info, "return": type_ | None}
    description = _DONE[verb].format(f"The {kind.sentence_name}")
    said = {"__module__": __name__, name: strawberry.field(resolver=resolve, description=description)}
    made: type[ConfiguringPayload] = type(f"{name_of(verb, kind)}Payload", (ConfiguringPayload,), said)
    return strawberry.type(made)


@strawberry.type
class _Mutations:
    """Many operations in one."""

    @strawberry.mutation(
        description="Makes a change of many operations, or what a whole document says: all or nothing."
    )
    async def apply_change(self, info: Info, input: ChangeInput) -> ApplyChangePayload:
        by = author(info, input.reason, input.idempotency_key)
        return await outcome(info, ApplyChangePayload, _change, by=by, what=lambda: asked(input))

    @strawberry.mutation(description="Takes a change back, as long as nothing it touched has changed since.")
    async def revert_change(self, info: Info, input: RevertChangeInput) -> RevertChangePayload:
        by = author(info, input.reason, input.idempotency_key)
        return await outcome(info, RevertChangePayload, _change, by=by, what=lambda: Asked(revert=input.change))


_DERIVED = {name: _mutation(verb, kind) for name, (verb, kind) in MEMBERS.items()}
ConfiguringMutations: type[Any] = strawberry.type(type("ConfiguringMutations", (_Mutations,), _DERIVED))

__all__ = ["ChangeInput", "ConfiguringMutations", "asked", "author"]
