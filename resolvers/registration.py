"""Registering what the fleet is made of. Each use-case is part of one transaction: rows and events, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain import checks, names
from domain.errors import AlreadyExists, InvalidValue, NotFound
from domain.events import EventType, Happening
from domain.regions import KNOWN_REGIONS
from domain.words import CheckKind, CheckMode, CheckWhen, EnvironmentKind
from models import tables
from models.base import Base
from models.event_log import append
from models.queries import IntegrityError, find, take_turns, taken_columns, values
from resolvers.placing import place_everywhere, place_service

Row = TypeVar("Row", bound=Base)


async def configure_organisation(
    session: AsyncSession,
    actor: str,
    *,
    name: str,
    pipeline_account: str,
    pipeline_region: str,
    connection_arn: str,
    event_bus_arn: str,
) -> tables.Organisation:
    """What holds for all services; said again, it replaces what was said."""
    names.name("name", name)
    names.account_id("pipelineAccount", pipeline_account)
    _known_region("pipelineRegion", pipeline_region)
    _connection(connection_arn)
    names.arn("eventBusArn", event_bus_arn, "events")
    await take_turns(session, "organisation")
    organisation = await find(session, tables.Organisation, singleton=True) or tables.Organisation()
    organisation.name = name
    organisation.pipeline_account, organisation.pipeline_region = pipeline_account, pipeline_region
    organisation.connection_arn, organisation.event_bus_arn = connection_arn, event_bus_arn
    return await _written(session, actor, organisation, EventType.ORGANISATION_CONFIGURED)


async def register_account(
    session: AsyncSession, actor: str, *, aws_id: str, name: str, organizational_unit: str | None = None
) -> tables.Account:
    """An AWS account, under its id and a name of ours."""
    account = tables.Account(
        aws_id=names.account_id("awsId", aws_id),
        name=names.name("name", name),
        organizational_unit=organizational_unit,
    )
    await _free(session, account, aws_id="awsId", name="name")
    return await _written(session, actor, account, EventType.ACCOUNT_REGISTERED)


async def register_stage(
    session: AsyncSession, actor: str, *, name: str, position: int, production: bool = False
) -> tables.Stage:
    """A stage, at its place among the stages."""
    names.between("position", position, 1, 1000)
    stage = tables.Stage(name=names.name("name", name), position=position, production=production)
    await _free(session, stage, name="name", position="position")
    return await _written(session, actor, stage, EventType.STAGE_REGISTERED)


async def register_wave(
    session: AsyncSession,
    actor: str,
    *,
    stage: str,
    name: str,
    position: int,
    bake_minutes: int = 0,
    minimum_data_points: int = 0,
) -> tables.Wave:
    """A wave of a stage. bake_minutes: at most 7 days, which is what a Step Functions action may take."""
    wave = tables.Wave(
        stage_id=(await _named(session, tables.Stage, "stage", name=stage)).id,
        name=names.name("name", name),
        position=names.between("position", position, 1, 1000),
        bake_minutes=names.between("bakeMinutes", bake_minutes, 0, 7 * 24 * 60, "minutes"),
        minimum_data_points=names.between("minimumDataPoints", minimum_data_points, 0, 1_000_000_000),
    )
    await _free(session, wave, name="name")
    if await find(session, tables.Wave, stage_id=wave.stage_id, position=position):
        raise AlreadyExists("wave", f"{position} of stage {stage}", field="position")
    return await _written(session, actor, wave, EventType.WAVE_REGISTERED)


async def register_environment(
    session: AsyncSession,
    actor: str,
    *,
    name: str,
    account: str,
    region: str,
    wave: str,
    kind: EnvironmentKind = EnvironmentKind.SHARED,
    owner: str | None = None,
    expires_at: datetime | None = None,
) -> tables.Environment:
    """An account and Region in a wave. Services whose placement matches its name are placed there at once."""
    _owned_and_ending(kind, owner, expires_at)
    environment = tables.Environment(
        name=names.name("name", name),
        kind=kind,
        account_id=(await _account(session, account)).id,
        region_id=(await _region(session, region)).id,
        wave_id=(await _named(session, tables.Wave, "wave", name=wave)).id,
        owner=owner,
        expires_at=expires_at,
    )
    await _free(session, environment, name="name")
    place = {
        "wave_id": environment.wave_id,
        "account_id": environment.account_id,
        "region_id": environment.region_id,
    }
    if there := await find(session, tables.Environment, **place):
        value = f"{account} {region} in wave {wave}"
        raise AlreadyExists("environment", value, field="region", taken_by=f"it is called {there.name!r}")
    await _written(session, actor, environment, EventType.ENVIRONMENT_REGISTERED)
    await place_everywhere(session, actor, environment)
    return environment


async def register_service(
    session: AsyncSession,
    actor: str,
    *,
    name: str,
    repository: str,
    placement: list[str],
    branch: str = "main",
    connection_arn: str | None = None,
) -> tables.Service:
    """What a repository deploys, and the globs over environment names that say where."""
    service = tables.Service(
        name=names.name("name", name),
        repository=names.repository("repository", repository),
        branch=names.branch("branch", branch),
        connection_arn=None if connection_arn is None else _connection(connection_arn),
        placement=[names.environment_glob("placement", glob) for glob in placement],
    )
    await _free(session, service, name="name", repository="repository")
    await _written(session, actor, service, EventType.SERVICE_REGISTERED)
    await place_service(session, actor, service)
    return service


async def register_check(
    session: AsyncSession,
    actor: str,
    *,
    name: str,
    kind: CheckKind,
    when: CheckWhen = CheckWhen.AFTER,
    mode: CheckMode = CheckMode.BLOCKING,
    timeout_minutes: int = 60,
    configuration: Any = None,
    stage: str | None = None,
    wave: str | None = None,
    service: str | None = None,
) -> tables.Check:
    """A check of every wave of a stage, or of one wave; for all services, or for one."""
    if (stage is None) == (wave is None):
        raise InvalidValue("stage", stage, "given alone, or `wave` given alone: a check belongs to one of them")
    check = tables.Check(
        name=names.name("name", name),
        kind=kind,
        when=when,
        mode=mode,
        timeout_minutes=names.between("timeoutMinutes", timeout_minutes, 1, 7 * 24 * 60, "minutes"),
        configuration=checks.configuration(kind, {} if configuration is None else configuration),
        stage_id=(await _named(session, tables.Stage, "stage", name=stage)).id if stage else None,
        wave_id=(await _named(session, tables.Wave, "wave", name=wave)).id if wave else None,
        service_id=(await _named(session, tables.Service, "service", name=service)).id if service else None,
    )
    await _free(session, check, name="name")
    return await _written(session, actor, check, EventType.CHECK_REGISTERED)


def _owned_and_ending(kind: EnvironmentKind, owner: str | None, expires_at: datetime | None) -> None:
    if kind is EnvironmentKind.TEST and not owner:
        raise InvalidValue("owner", owner, "the person whose test environment it is")
    if kind is EnvironmentKind.TEST and expires_at is None:
        raise InvalidValue("expiresAt", expires_at, "the time when the test environment ends")
    if expires_at is not None and expires_at.tzinfo is None:
        raise InvalidValue("expiresAt", expires_at.isoformat(), "a time with its zone: '2027-01-31T12:00:00Z'")


def _connection(arn: str) -> str:
    """A connection to GitHub, under the service's name of today or of before."""
    service = "codestar-connections" if ":codestar-connections:" in arn else "codeconnections"
    return names.arn("connectionArn", arn, service)


