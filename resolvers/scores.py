"""Safety scores: of services as they are, and what a change of the configuration, or another map, makes of them.

What was met is kept: the ratchet. A change after which a rule is no longer met is refused, unless a waiver in force
allows it; docs/adr/0029 says for whom that holds, and why.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.events import EventType, Happening
from domain.safety.audited import Registered
from domain.safety.auditing import auditor_of, differing
from domain.safety.score import Lowered, SafetyLowered, Score, Weighed, audit
from domain.safety.score import weigh as weigh_facts
from models import scores
from models.configuration import current
from models.event_log import append
from models.pipelines import services_with_pipelines

AUDITED = (Kind.ACCOUNT, Kind.STAGE, Kind.WAVE, Kind.ENVIRONMENT, Kind.SERVICE, Kind.CHECK, Kind.WINDOW)
"""The kinds of entities from which the facts of a service are made."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a change makes of scores. ratchet: whether what was met is kept."""

    services: Sequence[Weighed] = ()
    ratchet: bool = False

    @property
    def lowered(self) -> list[Lowered]:
        """The rules that would no longer be met, those that are waived as well."""
        return [one for each in self.services for one in each.lowered]

    @property
    def problem(self) -> SafetyLowered | None:
        """Why the change is refused; None where it is not."""
        held = [each for each in self.lowered if each.waiver is None] if self.ratchet else []
        return SafetyLowered(held) if held else None


def ratchet_of(configuration: Configuration) -> bool:
    """Whether the organisation keeps what is met; where nothing is configured, nobody has said anything."""
    return configuration.organisation is not None and configuration.organisation.safety_ratchet


async def weigh(session: AsyncSession, before: Configuration, after: Configuration, at: datetime) -> Weighing:
    """What a change of the configuration makes of the scores of the services that a registered pipeline deploys.

    Three statements at most, however many services there are. The ratchet is the one that was set before the change.
    """
    if all(before.of(kind) is after.of(kind) for kind in AUDITED):
        return Weighing()
    services = await services_with_pipelines(session)
    old, new = auditor_of(before), auditor_of(after)
    touched = await to_thread(differing, old, new, services)
    if not touched:
        return Weighing()
    pipelines, waivers = await scores.pipelines(session, touched), await scores.waivers(session)

    def weighed() -> list[Weighed]:
        pairs = (
            (old.facts(each, pipelines.get(each, ())), new.facts(each, pipelines.get(each, ()))) for each in touched
        )
        return [weigh_facts(was, becomes, at, waivers) for was, becomes in pairs]

    return Weighing(await to_thread(weighed), ratchet_of(before))


async def weigh_map(session: AsyncSession, service: str, pipelines: Iterable[Registered], at: datetime) -> Weighing:
    """What another map makes of the score of its service. pipelines: the service's, with that map."""
    configuration = (await current(session)).configuration
    auditor = auditor_of(configuration)
    there = await scores.pipelines(session, [service])
    was, becomes = auditor.facts(service, there.get(service, ())), auditor.facts(service, tuple(pipelines))
    weighed = weigh_facts(was, becomes, at, await scores.waivers(session))
    return Weighing([weighed], ratchet_of(configuration))


async def tell(session: AsyncSession, actor: str, weighing: Weighing, **because: Any) -> None:
    """Appends what has become of scores. because: the `change`, or the `pipeline`, that did it."""
    changed = [each for each in weighing.services if each.differs and each.after.points]
    ids = await scores.service_ids(session, [each.after.service for each in changed]) if changed else {}
    happenings = [
        Happening(EventType.SAFETY_CHANGED, "Service", ids[each.after.service], _payload(each) | because)
        for each in changed
    ]
    await append(session, happenings, actor)


def _payload(each: Weighed) -> dict[str, Any]:
    was, becomes = each.before.standing, each.after.standing
    return {
        "service": each.after.service,
        "score": each.after.score,
        "of": each.after.of,
        "waived": each.after.waived,
        "previous": each.before.score,
        "previousOf": each.before.of,
        "lowered": [rule for rule, met in becomes.items() if not met and was.get(rule)],
        "raised": [rule for rule, met in becomes.items() if met and not was.get(rule)],
        "change": None,
        "pipeline": None,
    }


async def by_service(
    session: AsyncSession, at: datetime, services: Collection[str] | None = None
) -> Mapping[str, Score]:
    """The scores of these services, or of all, by name: a fixed number of statements."""
    configuration = (await current(session)).configuration
    names = sorted(configuration.services if services is None else configuration.services.keys() & set(services))
    pipelines = await scores.pipelines(session, None if services is None else names)
    waivers = await scores.waivers(session)
    auditor = auditor_of(configuration)

    def audited() -> dict[str, Score]:
        return {name: audit(auditor.facts(name, pipelines.get(name, ())), at, waivers) for name in names}

    return await to_thread(audited)


async def worst_first(session: AsyncSession, at: datetime, team: str | None = None) -> list[Score]:
    """The scores of all services, or of a team's, the smallest share of what could be had first."""
    configuration = (await current(session)).configuration
    of_team = [each.name for each in configuration.services.values() if team is None or each.team == team]
    found = (await by_service(session, at, of_team)).values()
    return sorted(found, key=lambda each: (each.share, each.service))
