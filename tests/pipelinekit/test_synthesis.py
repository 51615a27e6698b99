"""The synthesized assembly of a real app: one request, the same bytes again, and what CloudFormation will get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelinekit.tracing import COMMAND
from tests.pipelinekit import linting, plans, renewing, synthesis
from tests.pipelinekit.doubles import FakeService, plan_answer
from tests.pipelinekit.synthesis import EXAMPLES, Synthesized

pytestmark = pytest.mark.slow

PAYMENTS = EXAMPLES / "payments"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeService, Synthesized]]:
    """payments in 30 environments of ten accounts and six Regions, synthesized by the CDK CLI against a service.

    With CDK's own validation of templates, as teams have it.
    """
    folder = tmp_path_factory.mktemp("large")
    with FakeService(plan_answer(plans.of_size(30))).running() as service:
        told = {"INTERLOCK_URL": service.url, "INTERLOCK_TOKEN": "t0ken", "CDK_VALIDATION": "true"}
        done = synthesis.by_cdk(PAYMENTS, folder / "first", **told)
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


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """payments with a wave of more actions than CodePipeline takes in a stage, and another."""
    return synthesized(plans.of_size(28, in_a_wave=26), tmp_path_factory.mktemp("many"))


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
    told = {"INTERLOCK_PLAN": str(snapshot), "INTERLOCK_URL": "http://127.0.0.1:9", "CDK_VALIDATION": "true"}
    again = synthesis.by_cdk(PAYMENTS, tmp_path / "second", **told)
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
    assert [(stage["actions"][0]["kind"], stage["actions"][-1]["kind"]) for stage in stages] == [
        ("ENTER", "VALIDATE")
    ] * 3


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


def test_a_wave_of_many_actions_is_split_by_cdk(many: Synthesized) -> None:
    """More than 50 actions are several stages of one part. What comes before the wave is in the first, what comes
    after it in the last; CodePipeline rolls none of them back by itself, because it would be a part of the wave.
    """
    stages = {stage["Name"]: stage for stage in resource(many.pipeline, "AWS::CodePipeline::Pipeline")["Stages"]}
    first, last = stages["wave-1.1"], stages["wave-1.2"]
    assert "wave-1.3" not in stages
    assert len(first["Actions"]) == 50
    assert not {"OnFailure", "OnSuccess", "BeforeEntry"} & (first.keys() | last.keys())
    assert stages["wave-2"]["OnFailure"] == {"Result": "ROLLBACK"}
    names = [[action["Name"] for action in stage["Actions"]] for stage in (first, last)]
    assert [("Validate" in each) for each in names] == [False, True]
    assert names[1][-1] == "Validate"
    assert "Enter" not in names[1]
    mapped = [stage for stage in many.json("pipelinekit-map.json")["stages"] if stage["wave"] == "wave-1"]
    assert [(stage["name"], stage["part"]) for stage in mapped] == [("wave-1.1", "wave-1"), ("wave-1.2", "wave-1")]
    prepared, deployed = (
        {each["environment"] for stage in mapped for each in stage["actions"] if each["kind"] == kind}
        for kind in ("PREPARE", "DEPLOY")
    )
    assert prepared == deployed == {f"prod-{number:03}" for number in range(26)}


def test_validation_follows_what_must_hold(small: Synthesized) -> None:
    """Waves with checks or a bake time end with the machine, which is told the execution, the stage and itself."""
    assert inputs_of(small, "VALIDATE") == {
        name: {"executionId": "#{codepipeline.PipelineExecutionId}", "stage": name, "action": "Validate"}
        for name in ("alpha-1", "gamma-1", "prod-1")
    }


def test_every_wave_begins_with_the_question_whether_it_may_be_entered(small: Synthesized) -> None:
    """The machine is the first action of each wave, before a change set is prepared; nothing runs beside it."""
    assert inputs_of(small, "ENTER") == {
        name: {"executionId": "#{codepipeline.PipelineExecutionId}", "stage": name, "action": "Enter"}
        for name in ("alpha-1", "gamma-1", "prod-1", "prod-2")
    }
    for stage in resource(small.pipeline, "AWS::CodePipeline::Pipeline")["Stages"][4:]:
        orders = [action["RunOrder"] for action in stage["Actions"]]
        assert (stage["Actions"][0]["Name"], orders.count(orders[0])) == ("Enter", 1)


def test_the_gate_may_stop_executions_of_its_pipeline_alone(small: Synthesized) -> None:
    """Least privilege: one action on one pipeline's ARN."""
    found = [
        statement
        for each in small.pipeline["Resources"].values()
        if each["Type"] == "AWS::IAM::Policy"
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
        if "codepipeline:StopPipelineExecution" in str(statement["Action"])
    ]
    assert [(each["Action"], each["Resource"]) for each in found] == [
        ("codepipeline:StopPipelineExecution", "arn:aws:codepipeline:eu-west-1:999999999999:payments")
    ]


def inputs_of(synthesized: Synthesized, phase: str) -> dict[str, dict[str, str]]:
    """What the machine is told in a phase, by stage, without the phase."""
    found = {}
    for stage in resource(synthesized.pipeline, "AWS::CodePipeline::Pipeline")["Stages"]:
        for action in stage["Actions"]:
            if action["ActionTypeId"]["Provider"] == "StepFunctions":
                given = json.loads(action["Configuration"]["Input"])
                if given.pop("phase") == phase:
                    found[stage["Name"]] = given
    return found


