"""What an execution's trace is linked to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import history
from domain.history import Earlier
from domain.links import links_of
from domain.words import ExecutionKind, ExecutionStatus, SpanRelation

BEGIN = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
A, B, C, D = (f"0b1f6c1e-6a3e-4f0e-9d52-00000000000{letter}" for letter in "abcd")


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def execution(id_: str, minutes: float, **more: Any) -> history.PipelineExecution:
    given: dict[str, Any] = {"revision": "9f2c1ab", "status": ExecutionStatus.SUCCEEDED, **more}
    return history.PipelineExecution(
        id_,
        "payments",
        "arn:aws:codepipeline:eu-west-1:999999999999:payments",
        "eu-west-1",
        started_at=at(minutes),
        **given,
    )


def rollback(id_: str, minutes: float, target: str, *earlier: Earlier) -> history.PipelineExecution:
    """A rollback of the stage prod-1."""
    stage = history.StageExecution("prod-1", 0, ExecutionStatus.SUCCEEDED, at(minutes), at(minutes + 1))
    kind: dict[str, Any] = {"kind": ExecutionKind.ROLLBACK, "rollback_target": target}
    return execution(id_, minutes, stages=(stage,), earlier=earlier, **kind)


def before(id_: str, minutes: float, **more: Any) -> Earlier:
    """Another execution, which entered prod-1 a minute after it began."""
    given: dict[str, Any] = {
        "status": ExecutionStatus.SUCCEEDED,
        "revision": "9f2c1ab",
        "entered": (("prod-1", at(minutes + 1)),),
        **more,
    }
    return Earlier(id_, started_at=at(minutes), **given)


def relations(of: history.PipelineExecution) -> dict[str, SpanRelation]:
    return {link.execution_id: link.relation for link in links_of(of)}


def test_a_rollback_leads_to_what_it_returns_to_and_to_what_it_takes_back() -> None:
    """A went well, B came to prod-1 and failed, C returns the stage to A."""
    failed = before(B, 10, status=ExecutionStatus.FAILED, revision="b", attempt=2)
    links = links_of(rollback(C, 20, A, before(A, 0), failed))
    assert [(link.execution_id, link.attempt, link.relation) for link in links] == [
        (A, 1, SpanRelation.ROLLBACK_TARGET),
        (B, 2, SpanRelation.ROLLS_BACK),
    ]


def test_a_rollback_of_a_rollback_takes_back_the_rollback() -> None:
    """C rolled B back; D returns to B's revision: what was last in the stage is C."""
    rolled = before(C, 20, kind=ExecutionKind.ROLLBACK, entered=(("prod-1", at(20)),))
    found = relations(rollback(D, 30, B, before(B, 10, revision="b"), rolled))
    assert found == {B: SpanRelation.ROLLBACK_TARGET, C: SpanRelation.ROLLS_BACK}


def test_last_in_a_stage_is_who_entered_it_last_and_not_who_began_last() -> None:
    """An execution may wait for days in front of a wave, and be overtaken by a rollback."""
    waited = before(A, 0, entered=(("prod-1", at(25)),))
    rolled = before(B, 10, kind=ExecutionKind.ROLLBACK)
    assert relations(rollback(C, 30, D, waited, rolled))[A] is SpanRelation.ROLLS_BACK
    after = before(A, 0, entered=(("prod-1", at(35)),))
    assert relations(rollback(C, 30, D, after, rolled))[B] is SpanRelation.ROLLS_BACK


def test_a_target_that_nobody_told_of_is_named_all_the_same() -> None:
    """Everybody can derive its ids; what is no id of CodePipeline's has no trace."""
    assert relations(rollback(C, 20, A)) == {A: SpanRelation.ROLLBACK_TARGET}
    assert relations(rollback(C, 20, "execution-7")) == {}
    assert relations(rollback(C, 20, A.replace("-", ""))) == {}


@pytest.mark.parametrize("status", [ExecutionStatus.CANCELED, ExecutionStatus.STOPPED, ExecutionStatus.SUPERSEDED])
def test_a_pipeline_that_changed_itself_begins_again(status: ExecutionStatus) -> None:
    """The execution just before had the same revision, ran Update, and was cut short."""
    changing = before(A, 0, status=status, update_began_at=at(2))
    assert relations(execution(B, 4, earlier=(changing,))) == {A: SpanRelation.RESTART_OF}


def test_a_restart_while_the_old_execution_goes_on() -> None:
    """The new one began while Update ran: what became of the old one does not matter."""
    changing = before(A, 0, update_began_at=at(2), update_ended_at=at(5))
    assert relations(execution(B, 4, earlier=(changing,))) == {A: SpanRelation.RESTART_OF}


@pytest.mark.parametrize(
    ("minutes", "more"),
    [
        (4, {"update_began_at": at(2), "update_ended_at": at(3)}),
        (4, {"status": ExecutionStatus.CANCELED}),
        (1, {"status": ExecutionStatus.CANCELED, "update_began_at": at(2)}),
        (4, {"status": ExecutionStatus.CANCELED, "update_began_at": at(2), "revision": "other"}),
        (4, {"status": ExecutionStatus.CANCELED, "update_began_at": at(2), "revision": None}),
        (4, {"status": ExecutionStatus.FAILED, "update_began_at": at(2)}),
    ],
)
def test_what_is_no_restart(minutes: float, more: dict[str, Any]) -> None:
    """An update that was over, none at all, one that came later, another revision, a failure: no restart."""
    assert relations(execution(B, minutes, earlier=(before(A, 0, **more),))) == {}


def test_only_the_execution_just_before_is_restarted() -> None:
    """With another one between them there is no restart to tell of."""
    changing = before(A, 0, status=ExecutionStatus.CANCELED, update_began_at=at(2))
    between = before(B, 3, revision="b")
    assert relations(execution(C, 4, earlier=(changing, between))) == {}


def test_a_revision_that_was_somewhere_already_leads_there() -> None:
    """Started by hand for the rest of the environments: the newest that reached one of them, never a rollback."""
    reached = (before(A, 0, reached=True), before(B, 5, reached=True))
    more = (before(C, 7, reached=True, kind=ExecutionKind.ROLLBACK), before(C, 8), before(C, 9, revision="c"))
    assert relations(execution(D, 10, earlier=(*reached, *more))) == {B: SpanRelation.SAME_REVISION}
    assert relations(execution(D, 10, earlier=reached, revision=None)) == {}


def test_one_link_to_each() -> None:
    """What restarted an execution that had been somewhere leads there once, by the nearer relation."""
    changing = before(A, 0, reached=True, status=ExecutionStatus.CANCELED, update_began_at=at(2))
    assert relations(execution(B, 4, earlier=(changing,))) == {A: SpanRelation.RESTART_OF}


@given(st.data())
def test_neither_order_nor_more_of_them_matters(data: st.DataObject) -> None:
    """Links are a function of the set of executions; later ones and repeated ones change nothing."""
    known = [
        before(A, 0, reached=True),
        before(B, 5, status=ExecutionStatus.CANCELED, update_began_at=at(6)),
        before(C, 50, reached=True),
    ]
    own = data.draw(st.sampled_from([execution(D, 10), rollback(D, 10, A)]))
    expected = links_of(replace(own, earlier=tuple(known)))
    shuffled = data.draw(st.permutations([*known, *data.draw(st.lists(st.sampled_from(known)))]))
    assert links_of(replace(own, earlier=tuple(shuffled))) == expected
    assert C not in {link.execution_id for link in expected}
