"""What executions come to for those who look after a pipeline."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.outcomes import LONGEST_CAUSE, Execution, Spot, Standing, broken, failed, recovered, thresholds, waiting
from domain.words import ActionKind, ExecutionKind

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
EXECUTION = Execution("e", "payments", "arn", ExecutionKind.STANDARD, 2, "payments", revision="9f2c1ab", author="Mary")
DEPLOY = Spot(
    "prod-1", "eu.Deploy", ActionKind.DEPLOY, "prod", "prod-1", production=True, environment="eu", cause="why"
)
VALIDATE = Spot("prod-1", "Validate", ActionKind.VALIDATE, "prod", "prod-1", production=True, cause="States.Failed")
CHECK = "check smoke on eu: no answer"


def test_the_first_failure_is_where_it_failed() -> None:
    """And its reason the cause; one that has none borrows that of the next."""
    assert failed([DEPLOY, VALIDATE], []) == DEPLOY
    silent = Spot("prod-1", "us.Deploy", ActionKind.DEPLOY, "prod", "prod-1", production=True, environment="us")
    found = failed([silent, DEPLOY], [])
    assert (found.environment, found.cause) == ("us", "why")


def test_what_the_checks_said_is_why_a_validation_failed() -> None:
    """The state machine's own words are of no use then; a deployment's are."""
    assert failed([VALIDATE], [CHECK]).cause == CHECK
    assert failed([DEPLOY], [CHECK]).cause == "why"
    assert failed([VALIDATE], []).cause == "States.Failed"


def test_a_failure_of_which_nothing_is_known_is_one_too() -> None:
    """CodePipeline may tell that an execution failed before it tells what did."""
    payload = broken(EXECUTION, failed([], []), NOW, again=False)
    assert payload["cause"] is None
    assert payload["stage"] is None
    assert payload["since"] == NOW.isoformat()


def test_a_cause_is_bounded() -> None:
    """Whatever a check has said."""
    found = failed([], ["x" * 10_000]).cause
    assert found is not None
    assert len(found) == LONGEST_CAUSE


@given(st.lists(st.integers(5, 20_160), max_size=8), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_thresholds_are_those_that_have_passed(minutes: list[int], stood: timedelta) -> None:
    """Each once, in order; exactly at its minute it has passed."""
    standing = Standing(UUID(int=1), EXECUTION, DEPLOY, NOW - stood)
    found = thresholds(standing, minutes, NOW)
    assert found == sorted({each for each in minutes if timedelta(minutes=each) <= stood})


def test_payloads_name_the_pipeline() -> None:
    """As every event of one does."""
    payloads = (
        broken(EXECUTION, DEPLOY, NOW, again=True),
        recovered(EXECUTION, None),
        waiting(Standing(UUID(int=1), EXECUTION, DEPLOY, NOW), 60),
    )
    for payload in payloads:
        assert {"pipeline", "pipelineArn", "service", "executionId"} <= payload.keys()
    assert payloads[0]["attempt"] == 2
    assert payloads[2]["minutes"] == 60
