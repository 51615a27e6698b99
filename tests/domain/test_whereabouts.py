"""Where a revision is: one state for whatever is known, with a sentence that fits it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.whereabouts import Coming, Known, Step, told
from domain.words import DeploymentStatus, ExecutionStatus, RevisionState

OWN, NEWER, OLDER = "a" * 40, "b" * 40, "c" * 40
BEGIN = datetime(2027, 1, 4, tzinfo=UTC)
moments = st.integers(0, 1000).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
keys = st.integers(1, 10**6).map(lambda number: UUID(int=number))
having = st.sampled_from((OWN, NEWER))


def steps(revisions: st.SearchStrategy[str], *statuses: DeploymentStatus) -> st.SearchStrategy[Step]:
    return st.builds(
        Step, revisions, keys, st.sampled_from(statuses), moments, st.none() | st.sampled_from(("No room.", "no room"))
    )


SUCCEEDED, FAILED, STOPPED = DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED, DeploymentStatus.STOPPED
comings = st.builds(Coming, having, keys, st.none() | moments, st.none() | st.just("it is held"))


@st.composite
def known(draw: st.DrawFn) -> Known:
    """What may be known together: nothing that has the revision is there unless something that has it came first."""
    there = draw(st.none() | steps(st.sampled_from((OWN, NEWER, OLDER)), SUCCEEDED))
    has = there is not None and there.revision != OLDER
    first = draw(steps(having, SUCCEEDED) if has else st.none() | steps(having, SUCCEEDED)) if there else None
    return Known(
        OWN,
        draw(st.sampled_from(ExecutionStatus)),
        draw(st.none() | moments),
        there,
        has,
        first,
        draw(st.none() | steps(having, DeploymentStatus.IN_PROGRESS)),
        draw(st.none() | steps(having, FAILED, STOPPED)),
        tuple(draw(st.lists(comings, max_size=3))),
        mapped=draw(st.booleans()),
    )


@given(known())
def test_it_is_there_exactly_where_it_or_a_newer_one_is(each: Known) -> None:
    """Whatever else is under way."""
    state = told(each).state
    assert (state is RevisionState.REACHED) == (each.there is not None and each.there.revision == OWN)
    assert (state is RevisionState.CONTAINED) == (each.there is not None and each.there.revision == NEWER)


@given(known())
def test_it_is_coming_exactly_while_something_brings_it(each: Known) -> None:
    """What is being deployed comes before what is only on its way; else it is not coming."""
    state = told(each).state
    if not each.has:
        assert (state is RevisionState.DEPLOYING) == (each.moving is not None)
        assert (state is RevisionState.COMING) == (each.moving is None and bool(each.coming))
        assert (state is RevisionState.NOT_COMING) == (each.moving is None and not each.coming)


@given(known())
def test_a_time_is_expected_for_what_comes_and_the_soonest_counts(each: Known) -> None:
    found = told(each)
    if found.state is not RevisionState.COMING:
        assert found.expected_at is None
        return
    times = [coming.expected_at for coming in each.coming if coming.expected_at is not None]
    assert found.expected_at == min(times, default=None)
    assert found.at is None


@given(known())
def test_a_sentence_is_a_sentence_and_names_whichever_revision_it_is_about(each: Known) -> None:
    found = told(each)
    assert found.sentence[0].isupper() or found.sentence.startswith(NEWER[:8])
    assert found.sentence.endswith(".")
    assert not found.sentence.endswith("..")
    assert (found.state is RevisionState.CONTAINED) <= (NEWER[:8] in found.sentence)
    assert OWN[:8] not in found.sentence


@given(known())
def test_the_deployment_is_one_that_is_known(each: Known) -> None:
    """So that whoever reads the sentence can go and see."""
    all_steps = [each.there, each.first, each.moving, each.tried, *each.coming]
    deployments = {step.deployment for step in all_steps if step is not None}
    assert told(each).deployment in deployments | {None}


def test_why_it_is_not_coming_is_said() -> None:
    """Rolled back, failed with its reason, stopped, or overtaken by what failed in its turn."""
    back = Step(OLDER, UUID(int=1), SUCCEEDED, BEGIN)
    first = Step(OWN, UUID(int=2), SUCCEEDED, BEGIN)
    failed = Step(OWN, UUID(int=3), FAILED, BEGIN, "Resource limit exceeded.")
    newer = Step(NEWER, UUID(int=4), STOPPED, BEGIN)
    assert told(Known(OWN, ExecutionStatus.SUCCEEDED, None, back, False, first)).sentence == (
        "It was there, and cccccccc has replaced it again."
    )
    assert told(Known(OWN, ExecutionStatus.FAILED, tried=failed)).sentence == (
        "It failed to be deployed: Resource limit exceeded."
    )
    assert told(Known(OWN, ExecutionStatus.SUPERSEDED, tried=newer)).sentence == (
        "bbbbbbbb, which is newer and has it, was stopped while it was being deployed."
    )
    assert "superseded" in told(Known(OWN, ExecutionStatus.SUPERSEDED, BEGIN)).sentence
    assert told(Known(OWN, ExecutionStatus.SUPERSEDED, BEGIN)).at == BEGIN


def test_of_a_pipeline_that_has_not_said_where_it_goes_nothing_is_made_up() -> None:
    """Another CI system tells of a place when it comes there: that it does not go elsewhere is known of none."""
    under_way = told(Known(OWN, ExecutionStatus.IN_PROGRESS, mapped=False)).sentence
    assert under_way == "Its execution is under way, and its pipeline has not said whether it comes here."
    assert told(Known(OWN, ExecutionStatus.SUCCEEDED, mapped=False)).sentence.endswith("did not come here.")
    assert "does not go here" in told(Known(OWN, ExecutionStatus.SUCCEEDED)).sentence
    failed = Known(OWN, ExecutionStatus.FAILED)
    assert told(failed) == told(Known(OWN, ExecutionStatus.FAILED, mapped=False))
