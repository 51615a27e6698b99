"""One example for each question: every app synthesizes from a snapshot, and its assembly answers the question."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from domain.signals import check_signals
from interlock_cli.organisation.typed import read_organisation
from tests.pipelinekit import linting, plans, synthesis
from tests.pipelinekit.synthesis import EXAMPLES, Synthesized

Json = dict[str, Any]
ALPHA = plans.environment("alpha-eu-west-1", "111111111111", "eu-west-1")
PROD = plans.environment("prod-eu-west-1", "333333333333", "eu-west-1")
QUESTIONS = ("extra-stacks", "extra-checks", "one-box-lambda", "one-box-ecs", "several-pipelines", "non-python-build")


def plan(repository: str, *checks: Json) -> Json:
    """Alpha without a one-box; production with one, which waits for a hundred requests."""
    service = repository.partition("/")[2].replace(".", "-")
    alpha = plans.wave("alpha-1", [ALPHA])
    prod = plans.wave("prod-1", [PROD], list(checks), bake=720)
    prod |= {"minimumDataPoints": 100, "oneBoxPercent": 10, "oneBoxBakeMinutes": 60}
    stages = [plans.stage("alpha", [alpha]), plans.stage("prod", [prod], "ROLLBACK")]
    return plans.plan(stages, service, repository=repository)


def synthesized(app: str, folder: Path, repository: str, *checks: Json, at: Path | None = None) -> Synthesized:
    snapshot = folder / "plan.json"
    snapshot.write_text(json.dumps(plan(repository, *checks)))
    done = synthesis.by_python(at or EXAMPLES / app, folder / "out", INTERLOCK_PLAN=str(snapshot))
    assert done.code == 0, done.said
    assert linting.findings([done.folder / name for name in done.templates], vpcs=True) == ""
    # What the service takes when the pipeline registers.
    check_signals("signals", done.json("pipelinekit-map.json")["signals"], {ALPHA["name"], PROD["name"]})
    return done


def signals(done: Synthesized, environment: str = "prod-eu-west-1") -> Json:
    found: Json = done.json("pipelinekit-map.json")["signals"][environment]
    return found


def template(done: Synthesized, environment: str) -> Json:
    (found,) = (each for name, each in done.templates.items() if f"-{environment}/" in name)
    return found


def of_type(found: Json, kind: str) -> list[Json]:
    return [each["Properties"] for each in found["Resources"].values() if each["Type"] == kind]


def pipeline(done: Synthesized) -> Json:
    (found,) = of_type(done.pipeline, "AWS::CodePipeline::Pipeline")
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_asked_and_listed(question: str) -> None:
    """A README that begins with the question, and a link to it from the list."""
    title = (EXAMPLES / question / "README.md").read_text().splitlines()[0]
    assert title.startswith("# How ")
    assert title.endswith("?")
    assert f"]({question})" in (EXAMPLES / "README.md").read_text()


@pytest.mark.parametrize("file", ["extra-checks/checks.yaml", "several-pipelines/services.yaml"])
def test_every_file_of_the_organisation_is_read(file: str) -> None:
    """As `interlock apply` reads it."""
    assert read_organisation(EXAMPLES / file).document["services"]


@pytest.mark.slow
def test_extra_stacks(tmp_path: Path) -> None:
    """Three stacks of an environment, the data before the service, one in its own Region; the API counts."""
    done = synthesized("extra-stacks", tmp_path, "acme/catalog")
    (prod,) = (stage for stage in pipeline(done)["Stages"] if stage["Name"] == "prod-1")
    deployed = {
        action["Configuration"]["StackName"]: (action["RunOrder"], action.get("Region", "eu-west-1"))
        for action in prod["Actions"]
        if action["Configuration"].get("ActionMode") == "CHANGE_SET_EXECUTE"
    }
    data, service, edge = (deployed[f"prod-eu-west-1-Catalog{part}"] for part in ("Data", "", "Edge"))
    assert data[0] < service[0]
    assert (data[1], service[1], edge[1]) == ("eu-west-1", "eu-west-1", "us-east-1")
    (requests,) = signals(done)["metrics"]["REQUESTS"]
    assert (requests["namespace"], requests["dimensions"]["ApiId"]["stack"]) == (
        "AWS/ApiGateway",
        "prod-eu-west-1-Catalog",
    )


@pytest.mark.slow
def test_extra_checks(tmp_path: Path) -> None:
    """The gate may call the service's own function in the environment, and read its alarm."""
    given = read_organisation(EXAMPLES / "extra-checks" / "checks.yaml").document["checks"]
    checks = [
        plans.check(each["name"], each["kind"], each["configuration"], mode=each["mode"])
        for each in given
        if each["stage"] == "prod"
    ]
    assert len(checks) == 2
    done = synthesized("extra-checks", tmp_path, "acme/invoices", *checks)
    found = template(done, "prod-eu-west-1")
    allowed = [
        statement["Resource"]
        for policy in of_type(found, "AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    arn = "arn:aws:lambda:eu-west-1:333333333333:function:invoices-prod-eu-west-1-verify"
    assert any(arn in resource for resource in allowed)
    assert [each["FunctionName"] for each in of_type(found, "AWS::Lambda::Function")] == [
        "invoices-prod-eu-west-1-handler",
        "invoices-prod-eu-west-1-verify",
    ]


@pytest.mark.slow
def test_one_box_lambda(tmp_path: Path) -> None:
    """The wave's numbers in production, all at once in alpha, and the same constructs in both."""
    done = synthesized("one-box-lambda", tmp_path, "acme/quotes")
    assert signals(done)["oneBox"] == {"percent": 10, "bakeMinutes": 60, "how": "LAMBDA_ALIAS"}
    assert signals(done, "alpha-eu-west-1")["oneBox"] is None
    (shifting,) = of_type(template(done, "prod-eu-west-1"), "AWS::CodeDeploy::DeploymentConfig")
    assert shifting["TrafficRoutingConfig"]["TimeBasedCanary"] == {"CanaryInterval": 60, "CanaryPercentage": 10}
    (group,) = of_type(template(done, "alpha-eu-west-1"), "AWS::CodeDeploy::DeploymentGroup")
    assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert [alarm["role"] for alarm in signals(done)["alarms"]] == ["HIGH_SEVERITY", "AGGREGATE", "ONE_BOX"]


@pytest.mark.slow
def test_one_box_ecs(tmp_path: Path) -> None:
    """ECS shifts a tenth for an hour in production, and replaces tasks in thirds in alpha; nothing is looked up."""
    done = synthesized("one-box-ecs", tmp_path, "acme/storefront")
    assert signals(done)["oneBox"] == {"percent": 10, "bakeMinutes": 60, "how": "ECS_CANARY"}
    strategies = [
        of_type(template(done, name), "AWS::ECS::Service")[0]["DeploymentConfiguration"]["Strategy"]
        for name in ("alpha-eu-west-1", "prod-eu-west-1")
    ]
    assert strategies == ["ROLLING", "CANARY"]
    (latency,) = signals(done)["metrics"]["LATENCY"]
    assert (latency["name"], latency["scale"]) == ("TargetResponseTime", 1000)


@pytest.mark.slow
@pytest.mark.parametrize("service", ["orders", "refunds"])
def test_several_pipelines(service: str, tmp_path: Path) -> None:
    """Each reads the one repository, begins with a change of its own folder alone, and has a name of its own."""
    done = synthesized(f"several-pipelines/{service}", tmp_path, f"acme/shop.{service}")
    found = pipeline(done)
    assert found["Name"] == f"shop-{service}"
    (source,) = found["Stages"][0]["Actions"]
    assert source["Configuration"]["FullRepositoryId"] == "acme/shop"
    assert source["Configuration"]["DetectChanges"] is False
    assert found["Triggers"] == [
        {
            "ProviderType": "CodeStarSourceConnection",
            "GitConfiguration": {
                "SourceActionName": source["Name"],
                "Push": [{"Branches": {"Includes": ["main"]}, "FilePaths": {"Includes": [f"{service}/**"]}}],
            },
        }
    ]
    assert done.json("pipelinekit-map.json")["repository"] == f"acme/shop.{service}"


@pytest.mark.slow
def test_non_python_build(tmp_path: Path) -> None:
    """Tested and built by npm before the synth, here as in the pipeline; every environment has the same asset."""
    app = shutil.copytree(EXAMPLES / "non-python-build", tmp_path / "app", ignore=shutil.ignore_patterns("dist"))
    for command in (["npm", "test"], ["npm", "run", "build"]):
        subprocess.run(command, cwd=app, check=True, capture_output=True)
    done = synthesized("non-python-build", tmp_path, "acme/labels", at=app)
    (build,) = (
        each
        for each in of_type(done.pipeline, "AWS::CodeBuild::Project")
        if "npm run build" in str(each["Source"]["BuildSpec"])
    )
    commands = json.loads(build["Source"]["BuildSpec"])["phases"]["build"]["commands"]
    assert commands == ["npm test", "npm run build", "cdk synth --quiet"]
    keys = {
        of_type(template(done, name), "AWS::Lambda::Function")[0]["Code"]["S3Key"]
        for name in ("alpha-eu-west-1", "prod-eu-west-1")
    }
    assert len(keys) == 1
