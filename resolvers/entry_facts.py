"""The facts on which a decision before a wave rests, from the configuration and from what was told: few statements.

configuration   windows, calendars, freezes, holds, dependencies, teams: none, it is in memory
what happened   stages, checks, flights, the newer execution, dependencies, alarms, overrides, rollbacks: one each
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import selectors
from domain.configuration import entities
from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.safety.baking import AlarmSeen, Observation
from domain.safety.entering import EARLY_WAVES, AlarmStanding, Drill, Facts, Flight, Place
from domain.safety.way import Declared, declared
from domain.words import AlarmRole, AlarmState, ExecutionKind
from models import entering, overrides, returning
from models.queries import find
from models.tables import CheckRun, Wave
from resolvers.candidates import Candidate
from resolvers.drilling import drill_for
from resolvers.wave_progress import prior


async def facts_of(
    session: AsyncSession, candidate: Candidate, now: datetime, seen: Sequence[Observation] = ()
) -> tuple[Facts, Sequence[CheckRun]]:
    """The facts for one decision, without what the checks before the wave come to; and the runs of checks so far.

    seen: the declared alarms as the pipeline's gate has just seen them, which is newer than what was told of them.
    """
    execution = candidate.execution
    environments, configured = candidate.part.environments, candidate.configured
    places = configured.places(environments, candidate.pipeline.structure, now)
    before = candidate.way[candidate.place - 1] if candidate.place else None
    parts = {each.name for each in (candidate.part, before, candidate.furthest) if each}
    runs = await entering.runs_of(session, execution.id, parts)
    facts = Facts(
        service=candidate.service.name,
        team=candidate.service.team,
        stage=candidate.wave.stage,
        wave=candidate.wave.name,
        production=candidate.stage.production,
        number=candidate.number,
        execution=execution.execution_id,
        revision=execution.revision,
        began_at=execution.started_at,
        places=places,
        kind=await _kind(session, candidate),
        alarms=await _alarms(session, candidate, places, seen),
        freezes=configured.freezes(),
        holds=configured.holds(environments),
        flights=await flights(session, candidate),
        prior=prior(candidate, before, runs, now) if before else None,
        missing=await _missing(session, candidate),
        taken_back=await returning.taken_back(session, _key(candidate), environments),
        drill=await _drill(session, candidate),
        newer=await _newer(session, candidate),
        overrides=await overrides.standing(session, now),
    )
    return facts, runs


async def _kind(session: AsyncSession, candidate: Candidate) -> ExecutionKind:
    """A rollback that brings what never was there is taken for what it does."""
    execution = candidate.execution
    if execution.kind is ExecutionKind.ROLLBACK:
        back = await returning.leads_back(session, execution, candidate.part.stages[-1])
        return ExecutionKind.ROLLBACK if back else ExecutionKind.STANDARD
    return execution.kind


def _key(candidate: Candidate) -> UUID:
    """The service's row."""
    return candidate.stored.rows[Kind.SERVICE][candidate.service.name].id


async def _drill(session: AsyncSession, candidate: Candidate) -> Drill | None:
    """The drill that the wave demands of the revision; None where it demands none."""
    if not candidate.wave.requires_drill:
        return None
    wave = await find(session, Wave, name=candidate.wave.name)
    assert wave is not None  # it is in the configuration
    return await drill_for(session, candidate.pipeline, candidate.part.stages[0], wave, candidate.execution)


async def _alarms(
    session: AsyncSession, candidate: Candidate, places: Sequence[Place], seen: Sequence[Observation]
) -> list[AlarmStanding]:
    """Of the places, as the gate has just seen or AWS has told; elsewhere, those in alarm where the service is exposed.

    A defect that shows late in the first Region is to be seen before the next one is entered.
    """
    wanted = declared(candidate.pipeline.structure, candidate.part.environments)
    others = declared(candidate.pipeline.structure, _elsewhere(candidate))
    if not wanted and not others:
        return []
    at = {place.environment: (place.account, place.region) for place in places}
    known = candidate.configuration.environments
    at |= {each.environment: (known[each.environment].account, known[each.environment].region) for each in others}
    told = await entering.alarms(session, {(each.name, *at[each.environment]) for each in (*wanted, *others)})
    fresh = {(each.environment, alarm.name): alarm for each in seen for alarm in each.alarms}
    problems = {each.environment: each.problem for each in seen if each.problem}
    reached = await _reached(session, candidate, {*problems, *(each.environment for each in others)})
    team = candidate.service.team
    here = [
        _standing(each, at[each.environment], fresh.get((each.environment, each.name)), told, team) for each in wanted
    ]
    unseen = [
        replace(alarm, unseen=problems.get(each.environment, "") if each.environment in reached else "")
        for each, alarm in zip(wanted, here, strict=True)
    ]
    there = [_standing(each, at[each.environment], None, told, team) for each in others if each.environment in reached]
    return [*unseen, *(each for each in there if each.state is AlarmState.ALARM)]


