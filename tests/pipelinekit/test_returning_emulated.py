"""A stage is returned by its machine: stacks really restored by the emulator, in two accounts and Regions, from a zip
archive in S3. CodePipeline's memory of its actions is a double on loopback: the emulator has no CodePipeline.
"""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from pipelinekit.gate.stacks import INLINE_BYTES
from pipelinekit.machine import definition
from tests.pipelinekit import emulator
from tests.pipelinekit.doubles import FakeService, MutationDouble
from tests.pipelinekit.emulator import Emulator
from tests.pipelinekit.test_validation_emulated import EXECUTION, HOME, ROLE, ended, function, gate_code

pytestmark = pytest.mark.slow

ONE, TWO = ("222222222222", "eu-west-1"), ("333333333333", "us-east-1")
PLACES = {"prod-one": ONE, "prod-two": TWO, "prod-home": (HOME[0], "eu-central-1")}
"""The emulator reads a template's address in the stack's own account alone: that environment's template is long."""
GOOD = "11111111-7b1c-4c3a-9d2e-112233445566"
BUCKET = "artifacts"
CODEPIPELINE = "CodePipeline_20150709.ListActionExecutions"


class Memory:
    """CodePipeline's memory: the actions of each execution, two a page. Remembers who asked."""

    def __init__(self) -> None:
        self.actions: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, body: dict[str, Any]) -> tuple[int, object]:
        found = self.actions.get(body["filter"]["pipelineExecutionId"], [])
        start = int(body.get("nextToken", 0))
        more = {"nextToken": str(start + 2)} if start + 2 < len(found) else {}
        return 200, {"actionExecutionDetails": found[start : start + 2], **more}


