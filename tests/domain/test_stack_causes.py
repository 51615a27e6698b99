"""The root cause of a failed stack, whatever came with it, in any order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Follower
from domain.stack_causes import NESTED, StackEvent, StackEvidence, nested_failures, stack_cause
from domain.words import FailureKind

AT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
STACK = "arn:aws:cloudformation:eu-west-1:111111111111:stack/payments-prod/2f0c7a10"
INNER = "arn:aws:cloudformation:eu-west-1:111111111111:stack/payments-prod-Inner-1ABC/77"


def _at(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def own(seconds: float, status: str, reason: str | None = None, stack: str = STACK, **given: str) -> StackEvent:
    """An event of the stack itself."""
    name = stack.split("/")[1]
    what = {"resource": name, "resource_type": NESTED, "physical_id": stack}
    return StackEvent(id=f"own-{seconds}", at=_at(seconds), status=status, reason=reason, **what, **given)


def failed(seconds: float, name: str, reason: str | None, **given: object) -> StackEvent:
    """A resource that failed."""
    what = {"resource_type": "AWS::SQS::Queue", "status": "CREATE_FAILED", **given}
    return StackEvent(id=f"{name}-{seconds}", at=_at(seconds), resource=name, reason=reason, **what)  # type: ignore[arg-type]


CASCADE = (
    own(0, "CREATE_IN_PROGRESS"),
    failed(2, "Bad", "The name is taken"),
    failed(2, "Topic", "Resource creation cancelled"),
    failed(2.5, "Table", "Resource creation cancelled"),
    own(3, "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Bad, Topic]. "),
    failed(4, "Kept", "Bucket is not empty", status="DELETE_FAILED"),
    own(5, "ROLLBACK_FAILED", "The following resource(s) failed to delete: [Kept]. "),
)


@given(st.permutations(CASCADE))
def test_the_root_cause_is_apart_from_the_cascade_in_any_order(events: list[StackEvent]) -> None:
    """The first that failed by itself; what was cancelled, and what failed in the rollback, followed."""
    cause = stack_cause(StackEvidence(STACK, "payments-prod", tuple(events)))
    assert cause is not None
    assert (cause.kind, cause.resource, cause.reason) == (FailureKind.RESOURCE, "Bad", "The name is taken")
    assert cause.stack_path == "payments-prod"
    assert [each.resource for each in cause.cascade] == ["Topic", "Table", "Kept"]


def test_only_the_latest_operation_counts() -> None:
    """An earlier update's failure is another one's; so is what came after the failure was told."""
    later = [own(600, "UPDATE_IN_PROGRESS"), failed(601, "New", "no capacity", status="UPDATE_FAILED")]
    stack = StackEvidence(STACK, "payments-prod", (*CASCADE, *later))
    causes = [stack_cause(stack, before) for before in (None, _at(602), _at(6))]
    assert [cause and cause.resource for cause in causes] == ["New", "New", "Bad"]


def test_operations_are_told_apart_by_their_ids() -> None:
    """As DescribeEvents has them, where failed events alone are given; undoing is no operation of its own."""
    events = (
        failed(1, "Old", "old reason", operation="a", operation_type="CREATE_STACK"),
        failed(100, "New", "new reason", operation="b", operation_type="UPDATE_STACK"),
        failed(130, "Undone", "stuck", operation="c", operation_type="ROLLBACK"),
    )
    cause = stack_cause(StackEvidence(STACK, "payments-prod", events))
    assert cause is not None
    assert (cause.resource, cause.reason) == ("New", "new reason")


def test_a_nested_stacks_own_cause_is_the_cause() -> None:
    """Not that the embedded stack was not created; the path leads to the resource, the stack above followed."""
    reason = "Embedded stack was not successfully created: The following resource(s) failed to create: [Bad]."
    outer = (
        own(0, "CREATE_IN_PROGRESS"),
        failed(5, "Inner", reason, resource_type=NESTED, physical_id=INNER),
        failed(5, "Topic", "Resource creation cancelled"),
    )
    inner = (
        own(1, "CREATE_IN_PROGRESS", stack=INNER),
        failed(3, "Bad", "The name is taken"),
        own(4, "ROLLBACK_IN_PROGRESS", stack=INNER),
        own(8, "DELETE_IN_PROGRESS", stack=INNER),  # by the stack above, which is rolled back
        own(9, "DELETE_COMPLETE", stack=INNER),
    )
    assert nested_failures(STACK, outer) == [INNER]
    nested = {INNER: StackEvidence(INNER, "payments-prod-Inner-1ABC", inner)}
    cause = stack_cause(StackEvidence(STACK, "payments-prod", outer, nested))
    assert cause is not None
    assert (cause.resource, cause.reason, cause.stack_path) == ("Bad", "The name is taken", "payments-prod/Inner")
    assert cause.cascade[0] == Follower("Inner", NESTED, reason)
    unread = stack_cause(StackEvidence(STACK, "payments-prod", outer))
    assert unread is not None
    assert (unread.resource, unread.reason) == ("Inner", reason)


def test_early_validation_is_found_where_alone_it_is() -> None:
    """With the place in the template; a warning is not why it failed."""
    given = {"validation": "PROPERTY_VALIDATION", "validation_status": "FAILED", "status": "", "operation": "a"}
    path = "/Resources/Fn/Properties/Runtime"
    fails = failed(1, "Fn", None, validation_reason="not one of", validation_path=path, validation_mode="FAIL", **given)
    warns = failed(0, "Fn", None, validation_reason="odd", validation_path=path, validation_mode="WARN", **given)
    told = own(2, "CREATE_FAILED", "Validation failed with 1 error(s). Call DescribeEvents", operation="a")
    cause = stack_cause(StackEvidence(STACK, "payments-prod", (told, fails, warns)))
    assert cause is not None
    assert (cause.kind, cause.reason) == (FailureKind.EARLY_VALIDATION, f"{path}: not one of")
    assert stack_cause(StackEvidence(STACK, "payments-prod", (warns,))) is None


def test_a_hook_that_said_no_is_the_cause() -> None:
    """With what it said, in place of `The following hook(s) failed`."""
    given = {"status": "", "hook": "Acme::Guard::Hook", "hook_status": "HOOK_COMPLETE_FAILED"}
    said = failed(1, "Bucket", None, hook_reason="buckets must be encrypted", hook_mode="FAIL", **given)
    followed = failed(1, "Bucket", "The following hook(s) failed: [Acme::Guard::Hook]")
    cause = stack_cause(StackEvidence(STACK, "payments-prod", (own(0, "CREATE_IN_PROGRESS"), followed, said)))
    assert cause is not None
    assert (cause.kind, cause.reason) == (FailureKind.HOOK, "Acme::Guard::Hook: buckets must be encrypted")


def test_where_nothing_but_a_cascade_is_told_its_first_words_are_the_cause() -> None:
    """And where no resource is named, what the stack says of itself; without any reason, there is none."""
    only = StackEvidence(STACK, "payments-prod", (CASCADE[0], CASCADE[2]))
    itself = StackEvidence(STACK, "payments-prod", (own(1, "ROLLBACK_IN_PROGRESS", "Stack creation time exceeded"),))
    causes = [stack_cause(each) for each in (only, itself, StackEvidence(STACK, "payments-prod"))]
    assert [cause and cause.reason for cause in causes] == [
        "Resource creation cancelled",
        "Stack creation time exceeded",
        None,
    ]


TEXTS = st.one_of(st.none(), st.text(max_size=8), st.sampled_from([STACK, INNER, NESTED, "CREATE_FAILED"]))
STATUSES = st.sampled_from(["", "CREATE_IN_PROGRESS", "CREATE_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_COMPLETE"])
EVENTS = st.builds(
    StackEvent,
    id=st.text(max_size=3),
    at=st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
    operation=TEXTS,
    operation_type=TEXTS,
    resource=st.text(max_size=3),
    resource_type=TEXTS,
    physical_id=TEXTS,
    status=STATUSES,
    reason=TEXTS,
    hook=TEXTS,
    hook_status=st.one_of(st.none(), st.just("HOOK_FAILED")),
    validation=TEXTS,
    validation_status=st.one_of(st.none(), st.just("FAILED")),
    validation_reason=TEXTS,
)


@given(st.lists(EVENTS, max_size=6), st.lists(EVENTS, max_size=4), st.randoms(use_true_random=False))
def test_any_events_give_a_cause_or_none_whatever_their_order(
    events: list[StackEvent], below: list[StackEvent], chance: object
) -> None:
    """Total, with any field missing; shuffled and repeated they give the same."""
    nested = {INNER: StackEvidence(INNER, "inner", tuple(below))}
    cause = stack_cause(StackEvidence(STACK, "s", tuple(events), nested), AT)
    shuffled = events * 2
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stack_cause(StackEvidence(STACK, "s", tuple(shuffled), nested), AT) == cause
    assert cause is None or cause.reason
