"""Tokens of programs: made by people, shown once, and revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.authentication import machines
from domain.configuration.kinds import Kind
from domain.configuration.targets import named
from domain.errors import AlreadyExists, NotFound
from domain.events import EventType, Happening
from domain.permissions import EVERYWHERE, SCOPE_FIELDS, Denied, Role, Scope, Viewer
from models.event_log import append
from models.queries import find, locked, take_turns, values
from models.tables import ApiToken
from resolvers.configuring import Author
from resolvers.permission import require_person
from resolvers.permitting import Permit, configured
from resolvers.repeating import require_keepable

TURNS = "api tokens"


@dataclass(frozen=True, slots=True)
class Made:
    """A token that was just made. secret: told this once. id: of what is kept."""

    id: UUID
    secret: str


async def create(
    session: AsyncSession,
    by: Author,
    maker: Viewer,
    *,
    name: str,
    roles: Iterable[Role],
    expires_at: datetime,
    scope: Scope = EVERYWHERE,
) -> Made:
    """A new token, which may no more than its maker, nor elsewhere.

    Raises Refused for a program: it would outlive its own end.
    """
    require_person(by, "a token")
    await _require_seen(session, by, scope)
    if by.permit is not None:
        maker = await by.permit.within(session, by.now, scope)
    machines.require_name(name)
    allowed = machines.require_roles(roles, scope, maker)
    machines.require_end(expires_at, by.now)
    await take_turns(session, TURNS)
    if await find(session, ApiToken, name=name):
        raise AlreadyExists("token", name, field="name")
    secret = machines.new_secret()
    token = ApiToken(
        name=name,
        digest=machines.digest(secret),
        roles=[str(role) for role in allowed],
        **{part: sorted(getattr(scope, part)) for part in SCOPE_FIELDS},
        created_by=by.actor,
        created_at=by.now,
        expires_at=expires_at,
    )
    session.add(token)
    await session.flush()
    await append(session, [Happening(EventType.API_TOKEN_CREATED, "ApiToken", token.id, _payload(token))], by.actor)
    return Made(token.id, secret)


async def revoke(session: AsyncSession, by: Author, name: str) -> ApiToken:
    """It is not taken any more. Said again, it changes nothing."""
    require_keepable(by)
    token = await locked(session, ApiToken, name=name)
    if token is None:
        raise NotFound("token", name, await values(session, ApiToken, "name"), field="name")
    if by.permit is not None:
        await _require_theirs(session, by, by.permit, token)
    if token.revoked_at is not None:
        return token
    token.revoked_at, token.revoked_by, token.revocation = by.now, by.actor, by.reason
    await session.flush()
    told = {**_payload(token), "createdBy": token.created_by, "reason": by.reason}
    await append(session, [Happening(EventType.API_TOKEN_REVOKED, "ApiToken", token.id, told)], by.actor)
    return token


async def _require_theirs(session: AsyncSession, by: Author, permit: Permit, token: ApiToken) -> None:
    """Whoever could have made it may revoke it; to others who see a part alone, there is none."""
    try:
        await permit.within(session, by.now, scope_of(token))
    except Denied as denied:
        if not by.narrowed:
            raise
        absent = NotFound("token", token.name, field="name")
        absent.denial = denied.denial
        raise absent from denied


async def _require_seen(session: AsyncSession, by: Author, scope: Scope) -> None:
    """What it is narrowed to is there. Raises NotFound."""
    configuration = await configured(session)
    kinds = {"teams": Kind.TEAM, "services": Kind.SERVICE, "stages": Kind.STAGE, "accounts": Kind.ACCOUNT}
    for part, kind in kinds.items():
        for name in sorted(getattr(scope, part)):
            if by.permit is not None:
                await by.may(session, *named(configuration, kind, name, field=part))
            if configuration.get(kind, name) is None:
                raise NotFound(kind.sentence_name, name, configuration.of(kind), field=part)


def scope_of(token: ApiToken) -> Scope:
    """Where a token's roles hold."""
    return Scope(**{part: frozenset(getattr(token, part)) for part in SCOPE_FIELDS})


def _payload(token: ApiToken) -> dict[str, Any]:
    scope = {part: getattr(token, part) for part in SCOPE_FIELDS}
    return {"token": token.name, "roles": token.roles, **scope, "expiresAt": token.expires_at.isoformat()}
