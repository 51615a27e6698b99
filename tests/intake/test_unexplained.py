"""Failures whose reason cannot be asked for: accounts that are away, or not ours; workers that die; hostile text."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from aws.accounts import UnreachableError
from domain.words import FailureKind
from intake.explaining import workers
from models.workers import work
from resolvers.failures import ENOUGH_TRIES, LEASE, MOST_TRIES
from resolvers.recording import record_envelopes
from tests import mixed
from tests.intake.conftest import HOUR, NOW, Aws, World, client, deploying, ended, explain, explainer, stack

pytestmark = pytest.mark.database


async def test_an_account_that_is_away_is_tried_again_and_holds_nobody_back(world: World) -> None:
    """Later and later, with the reason shown beside AWS's summary; in the end the summary is the cause."""

    class Away(Aws):
        def session(self, account: str, region: str) -> Any:
            if account == world.accounts["prod-eu"]:
                raise UnreachableError(f"account {account} cannot be reached: AccessDenied: sts:AssumeRole")
            return super().session(account, region)

    cloudformation = client("cloudformation")
    await world.tell(deploying({name: stack(world, name) for name in ("prod-eu", "prod-us")}, begin=NOW - HOUR))
    aws = Away(cloudformation=cloudformation)
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_events", {"OperationEvents": []})
        stub.add_response("describe_stack_events", {"StackEvents": []})
        away, there = await explain(world, aws)
    assert there.explained_at is not None
    assert (away.explained_at, away.cause, away.tries) == (None, "Stack of prod-eu is in ROLLBACK_COMPLETE", 1)
    assert away.unexplained is not None
    assert "sts:AssumeRole" in away.unexplained
    assert [away.tries for away in [(await explain(world, aws))[0]]] == [1]  # it is not due yet
    for number in range(1, MOST_TRIES):
        away, _ = await explain(world, aws, timedelta(hours=2 * number))
    assert (away.tries, away.next_at) == (MOST_TRIES, None)
    assert away.explained_at is not None
    told = [each for each in await world.told("failure.explained") if each["environment"] == "prod-eu"]
    assert [(each["cause"], each["unexplained"]) for each in told] == [(away.cause, away.unexplained)]


@pytest.mark.parametrize(
    "error",
    [EndpointConnectionError(endpoint_url="https://x"), KeyError("an answer without its fields")],
)
async def test_whatever_aws_does_the_worker_goes_on(world: World, error: Exception) -> None:
    """An endpoint that is away, an answer of another shape: put off, and said why."""

    class Broken(Aws):
        def client(self, service: str, **_: Any) -> Any:
            raise error

    await world.tell(deploying({"prod-eu": stack(world, "prod-eu")}, begin=NOW - HOUR))
    (failure,) = await explain(world, Broken())
    assert (failure.explained_at, failure.tries) == (None, 1)
    assert failure.unexplained


async def test_what_aws_knows_no_more_is_explained_by_what_it_said(world: World) -> None:
    """A stack that was deleted meanwhile is no outage: it is not asked for again."""
    cloudformation = client("cloudformation")
    await world.tell(deploying({"prod-eu": stack(world, "prod-eu")}, begin=NOW - HOUR))
    with Stubber(cloudformation) as stub:
        stub.add_client_error("describe_events", "ValidationError", "Stack [x] does not exist")
        stub.add_client_error("describe_stack_events", "ValidationError", "Stack [x] does not exist")
        (failure,) = await explain(world, Aws(cloudformation=cloudformation))
    assert failure.explained_at is not None
    assert (failure.kind, failure.cause) == (FailureKind.ACTION, "Stack of prod-eu is in ROLLBACK_COMPLETE")
    assert failure.unexplained == "ValidationError: Stack [x] does not exist"


async def test_an_account_that_is_not_ours_is_never_asked(world: World) -> None:
    """Whoever forges an envelope could name any: no role is assumed there."""
    aws = Aws()
    forged = stack(world, "prod-eu").replace(world.accounts["prod-eu"], "6" * 12)
    await world.tell(deploying({"prod-eu": forged}, begin=NOW - HOUR))
    (failure,) = await explain(world, aws)
    assert aws.asked == []
    assert failure.account_id == "6" * 12
    assert failure.unexplained == f"account {'6' * 12} is none of the organisation's: it is not asked"