def _known_region(field: str, name: str) -> None:
    if name not in KNOWN_REGIONS:
        raise NotFound("region", name, KNOWN_REGIONS, field=field)


async def _region(session: AsyncSession, name: str) -> tables.Region:
    _known_region("region", name)
    return await _named(session, tables.Region, "region", name=name)


async def _account(session: AsyncSession, aws_id: str) -> tables.Account:
    return await _named(session, tables.Account, "account", aws_id=names.account_id("account", aws_id))


async def _named(session: AsyncSession, table: type[Row], kind: str, **where: str) -> Row:
    """The row of that name, or NotFound with the nearest names there are."""
    row = await find(session, table, **where)
    if row is None:
        ((column, value),) = where.items()
        raise NotFound(kind, value, await values(session, table, column), field=kind)
    return row


async def _free(session: AsyncSession, row: Base, **fields: str) -> None:
    """Refuses a row whose unique columns are taken; fields: the input's field of each column."""
    for column, field in fields.items():
        value = getattr(row, column)
        if await find(session, type(row), **{column: value}):
            raise AlreadyExists(type(row).__tablename__, str(value), field=field)


def _camel(column: str) -> str:
    """A column's name as the graph and every event's payload spell it."""
    first, *rest = column.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _taken(row: Base, error: IntegrityError) -> Exception:
    """What is taken, by the column that tells the row from others; the error itself, where nothing is."""
    columns = taken_columns(error, type(row))
    if not columns:
        return error
    refers = bool(columns[-1].foreign_keys)
    key = columns[-1].key
    value = getattr(row, "name" if refers else key)
    return AlreadyExists(type(row).__tablename__, str(value), field=_camel(key.removesuffix("_id") if refers else key))


async def _written(session: AsyncSession, actor: str, row: Row, event: EventType) -> Row:
    """The row is kept, and its event with the row's values. Another transaction may have been faster: AlreadyExists."""
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as taken:
        raise _taken(row, taken) from taken
    payload = {
        _camel(column.key): value if isinstance(value, str | int | bool | list | dict | None) else str(value)
        for column in row.__table__.columns
        if column.key not in ("id", "created_at", "singleton")
        for value in [getattr(row, column.key)]
    }
    await append(session, [Happening(event, type(row).__name__, row.id, payload)], actor)  # type: ignore[attr-defined]
    return row