def test_artifacts_are_kept_safely(small: Synthesized) -> None:
    """The artifact bucket is our own: a rotated key, versions, a lifecycle, logs of accesses, and TLS only."""
    accesses, bucket = resources(small.pipeline, "AWS::S3::Bucket")
    assert bucket["LoggingConfiguration"]
    assert all(accesses["PublicAccessBlockConfiguration"].values())
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LifecycleConfiguration"]["Rules"]
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert resource(small.pipeline, "AWS::KMS::Key")["EnableKeyRotation"] is True
    assert "aws:SecureTransport" in json.dumps(resource(small.pipeline, "AWS::S3::BucketPolicy"))


def test_events_reach_the_hub(small: Synthesized) -> None:
    """Four rules pass this pipeline's events on to the plan's bus, with one role."""
    found = resources(small.pipeline, "AWS::Events::Rule")
    rules = [rule for rule in found if "state" not in rule["EventPattern"]["detail"]]  # that one starts the machine
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
    """Logical ids and stack names are a contract: a change replaces resources, and what keeps data loses it."""
    assert renewing.ids(small) == json.loads(renewing.IDS.read_text()), renewing.ADVICE


def test_templates_are_clean(small: Synthesized) -> None:
    """cfn-lint finds nothing in any template but rules that are ignored by id, each for its reason."""
    assert linting.findings([small.folder / name for name in small.templates]) == ""


def resources(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [found["Properties"] for found in template["Resources"].values() if found["Type"] == kind]


def resource(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return resources(template, kind)[0]


def test_a_failed_stage_starts_the_machine_and_nothing_else(small: Synthesized) -> None:
    """One rule for this pipeline's own stages, whose role starts that one machine."""
    resources = small.pipeline["Resources"]
    (rule,) = (
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::Events::Rule" and "state" in each["Properties"]["EventPattern"]["detail"]
    )
    assert rule["EventPattern"] == {
        "account": ["999999999999"],
        "region": ["eu-west-1"],
        "source": ["aws.codepipeline"],
        "detail-type": ["CodePipeline Stage Execution State Change"],
        "detail": {
            "pipeline": ["payments"],
            "state": ["FAILED"],
            "stage": [{"anything-but": ["Source", "Build", "UpdatePipeline", "Assets"]}],
        },
    }
    (target,) = rule["Targets"]
    assert target["InputTransformer"]["InputTemplate"].startswith('{"phase":"ROLL_BACK","executionId":<')
    role = target["RoleArn"]["Fn::GetAtt"][0]
    statements = [
        statement
        for each in resources.values()
        if each["Type"] == "AWS::IAM::Policy" and {"Ref": role} in each["Properties"]["Roles"]
        for statement in each["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert [(each["Action"], each["Resource"]) for each in statements] == [("states:StartExecution", target["Arn"])]


def test_the_gate_may_restore_what_the_plan_deploys_and_nothing_else(small: Synthesized) -> None:
    """The deploy roles of the plan's environments, this pipeline's actions, and the artifact bucket."""
    resources = small.pipeline["Resources"]
    (gate,) = (name for name, each in resources.items() if "-gate-" in str(each["Properties"].get("RoleName")))
    policies = [
        each["Properties"]
        for each in resources.values()
        if each["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}
        and {"Ref": gate} in each["Properties"].get("Roles", [])
    ]
    statements = [one for each in policies for one in each["PolicyDocument"]["Statement"]]
    rights: dict[str, list[str]] = {}
    for each in statements:
        for action in each["Action"] if isinstance(each["Action"], list) else [each["Action"]]:
            found = each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
            rights.setdefault(action, []).extend(json.dumps(resource) for resource in found)
    assumed = sorted(json.loads(each) for each in rights["sts:AssumeRole"] if "deploy-role" in each)
    places = {
        (action["account"], action["region"])
        for stage in small.json("pipelinekit-map.json")["stages"]
        for action in stage["actions"]
        if action["stack"]
    }
    assert assumed == sorted(
        f"arn:aws:iam::{account}:role/cdk-hnb659fds-deploy-role-{account}-{region}" for account, region in places
    )
    assert [json.loads(each) for each in rights["codepipeline:ListActionExecutions"]] == [
        "arn:aws:codepipeline:eu-west-1:999999999999:payments"
    ]
    (bucket,) = (name for name in resources if name.startswith("Artifacts") and "Policy" not in name)
    assert all(bucket in each and "interlock-restored/*" in each for each in rights["s3:PutObject"])
    assert [each for each in rights["s3:GetObject"] if bucket in each] != []
    assert all("ArtifactKey" in each or "Arn" in each for each in rights["kms:Decrypt"])
    own = {"sts:AssumeRole", "codepipeline:ListActionExecutions", "s3:PutObject", "kms:Decrypt"}
    assert own <= set(rights)
    assert not {action for action in rights if action.endswith("*") and not action.startswith("s3:")}
    (policy,) = (
        each["Properties"]
        for each in resources.values()
        if each["Type"] == "AWS::S3::BucketPolicy" and each["Properties"]["Bucket"] == {"Ref": bucket}
    )
    (reading,) = (
        each for each in policy["PolicyDocument"]["Statement"] if each.get("Sid") == "DeployRolesReadTemplates"
    )
    assert reading["Action"] == "s3:GetObject"
    assert "interlock-restored/*" in json.dumps(reading["Resource"])
    assert "role/cdk-hnb659fds-deploy-role-*" in json.dumps(reading["Condition"])