def _standing(
    alarm: Declared,
    place: tuple[str, str],
    fresh: AlarmSeen | None,
    told: Mapping[tuple[str, str, str], entering.AlarmRow],
    team: str | None,
) -> AlarmStanding:
    whose = f"the team {team}" if team and alarm.role is AlarmRole.AGGREGATE else "the service"
    account, region = place
    row = told.get((alarm.name, account, region))
    if fresh is not None:
        since = row.since if row and row.state is fresh.state else None
        return AlarmStanding(alarm.name, region, whose, fresh.state, fresh.reason, since)
    if row is None:
        return AlarmStanding(alarm.name, region, whose, None)
    return AlarmStanding(alarm.name, region, whose, row.state, row.reason or "", row.since)


def _elsewhere(candidate: Candidate) -> list[str]:
    """Before a wave of production, the other environments of production that the pipeline deploys to."""
    if not candidate.stage.production:
        return []
    configuration, own = candidate.configuration, set(candidate.part.environments)
    waves = configuration.waves
    production = [
        part for part in candidate.way if part.wave in waves and configuration.stages[waves[part.wave].stage].production
    ]
    names = {name for part in production for name in part.environments}
    return sorted(name for name in names - own if name in configuration.environments)


async def _reached(session: AsyncSession, candidate: Candidate, environments: Iterable[str]) -> set[str]:
    """Those of the environments to which the service has been deployed before."""
    rows = candidate.stored.rows[Kind.ENVIRONMENT]
    keys = {rows[name].id: name for name in environments if name in rows}
    found = await entering.reached_by(session, [_key(candidate)], list(keys)) if keys else ()
    return {keys[environment] for _, environment in found}


async def flights(session: AsyncSession, candidate: Candidate) -> list[Flight]:
    """Other executions that are in a wave. Of other services only what they are changing keeps anybody out: many bake
    in one environment at a time.
    """
    rows = candidate.stored.rows
    service, wave = rows[Kind.SERVICE][candidate.service.name].id, rows[Kind.WAVE][candidate.wave.name].id
    found = await entering.flights(session, candidate.execution.id, service, wave)
    return [_flight(each, candidate) for each in found]


def _flight(row: entering.FlightRow, candidate: Candidate) -> Flight:
    configuration = candidate.configuration
    names = row.environments if row.service == candidate.service.name else row.deploying
    there = [configuration.environments[name] for name in names if name in configuration.environments]
    wave = configuration.waves.get(row.wave)
    production = wave is not None and configuration.stages[wave.stage].production
    waves = [each.name for each in configuration.waves_of[wave.stage]] if wave else []
    return Flight(
        execution=row.execution_id,
        service=row.service,
        wave=row.wave,
        environments=names,
        regions={each.region for each in there},
        revision=row.revision,
        since=row.since,
        early=production and row.wave in waves[:EARLY_WAVES],
        production=production,
    )


async def _missing(session: AsyncSession, candidate: Candidate) -> dict[str, list[str]]:
    """Environments where services that this one depends on are placed, and have never been deployed."""
    if not candidate.service.depends_on:
        return {}
    configuration, rows = candidate.configuration, candidate.stored.rows
    environments = {name: rows[Kind.ENVIRONMENT][name].id for name in _kept(candidate)}
    services = {name: rows[Kind.SERVICE][name].id for name in candidate.service.depends_on}
    there = await entering.reached_by(session, list(services.values()), list(environments.values()))
    placed = {name: set(placement(configuration, configuration.services[name])) for name in services}
    missing = {
        service: [name for name, id_ in environments.items() if name in placed[service] and (key, id_) not in there]
        for service, key in services.items()
    }
    return {service: names for service, names in missing.items() if names}


def _kept(candidate: Candidate) -> list[str]:
    return [name for name in candidate.part.environments if name in candidate.stored.rows[Kind.ENVIRONMENT]]


def placement(configuration: Configuration, service: entities.Service) -> list[str]:
    """The environments that a service goes to, by name."""
    places = configuration.places
    return places.names(places.mask(selectors.parse(service.placement)))


async def _newer(session: AsyncSession, candidate: Candidate) -> str | None:
    """The revision of a newer execution that has passed all before this part, and waits for it."""
    stages = [stage["name"] for stage in (candidate.pipeline.structure or {})["stages"]]
    first = stages.index(candidate.part.stages[0])
    if not first or candidate.execution.started_at is None:
        return None
    found = await entering.newer(session, candidate.execution, stages[first - 1], candidate.part.stages)
    return found and (found.revision or found.execution_id)
