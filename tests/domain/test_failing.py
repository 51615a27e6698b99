"""What has failed, by what CodePipeline told, and whom to ask why."""

import random

import pytest

from domain.envelopes import Fact, fact
from domain.failing import Source, arn, failed_runs, source_of
from tests import stories

STACK = "arn:aws:cloudformation:eu-west-1:111111111111:stack/payments-prod/2f0c7a10"


def _facts(story: stories.Story) -> list[Fact]:
    return [fact(envelope) for envelope in story.envelopes]


@pytest.mark.parametrize("seed", range(5))
def test_each_failed_run_is_one_failure_in_any_order(seed: int) -> None:
    """Also one that a retry has followed; the stage above it did not fail by itself."""
    facts = _facts(stories.retried())
    facts += random.Random(seed).sample(facts, 10)
    random.Random(seed).shuffle(facts)
    (failure,) = failed_runs(facts)
    assert (failure.stage, failure.action, failure.attempt) == ("prod-1", "prod-us-east-1.Deploy", 1)
    assert failure.summary == stories.FAILURE


def test_a_run_that_fails_again_is_another_failure() -> None:
    """An attempt each; what the failure itself leaves out was told when it started."""
    story = stories.failed()
    story.retry()
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED", id=STACK)
    story.action("prod-1", "prod-us-east-1.Deploy", "FAILED", summary="again")
    found = failed_runs(_facts(story))
    assert [(each.attempt, each.summary, each.external_id) for each in found] == [
        (1, stories.FAILURE, None),
        (2, "again", STACK),
    ]


def test_a_stage_without_a_failed_action_failed_by_itself() -> None:
    """A condition said no: CodePipeline sends no events of those."""
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    story.stage("prod-1", "FAILED")
    (failure,) = failed_runs(_facts(story))
    assert (failure.stage, failure.action, failure.run) == ("prod-1", None, "attempt-1")


@pytest.mark.parametrize(
    ("provider", "external_id", "source"),
    [
        ("CloudFormation", STACK, Source.STACK),
        ("CloudFormation", STACK.replace("stack/", "changeSet/"), Source.CHANGE_SET),
        ("CodeBuild", "payments-synth:0f5b706a-1b2c", Source.BUILD),
        ("Other", "arn:aws:codebuild:eu-west-1:111111111111:build/synth:1", Source.BUILD),
        ("StepFunctions", "arn:aws:states:eu-west-1:111111111111:execution:machine:1", Source.STATE_MACHINE),
        ("StepFunctions", "arn:aws:states:eu-west-1:111111111111:express:machine:1:2", None),
        ("CloudFormation", "arn:aws:cloudformation:eu-west-1:11111:stack/x/y", None),
        ("Manual", "9f2c1ab", None),
        (None, None, None),
    ],
)
def test_whom_to_ask(provider: str | None, external_id: str | None, source: Source | None) -> None:
    """By the ARN that the action left; a build's id is no ARN."""
    assert source_of(provider, external_id) is source
    assert source_of(provider, external_id, stage=True) is Source.RULES


def test_an_arn_says_where() -> None:
    """Account and Region, of every partition; nothing else is one."""
    found = arn(STACK.replace("arn:aws:", "arn:aws-us-gov:"))
    assert found is not None
    assert (found.account, found.region) == ("111111111111", "eu-west-1")
    assert arn("arn:aws:s3:::bucket") is None
    assert arn(STACK + "\n") is None
