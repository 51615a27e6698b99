"""What work behind actions, and alarms, come to: any order, any duplicates, with parts missing."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import alarms, works
from domain.envelopes import AlarmFact, AnyFact, Fact, WorkFact, read
from domain.executions import fold
from domain.structure import read as structure
from domain.words import AlarmState, WorkKind, WorkStatus
from tests import mixed, stories

FACTS: list[AnyFact] = [fact for fact in map(read, mixed.envelopes()) if fact is not None]
MAP = structure(stories.MAP | {"stages": stories.MAP["stages"]})


def folded(facts: list[AnyFact]) -> dict[str, object]:
    """Everything that a set of facts of a mixed execution amounts to."""
    told: dict[str, list[WorkFact]] = defaultdict(list)
    for fact in facts:
        if isinstance(fact, WorkFact):
            told[fact.arn].append(fact)
    executions = [fact for fact in facts if isinstance(fact, Fact)]
    changes = alarms.changes(fact for fact in facts if isinstance(fact, AlarmFact))
    return {
        **{arn: works.fold(of_work) for arn, of_work in told.items()},
        "execution": fold(executions, MAP) if executions else None,
        "alarms": [(fact.state, fact.changed_at, fact.reason) for fact in changes],
    }


WHOLE = folded(FACTS)


def work(arn: str) -> works.FoldedWork:
    """A piece of work of the whole."""
    found = WHOLE[arn]
    assert isinstance(found, works.FoldedWork)
    return found


def test_the_whole() -> None:
    """Each piece of work is as AWS left it; a stack is as its latest operation left it."""
    stack, other, build, machine = map(work, (mixed.STACK, mixed.OTHER_STACK, mixed.BUILD_ARN, mixed.MACHINE))
    assert (stack.status, stack.state, stack.cause, stack.failures) == (
        WorkStatus.SUCCEEDED, "UPDATE_COMPLETE", None, ()
    )  # fmt: skip
    assert (stack.started_at, stack.ended_at) == tuple(stories.BEGIN + timedelta(seconds=each) for each in (33, 36))
    assert (other.status, other.kind) == (WorkStatus.SUCCEEDED, WorkKind.STACK)
    assert (build.status, build.cause) == (WorkStatus.FAILED, "COMMAND_EXECUTION_ERROR: exit status 1")
    assert (machine.status, machine.cause) == (WorkStatus.FAILED, "alarm-3: AlarmFired - 5xx over 1 %")
    assert [each[0] for each in WHOLE["alarms"]] == [AlarmState.ALARM, AlarmState.OK]  # type: ignore[attr-defined]


def test_who_asked_for_an_operation_is_not_why_it_failed() -> None:
    """Where no resource is told of, a stack's cause is what it says of its failure, never "User Initiated"."""
    tale = mixed.Told()
    tale.stack(1, mixed.STACK, "UPDATE_IN_PROGRESS", "User Initiated")
    tale.stack(2, mixed.STACK, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Bad].")
    tale.stack(3, mixed.STACK, "UPDATE_ROLLBACK_COMPLETE")
    found = works.fold(fact for fact in map(read, tale.envelopes) if isinstance(fact, WorkFact))
    assert found is not None
    assert found.cause == "The following resource(s) failed to create: [Bad]."


@given(st.randoms(use_true_random=False), st.integers(0, 20))
def test_any_order_and_any_duplicates(chance: random.Random, again: int) -> None:
    """All permutations and duplications of a mixed execution's envelopes come to the same."""
    told = chance.sample(FACTS, len(FACTS)) + chance.choices(FACTS, k=again)
    chance.shuffle(told)
    renamed = [replace(fact, event_id=f"{fact.event_id}-again") for fact in chance.choices(told, k=3)]
    assert folded(told) == WHOLE
    assert folded([*renamed, *told]) == WHOLE


@given(st.lists(st.sampled_from(FACTS), max_size=len(FACTS), unique_by=lambda fact: fact.event_id))
def test_with_parts_missing(told: list[AnyFact]) -> None:
    """Of any part there is something, and it is the same in every order; what has ended has an end."""
    found = folded(told)
    assert found == folded(told[::-1])
    for each in found.values():
        if isinstance(each, works.FoldedWork):
            assert each.status.ended == (each.ended_at is not None)
            assert each.started_at


def stack(*told: tuple[int, str], failures: tuple[tuple[int, str, str], ...] = ()) -> works.FoldedWork | None:
    """A stack of which these statuses, and these failures of resources, are told."""
    tale = mixed.Told()
    for second, status in told:
        tale.stack(second, mixed.STACK, status, f"because of {status}")
    for second, name, why in failures:
        tale.resource(second, mixed.STACK, name, "CREATE_FAILED", why)
    facts = [fact for fact in map(read, tale.envelopes) if isinstance(fact, WorkFact)]
    return works.fold(facts)


