"""Whoever may report for some services alone reports for no other: what a report is about must be theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import Fact, opened, read
from domain.errors import InvalidValue, Refused
from domain.permissions import EVERYTHING, Permission, Target, Viewer, require
from models import owners
from models.configuration import current

_NEEDED = frozenset({Permission.REPORT})


@dataclass(frozen=True, slots=True)
class Registering:
    """A pipeline that is registered, and for which repository."""

    repository: str
    name: str
    account: str
    region: str


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about. execution: CodePipeline's id. envelopes: each about an execution of a pipeline."""

    execution: str | None = None
    check_run: UUID | None = None
    repository: str | None = None
    registering: Registering | None = None
    envelopes: Sequence[object] = field(default=())


async def require_own(session: AsyncSession, viewer: Viewer, what: str, about: About) -> None:
    """Raises Refused, FORBIDDEN, for what is about others. what: the mutation.

    What nobody knows, or is no service's yet, is nobody's: the use-case refuses it by itself, as it does for everybody.
    """
    if Permission.REPORT in viewer.permissions_at(EVERYTHING):
        return
    async for target in _targets(session, about):
        require(viewer, _NEEDED, what, at=target)
    if about.registering:
        await _require_home(session, viewer, what, about.registering)


async def _targets(session: AsyncSession, about: About) -> AsyncIterator[Target]:
    if about.execution is not None and (found := await owners.of_execution(session, about.execution)):
        yield _target(found)
    if about.check_run is not None and (found := await owners.of_check_run(session, about.check_run)):
        yield _target(found)
    repository = about.registering.repository if about.registering else about.repository
    if repository is not None:
        yield _target(await owners.of_repository(session, repository))
    for each in about.envelopes:
        fact = _fact(each)
        yield _target(await owners.of_pipeline(session, fact.pipeline.arn) if fact else None)
        if fact and (found := await owners.of_execution(session, fact.execution_id)):
            yield _target(found)


def _target(owner: owners.Owner | None) -> Target:
    """All of a service; everything, where it is of no service."""
    return Target(team=owner.team, service=owner.service) if owner else EVERYTHING


def _fact(envelope: object) -> Fact | None:
    """What happened to a pipeline, if it tells of that."""
    try:
        found = read(opened(envelope))
    except InvalidValue:
        return None
    return found if isinstance(found, Fact) else None


async def _require_home(session: AsyncSession, viewer: Viewer, what: str, given: Registering) -> None:
    """The pipeline is that of the service's plan: by its name, in the account and Region of pipelines."""
    configuration = (await current(session)).configuration
    home, services = configuration.organisation, configuration.services.values()
    own = {
        (each.name, home.pipeline_account, home.pipeline_region)
        for each in services
        if home and each.repository == given.repository
    }
    if (given.name, given.account, given.region) not in own:
        where = f"{given.name!r} in account {given.account} and Region {given.region}"
        raise Refused(
            "FORBIDDEN",
            f"{what} of {where} is not for {viewer.actor}: it is no pipeline of {given.repository}.",
            remedy="Synthesize the pipeline again: its plan says where it lives.",
        )
