"""The synthesized assembly of a real app: one request, the same bytes again, and what CloudFormation will get."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelinekit.tracing import COMMAND
from tests.pipelinekit import plans, synthesis
from tests.pipelinekit.doubles import FakeService, plan_answer
from tests.pipelinekit.synthesis import EXAMPLES, ROOT, Synthesized

pytestmark = pytest.mark.slow

PAYMENTS = EXAMPLES / "payments"
IDS = Path(__file__).parent / "construct_ids.json"
IGNORED_BY_ID = {
    "E3703": "cfn-lint's schema of a pipeline does not know the Invoke category's inputs",
    "W3005": "CDK writes DependsOn beside a reference that implies it",
}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeService, Synthesized]]:
    """payments in 30 environments of ten accounts and six Regions, synthesized by the CDK CLI against a service."""
    folder = tmp_path_factory.mktemp("large")
    with FakeService(plan_answer(plans.of_size(30))).running() as service:
        done = synthesis.by_cdk(PAYMENTS, folder / "first", INTERLOCK_URL=service.url, INTERLOCK_TOKEN="t0ken")
        assert done.code == 0, done.said
        yield service, done


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """payments with every kind of check, synthesized from a snapshot."""
    return synthesized(plans.small(), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """payments with a wave in two parts, synthesized from a snapshot."""
    return synthesized(plans.in_parts(), tmp_path_factory.mktemp("parts"))


def synthesized(plan: dict[str, Any], folder: Path) -> Synthesized:
    (folder / "plan.json").write_text(json.dumps(plan))
    done = synthesis.by_python(PAYMENTS, folder / "out", INTERLOCK_PLAN=str(folder / "plan.json"))
    assert done.code == 0, done.said
    return done


def test_thirty_environments_take_one_request(large: tuple[FakeService, Synthesized]) -> None:
    """The CDK CLI runs the app once, and the app asks once: one POST to /graphql, with the token, and nothing else."""
    service, _ = large
    assert [(method, path) for method, path, _, _ in service.requests] == [("POST", "/graphql")]
    _, _, headers, body = service.requests[0]
    assert headers["Authorization"] == "Bearer t0ken"
    assert body["variables"] == {"repository": "acme/payments", "contract": 1}


def test_the_snapshot_gives_the_same_bytes(large: tuple[FakeService, Synthesized], tmp_path: Path) -> None:
    """Synthesized from its own snapshot, with no service there, every file of the assembly is the same."""
    _, first = large
    snapshot = first.folder / "pipelinekit-plan.json"
    again = synthesis.by_cdk(
        PAYMENTS, tmp_path / "second", INTERLOCK_PLAN=str(snapshot), INTERLOCK_URL="http://127.0.0.1:9"
    )
    assert again.code == 0, again.said
    assert again.files.keys() == first.files.keys()
    assert [name for name, content in again.files.items() if content != first.files[name]] == []


def test_a_snapshot_of_before_gives_the_same_bytes(small: Synthesized, tmp_path: Path) -> None:
    """A snapshot that pipelinekit 0.1.0 kept makes the assembly that today's plan makes, to the byte."""
    again = synthesized(plans.of_before(plans.small()), tmp_path)
    assert [name for name, content in again.files.items() if content != small.files.get(name)] == []
    assert again.files.keys() == small.files.keys()


def test_every_build_finds_its_trace(small: Synthesized) -> None:
    """Synth, SelfMutate and the assets: each action names its own span, and each build's first command computes it."""
    resources = small.pipeline["Resources"].values()
    (pipeline,) = (each for each in resources if each["Type"] == "AWS::CodePipeline::Pipeline")
    builds = {
        f"{stage['Name']}/{action['Name']}": json.loads(action["Configuration"]["EnvironmentVariables"])[-1]
        for stage in pipeline["Properties"]["Stages"]
        for action in stage["Actions"]
        if action["ActionTypeId"]["Provider"] == "CodeBuild"
    }
    assert set(builds) == {"Build/Synth", "UpdatePipeline/SelfMutate", "Assets/FileAssets"}
    for name, variable in builds.items():
        assert variable["name"] == "INTERLOCK_SPAN"
        assert variable["value"] == f"#{{codepipeline.PipelineExecutionId}}/1/action/{name}"
    specs = [
        each["Properties"]["Source"]["BuildSpec"] for each in resources if each["Type"] == "AWS::CodeBuild::Project"
    ]
    assert len(specs) == 3
    for spec in specs:
        content = json.loads(spec if spec.startswith("{") else (small.folder / spec).read_text())
        assert content["phases"]["install"]["commands"][0] == COMMAND