class World:
    """The emulator with a pipeline's account and two environments' accounts, and the doubles beside it."""

    def __init__(self, aws: Emulator, service: FakeService, codepipeline: FakeService) -> None:
        self.aws, self.service, self.codepipeline = aws, service, codepipeline
        self.memory = Memory()
        codepipeline.answer = self.memory
        s3 = aws.client("s3", *HOME)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME[1]})
        s3.put_object(Bucket=BUCKET, Key="map.json", Body=json.dumps({"pipeline": "payments", "stages": []}).encode())
        for place in PLACES.values():
            aws.client("iam", *place).create_role(RoleName="deploy", AssumeRolePolicyDocument="{}")
        variables = {
            "INTERLOCK_URL": service.url,
            "INTERLOCK_MAP_URL": f"https://s3.{HOME[1]}.amazonaws.com/{BUCKET}/map.json",
            "AWS_ENDPOINT_URL_CODEPIPELINE": codepipeline.url,
        }
        gate = function(aws, HOME, "gate", gate_code(), "gate.index.handler", variables)
        text = json.dumps(definition()).replace("${Gate}", gate)
        made = aws.client("stepfunctions", *HOME).create_state_machine(name="machine", definition=text, roleArn=ROLE)
        self.machine = str(made["stateMachineArn"])

    def stack(self, environment: str) -> Any:
        """CloudFormation's client in an environment."""
        return self.aws.client("cloudformation", *PLACES[environment])

    def value(self, environment: str, name: str) -> str:
        """What a stack has written."""
        return str(self.aws.client("ssm", *PLACES[environment]).get_parameter(Name=name)["Parameter"]["Value"])

    def deploy(self, execution: str, stacks: dict[tuple[str, str], Any], *, really: bool = True) -> None:
        """An execution deploys templates: what CodePipeline remembers, the archive that it leaves, and the stacks."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
            content.writestr("padding.bin", uuid.uuid4().bytes * 100_000)
            for (environment, stack), template in stacks.items():
                content.writestr(f"assembly-{environment}/{stack}.template.json", json.dumps(template))
                content.writestr(f"assembly-{environment}/{stack}.config.json", json.dumps({"Tags": {"team": "money"}}))
        key = f"payments/Synth_Outp/{execution}"
        self.aws.client("s3", *HOME).put_object(Bucket=BUCKET, Key=key, Body=archive.getvalue())
        output = [{"name": "Synth_Output", "s3location": {"bucket": BUCKET, "key": key}}]
        synth = {"actionName": "Synth", "stageName": "Build", "input": {}, "output": {"outputArtifacts": output}}
        acted = [synth]
        for (environment, stack), template in stacks.items():
            account, region = PLACES[environment]
            common = {"roleArn": f"arn:aws:iam::{account}:role/deploy", "region": region}
            prepare = {
                "ActionMode": "CHANGE_SET_REPLACE",
                "StackName": stack,
                "TemplatePath": f"Synth_Output::assembly-{environment}/{stack}.template.json",
                "TemplateConfiguration": f"Synth_Output::assembly-{environment}/{stack}.config.json",
                "RoleArn": f"arn:aws:iam::{account}:role/exec",
                "Capabilities": "CAPABILITY_NAMED_IAM,CAPABILITY_AUTO_EXPAND",
            }
            execute = {"ActionMode": "CHANGE_SET_EXECUTE", "StackName": stack}
            acted += [{"input": {**common, "configuration": each}} for each in (prepare, execute)]
            if really:
                self.really(environment, stack, template)
        self.memory.actions[execution] = acted[::-1]

    def really(self, environment: str, stack: str, template: Any) -> None:
        """Deploys a template, without what makes it long, and waits for its end."""
        client = self.stack(environment)
        body = json.dumps({"Resources": template["Resources"]})
        try:
            client.describe_stacks(StackName=stack)
            act = client.update_stack
        except client.exceptions.ClientError:
            act = client.create_stack
        act(StackName=stack, TemplateBody=body, Tags=[{"Key": "team", "Value": "other"}])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"].endswith("_IN_PROGRESS"):
                return
            time.sleep(0.05)

    def roll_back(self, stacks: list[tuple[str, str]], **plan: Any) -> tuple[dict[str, Any], MutationDouble]:
        """Runs the machine as EventBridge starts it; how it ended, and what the service was asked."""
        given = {
            "means": "REDEPLOY",
            "reason": "the structure has changed",
            "target": GOOD,
            "revision": "5ca1ab1e",
            "execution": str(uuid.uuid4()),
            "attempt": 1,
            "seen": False,
            "askAgainSeconds": None,
            "stacks": wanted(stacks),
            **plan,
        }
        double = self.service.answer = MutationDouble(
            {
                "planRollback": {"rollback": given, "errors": []},
                "reportRollback": {"execution": {"id": "e", "status": "x"}, "errors": []},
            }
        )
        return self.run({"phase": "ROLL_BACK", "executionId": EXECUTION, "stage": "prod-1"}), double

    def run(self, given: dict[str, Any]) -> dict[str, Any]:
        """Runs the machine to its end."""
        client = self.aws.client("stepfunctions", *HOME)
        started = client.start_execution(stateMachineArn=self.machine, input=json.dumps(given))
        return ended(self.aws, str(started["executionArn"]))


def wanted(stacks: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Stacks as the service names them."""
    return [
        {"environment": name, "account": PLACES[name][0], "region": PLACES[name][1], "stack": stack}
        for name, stack in stacks
    ]


def template(parameter: str, value: str, *, padding: int = 0, **more: Any) -> dict[str, Any]:
    """A stack that writes a value."""
    properties = {"Name": parameter, "Type": "String", "Value": value}
    resources = {"Value": {"Type": "AWS::SSM::Parameter", "Properties": properties}, **more}
    return {"Description": "x" * 20, "Metadata": {"padding": "x" * padding}, "Resources": resources}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        emulator.running(tmp_path_factory.mktemp("emulator")) as aws,
        FakeService(MutationDouble({})).running() as service,
        FakeService(MutationDouble({})).running() as codepipeline,
    ):
        yield World(aws, service, codepipeline)


def told(double: MutationDouble) -> list[tuple[str, dict[tuple[str, str], str]]]:
    """The reports: the state of the whole, and of each stack."""
    return [
        (values["state"], {(each["environment"], each["stack"]): each["state"] for each in values["stacks"]})
        for field, values in double.asked
        if field == "reportRollback"
    ]


