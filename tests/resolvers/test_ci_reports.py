"""Executions of CI systems that are not CodePipeline."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from aws.accounts import Accounts
from domain.configuration.kinds import Kind
from domain.envelopes import State
from domain.envelopes.reported import Report
from domain.errors import InvalidValue, Refused
from domain.words import ActionKind
from intake.explaining import Explainer
from intake.polling import Poller
from models.engine import Database
from models.tables import FailureEvidence
from resolvers.ci_reports import Reported, report
from resolvers.configuring import Author
from resolvers.messages import Admission
from resolvers.upkeep import request_start
from tests import stories
from tests.configuring import register, update
from tests.fleet import register_fleet
from tests.resolvers.test_recording import events, rows, state

pytestmark = pytest.mark.database

RUN = Report(
    "github-actions", "deploy", "acme/payments", "812", State.STARTED, stories.BEGIN, revision="9f2c1ab", author="Mary",
    trigger="push", branch="main", message="raise limit", committed_at=stories.BEGIN - timedelta(hours=3),
)  # fmt: skip
KEY = "ci:github-actions:acme/payments:deploy"


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A database with the fleet, and no pipeline."""
    async with database.transaction() as session:
        await register_fleet(session)
    return database


async def told(database: Database, second: int = 0, **changed: Any) -> Reported:
    """Reports in a transaction of its own."""
    said = replace(RUN, time=stories.BEGIN + timedelta(seconds=second), **changed)
    async with database.transaction() as session:
        return await report(session, "ci", said=said, admission=Admission(known_accounts=True))


async def a_run(database: Database, second: int = 0, **more: Any) -> None:
    """A run that deploys to two environments, and fails in the second."""
    await told(database, second, **more)
    await told(database, second + 1, stage="prod", **more)
    for number, environment in enumerate(("prod-eu-west-1", "prod-us-east-1"), start=2):
        given = {"stage": "prod", "action": f"to-{environment}", "environment": environment} | more
        end = {"state": State.SUCCEEDED} if number == 2 else {"state": State.FAILED, "summary": "exit status 1"}
        await told(database, second + number, **given)
        await told(database, second + number + 2, **given, **end)
    await told(database, second + 8, stage="prod", state=State.FAILED, **more)
    await told(database, second + 9, state=State.FAILED, **more)


async def test_a_run(fleet: Database) -> None:
    """It has an execution with stages, actions and deployments, of the service of its repository; no map is needed."""
    await a_run(fleet)
    found = await state(fleet)
    ((execution, status, attempt, revision, message, author, committed, trigger, *_, arn, latest),) = found[
        "executions"
    ]
    assert (execution, status, attempt, arn, latest) == (RUN.execution_id, "FAILED", 1, KEY, True)
    assert (revision, message, author, trigger) == ("9f2c1ab", "raise limit", "Mary", "push")
    assert committed == RUN.committed_at
    assert [row[:3] for row in found["stages"]] == [("prod", 0, "FAILED")]
    assert [(row[1], row[3], row[13], row[14]) for row in found["actions"]] == [
        ("to-prod-eu-west-1", "DEPLOY", "prod-eu-west-1", True),
        ("to-prod-us-east-1", "DEPLOY", "prod-us-east-1", True),
    ]
    assert [row[:5] for row in found["deployments"]] == [
        ("prod-eu-west-1", "payments", "9f2c1ab", "SUCCEEDED", None),
        ("prod-us-east-1", "payments", "9f2c1ab", "FAILED", "exit status 1"),
    ]
    assert await events(fleet, "pipeline.discovered") == [{"arn": KEY}]
    assert (await events(fleet, "execution.changed"))[-1]["service"] == "payments"


async def test_said_again(fleet: Database) -> None:
    """A report that is made again, at another time, is known, and changes nothing."""
    first = await told(fleet)
    assert (first.known, first.execution.execution_id) == (False, RUN.execution_id)
    logged = await rows(fleet, "select count(*) from event")
    assert (await told(fleet, 60)).known
    assert await rows(fleet, "select count(*) from event") == logged


