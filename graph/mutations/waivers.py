"""Waivers of the safety score: granted, confirmed and revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.safety.score_rules import SafetyRule
from graph.context import Info
from graph.mutations.configuring import author
from graph.mutations.inputs import OF_THE_CHANGE
from graph.mutations.outcome import Payload, outcome, produced
from graph.types.waivers import Waiver
from models import tables
from resolvers import waivers
from resolvers.configuring import Author
from resolvers.confirming import confirm_waiver


@strawberry.input(description="A rule that need not be kept for a while: of one service, or of a stage's or a wave's.")
class GrantWaiverInput:
    rule: SafetyRule
    expires_at: datetime = strawberry.field(description="When it ends: in the future, 90 days from now at most.")
    reason: str = strawberry.field(description="Why the rule cannot be kept, and what will be done.")
    service: str | None = strawberry.field(default=None, description="Of this service; or `stage`, or `wave`.")
    stage: str | None = strawberry.field(default=None, description="Of all services that pass this stage.")
    wave: str | None = strawberry.field(default=None, description="Of all services that pass this wave.")
    idempotency_key: str | None = strawberry.field(default=None, description=OF_THE_CHANGE["idempotency_key"][1])


@strawberry.input(description="A waiver that is taken back.")
class RevokeWaiverInput:
    name: str = strawberry.field(description="The waiver's.")
    reason: str | None = strawberry.field(default=None, description="Why: kept with it.")


@strawberry.input(description="A waiver that waits for a second person.")
class ConfirmWaiverInput:
    name: str = strawberry.field(description="The waiver's.")
    reason: str | None = strawberry.field(default=None, description="Why: kept with the event.")


@strawberry.type
class GrantWaiverPayload(Payload):
    """The waiver, or why there is none."""

    waiver: Waiver | None = produced(tables.Waiver, "The waiver; it may wait for a second person.")


@strawberry.type
class RevokeWaiverPayload(Payload):
    """The waiver, or why it stays."""

    waiver: Waiver | None = produced(tables.Waiver, "The waiver, revoked.")


@strawberry.type
class ConfirmWaiverPayload(Payload):
    """The waiver, or why it was not confirmed."""

    waiver: Waiver | None = produced(tables.Waiver, "The waiver, confirmed.")


@strawberry.type
class WaiverMutations:
    """What people allow of the safety score."""

    @strawberry.mutation(description="Allows a rule of the safety score to be missing until a time.")
    async def grant_waiver(self, info: Info, input: GrantWaiverInput) -> GrantWaiverPayload:
        by = author(info, input.reason, input.idempotency_key)
        return await outcome(info, GrantWaiverPayload, _grant, by=by, given=input)

    @strawberry.mutation(description="Takes a waiver back before its time: the rule is missing like any other.")
    async def revoke_waiver(self, info: Info, input: RevokeWaiverInput) -> RevokeWaiverPayload:
        return await outcome(info, RevokeWaiverPayload, _revoke, by=author(info, input.reason), name=input.name)

    @strawberry.mutation(
        description="Confirms a waiver, as another person than who granted it: it holds until its end."
    )
    async def confirm_waiver(self, info: Info, input: ConfirmWaiverInput) -> ConfirmWaiverPayload:
        return await outcome(info, ConfirmWaiverPayload, _confirm, by=author(info, input.reason), name=input.name)


async def _grant(session: Any, _actor: str, *, by: Author, given: GrantWaiverInput) -> tables.Waiver:
    granting = waivers.Granting(
        rule=given.rule,
        expires_at=given.expires_at,
        service=given.service,
        stage=given.stage,
        wave=given.wave,
    )
    return await waivers.grant(session, by, granting)


async def _revoke(session: Any, _actor: str, *, by: Author, name: str) -> tables.Waiver:
    return await waivers.revoke(session, by, name)


async def _confirm(session: Any, _actor: str, *, by: Author, name: str) -> tables.Waiver:
    return await confirm_waiver(session, by, name)
