"""The example app of payments, rehearsed in three accounts and two Regions on a real emulator."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from interlock_cli.errors import CommandError, InputError
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import Assembly
from interlock_cli.rehearsal.emulator import Emulator, answers, free_port
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.relay import QUEUE

from .conftest import PAYMENTS
from .rehearsing import only, rehearsed
from .service import FakeService
from .snapshots import ALPHA, BETA, HOME, HUB, IRELAND, PROD, VIRGINIA

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

BAKE = {
    "id": "bake",
    "name": "bake",
    "subject": "prod-1",
    "kind": "BAKE",
    "mode": "BLOCKING",
    "timeoutMinutes": 721,
    "configuration": {"minutes": 720},
    "status": "RUNNING",
}
FIFO = "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo"


def test_every_stack_is_in_its_account_and_region(assembly: Assembly, fake: FakeService, own: Emulator) -> None:
    """Four environments; the pipeline's own stack registered its map; twelve hours of bake time took none."""
    fake.checks = [BAKE]
    report = rehearsed(assembly, fake, own, commits=["9f2c1ab"])
    assert only(report).status == "SUCCEEDED"
    accounts = Accounts(own.endpoint)
    for account, region, environment in (
        (ALPHA, IRELAND, "alpha-eu-west-1"),
        (BETA, IRELAND, "beta-eu-west-1"),
        (BETA, VIRGINIA, "beta-us-east-1"),
        (PROD, VIRGINIA, "prod-us-east-1"),
    ):
        (stack,) = accounts.cloudformation(Place(account, region)).describe_stacks()["Stacks"]
        assert (stack["StackName"], stack["StackStatus"]) == (f"{environment}-Payments", "CREATE_COMPLETE")
    (registered,) = fake.inputs("registerPipeline")[:1]
    assert (registered["name"], registered["account"]) == ("payments", HOME)
    assert {each["stage"] for each in fake.inputs("startCheckRuns")} == {"alpha-1", "prod-1"}
    assert {each["status"] for each in fake.inputs("finishCheckRun")} == {"PASSED"}
    assert report.played[0].left_out == {"AWS::CodePipeline::Pipeline": 1, "AWS::CodeBuild::Project": 3}


def test_the_service_is_told_all_that_codepipeline_would_tell(
    assembly: Assembly, fake: FakeService, own: Emulator
) -> None:
    """Each stage and action starts and ends once; the trigger names the commit; ids of stacks are the real ones."""
    report = rehearsed(assembly, fake, own, commits=["9f2c1ab"])
    details = [each["detail"] for each in fake.envelopes]
    assert report.events == {
        "emitted": len(details),
        "unmatched": 0,
        "accepted": len(details),
        "duplicates": 0,
        "setAside": 0,
    }
    assert {each["execution-id"] for each in details} == {only(report).execution}
    actions = sum(len(stage.actions) for stage in assembly.stages)
    assert len(details) == 2 * (1 + len(assembly.stages) + actions)
    assert details[0]["execution-trigger"]["commit-id"] == "9f2c1ab"
    deployed = [each for each in details if each.get("action") == "beta-us-east-1.Payments.Deploy"]
    result = deployed[-1]["execution-result"]["external-execution-id"]
    assert result.startswith(f"arn:aws:cloudformation:{VIRGINIA}:{BETA}:stack/beta-us-east-1-Payments/")


def test_a_seeded_failure_stops_the_pipeline_with_the_stacks_own_reason(
    assembly: Assembly, fake: FakeService, own: Emulator
) -> None:
    """Beta fails in one Region: its neighbor is still deployed, production is not begun."""
    report = rehearsed(assembly, fake, own, "--fail-at", "beta-us-east-1")
    failed_one = report.outcomes[0]
    assert failed_one.status == "FAILED"
    assert failed_one.stages[-1].name == "beta-1"
    statuses = {each.name: each.status for each in failed_one.stages[-1].actions}
    assert statuses["beta-eu-west-1.Payments.Deploy"] == "SUCCEEDED"
    failed = [each["detail"] for each in fake.envelopes if each["detail"]["state"] == "FAILED"]
    summary = failed[0]["execution-result"]["external-execution-summary"]
    status, reason = summary.removeprefix("Stack beta-us-east-1-Payments is in ").split(": ", 1)
    assert status in ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")  # as it is the first rehearsal there, or is not
    assert reason.startswith(f"SeededFailure: {FIFO}")
    assert [each.get("action") or each.get("stage") for each in failed] == [
        "beta-us-east-1.Payments.Deploy",
        "beta-1",
        None,
    ]


def test_a_wave_that_did_not_pass_fails_with_the_services_reasons(
    assembly: Assembly, fake: FakeService, own: Emulator
) -> None:
    """The machine asks the service for its verdict, and the action's summary is what it said."""
    fake.verdict = {"passed": False, "reasons": ["smoke: answered 500", "soak: ended early"]}
    report = rehearsed(assembly, fake, own)
    stage = report.outcomes[0].stages[-1]
    assert stage.name == "alpha-1"
    assert stage.actions[-1].summary == "WaveNotPassed: smoke: answered 500; soak: ended early"