async def test_another_attempt(fleet: Database) -> None:
    """A retry of the same run is the same execution's next attempt."""
    await a_run(fleet)
    again = {"stage": "prod", "action": "to-prod-us-east-1", "environment": "prod-us-east-1", "attempt": 2}
    await told(fleet, 20, **again)
    await told(fleet, 21, **again, state=State.SUCCEEDED)
    await told(fleet, 22, attempt=2, state=State.SUCCEEDED)
    found = await state(fleet)
    assert [(row[1], row[2]) for row in found["executions"]] == [("SUCCEEDED", 2)]
    assert {row[3] for row in found["deployments"]} == {"SUCCEEDED"}


async def test_a_service_that_is_registered_later(fleet: Database) -> None:
    """The next report links the pipeline to the service of its repository, and what was told before is its as well."""
    await a_run(fleet, repository="acme/ledger")
    assert (await state(fleet))["deployments"] == []
    async with fleet.transaction() as session:
        await register(session, Kind.SERVICE, name="ledger", repository="acme/ledger", placement=["*"])
    await told(fleet, 60, run="813", repository="acme/ledger")
    assert [row[3] for row in (await state(fleet))["deployments"]] == ["SUCCEEDED", "FAILED"]


async def test_a_run_that_is_another_pipelines(fleet: Database) -> None:
    """A run's id that is a UUID is an execution's: in use by another pipeline, it is refused, and nothing is kept."""
    await told(fleet, run=stories.EXECUTION)
    with pytest.raises(Refused, match="in use by another pipeline"):
        await told(fleet, run=stories.EXECUTION, pipeline="release")
    assert await rows(fleet, "select count(*) from set_aside") == [(0,)]
    with pytest.raises(InvalidValue):
        await told(fleet, provider="No Such")


async def test_what_assumes_codepipeline(fleet: Database) -> None:
    """It is never stale, and a request to start it says why it cannot be."""
    await a_run(fleet)
    async with fleet.transaction() as session:
        await update(session, Kind.WAVE, "prod-1", bake_minutes=5)
    assert await rows(fleet, "select stale_at, wanted_digest from pipeline") == [(None, None)]
    with pytest.raises(Refused, match="no service has registered it"):
        async with fleet.transaction() as session:
            await request_start(session, Author("ada", stories.BEGIN, "http://127.0.0.1:8400"), KEY)


async def test_other_kinds_of_actions(fleet: Database) -> None:
    """An action says what it does; one that says nothing is of kind OTHER, and deploys nowhere."""
    await told(fleet, stage="build", action="compile", kind=ActionKind.SYNTH)
    await told(fleet, 1, stage="build", action="lint")
    assert [(row[1], row[3]) for row in (await state(fleet))["actions"]] == [("compile", "SYNTH"), ("lint", "OTHER")]
    assert (await state(fleet))["deployments"] == []


async def test_a_failure(fleet: Database) -> None:
    """It is explained by what was reported, nobody is asked, and it is in its environment's account; it is evidence."""

    class Nobody(Accounts):
        def session(self, account: str, region: str) -> Any:
            raise AssertionError(f"{account} was asked")

    await a_run(fleet)
    accounts = Nobody(None, "INTERLOCK_READER_ROLE")
    explainer = Explainer(fleet, accounts, lambda: stories.BEGIN + timedelta(hours=1))
    while await explainer.turn():
        pass
    found = await rows(
        fleet,
        "select failure.kind, cause, environment.name, failure.account_id, explained_at is not null,"
        " deployment_id is not null from failure left join environment on environment.id = failure.environment_id",
    )
    assert found == [("ACTION", "exit status 1", "prod-us-east-1", "111111111111", True, True)]
    assert [each["pipelineArn"] for each in await events(fleet, "failure.explained")] == [KEY]
    async with fleet.transaction() as session:
        kinds = (await session.scalars(select(FailureEvidence.kind))).all()
    assert kinds == ["DEPLOYMENT"]
    silent = Poller(fleet, accounts, timedelta(minutes=1), lambda: stories.BEGIN + timedelta(days=9))
    await told(fleet, 30, run="813")
    assert not await silent.turn()
