"""Failures whose reason cannot be asked for: accounts that are away, or not ours; workers that die; hostile text."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from aws.accounts import UnreachableError
from domain.words import FailureKind
from resolvers.failures import LEASE, MOST_TRIES
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
