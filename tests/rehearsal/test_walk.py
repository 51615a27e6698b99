"""The walk: which actions run, in which order, which envelopes tell of it, and what is done about a failure."""

from pathlib import Path

import pytest

from .walking import Performing, World

BOTH = ["alpha-eu-west-1.Prepare", "alpha-eu-west-1.Deploy"]


def test_stages_are_walked_in_order_and_told(tmp_path: Path) -> None:
    """Pipeline, stage, action: each is told when it starts and when it ends, one within the other."""
    world = World(tmp_path)
    assert world.walk("aaaaaaa").status == "SUCCEEDED"
    expected: list[tuple[str, str]] = [("payments", "STARTED")]
    for stage, actions in (
        ("Source", ["push"]),
        ("alpha-1", BOTH),
        ("beta-1", ["beta-us-east-1.Prepare", "beta-us-east-1.Deploy"]),
    ):
        within = [(action, state) for action in actions for state in ("STARTED", "SUCCEEDED")]
        expected += [(stage, "STARTED"), *within, (stage, "SUCCEEDED")]
    assert world.told() == [*expected, ("payments", "SUCCEEDED")]


def test_a_failure_stops_the_pipeline_with_its_summary(tmp_path: Path) -> None:
    """Nothing after the failed action is begun; its envelope holds the reason and what it ran."""
    world, performing = World(tmp_path), Performing(failing=["alpha-eu-west-1.Prepare"])
    assert world.walk("aaaaaaa", performing).status == "FAILED"
    assert [name for _, name in performing.performed] == ["push", "alpha-eu-west-1.Prepare"]
    assert world.told()[-3:] == [
        ("alpha-eu-west-1.Prepare", "FAILED"),
        ("alpha-1", "FAILED"),
        ("payments", "FAILED"),
    ]
    assert world.envelopes[-3]["detail"]["execution-result"] == {
        "external-execution-id": "arn:stack",
        "external-execution-summary": "Stack s is in ROLLBACK_COMPLETE: Queue: bad name",
        "error-code": "JobFailed",
    }


def test_an_interrupted_walk_is_told_as_stopped(tmp_path: Path) -> None:
    """The service must not show an execution that runs for ever: the action is abandoned, the rest stopped."""
    world = World(tmp_path)
    assert world.walk("aaaaaaa", Performing(interrupted="alpha-eu-west-1.Prepare")).status == "STOPPED"
    told = [each for each in world.told() if each[1] in ("ABANDONED", "STOPPED", "STOPPING")]
    assert told == [
        ("payments", "STOPPING"),
        ("alpha-eu-west-1.Prepare", "ABANDONED"),
        ("alpha-1", "STOPPED"),
        ("payments", "STOPPED"),
    ]


def test_a_failed_stage_is_rolled_back_to_what_succeeded_there_last(tmp_path: Path) -> None:
    """CodePipeline begins an execution of one stage, of the earlier revision, and the service is told which it is."""
    world = World(tmp_path, on_failure="ROLLBACK")
    good = world.walk("aaaaaaa")
    bad = world.walk("bbbbbbb", Performing(failing=["alpha-eu-west-1.Deploy"]))
    (back,) = [each for each in world.outcomes if each.kind == "ROLLBACK"]
    assert (bad.status, back.status, back.revision, back.target) == ("FAILED", "SUCCEEDED", "aaaaaaa", good.execution)
    assert [each.name for each in back.stages] == ["alpha-1"]
    begun = next(each["detail"] for each in world.envelopes if each["detail"]["execution-id"] == back.execution)
    assert begun["execution-type"] == "ROLLBACK"
    assert begun["rollback-metadata"] == {"rollback-target-pipeline-execution-id": good.execution}
    assert (begun["execution-trigger"]["commit-id"], begun["execution-trigger"]["trigger-type"]) == (
        "aaaaaaa",
        "AutomatedRollback",
    )


def test_with_nothing_to_return_to_the_stage_stays_failed(tmp_path: Path) -> None:
    """The first revision, and one whose predecessor ran in another structure of the pipeline."""
    world = World(tmp_path, on_failure="ROLLBACK")
    world.walk("aaaaaaa", Performing(failing=["alpha-eu-west-1.Deploy"]))
    assert [each.kind for each in world.outcomes] == ["STANDARD"]
    world.walk("bbbbbbb")
    world.line.version = 2
    world.walk("ccccccc", Performing(failing=["alpha-eu-west-1.Deploy"]))
    assert {each.kind for each in world.outcomes} == {"STANDARD"}


