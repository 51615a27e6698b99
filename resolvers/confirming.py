"""What a second person confirms: an override, or a waiver, that concerns a stage with the two-person rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.events import EventType, Happening
from domain.two_persons import require_second
from models import overrides as kept
from models.event_log import append
from models.queries import locked, take_turns, values
from models.tables import Override, Waiver
from resolvers import overrides, waivers
from resolvers.configuring import CONFIGURATION, Author
from resolvers.permission import require_person
from resolvers.permitting import configured
from resolvers.repeating import require_keepable

Confirmable: TypeAlias = Override | Waiver
ANOTHER = "Ask whoever needs it to grant another."


async def confirm_override(session: AsyncSession, by: Author, name: str) -> Override:
    """It is in force from now until the end that it was granted with. Said again, it changes nothing."""
    require_keepable(by)
    require_person(by, "the confirmation of an override")
    override = await locked(session, Override, name=name)
    absent = NotFound("override", name, field="name")
    if override is None:
        raise NotFound("override", name, await values(session, Override, "name"), field="name")
    scope = await kept.scope_of(session, override.id)
    of = overrides.targets_of(await configured(session), scope["service"], scope["environment"], scope["wave"])
    await by.may(session, *(replace(each, absent=absent) for each in of))
    if _confirm(by, override, f"the override {name!r}"):
        more = {"reason": by.reason or override.reason, "grantedBy": override.granted_by}
        told = await overrides.told_of(session, EventType.OVERRIDE_CONFIRMED, override, **more)
        await append(session, [told], by.actor)
    return override


async def confirm_waiver(session: AsyncSession, by: Author, name: str) -> Waiver:
    """The rule need not be kept from now until the end that it was granted with. Said again, it changes nothing."""
    require_keepable(by)
    require_person(by, "the confirmation of a waiver")
    await take_turns(session, CONFIGURATION)  # a change that is being made sees it, or comes before it
    waiver = await locked(session, Waiver, name=name)
    if waiver is None:
        raise NotFound("waiver", name, await values(session, Waiver, "name"), field="name")
    scope = await waivers.scope_of(session, waiver)
    [(field, of)] = scope.items()
    *_, target = waivers.targets_of(await configured(session), field, of)
    await by.may(session, replace(target, absent=NotFound("waiver", name, field="name")))
    if _confirm(by, waiver, f"the waiver {name!r}"):
        await session.flush()
        payload: dict[str, Any] = waivers.payload_of(waiver, scope, by.reason or waiver.reason)
        payload |= {"grantedBy": waiver.granted_by}
        await append(session, [Happening(EventType.WAIVER_CONFIRMED, "Waiver", waiver.id, payload)], by.actor)
    return waiver


def _confirm(by: Author, granted: Confirmable, what: str) -> bool:
    """Whether it is new that it is confirmed. Raises Refused for what nobody, or not this person, may confirm."""
    what_now = f"{what[0].upper()}{what[1:]}"
    if not granted.needs_confirmation:
        raise Refused(
            "NOTHING_TO_CONFIRM",
            f"{what_now} needs no confirmation: no stage that it concerned needed two persons when it was granted.",
            path=["name"],
            remedy="Nothing is to be done.",
        )
    require_second(by.actor, granted.granted_by, what)
    if granted.revoked_at is not None:
        revoked = f"{what_now} was revoked by {granted.revoked_by}."
        raise Refused("ALREADY_REVOKED", revoked, path=["name"], remedy=ANOTHER)
    if granted.expires_at <= by.now:
        expired = f"{what_now} expired at {granted.expires_at.isoformat(timespec='seconds')}."
        raise Refused("ALREADY_EXPIRED", expired, path=["name"], remedy=ANOTHER)
    if granted.confirmed_at is not None:
        return False
    granted.confirmed_by, granted.confirmed_at = by.actor, by.now
    return True
