"""Overrides: granted, confirmed and revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.words import BlockerKind
from graph.context import Info
from graph.mutations.configuring import author
from graph.mutations.inputs import OF_THE_CHANGE
from graph.mutations.outcome import Payload, outcome, produced
from graph.types.overrides import Override
from models import tables
from resolvers import overrides
from resolvers.configuring import Author
from resolvers.confirming import confirm_override


@strawberry.input(
    description="Blockers that a person lets pass: of some kinds, or for a service, an environment or a wave."
)
class GrantOverrideInput:
    reason: str = strawberry.field(description="A sentence for those who ask later: 2,000 characters at most.")
    expires_at: datetime = strawberry.field(description="When it ends by itself: within seven days.")
    kinds: list[BlockerKind] = strawberry.field(
        default_factory=list,
        description="The kinds of blockers; none for all that may be overridden: never IN_FLIGHT and SUPERSEDED.",
    )
    service: str | None = strawberry.field(default=None, description="By name; any, if unsaid.")
    environment: str | None = strawberry.field(default=None, description="By name; any, if unsaid.")
    wave: str | None = strawberry.field(default=None, description="By name; any, if unsaid.")
    incident: str | None = strawberry.field(
        default=None, description="What it is given for, by name: what is deployed because of it becomes its fix."
    )
    name: str | None = strawberry.field(default=None, description="If unsaid, `override-<number>`.")
    idempotency_key: str | None = strawberry.field(default=None, description=OF_THE_CHANGE["idempotency_key"][1])


@strawberry.input(description="An override that is to have no force any more.")
class RevokeOverrideInput:
    name: str = strawberry.field(description="The override's.")
    reason: str | None = strawberry.field(default=None, description="Why: kept with it, and with the event.")


@strawberry.input(description="An override that waits for a second person.")
class ConfirmOverrideInput:
    name: str = strawberry.field(description="The override's.")
    reason: str | None = strawberry.field(default=None, description="Why: kept with the event.")


@strawberry.type
class GrantOverridePayload(Payload):
    """The override, or why there is none."""

    override: Override | None = produced(tables.Override, "The override, in force; or waiting for a second person.")


@strawberry.type
class RevokeOverridePayload(Payload):
    """The override, or why it was not revoked."""

    override: Override | None = produced(tables.Override, "The override, without force.")


@strawberry.type
class ConfirmOverridePayload(Payload):
    """The override, or why it was not confirmed."""

    override: Override | None = produced(tables.Override, "The override, confirmed.")


@strawberry.type
class OverrideMutations:
    """What people let pass."""

    @strawberry.mutation(description="Lets blockers pass until a time, for a reason; whoever asks is recorded.")
    async def grant_override(self, info: Info, input: GrantOverrideInput) -> GrantOverridePayload:
        by = author(info, idempotency_key=input.idempotency_key)
        return await outcome(info, GrantOverridePayload, _grant, by=by, given=input)

    @strawberry.mutation(description="Takes an override's force, from now on; what has passed has passed.")
    async def revoke_override(self, info: Info, input: RevokeOverrideInput) -> RevokeOverridePayload:
        return await outcome(info, RevokeOverridePayload, _revoke, by=author(info, input.reason), name=input.name)

    @strawberry.mutation(
        description="Confirms an override, as another person than who granted it: it is in force until its end."
    )
    async def confirm_override(self, info: Info, input: ConfirmOverrideInput) -> ConfirmOverridePayload:
        return await outcome(info, ConfirmOverridePayload, _confirm, by=author(info, input.reason), name=input.name)


async def _grant(session: Any, _actor: str, *, by: Author, given: GrantOverrideInput) -> tables.Override:
    granted = overrides.Granted(
        reason=given.reason,
        expires_at=given.expires_at,
        kinds=tuple(given.kinds),
        service=given.service,
        environment=given.environment,
        wave=given.wave,
        incident=given.incident,
        name=given.name,
    )
    return await overrides.grant(session, by, granted)


async def _revoke(session: Any, _actor: str, *, by: Author, name: str) -> tables.Override:
    return await overrides.revoke(session, by, name)


async def _confirm(session: Any, _actor: str, *, by: Author, name: str) -> tables.Override:
    return await confirm_override(session, by, name)
