"""What a narrowed viewer is not told, in answers that are true as a whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound
from domain.safety.why import Why
from models.configuration import SEEN, current
from models.narrowing.seeing import Seen

ANOTHER = "another service"


def seen_in(session: AsyncSession) -> Seen | None:
    """What the session's viewer sees; None where they see everything."""
    seen: Seen | None = session.info.get(SEEN)
    return seen


def require_seen(seen: Seen, service: str, environment: str) -> None:
    """Raises NotFound, as for what is not there, unless a single grant covers the service in the environment."""
    services, environments = seen.sight.service_names, seen.sight.environment_names
    if service not in services:
        raise NotFound("service", service, services, field="service")
    if not seen.sight.together(service, environment):
        theirs = [each for each in environments if seen.sight.together(service, each)]
        raise NotFound("environment", environment, theirs, field="environment")


async def untold(session: AsyncSession, seen: Seen, why: Why) -> Why:
    """The explanation, in which services that are not theirs have no name. session: one that sees everything."""
    services = (await current(session)).configuration.services
    unseen = [name for name in services if name not in seen.sight.service_names]
    blockers = [replace(each, sentence=nameless(each.sentence, unseen)) for each in why.blockers]
    return replace(why, blockers=blockers, reasons=[nameless(each, unseen) for each in why.reasons])


def nameless(sentence: str, names: Iterable[str]) -> str:
    """A sentence without these names, where they stand as words."""
    words = "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<![\w-])(?:{words})(?![\w-])", ANOTHER, sentence) if words else sentence