def test_stacks_are_restored_across_accounts_and_regions(world: World) -> None:
    """Three environments, one with two stacks, one with a template that is too long to be sent; with their tags."""
    stacks = [("prod-one", "db"), ("prod-one", "app"), ("prod-two", "app"), ("prod-home", "app")]
    long = INLINE_BYTES + 1
    world.deploy(
        GOOD,
        {
            ("prod-one", "db"): template("db", "good"),
            ("prod-one", "app"): template("app", "good"),
            ("prod-two", "app"): template("app", "good"),
            ("prod-home", "app"): template("app", "good", padding=long),
        },
    )
    world.deploy(EXECUTION, {each: template(each[1], "bad") for each in stacks})
    assert world.value("prod-one", "app") == world.value("prod-two", "app") == "bad"
    found, double = world.roll_back(stacks)
    assert found["status"] == "SUCCEEDED", found["cause"]
    assert [world.value(*each) for each in stacks] == ["good"] * 4
    tags = world.stack("prod-two").describe_stacks(StackName="app")["Stacks"][0].get("Tags")
    assert tags == [{"Key": "team", "Value": "money"}]
    assert told(double) == [("STARTED", {}), ("SUCCEEDED", dict.fromkeys(stacks, "SUCCEEDED"))]
    last = double.asked[-1][1]
    assert (last["executionId"], last["target"], last["attempt"]) == (EXECUTION, GOOD, 1)
    assert all(each["startedAt"] <= each["endedAt"] and each["arn"] for each in last["stacks"])
    kept = world.aws.client("s3", *HOME).list_objects_v2(Bucket=BUCKET, Prefix="interlock-restored/")
    assert kept["KeyCount"] == 1


def test_done_twice_it_is_there_already(world: World) -> None:
    """EventBridge delivers at least once: an empty change set is no failure, and none is left behind."""
    stacks = [("prod-two", "twice")]
    world.deploy(GOOD, {stacks[0]: template("twice", "good")})
    world.roll_back(stacks)
    found, double = world.roll_back(stacks)
    assert found["status"] == "SUCCEEDED", found
    assert told(double)[-1] == ("SUCCEEDED", {stacks[0]: "SUCCEEDED"})
    assert double.asked[-1][1]["stacks"][0]["cause"] == "it was there already"
    left = world.stack("prod-two").list_change_sets(StackName="twice")["Summaries"]
    assert [each["ExecutionStatus"] for each in left if each["ExecutionStatus"] != "EXECUTE_COMPLETE"] == []


def test_a_stack_that_the_target_lacks_is_left_alone(world: World) -> None:
    """It is said so, and the others are restored."""
    stacks = [("prod-one", "kept"), ("prod-one", "newer")]
    world.deploy(GOOD, {stacks[0]: template("kept", "good")})
    world.deploy(EXECUTION, {each: template(each[1], "bad") for each in stacks})
    found, double = world.roll_back(stacks)
    assert found["status"] == "SUCCEEDED", found
    assert [world.value(*each) for each in stacks] == ["good", "bad"]
    causes = {each["stack"]: each["cause"] for each in double.asked[-1][1]["stacks"]}
    assert "had no such stack" in causes["newer"]


def test_a_stack_that_takes_no_change_is_named(world: World) -> None:
    """One whose creation failed, with what a person does; the other environment is restored all the same."""
    stacks = [("prod-one", "stuck"), ("prod-two", "fine")]
    world.deploy(GOOD, {each: template(each[1], "good") for each in stacks}, really=False)
    world.really("prod-two", "fine", template("fine", "bad"))
    failing = {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"ServiceToken": "arn:aws:lambda:x:y:z"}}
    world.really("prod-one", "stuck", template("stuck", "bad", Fails=failing))
    status = world.stack("prod-one").describe_stacks(StackName="stuck")["Stacks"][0]["StackStatus"]
    assert status == "ROLLBACK_COMPLETE"
    found, double = world.roll_back(stacks)
    assert (found["status"], found["error"]) == ("FAILED", "NotReturned"), found
    assert "prod-one: stuck: it is in ROLLBACK_COMPLETE" in found["cause"]
    assert "delete it" in found["cause"]
    assert world.value("prod-two", "fine") == "good"
    assert told(double)[-1] == ("FAILED", {stacks[0]: "FAILED", stacks[1]: "SUCCEEDED"})


