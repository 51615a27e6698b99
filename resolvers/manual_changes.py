"""A person changes something in an environment's account by hand: said before it is done, with the reason.

The log of events is all that is kept of it, as that is where an environment's history is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from domain import masking
from domain.configuration import values as rules
from domain.configuration.kinds import Kind
from domain.configuration.targets import Asked, named, of_environment
from domain.errors import InvalidValue, NotFound
from domain.events import EventType, Happening
from domain.safety import overriding
from models.event_log import append
from models.queries import find, values
from models.tables import Account, Environment, Region, Service, Stage, Wave
from resolvers.configuring import Author
from resolvers.permission import require_person
from resolvers.permitting import configured

LONGEST_COMMAND = 2000
"""Characters of a command that are kept: a script that is passed as one argument is cut."""


@dataclass(frozen=True, slots=True)
class ManualChange:
    """What a person is about to do. environment, service: names. role: whose rights they take. command: one line."""

    environment: str
    command: str
    service: str | None = None
    role: str | None = None


async def record(session: AsyncSession, by: Author, what: ManualChange) -> Environment:
    """The environment that is changed. Raises NotFound, InvalidValue, and Refused for a program."""
    require_person(by, "a change by hand")
    configuration = await configured(session)
    place = of_environment(configuration, what.environment, what.service)
    absent = NotFound("environment", what.environment, field="environment")
    await by.may(
        session,
        *named(configuration, Kind.ENVIRONMENT, what.environment),
        *named(configuration, Kind.SERVICE, what.service),
        Asked(place, absent),
    )
    reason = overriding.reason(by.reason or "")
    if not what.command.strip():
        raise InvalidValue("command", what.command, "the command that is run: 'aws s3 rm s3://receipts/7'")
    environment = await find(session, Environment, name=what.environment, archived_at=None)
    if environment is None:
        raise NotFound("environment", what.environment, await values(session, Environment, "name"), field="environment")
    await _require_service(session, what.service)
    payload = {
        **await _place(session, environment),
        "service": what.service,
        "role": None if what.role is None else rules.role("role", what.role),
        "command": masking.kept(what.command, LONGEST_COMMAND),
        "reason": reason,
    }
    happened = Happening(EventType.ENVIRONMENT_CHANGED_BY_HAND, "Environment", environment.id, payload)
    await append(session, [happened], by.actor)
    return environment


async def _require_service(session: AsyncSession, name: str | None) -> None:
    if name is not None and await find(session, Service, name=name, archived_at=None) is None:
        raise NotFound("service", name, await values(session, Service, "name"), field="service")


async def _place(session: AsyncSession, environment: Environment) -> dict[str, object]:
    account = await find(session, Account, id=environment.account_id)
    region = await find(session, Region, id=environment.region_id)
    wave = await find(session, Wave, id=environment.wave_id)
    assert account is not None
    assert region is not None
    assert wave is not None
    stage = await find(session, Stage, id=wave.stage_id)
    assert stage is not None
    return {
        "environment": environment.name,
        "account": account.aws_id,
        "region": region.name,
        "wave": wave.name,
        "stage": stage.name,
        "production": stage.production,
    }