async def test_an_account_that_hangs_holds_up_one_worker(world: World) -> None:
    """What fails elsewhere meanwhile is explained, again and again, before the account has answered."""
    answers = threading.Event()

    class Hangs(Aws):
        def session(self, account: str, region: str) -> Any:
            if account == world.accounts["prod-eu"]:
                answers.wait()
            raise UnreachableError("away")

    async def tried(number: int) -> None:
        names = ["prod-eu", "prod-us"] if number == 0 else ["prod-us"]
        stacks = {name: stack(world, name) for name in names}
        execution = f"{number:08x}-6a3e-4f0e-9d52-6f8c6c1d2e3f"
        await world.tell(deploying(stacks, begin=NOW - HOUR, execution=execution))
        while sum(each.unexplained == "away" for each in await world.failures()) <= number:
            pass

    stop = asyncio.Event()
    working = asyncio.create_task(work(workers(explainer(world, Hangs())), stop))
    try:
        for number in range(3):
            await asyncio.wait_for(tried(number), 60)
        assert [each.unexplained for each in await world.failures()].count(None) == 1
    finally:
        answers.set()
        stop.set()
        await working


def _stack_told(arn: str) -> list[dict[str, Any]]:
    """What CloudFormation's own envelopes tell of the operation in which it failed."""
    tale = mixed.Told()
    tale.stack(0, arn, "UPDATE_IN_PROGRESS", "User Initiated")
    tale.resource(1, arn, "Bad", "CREATE_FAILED", mixed.CAUSE)
    tale.resource(2, arn, "Also", "CREATE_FAILED", "Resource creation cancelled")
    tale.stack(3, arn, "UPDATE_ROLLBACK_COMPLETE")
    at = NOW - HOUR + timedelta(seconds=2)
    return [envelope | {"time": at.isoformat()} for envelope in tale.envelopes]


@pytest.mark.parametrize("ours", [True, False])
async def test_what_the_stack_itself_has_told_is_the_cause(world: World, ours: bool) -> None:
    """Where its account is not asked, at once; where the role may not be had, after some minutes, and not hours."""

    class Denied(Aws):
        def session(self, account: str, region: str) -> Any:
            raise UnreachableError(f"account {account} cannot be reached: AccessDenied: sts:AssumeRole")

    arn = stack(world, "prod-eu")
    if not ours:
        arn = arn.replace(world.accounts["prod-eu"], "6" * 12)
    story = deploying({"prod-eu": arn}, begin=NOW - HOUR)
    async with world.database.transaction() as session:
        await record_envelopes(session, [*_stack_told(arn), *story.envelopes])
    for number in range(ENOUGH_TRIES if ours else 1):
        (failure,) = await explain(world, Denied(), timedelta(hours=number))
    assert (failure.kind, failure.cause, failure.resource) == (FailureKind.RESOURCE, mixed.CAUSE, "Bad")
    assert (failure.resource_type, failure.stack_path) == ("AWS::SQS::Queue", arn.split("/")[1])
    assert [each["resource"] for each in failure.cascade] == ["Also"]
    assert failure.unexplained
    assert len(await world.told("failure.explained")) == 1


async def test_what_the_stack_told_of_a_later_operation_is_not_the_cause(world: World) -> None:
    """A stack is worked on again under the same ARN: another operation's failure is another."""
    arn = stack(world, "prod-eu").replace(world.accounts["prod-eu"], "6" * 12)
    later = [each | {"time": NOW.isoformat()} for each in _stack_told(arn)]
    async with world.database.transaction() as session:
        await record_envelopes(session, [*later, *deploying({"prod-eu": arn}, begin=NOW - HOUR).envelopes])
    (failure,) = await explain(world, Aws())
    assert (failure.kind, failure.cause) == (FailureKind.ACTION, "Stack of prod-eu is in ROLLBACK_COMPLETE")


async def test_a_worker_that_dies_leaves_its_failure_to_another(world: World) -> None:
    """What it had in hand is due again when its lease has ended, and not before."""

    class Killed(BaseException):
        pass

    class Dies(Aws):
        def session(self, account: str, region: str) -> Any:
            raise Killed

    await world.tell(deploying({"prod-eu": stack(world, "prod-eu")}, begin=NOW - HOUR))
    with pytest.raises(Killed):
        await explainer(world, Dies()).turn()
    aws = Aws(cloudformation=client("cloudformation"))
    assert (await explain(world, aws))[0].explained_at is None
    with Stubber(aws.clients["cloudformation"]) as stub:
        stub.add_response("describe_events", {"OperationEvents": []})
        stub.add_response("describe_stack_events", {"StackEvents": []})
        (failure,) = await explain(world, aws, LEASE + timedelta(seconds=1))
    assert failure.explained_at is not None


async def test_secrets_and_hostile_text_are_never_kept(world: World) -> None:
    """In no column and no event, whatever CodePipeline passes on; text is bounded."""
    secret = "hunter2-and-more"
    summary = f"failed: password={secret} " + "x" * 50_000
    await world.tell(ended("Custom", id=f"odd id {'y' * 5000}", summary=summary))
    (failure,) = await explain(world, Aws())
    kept = json.dumps([str(value) for value in vars(failure).values()]) + json.dumps(
        await world.told("failure.explained")
    )
    assert secret not in kept
    assert len(failure.cause) <= 2000
    assert failure.external_id is not None
    assert len(failure.external_id) <= 2048