@pytest.mark.parametrize(
    ("told", "status", "started"),
    [
        ([(1, "CREATE_IN_PROGRESS"), (5, "CREATE_COMPLETE")], WorkStatus.SUCCEEDED, 1),
        ([(1, "CREATE_IN_PROGRESS"), (5, "CREATE_COMPLETE"), (9, "UPDATE_IN_PROGRESS")], WorkStatus.IN_PROGRESS, 9),
        ([(1, "UPDATE_COMPLETE"), (9, "UPDATE_ROLLBACK_COMPLETE")], WorkStatus.FAILED, 1),
        ([(1, "UPDATE_COMPLETE"), (9, "UPDATE_COMPLETE")], WorkStatus.SUCCEEDED, 9),
        ([(1, "UPDATE_IN_PROGRESS"), (1, "UPDATE_COMPLETE")], WorkStatus.SUCCEEDED, 1),
        ([(1, "UPDATE_FAILED"), (3, "UPDATE_ROLLBACK_IN_PROGRESS")], WorkStatus.IN_PROGRESS, 1),
    ],
)
def test_the_latest_operation_of_a_stack(told: list[tuple[int, str]], status: WorkStatus, started: int) -> None:
    """An operation begins where a status says so, or after the end of the one before; a rollback is part of its own."""
    found = stack(*told)
    assert found is not None
    assert (found.status, found.started_at) == (status, stories.BEGIN + timedelta(seconds=started))


def test_the_root_and_not_the_cascade() -> None:
    """The cause is the first failure that is no consequence; failures of earlier operations are forgotten."""
    failures = ((2, "Old", "long ago"), (11, "A", "Resource creation cancelled"), (12, "B", "the name is taken"))
    found = stack((1, "UPDATE_IN_PROGRESS"), (3, "UPDATE_ROLLBACK_COMPLETE"), (10, "UPDATE_IN_PROGRESS"),
                  (15, "UPDATE_ROLLBACK_COMPLETE"), failures=failures)  # fmt: skip
    assert found is not None
    assert found.cause == "the name is taken"
    assert [each.name for each in found.failures] == ["A", "B"]


def test_failures_are_bounded() -> None:
    """Of hundreds of failed resources the first are kept."""
    found = stack((1, "CREATE_IN_PROGRESS"), failures=tuple((n, f"R{n}", "no") for n in range(2, 402)))
    assert found is not None
    assert [each.name for each in found.failures] == [f"R{n}" for n in range(2, 2 + works.MOST_FAILURES)]


def test_a_resource_that_did_not_fail_says_nothing() -> None:
    """Of a stack of which nothing else is known there is no work."""
    tale = mixed.Told()
    tale.resource(1, mixed.STACK, "Good", "CREATE_COMPLETE")
    (fact,) = (read(each) for each in tale.envelopes)
    assert isinstance(fact, WorkFact)
    assert works.fold([fact]) is None


def test_an_execution_that_is_redriven() -> None:
    """It begins anew: the failure before is no longer how it stands, and its times are those of the new beginning."""
    tale = mixed.Told()
    for second, status in ((40, "RUNNING"), (45, "FAILED"), (50, "RUNNING")):
        tale.machine(second, status, "no")
    facts = [fact for fact in map(read, tale.envelopes) if isinstance(fact, WorkFact)]
    found = works.fold(facts)
    assert found is not None
    assert (found.status, found.cause, found.ended_at) == (WorkStatus.IN_PROGRESS, None, None)


def test_a_build_does_not_go_on_after_its_end() -> None:
    """A phase, or a start, that arrives with a later time than the end does not open the build again."""
    tale = mixed.Told()
    tale.build(9, "SUCCEEDED")
    tale.build(11, "IN_PROGRESS")
    found = works.fold(fact for fact in map(read, tale.envelopes) if isinstance(fact, WorkFact))
    assert found is not None
    assert found.status is WorkStatus.SUCCEEDED


URL = "https://console.aws.amazon.com/cloudformation/home?region=us-east-1#/changesets/changes?stackId="
CHANGE_SET = "arn:aws:cloudformation:us-east-1:111111111111:changeSet/c/2f0c7a10"
PIPELINE = "arn:aws:codepipeline:eu-west-1:999999999999:payments"


@pytest.mark.parametrize(
    ("external_id", "url", "arn"),
    [
        (mixed.STACK, None, mixed.STACK),
        (mixed.MACHINE, None, mixed.MACHINE),
        (mixed.BUILD, None, mixed.BUILD_ARN),
        (CHANGE_SET, f"{URL}{mixed.STACK}&changeSetId={CHANGE_SET}", mixed.STACK),
        (CHANGE_SET, URL + mixed.STACK.replace(":", "%3A").replace("/", "%2F"), mixed.STACK),
        (CHANGE_SET, "https://example.com", None),
        ("9f2c1ab", None, None),
        (None, None, None),
    ],
)
def test_the_work_that_an_action_names(external_id: str | None, url: str | None, arn: str | None) -> None:
    """A stack and an execution are named by their ARN, a build by its project and id, a change set by its page."""
    assert works.arn_of(external_id, url, None, PIPELINE) == arn


@given(st.text(), st.text(), st.text())
def test_whatever_an_action_names(external_id: str, url: str, pipeline: str) -> None:
    """Any text names something or nothing."""
    found = works.arn_of(external_id, url, None, pipeline)
    assert found is None or found.startswith("arn:")