def test_a_wave_in_parts_is_as_many_stages(parts: Synthesized) -> None:
    """Each part deploys its environments and is validated by itself; the map says which wave it is a part of."""
    stages = [stage for stage in parts.json("pipelinekit-map.json")["stages"] if stage["wave"]]
    assert [(stage["name"], stage["wave"], stage["part"]) for stage in stages] == [
        ("prod-1-part-1", "prod-1", "prod-1-part-1"),
        ("prod-1-part-2", "prod-1", "prod-1-part-2"),
        ("prod-2", "prod-2", "prod-2"),
    ]
    deployed = [[each["environment"] for each in stage["actions"] if each["kind"] == "DEPLOY"] for stage in stages]
    assert deployed == [
        ["prod-eu-west-1", "prod-eu-central-1", "prod-us-east-1"],
        ["prod-us-west-2", "prod-ap-southeast-2"],
        ["prod-sa-east-1"],
    ]
    assert [stage["actions"][-1]["kind"] for stage in stages] == ["VALIDATE"] * 3


def test_a_plan_in_parts_gives_the_same_bytes_again(parts: Synthesized, tmp_path: Path) -> None:
    """The snapshot that a synth leaves makes the same assembly, policies and all."""
    again = synthesized(parts.json("pipelinekit-plan.json"), tmp_path)
    assert again.files == parts.files
    assert parts.json("pipelinekit-plan.json")["policies"] == plans.in_parts()["policies"]


def test_every_environment_is_deployed_where_the_plan_says(large: tuple[FakeService, Synthesized]) -> None:
    """The map names each environment's stack with its account and Region, once prepared and once deployed, in order."""
    _, done = large
    plan = plans.of_size(30)
    wanted = [
        (wave["name"], environment["name"], environment["account"], environment["region"])
        for stage in plan["stages"]
        for wave in stage["waves"]
        for environment in wave["environments"]
    ]
    mapped = done.json("pipelinekit-map.json")
    for kind in ("PREPARE", "DEPLOY"):
        found = [
            (stage["wave"], action["environment"], action["account"], action["region"])
            for stage in mapped["stages"]
            for action in stage["actions"]
            if action["kind"] == kind
        ]
        assert found == wanted
    names = [stage["name"] for stage in mapped["stages"]]
    assert names == ["Source", "Build", "UpdatePipeline", "Assets", *(f"wave-{number}" for number in range(1, 7))]


def test_the_map_is_the_pipeline(small: Synthesized) -> None:
    """Stages and actions of the map are those of the template, by name and in order."""
    stages = resource(small.pipeline, "AWS::CodePipeline::Pipeline")["Stages"]
    rendered = [(stage["Name"], [action["Name"] for action in stage["Actions"]]) for stage in stages]
    mapped = small.json("pipelinekit-map.json")["stages"]
    assert [(stage["name"], [action["name"] for action in stage["actions"]]) for stage in mapped] == rendered


def test_the_pipeline_is_of_the_second_kind(small: Synthesized) -> None:
    """V2, superseded mode, restarted on update; a stage does on failure what the plan says."""
    pipeline = resource(small.pipeline, "AWS::CodePipeline::Pipeline")
    assert (pipeline["PipelineType"], pipeline["ExecutionMode"]) == ("V2", "SUPERSEDED")
    assert pipeline["RestartExecutionOnUpdate"] is True
    failures = {stage["Name"]: stage.get("OnFailure") for stage in pipeline["Stages"]}
    retry = {"Result": "RETRY", "RetryConfiguration": {"RetryMode": "FAILED_ACTIONS"}}
    rollback = {"Result": "ROLLBACK"}
    assert failures == {
        **dict.fromkeys(("Source", "Build", "UpdatePipeline", "Assets", "alpha-1")),
        "gamma-1": retry,
        "prod-1": rollback,
        "prod-2": rollback,
    }


def test_validation_follows_what_must_hold(small: Synthesized) -> None:
    """Waves with checks or a bake time end with the machine, which is told the execution, the stage and itself."""
    stages = resource(small.pipeline, "AWS::CodePipeline::Pipeline")["Stages"]
    inputs = {
        stage["Name"]: json.loads(action["Configuration"]["Input"])
        for stage in stages
        for action in stage["Actions"]
        if action["ActionTypeId"]["Provider"] == "StepFunctions"
    }
    assert inputs == {
        name: {"executionId": "#{codepipeline.PipelineExecutionId}", "stage": name, "action": "Validate"}
        for name in ("alpha-1", "gamma-1", "prod-1")
    }