def test_a_rollback_is_never_rolled_back(tmp_path: Path) -> None:
    """What fails on the way back stays where it is, for a person."""
    world = World(tmp_path, on_failure="ROLLBACK")
    world.walk("aaaaaaa")
    stage = world.line.stage("alpha-1")
    back = world.line.add(world.line.executions[0].trigger, "ROLLBACK", world.line.executions[0].identity)
    outcome = world._run(back, Performing(failing=["alpha-eu-west-1.Deploy"]), stage)
    assert outcome.status == "FAILED"
    assert [each.kind for each in world.outcomes] == ["STANDARD", "ROLLBACK"]


def test_a_stage_is_tried_again_once(tmp_path: Path) -> None:
    """Only what failed, as another attempt; a second failure stands."""
    world, performing = World(tmp_path, on_failure="RETRY"), Performing(failing=["alpha-eu-west-1.Deploy"])
    assert world.walk("aaaaaaa", performing).status == "SUCCEEDED"
    names = [name for _, name in performing.performed]
    assert names[:4] == ["push", *BOTH, "alpha-eu-west-1.Deploy"]
    assert [state for what, state in world.told() if what == "alpha-1"] == [
        "STARTED",
        "FAILED",
        "RESUMED",
        "SUCCEEDED",
    ]
    attempts = {each["detail"]["pipeline-execution-attempt"] for each in world.envelopes}
    assert attempts == {1.0, 2.0}
    twice = Performing(failing=["alpha-eu-west-1.Deploy", "alpha-eu-west-1.Deploy"])
    assert world.walk("bbbbbbb", twice).status == "FAILED"
    assert [name for _, name in twice.performed].count("alpha-eu-west-1.Deploy") == 2


def test_overtaken_between_two_stages_an_execution_is_superseded(tmp_path: Path) -> None:
    """The first is inside alpha-1, the second waits before it, and the third takes the second's place."""
    world = World(tmp_path)
    first = Performing(held=["alpha-eu-west-1.Prepare"])
    threads = [world.started("aaaaaaa", first)]
    assert first.arrived.wait(5)
    threads.append(world.started("bbbbbbb"))
    while world.line.waiting("alpha-1") is None:
        pass
    threads.append(world.started("ccccccc"))
    while (waiting := world.line.waiting("alpha-1")) is None or waiting.revision != "ccccccc":
        pass
    first.go.set()
    for thread in threads:
        thread.join(20)
    ended = {each.revision: each.status for each in world.outcomes}
    assert ended == {"aaaaaaa": "SUCCEEDED", "bbbbbbb": "SUPERSEDED", "ccccccc": "SUCCEEDED"}
    superseded = next(each.execution for each in world.outcomes if each.status == "SUPERSEDED")
    assert world.told(superseded)[-1] == ("payments", "SUPERSEDED")


def test_the_newer_waits_while_the_older_is_inside_a_stage(tmp_path: Path) -> None:
    """Nothing is superseded within a stage."""
    world = World(tmp_path)
    first = Performing(held=["alpha-eu-west-1.Deploy"])
    older = world.started("aaaaaaa", first)
    assert first.arrived.wait(5)
    newer = world.started("bbbbbbb")
    while world.line.waiting("alpha-1") is None:
        pass
    inside = world.line.inside("alpha-1")
    assert inside is not None
    assert inside.revision == "aaaaaaa"
    first.go.set()
    older.join(20)
    newer.join(20)
    assert {each.status for each in world.outcomes} == {"SUCCEEDED"}


@pytest.mark.parametrize("abandon", [True, False])
def test_an_execution_that_is_stopped_by_the_api_says_why(tmp_path: Path, abandon: bool) -> None:
    """Abandoned at once, or when what it has under way is done; the reason is the execution's."""
    world, held = World(tmp_path), Performing(held=["alpha-eu-west-1.Prepare"])
    thread = world.started("aaaaaaa", held)
    assert held.arrived.wait(5)
    world.line.stop(world.line.executions[0].identity, "prod is frozen", abandon=abandon)
    if not abandon:
        held.go.set()
    thread.join(20)
    (outcome,) = world.outcomes
    assert (outcome.status, outcome.summary) == ("STOPPED", "prod is frozen")
    states = {what: state for what, state in world.told() if what == "alpha-eu-west-1.Prepare"}
    assert states == {"alpha-eu-west-1.Prepare": "ABANDONED" if abandon else "SUCCEEDED"}
    assert [state for what, state in world.told() if what == "payments"] == ["STARTED", "STOPPING", "STOPPED"]