def test_a_change_that_fails_ends_its_environment(world: World) -> None:
    """The stacks after it are not touched."""
    stacks = [("prod-one", "first"), ("prod-one", "second")]
    failing = {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"ServiceToken": "arn:aws:lambda:x:y:z"}}
    world.deploy(
        GOOD, {stacks[0]: template("first", "good", Fails=failing), stacks[1]: template("second", "good")}, really=False
    )
    for each in stacks:
        world.really(*each, template(each[1], "bad"))
    found, double = world.roll_back(stacks)
    assert (found["status"], found["error"]) == ("FAILED", "NotReturned"), found
    assert world.value("prod-one", "second") == "bad"
    assert told(double)[-1] == ("FAILED", {stacks[0]: "FAILED"})


@pytest.mark.parametrize("means", ["NONE", "NATIVE"])
def test_what_the_service_does_not_want_is_not_done(world: World, means: str) -> None:
    """Nothing to do, or CodePipeline has begun to do it."""
    found, double = world.roll_back([], means=means, seen=means == "NATIVE")
    assert found["status"] == "SUCCEEDED", found
    assert [field for field, _ in double.asked] == ["planRollback"]


def test_codepipeline_is_waited_for(world: World) -> None:
    """The machine asks again, and counts."""
    asked: list[int] = []
    plan = {"means": "NATIVE", "reason": "r", "target": GOOD, "revision": "x", "execution": "e", "attempt": 1}

    def answer(values: dict[str, Any]) -> dict[str, Any]:
        asked.append(values["asked"])
        again = 30 if len(asked) < 3 else None
        return {"rollback": {**plan, "seen": again is None, "askAgainSeconds": again, "stacks": []}, "errors": []}

    world.service.answer = MutationDouble({"planRollback": answer})
    found = world.run({"phase": "ROLL_BACK", "executionId": EXECUTION, "stage": "prod-1"})
    assert found["status"] == "SUCCEEDED", found
    assert asked == [0, 1, 2]


def test_an_execution_that_nobody_remembers_fails_in_words(world: World) -> None:
    """CodePipeline keeps a year, the bucket half of one."""
    found, double = world.roll_back([("prod-one", "app")], target=str(uuid.uuid4()))
    assert (found["status"], found["error"]) == ("FAILED", "NotReturned"), found
    assert "knows no stack any more" in found["cause"]
    assert told(double) == [("STARTED", {}), ("FAILED", {})]
    gone = str(uuid.uuid4())
    world.deploy(gone, {("prod-one", "app"): template("app", "good")}, really=False)
    world.aws.client("s3", *HOME).delete_object(Bucket=BUCKET, Key=f"payments/Synth_Outp/{gone}")
    found, _ = world.roll_back([("prod-one", "app")], target=gone)
    assert (found["status"], found["error"]) == ("FAILED", "NotReturned"), found
    assert "HTTP 404" in found["cause"]


def test_a_plan_that_is_refused_fails_in_words(world: World) -> None:
    """With the service's sentence."""
    error = {"code": "INVALID_VALUE", "message": "stage is unknown.", "path": [], "remedy": ""}
    world.service.answer = MutationDouble({"planRollback": {"rollback": None, "errors": [error]}})
    found = world.run({"phase": "ROLL_BACK", "executionId": EXECUTION, "stage": "ghost"})
    assert (found["status"], found["error"], found["cause"]) == (
        "FAILED",
        "RollbackNotPlanned",
        "stage is unknown.",
    )


