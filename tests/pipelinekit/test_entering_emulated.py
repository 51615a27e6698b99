"""The machine before a wave, carried out for real by the emulator: every branch of the phase ENTER.

The emulator has no CodePipeline: the one call that the gate makes to it is answered on loopback, and recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipelinekit.entering import HISTORY, LONGEST_SECONDS
from pipelinekit.machine import definition
from tests.pipelinekit import emulator
from tests.pipelinekit.doubles import FakeService, MutationDouble
from tests.pipelinekit.emulator import Emulator
from tests.pipelinekit.test_validation_emulated import (
    ELSEWHERE,
    EXECUTION,
    HOME,
    MAP,
    ROLE,
    code,
    ended,
    function,
    gate_code,
    run_of,
)

pytestmark = pytest.mark.slow

SIGNALS = {"gamma-us-east-1": {"alarms": [{"name": "high", "role": "HIGH_SEVERITY"}]}}
ASKING = {"phase": "ENTER", "executionId": EXECUTION, "stage": "gamma-1", "action": "Enter"}


class Pipelines:
    """What CodePipeline was asked to stop; `refusing` is the error that it answers with, or none."""

    def __init__(self) -> None:
        self.stopped: list[dict[str, Any]] = []
        self.refusing = ""

    def __call__(self, body: dict[str, Any]) -> tuple[int, object]:
        self.stopped.append(body)
        if self.refusing:
            return 400, {"__type": self.refusing, "message": "no"}
        return 200, {"pipelineExecutionId": body["pipelineExecutionId"]}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator.running(tmp_path_factory.mktemp("emulator")) as started:
        yield started


@pytest.fixture(scope="module")
def service() -> Iterator[FakeService]:
    with FakeService(MutationDouble({})).running() as running:
        yield running


@pytest.fixture(scope="module")
def codepipeline() -> Iterator[FakeService]:
    with FakeService(Pipelines()).running() as running:
        yield running


@pytest.fixture
def pipelines(codepipeline: FakeService) -> Pipelines:
    answer = codepipeline.answer = Pipelines()
    return answer


@pytest.fixture(scope="module")
def machine(aws: Emulator, service: FakeService, codepipeline: FakeService) -> str:
    """The machine's ARN, with its gate, the map with a declared alarm, and the roles of the checks."""
    s3 = aws.client("s3", *HOME)
    s3.create_bucket(Bucket="assets", CreateBucketConfiguration={"LocationConstraint": HOME[1]})
    s3.put_object(Bucket="assets", Key="map.json", Body=json.dumps({**MAP, "signals": SIGNALS}).encode())
    environment = {
        "INTERLOCK_URL": service.url,
        "INTERLOCK_MAP_URL": "https://s3.eu-west-1.amazonaws.com/assets/map.json",
        "AWS_ENDPOINT_URL_CODEPIPELINE": codepipeline.url,
    }
    gate_arn = function(aws, HOME, "gate", gate_code(), "gate.index.handler", environment)
    function(aws, HOME, "passes", code("return {'status': 'PASSED'}"))
    function(aws, HOME, "says-no", code("return {'status': 'FAILED', 'cause': 'two orders were lost'}"))
    second = "{'status': 'PASSED' if event['check']['id'].endswith('-2') else 'INCONCLUSIVE', 'cause': 'no orders yet'}"
    function(aws, HOME, "second", code(f"return {second}"))
    aws.client("iam", *ELSEWHERE).create_role(RoleName="checks", AssumeRolePolicyDocument="{}")
    return made(aws, "validation", gate_arn, definition())


def made(aws: Emulator, name: str, gate_arn: str, what: dict[str, Any]) -> str:
    text = json.dumps(what).replace("${Gate}", gate_arn)
    client = aws.client("stepfunctions", *HOME)
    return str(client.create_state_machine(name=name, definition=text, roleArn=ROLE)["stateMachineArn"])


