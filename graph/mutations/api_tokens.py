"""Tokens of programs: made, and revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.permissions import SCOPE_FIELDS, Role, Scope, Viewer
from graph.context import Info
from graph.mutations.configuring import author
from graph.mutations.outcome import Payload, outcome, produced
from graph.types.api_tokens import ApiToken
from models import tables
from resolvers import api_tokens
from resolvers.configuring import Author


@strawberry.input(description="A token for a program.")
class CreateApiTokenInput:
    name: str = strawberry.field(description="Lower-case letters, digits and hyphens; never given to another token.")
    roles: list[Role] = strawberry.field(description="What the program may: no more than you may yourself.")
    expires_at: datetime = strawberry.field(description="When it ends: in the future, 365 days from now at most.")
    teams: list[str] = strawberry.field(
        default_factory=list, description="The teams whose services it is for; none for all. No more than you may."
    )
    services: list[str] = strawberry.field(default_factory=list, description="The services; none for all.")
    stages: list[str] = strawberry.field(default_factory=list, description="The stages; none for all.")
    accounts: list[str] = strawberry.field(
        default_factory=list, description="The accounts, each twelve digits; none for all."
    )


@strawberry.input(description="A token that is not to be taken any more.")
class RevokeApiTokenInput:
    name: str = strawberry.field(description="The token's.")
    reason: str | None = strawberry.field(default=None, description="Why: kept with it.")


@strawberry.type
class CreateApiTokenPayload(Payload):
    """The token, or why there is none."""

    api_token: ApiToken | None = produced(tables.ApiToken, "What is kept of it.")

    @strawberry.field(description="The token itself. It is told this once, and kept nowhere.")
    def secret(self) -> str | None:
        return self.produced.secret if self.produced else None


@strawberry.type
class RevokeApiTokenPayload(Payload):
    """The token, or why it stays."""

    api_token: ApiToken | None = produced(tables.ApiToken, "The token, revoked.")


@strawberry.type
class ApiTokenMutations:
    """What programs bear."""

    @strawberry.mutation(description="Makes a token for a program, and tells it once.")
    async def create_api_token(self, info: Info, input: CreateApiTokenInput) -> CreateApiTokenPayload:
        by, maker = author(info), info.context.viewer
        return await outcome(info, CreateApiTokenPayload, _create, by=by, maker=maker, given=input)

    @strawberry.mutation(description="Revokes a token: requests are refused at once, its sockets end within seconds.")
    async def revoke_api_token(self, info: Info, input: RevokeApiTokenInput) -> RevokeApiTokenPayload:
        by = author(info, input.reason)
        return await outcome(info, RevokeApiTokenPayload, _revoke, by=by, name=input.name)


async def _create(
    session: Any, _actor: str, *, by: Author, maker: Viewer, given: CreateApiTokenInput
) -> api_tokens.Made:
    scope = Scope(**{part: frozenset(getattr(given, part)) for part in SCOPE_FIELDS})
    return await api_tokens.create(
        session, by, maker, name=given.name, roles=given.roles, expires_at=given.expires_at, scope=scope
    )


async def _revoke(session: Any, _actor: str, *, by: Author, name: str) -> tables.ApiToken:
    return await api_tokens.revoke(session, by, name)