def test_the_stage_is_returned_while_the_service_cannot_be_told(world: World) -> None:
    """It is told at the end, when it is there again."""
    stacks = [("prod-two", "untold")]
    world.deploy(GOOD, {stacks[0]: template("untold", "good")})
    world.deploy(EXECUTION, {stacks[0]: template("untold", "bad")})
    reports: list[str] = []

    def report(values: dict[str, Any]) -> Any:
        reports.append(values["state"])
        if len(reports) < 6:
            return 503
        return {"execution": {"id": "e", "status": "x"}, "errors": []}

    plan = {"means": "REDEPLOY", "reason": "r", "target": GOOD, "revision": "x", "execution": "e2", "attempt": 1}
    given = {**plan, "seen": False, "askAgainSeconds": None, "stacks": wanted(stacks)}
    world.service.answer = MutationDouble({"planRollback": {"rollback": given, "errors": []}, "reportRollback": report})
    found = world.run({"phase": "ROLL_BACK", "executionId": EXECUTION, "stage": "prod-1"})
    assert found["status"] == "SUCCEEDED", found
    assert world.value("prod-two", "untold") == "good"
    assert reports == ["STARTED"] * 5 + ["SUCCEEDED"]


def drilled(world: World, steps: list[str], stacks: list[tuple[str, str]]) -> dict[str, Any]:
    """Runs a wave's checks, one of which is a drill; what was reported of it."""
    run = {
        "id": str(uuid.uuid4()),
        "name": "upgrade-downgrade",
        "subject": "gamma-1",
        "kind": "DRILL",
        "mode": "BLOCKING",
        "timeoutMinutes": 60,
        "configuration": {},
        "status": "RUNNING",
    }
    plan = {
        "upgradeTo": "bad0bad",
        "steps": [{"execution": each, "revision": f"{each[:8]}-revision"} for each in steps],
        "stacks": wanted(stacks),
    }
    finished: list[dict[str, Any]] = []

    def finish(values: dict[str, Any]) -> dict[str, Any]:
        finished.append(values)
        return {"checkRun": {"id": run["id"], "status": values["status"], "retry": None}, "errors": []}

    world.service.answer = MutationDouble(
        {
            "startCheckRuns": {"checkRuns": [run], "errors": []},
            "planDrill": {"drill": plan, "errors": []},
            "finishCheckRun": finish,
            "concludeWave": {"verdict": {"passed": True, "reasons": []}, "errors": []},
        }
    )
    found = world.run({"executionId": EXECUTION, "stage": "gamma-1"})
    assert found["status"] == "SUCCEEDED", found
    (outcome,) = finished
    return outcome


def test_a_drill_goes_back_and_forward_again(world: World) -> None:
    """The last good revision is deployed once more, and then the new one: at the end it is there again."""
    stacks = [("prod-one", "drill"), ("prod-two", "drill")]
    world.deploy(GOOD, {each: template("drill", "good") for each in stacks})
    world.deploy(EXECUTION, {each: template("drill", "new") for each in stacks})
    outcome = drilled(world, [GOOD, EXECUTION], stacks)
    assert outcome["status"] == "PASSED", outcome
    assert [world.value(*each) for each in stacks] == ["new", "new"]
    version = world.aws.client("ssm", *ONE).get_parameter(Name="drill")["Parameter"]["Version"]
    assert version >= 4


def test_a_drill_whose_downgrade_fails_says_so(world: World) -> None:
    """Which way, to which revision, where, and why."""
    stacks = [("prod-one", "no-way-back")]
    failing = {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"ServiceToken": "arn:aws:lambda:x:y:z"}}
    world.deploy(GOOD, {stacks[0]: template("back", "good", Fails=failing)}, really=False)
    world.deploy(EXECUTION, {stacks[0]: template("back", "new")})
    outcome = drilled(world, [GOOD, EXECUTION], stacks)
    assert outcome["status"] == "FAILED"
    assert outcome["cause"].startswith(
        "the downgrade to 11111111 failed: prod-one: no-way-back: it is in UPDATE_ROLLBACK"
    )


def test_a_drill_without_another_revision_passes(world: World) -> None:
    """There is no pair to be drilled yet, and that is what it says."""
    outcome = drilled(world, [], [])
    assert (outcome["status"], outcome["detail"]) == (
        "PASSED",
        {"reason": "there is no other revision to go back to"},
    )


def test_a_drill_of_what_nobody_remembers_could_not_be_carried_out(world: World) -> None:
    """That is no verdict on the two versions."""
    outcome = drilled(world, [str(uuid.uuid4()), EXECUTION], [("prod-one", "drill")])
    assert outcome["status"] == "ERRORED"
    assert "knows no stack any more" in outcome["cause"]