def test_artifacts_are_kept_safely(small: Synthesized) -> None:
    """The artifact bucket is our own: a rotated key, versions, a lifecycle, and TLS only."""
    bucket = resource(small.pipeline, "AWS::S3::Bucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LifecycleConfiguration"]["Rules"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert resource(small.pipeline, "AWS::KMS::Key")["EnableKeyRotation"] is True
    assert "aws:SecureTransport" in json.dumps(resource(small.pipeline, "AWS::S3::BucketPolicy"))


def test_events_reach_the_hub(small: Synthesized) -> None:
    """Four rules pass this pipeline's events on to the plan's bus, with one role."""
    rules = resources(small.pipeline, "AWS::Events::Rule")
    assert {rule["EventPattern"]["source"][0] for rule in rules} == {
        "aws.codepipeline",
        "aws.states",
        "aws.codebuild",
        "interlock.pipelinekit",
    }
    others = {"Ref", "Fn::GetAtt"}  # a rule that names nothing of this pipeline would pass on every pipeline's events
    for rule in rules:
        (names,) = rule["EventPattern"]["detail"].values()
        assert all(name == "payments" or others & set(name) for name in names), rule
    assert {target["Arn"] for rule in rules for target in rule["Targets"]} == {plans.plan([])["hub"]["eventBusArn"]}
    assert len({json.dumps(target["RoleArn"]) for rule in rules for target in rule["Targets"]}) == 1


def test_checks_in_an_environment_have_a_role_there(small: Synthesized) -> None:
    """The environment's own stack makes the role, for its function and alarms alone, and only this gate may take it."""
    template = next(template for name, template in small.templates.items() if "-gamma-us-east-1/" in name)
    role = next(
        role
        for role in resources(template, "AWS::IAM::Role")
        if str(role.get("RoleName")).startswith("interlock-checks-payments-gamma-us-east-1-")
    )
    trust = role["AssumeRolePolicyDocument"]["Statement"][0]
    assert trust["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/interlock-gate-payments-eu-west-1"}
    }
    allowed = json.dumps(resources(template, "AWS::IAM::Policy"))
    assert "arn:aws:lambda:us-east-1:222222222222:function:payments-gamma-us-east-1-handler" in allowed
    gate = json.dumps(resources(small.pipeline, "AWS::IAM::Policy"))
    arn = f"arn:aws:iam::222222222222:role/{role['RoleName']}"
    assert arn in gate
    place = {"account": "222222222222", "region": "us-east-1", "role": arn}
    assert small.json("pipelinekit-map.json")["places"]["gamma-us-east-1"] == place


def test_required_tags_are_on_everything(small: Synthesized) -> None:
    """Queues of the environments and the pipeline itself carry the plan's tags."""
    tag = {"Key": "service", "Value": "payments"}
    assert tag in resource(small.pipeline, "AWS::CodePipeline::Pipeline")["Tags"]
    for template in (template for name, template in small.templates.items() if name.startswith("assembly-")):
        assert tag in resource(template, "AWS::SQS::Queue")["Tags"]


def test_construct_ids_are_stable(small: Synthesized) -> None:
    """Logical ids and stack names are a contract: a change replaces resources. Renewed by hand: see the assertion."""
    found = {
        "stacks": sorted(
            action["stack"]
            for stage in small.json("pipelinekit-map.json")["stages"]
            for action in stage["actions"]
            if action["kind"] == "DEPLOY"
        ),
        "pipeline": sorted(small.pipeline["Resources"]),
    }
    assert found == json.loads(IDS.read_text()), f"if that is meant, write into {IDS}: {json.dumps(found, indent=1)}"


def test_templates_are_clean(small: Synthesized) -> None:
    """cfn-lint finds nothing in any template but two rules that are ignored by id, each for its reason."""
    templates = [str(small.folder / name) for name in small.templates]
    ignored = [option for rule in IGNORED_BY_ID for option in ("--ignore-checks", rule)]
    command = [str(ROOT / ".venv" / "bin" / "cfn-lint"), "--format", "parseable", *ignored, "--", *templates]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def resources(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [found["Properties"] for found in template["Resources"].values() if found["Type"] == kind]


def resource(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return resources(template, kind)[0]