def entry(decision: str, *reasons: str, runs: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    said = {"decision": decision, "reasons": list(reasons), "askAgainSeconds": 30, **more}
    return {"entry": said, "checkRuns": runs or [], "errors": []}


def refusal(code_: str, message: str, *path: str) -> dict[str, Any]:
    return {"entry": None, "checkRuns": [], "errors": [{"code": code_, "message": message, "path": path, "remedy": ""}]}


def answering(*answers: Any) -> MutationDouble:
    """A service that gives these answers, one after the other, and the last of them for ever. A number is a status."""
    left = list(answers)
    return MutationDouble(
        {
            "enterWave": lambda _: left.pop(0) if len(left) > 1 else left[0],
            "finishCheckRun": lambda values: {"checkRun": {"id": values["checkRun"], "retry": None}, "errors": []},
            "registerPipeline": {"pipeline": {"id": "p"}, "errors": []},
        }
    )


def asked(aws: Emulator, machine: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Run the machine to its end."""
    client = aws.client("stepfunctions", *HOME)
    started = client.start_execution(stateMachineArn=machine, input=json.dumps(given or ASKING))
    return ended(aws, str(started["executionArn"]))


def altered(aws: Emulator, machine: str, name: str, texts: dict[str, str]) -> str:
    """The same machine with other limits, which nobody can wait for."""
    client = aws.client("stepfunctions", *HOME)
    text = client.describe_state_machine(stateMachineArn=machine)["definition"]
    for old, new in texts.items():
        assert old in text
        text = text.replace(old, new)
    return str(client.create_state_machine(name=name, definition=text, roleArn=ROLE)["stateMachineArn"])


def fields_of(double: MutationDouble) -> list[str]:
    return [field for field, _ in double.asked]


def test_it_enters(aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines) -> None:
    """PROCEED without checks ends the action well; the span is that of the action, and nothing is stopped."""
    double = service.answer = answering(entry("PROCEED"))
    found = asked(aws, machine)
    assert found["status"] == "SUCCEEDED"
    ((field, values),) = double.asked
    assert (field, values["executionId"], values["stage"]) == ("enterWave", EXECUTION, "gamma-1")
    assert pipelines.stopped == []


def test_it_waits_until_it_may(aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines) -> None:
    """WAIT is asked again; so is a decision of a newer service, and an answer without any: none proceeds."""
    unknown = [entry("WAIT", "closed"), entry("MAYBE"), entry("MAYBE", runs=[run_of("a", "LAMBDA")]), {"errors": []}]
    double = service.answer = answering(*unknown, entry("PROCEED", askAgainSeconds=None))
    assert asked(aws, machine)["status"] == "SUCCEEDED"
    assert fields_of(double) == ["enterWave"] * 5
    assert pipelines.stopped == []


def test_a_stop_stops_the_execution_and_is_no_failure_of_the_stage(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines
) -> None:
    """CodePipeline is asked to stop and abandon, with the sentences in 200 characters; the machine says all of them."""
    sentences = ["prod-1 is closed to 9f2c1ab4 by bad: it loses orders", "y" * 90, "z" * 90]
    service.answer = answering(entry("STOP", *sentences))
    found = asked(aws, machine)
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Stopped", "; ".join(sentences))
    assert pipelines.stopped == [
        {
            "pipelineName": "payments",
            "pipelineExecutionId": EXECUTION,
            "abandon": True,
            "reason": f"{sentences[0]}; {sentences[1]}; and 1 more",
        }
    ]


@pytest.mark.parametrize("resting", ["PipelineExecutionNotStoppableException", "DuplicatedStopRequestException"])
def test_what_has_ended_need_not_be_stopped(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines, resting: str
) -> None:
    """A machine that was left running ends by itself when its execution has ended."""
    pipelines.refusing = resting
    service.answer = answering(refusal("EXECUTION_ENDED", "It is STOPPED."))
    found = asked(aws, machine)
    assert (found["error"], found["cause"]) == ("Stopped", "It is STOPPED.")


def test_where_the_stop_cannot_be_done_the_failure_stands(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines
) -> None:
    """Nothing goes on: the machine fails, and says that the execution runs still, and why."""
    pipelines.refusing = "AccessDeniedException"
    service.answer = answering(entry("STOP", "superseded"))
    found = asked(aws, machine)
    assert (found["status"], found["error"]) == ("FAILED", "NotStopped")
    assert found["cause"].startswith("superseded; its execution could not be stopped: codepipeline in eu-west-1")


def test_a_throttled_stop_is_tried_again(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines, codepipeline: FakeService
) -> None:
    """And one that nobody answers fails in the end, after a dozen tries."""
    left = iter(range(3))
    codepipeline.answer = lambda body: (429, {}) if next(left, None) is not None else pipelines(body)
    service.answer = answering(entry("STOP", "superseded"))
    assert asked(aws, machine)["error"] == "Stopped"
    codepipeline.answer = lambda _: (503, {})
    found = asked(aws, machine)
    assert found["error"] == "NotStopped"
    assert "HTTP 503" in found["cause"]


def test_a_refusal_stops(aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines) -> None:
    """No waiting helps where the service says no, and nothing was deployed that would have to be rolled back."""
    service.answer = answering(refusal("WAVE_ARCHIVED", "Nothing is decided for the wave."))
    assert asked(aws, machine)["cause"] == "Nothing is decided for the wave."
    assert [each["reason"] for each in pipelines.stopped] == ["Nothing is decided for the wave."]


def test_an_unknown_execution_is_a_matter_of_time(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines
) -> None:
    """The pipeline is registered, and it is asked again; so it is while a retry is not told, or others are busy."""
    unknown = refusal("NOT_FOUND", "There is no execution.", "executionId")
    later = [refusal("NOT_RESUMED", "It is FAILED."), refusal("BUSY", "Others take long.")]
    double = service.answer = answering(unknown, unknown, *later, entry("PROCEED"))
    assert asked(aws, machine)["status"] == "SUCCEEDED"
    assert fields_of(double).count("registerPipeline") == 1
    assert pipelines.stopped == []


def test_an_unknown_stage_is_not(aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines) -> None:
    """What the map that was registered just now does not name will not come to be named: the execution stops."""
    double = service.answer = answering(refusal("NOT_FOUND", "There is no stage 'gamma-1'.", "stage"))
    assert asked(aws, machine)["cause"] == "There is no stage 'gamma-1'."
    assert fields_of(double) == ["enterWave", "registerPipeline", "enterWave"]
    assert len(pipelines.stopped) == 1


def test_an_unreachable_service_is_waited_for(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines
) -> None:
    """For longer than one question is tried again: the machine neither proceeds nor fails, and enters in the end.

    A question is tried four times here, and 33 times in truth: a function of the emulator takes its time.
    """
    impatient = altered(aws, machine, "impatient", {'"MaxAttempts": 32': '"MaxAttempts": 3'})
    double = service.answer = answering(*[503] * 7, entry("PROCEED"))
    assert asked(aws, impatient)["status"] == "SUCCEEDED"
    assert len(double.asked) == 8
    assert pipelines.stopped == []


def test_checks_before_the_wave(aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines) -> None:
    """They are run, reported, and it is asked again; with WAIT as with PROCEED, and never beside a STOP."""
    runs = [
        run_of("a", "LAMBDA", configuration={"functionName": "passes"}),
        run_of("b", "LAMBDA", configuration={"functionName": "says-no"}),
    ]
    double = service.answer = answering(
        entry("WAIT", "a has not reported", runs=runs[:1]),
        entry("PROCEED", runs=runs[1:]),
        entry("STOP", "b failed", runs=runs),
    )
    found = asked(aws, machine)
    assert (found["error"], found["cause"]) == ("Stopped", "b failed")
    told = [(values["checkRun"], values["status"]) for field, values in double.asked if field == "finishCheckRun"]
    assert told == [("a", "PASSED"), ("b", "FAILED")]


def test_an_unreported_outcome_goes_with_the_next_question(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines
) -> None:
    """Told before it is asked again; where the check is to be tried again, it is, first."""
    run = run_of("a-1", "LAMBDA", configuration={"functionName": "second"})
    double = answering(entry("WAIT", runs=[run]), entry("PROCEED"))
    failing = iter(range(6))

    def finish(values: dict[str, Any]) -> Any:
        if next(failing, None) is not None:
            return 503
        again = {"id": "a-2", "status": "RUNNING"} if values["checkRun"] == "a-1" else None
        return {"checkRun": {"id": values["checkRun"], "retry": again}, "errors": []}

    double.payloads["finishCheckRun"] = finish
    service.answer = double
    assert asked(aws, machine)["status"] == "SUCCEEDED"
    told = [(values["checkRun"], values["status"]) for field, values in double.asked if field == "finishCheckRun"]
    assert told[-2:] == [("a-1", "INCONCLUSIVE"), ("a-2", "PASSED")]
    assert fields_of(double).count("enterWave") == 2


def test_what_cloudwatch_says_now_goes_with_the_question(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines
) -> None:
    """The declared alarm of an environment is asked in its own account and Region; one that there is not is null."""
    double = service.answer = answering(entry("PROCEED"))
    asked(aws, machine)
    cloudwatch = aws.client("cloudwatch", *ELSEWHERE)
    rule = {"Namespace": "x", "MetricName": "y", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1}
    compared = {"ComparisonOperator": "GreaterThanThreshold", "Statistic": "Sum", "ActionsEnabled": False}
    cloudwatch.put_metric_alarm(AlarmName="high", **rule, **compared)
    cloudwatch.set_alarm_state(AlarmName="high", StateValue="ALARM", StateReason="five faults")
    asked(aws, machine)
    seen = [values["observations"][0]["alarms"][0] for _, values in double.asked]
    high = {"name": "high", "role": "HIGH_SEVERITY"}
    assert seen == [{**high, "state": None, "reason": ""}, {**high, "state": "ALARM", "reason": "five faults"}]


@pytest.mark.parametrize("what", ["history", "time"])
def test_nobody_waits_for_ever(
    aws: Emulator, machine: str, service: FakeService, pipelines: Pipelines, what: str
) -> None:
    """Before CodePipeline gives up, which would be a failure of the stage, and before the history is full, it stops."""
    limit = {"history": {f"$spent > {HISTORY}": "$spent > 20"}, "time": {str(LONGEST_SECONDS * 1000): "-1"}}[what]
    shorter = altered(aws, machine, f"shorter-{what}", {**limit, '"MaxAttempts": 32': '"MaxAttempts": 1'})
    service.answer = answering(entry("WAIT", "prod-1 is frozen"))
    found = asked(aws, shorter)
    assert (found["status"], found["error"]) == ("FAILED", "Stopped")
    assert found["cause"].startswith("it has waited for ")
    assert found["cause"].endswith("release the revision again; prod-1 is frozen")
    assert len(pipelines.stopped) == 1
    service.answer = lambda _: (503, b"")
    assert asked(aws, shorter)["cause"].endswith("answered HTTP 503")


def test_a_phase_of_a_newer_pipeline_is_not_guessed(aws: Emulator, machine: str) -> None:
    """It fails, and says what to do."""
    found = asked(aws, machine, {**ASKING, "phase": "TELEPORT"})
    assert (found["error"], found["cause"]) == (
        "UnknownPhase",
        "this machine knows no phase TELEPORT: upgrade pipelinekit",
    )


def test_a_gate_that_is_gone_fails(aws: Emulator, service: FakeService) -> None:
    """No patience helps where the pipeline was deployed wrongly: it is seen at once."""
    gone = made(aws, "gone", f"arn:aws:lambda:{HOME[1]}:{HOME[0]}:function:nobody", definition())
    found = asked(aws, gone)
    assert (found["status"], found["error"]) == ("FAILED", "NotEntered")
