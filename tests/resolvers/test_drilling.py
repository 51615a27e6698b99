"""Drills: to what they go back, the certificates that they leave, and the waves that demand one."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from domain.configuration import changing
from domain.configuration.kinds import Kind
from domain.errors import NotFound, Refused
from domain.safety.entering import Drill
from domain.words import CheckKind, CheckRunStatus, CheckWhen
from models.engine import Database
from models.queries import everything, find
from models.tables import CheckRun, DrillCertificate, Pipeline, PipelineExecution, Wave
from resolvers import checking, drilling
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import apply, update
from tests.fleet import TESTER, register_fleet, register_payments
from tests.resolvers.test_returning import GOOD, LATER, _good, _map

pytestmark = pytest.mark.database

NEW = "33333333-6a3e-4f0e-9d52-6f8c6c1d2e3f"


def _new() -> stories.Story:
    """A newer revision, which has been deployed to alpha and waits there for its checks."""
    story = stories.until_prod(execution=NEW, begin=stories.BEGIN + timedelta(hours=1))
    story.envelopes[0]["detail"]["execution-trigger"]["commit-id"] = "new0new"
    story.envelopes.pop()
    return story


@pytest.fixture
async def drilled(database: Database) -> Database:
    """prod-1 demands a drill, and alpha has one. A good revision is everywhere, a newer one in alpha."""
    async with database.transaction() as session:
        await register_fleet(session)
        await update(session, Kind.WAVE, "prod-1", requires_drill=True)
        fields = {"name": "drill", "kind": CheckKind.DRILL, "stage": "alpha", "when": CheckWhen.AFTER}
        await apply(session, changing.register(Kind.CHECK, {**fields, "configuration": {}}))
        await register_payments(session, _map())
        await record_envelopes(session, _good().envelopes)
        await record_envelopes(session, _new().envelopes)
    return database


async def _run(database: Database) -> CheckRun:
    async with database.transaction() as session:
        where = {"execution_id": NEW, "stage": "alpha-1", "when": CheckWhen.AFTER}
        (run,) = await checking.start_check_runs(session, TESTER, now=LATER, **where)
        return run


async def _plan(database: Database, run: uuid.UUID) -> drilling.DrillPlan:
    async with database.transaction() as session:
        return await drilling.plan_drill(session, TESTER, now=LATER, check_run=run)


async def _finish(database: Database, run: uuid.UUID, status: CheckRunStatus, cause: str | None = None) -> None:
    async with database.transaction() as session:
        given = {"check_run": run, "status": status, "cause": cause}
        await checking.finish_check_run(session, TESTER, now=LATER, **given)


async def _demanded(database: Database, wave: str = "prod-1") -> Drill | None:
    async with database.snapshot() as session:
        pipeline = (await session.scalars(select(Pipeline))).one()
        execution = await find(session, PipelineExecution, execution_id=NEW)
        row = await find(session, Wave, name=wave)
        assert execution is not None
        assert row is not None
        return await drilling.drill_for(session, pipeline, wave, row, execution)


async def test_a_drill_goes_back_to_what_the_demanding_wave_has(drilled: Database) -> None:
    """And forward again, in the environments of its own wave; asked again, the same."""
    run = await _run(drilled)
    plan = await _plan(drilled, run.id)
    assert plan.upgrade_to == "new0new"
    assert [(each.execution, each.revision) for each in plan.steps] == [(GOOD, "9f2c1ab"), (NEW, "new0new")]
    assert [(each.environment, each.stack) for each in plan.stacks] == [
        ("alpha-eu-west-1", "alpha-eu-west-1-Payments"),
    ]
    assert await _plan(drilled, run.id) == plan
    async with drilled.snapshot() as session:
        assert len(await everything(session, DrillCertificate)) == 1


@pytest.mark.parametrize(
    ("status", "cause", "passed"),
    [
        (CheckRunStatus.PASSED, None, True),
        (CheckRunStatus.FAILED, "the downgrade failed", False),
        (CheckRunStatus.ERRORED, "no artifact", None),
    ],
)
async def test_the_end_of_the_run_is_the_certificate(
    drilled: Database, status: CheckRunStatus, cause: str | None, passed: bool | None
) -> None:
    """A yes or a no of the pair; where it could not be carried out, nobody knows."""
    assert await _demanded(drilled) == Drill("new0new", "9f2c1ab", None)
    run = await _run(drilled)
    await _plan(drilled, run.id)
    await _finish(drilled, run.id, status, cause)
    assert await _demanded(drilled) == Drill("new0new", "9f2c1ab", passed, cause or "")


async def test_only_a_wave_that_demands_it_needs_it(drilled: Database) -> None:
    """And none where no revision has been yet: there is no pair."""
    assert await _demanded(drilled, "alpha-1") is None
    async with drilled.transaction() as session:
        await update(session, Kind.WAVE, "prod-2", requires_drill=True)
    assert await _demanded(drilled, "prod-2") is None


async def test_what_is_no_drill_in_progress_is_refused(drilled: Database) -> None:
    """A run that has ended, and one that nobody knows."""
    run = await _run(drilled)
    await _finish(drilled, run.id, CheckRunStatus.PASSED)
    with pytest.raises(Refused, match="no drill in progress"):
        await _plan(drilled, run.id)
    with pytest.raises(NotFound):
        await _plan(drilled, uuid.uuid4())
