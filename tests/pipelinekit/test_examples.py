"""The apps of the pretend teams: their pipeline is two lines, they synthesize, and they deploy."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.pipelinekit import emulator, plans, synthesis
from tests.pipelinekit.emulator import Emulator
from tests.pipelinekit.synthesis import EXAMPLES, Synthesized

pytestmark = pytest.mark.slow
APPS = ("payments", "orders", "notifications")
PLACE = ("111111111111", "eu-west-1")


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator.running(tmp_path_factory.mktemp("emulator")) as started:
        yield started


def synthesized(app: str, folder: Path, **settings: str) -> Synthesized:
    snapshot = folder / "plan.json"
    snapshot.write_text(json.dumps(plans.small(app)))
    done = synthesis.by_python(EXAMPLES / app, folder / "out", INTERLOCK_PLAN=str(snapshot), **settings)
    assert done.code == 0, done.said
    return done


def deployed(aws: Emulator, done: Synthesized, folder: Path, environment: str) -> dict[str, Any]:
    """The stack of an environment, created by plain CloudFormation in alpha's account, after its assets."""
    nested = next(done.folder.glob(f"assembly-*-{environment}"))
    upload(aws.client("s3", *PLACE), next(nested.glob("*.assets.json")), folder)
    client = aws.client("cloudformation", *PLACE)
    name = f"{environment}-{done.folder.parent.name}"
    aws.client("ssm", *PLACE).put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
    )
    client.create_stack(
        StackName=name,
        TemplateBody=next(nested.glob("*.template.json")).read_text(),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    with contextlib.suppress(WaiterError):  # how it ended is what the test looks at
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
    return stack


def upload(s3: Any, manifest: Path, folder: Path) -> None:
    for asset in json.loads(manifest.read_text())["files"].values():
        for destination in asset["destinations"].values():
            source = manifest.parent / asset["source"]["path"]
            zips = asset["source"]["packaging"] == "zip"
            body = emulator.zipped(source, folder / source.name) if zips else source.read_bytes()
            bucket, key = destination["bucketName"], destination["objectKey"]
            with contextlib.suppress(ClientError):  # it is there already
                s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": PLACE[1]})
            s3.put_object(Bucket=bucket, Key=key, Body=body)


@pytest.mark.parametrize("app", APPS)
def test_the_pipeline_is_two_lines(app: str) -> None:
    """An import and a call: nothing else of app.py speaks of the pipeline."""
    lines = [line for line in (EXAMPLES / app / "app.py").read_text().splitlines() if "ServicePipeline" in line]
    assert lines == [
        "from pipelinekit import ServicePipeline",
        f'ServicePipeline(app, "acme/{app}", {app.capitalize()}Stage)',
    ]


@pytest.mark.parametrize("app", APPS)
def test_an_example_deploys_and_passes_its_smoke_check(app: str, aws: Emulator, tmp_path: Path) -> None:
    """The synthesized stack of alpha is created in the emulator, and its function answers a smoke check."""
    folder = tmp_path / app
    folder.mkdir()
    stack = deployed(aws, synthesized(app, folder), folder, "alpha-eu-west-1")
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack.get("StackStatusReason")
    answer = aws.client("lambda", *PLACE).invoke(
        FunctionName=f"{app}-alpha-eu-west-1-handler", Payload=json.dumps({"check": {}}).encode()
    )
    assert json.loads(answer["Payload"].read())["status"] == "PASSED"


def test_a_failure_can_be_seeded(aws: Emulator, tmp_path: Path) -> None:
    """FAIL_AT makes one environment's stack fail when it is deployed; the others stay as they are."""
    folder = tmp_path / "seeded"
    folder.mkdir()
    done = synthesized("payments", folder, FAIL_AT="gamma-eu-west-1")
    broken = {name.split("/")[0] for name, content in done.files.items() if b"payments-captures-in-order" in content}
    assert {name for name in broken if name.startswith("assembly-")} == {"assembly-pipeline-payments-gamma-eu-west-1"}
    failing = next(done.folder.glob("assembly-*-gamma-eu-west-1/*.template.json"))
    client = aws.client("cloudformation", *PLACE)
    queue = {"Resources": {"Broken": json.loads(failing.read_text())["Resources"]["Broken"]}}
    client.create_stack(StackName="broken", TemplateBody=json.dumps(queue))
    with pytest.raises(WaiterError):
        client.get_waiter("stack_create_complete").wait(
            StackName="broken", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
    reasons = [
        event.get("ResourceStatusReason", "")
        for event in client.describe_stack_events(StackName="broken")["StackEvents"]
    ]
    assert any("fifo" in reason.lower() for reason in reasons), reasons