def test_an_unknown_environment_is_refused_with_those_there_are(
    assembly: Assembly, fake: FakeService, own: Emulator
) -> None:
    """Before anything is deployed."""
    with pytest.raises(InputError, match=r"reaches no environment or wave 'mars'.*alpha-eu-west-1, beta-eu-west-1"):
        rehearsed(assembly, fake, own, "--fail-at", "mars")
    with pytest.raises(InputError, match="Did you mean prod-us-east-1"):
        rehearsed(assembly, fake, own, "--alarm", "prod-us-east-2@20")


@contextmanager
def launched() -> Iterator[Emulator]:
    """A shared emulator, as `make demo` starts it."""
    port = free_port()
    command = [sys.executable, "-m", "interlock_cli.rehearsal.emulator", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        while not answers(endpoint):
            assert process.poll() is None, process.communicate()[1]
        yield Emulator(endpoint, own=False)
    finally:
        process.terminate()
        process.communicate()


def test_on_a_shared_emulator_the_events_wait_for_the_services_intake(
    assembly: Assembly, fake: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is reported by the command; when nobody reads the queue, it says how the service is started."""
    monkeypatch.setattr("interlock_cli.rehearsal.relay.SETTLE_SECONDS", 0.5)
    with launched() as shared:
        report = rehearsed(assembly, fake, shared)
        waiting = Accounts(shared.endpoint).sqs(Place(HUB, IRELAND)).get_queue_url(QueueName=QUEUE)["QueueUrl"]
    assert fake.inputs("reportEvents") == []
    assert report.events["onQueue"] == report.events["emitted"]
    summary = report.outcomes[0].stages[-1].actions[-1].summary
    assert f"intake with INTERLOCK_QUEUE_URL={waiting} AWS_ENDPOINT_URL={shared.endpoint} " in summary


def test_an_emulator_that_went_away_is_a_sentence(assembly: Assembly, fake: FakeService) -> None:
    """Not a traceback of the AWS SDK."""
    gone = Emulator(f"http://127.0.0.1:{free_port()}", own=True)
    with pytest.raises(CommandError, match="could not be asked"):
        rehearsed(assembly, fake, gone)


def command(fake: FakeService, snapshot: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """`interlock rehearse` as a person runs it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "INTERLOCK_"))}
    environ |= {"INTERLOCK_URL": fake.url, "INTERLOCK_PLAN": str(snapshot)}
    program = [sys.executable, "-m", "interlock_cli", "rehearse", "--app", str(PAYMENTS), *arguments]
    return program, environ


def test_json_is_all_that_stdout_holds(fake: FakeService, snapshot: Path) -> None:
    """The whole command from synth to summary; what it runs is printed on stderr before it runs."""
    program, environ = command(fake, snapshot, "-o", "json", "--fail-at", "alpha-eu-west-1")
    done = subprocess.run(program, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    (execution,) = report["executions"]
    assert (report["status"], execution["stages"][-1]["name"]) == ("FAILED", "alpha-1")
    assert "cdk synth --quiet" in done.stderr
    assert f"Stack alpha-eu-west-1-Payments is in ROLLBACK_COMPLETE: SeededFailure: {FIFO}" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_stops_what_was_started_and_is_told(fake: FakeService, snapshot: Path) -> None:
    """While a check waits for somebody: exit code 130, the execution is told as STOPPED, the emulator is gone."""
    fake.checks = [{**BAKE, "kind": "EXTERNAL", "configuration": {}}]
    program, environ = command(fake, snapshot)
    process = subprocess.Popen(program, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert fake.await_mutation("startCheckRuns", 300)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert [each["detail"]["state"] for each in fake.envelopes[-4:]] == ["STOPPING", "ABANDONED", "STOPPED", "STOPPED"]
    endpoint = next(line.split()[-1].rstrip(".") for line in said.splitlines() if "emulator answers" in line)
    assert not answers(endpoint)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--url", "https://interlock.example.com"], "is not this machine"),
        (["--commit", "main"], "'main' is not a commit"),
        (["--url", "http://127.0.0.1:9"], "No service answers"),
    ],
)
def test_wrong_input_is_refused_before_anything_is_run(
    arguments: list[str], sentence: str, fake: FakeService, snapshot: Path
) -> None:
    """A service elsewhere, a commit that is none, a service that is not there."""
    program, environ = command(fake, snapshot)
    where = arguments if arguments[0] == "--url" else []
    rest = [] if where else arguments
    at = program.index("rehearse")
    done = subprocess.run(
        [*program[:at], *where, *program[at:], *rest], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert "cdk synth" not in done.stderr
