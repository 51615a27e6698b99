"""A small cloud assembly written by hand: the shapes of `cdk synth`, without waiting for it."""

import json
from pathlib import Path
from typing import Any

ENVIRONMENTS = {
    "alpha-eu-west-1": ("111111111111", "eu-west-1"),
    "beta-us-east-1": ("222222222222", "us-east-1"),
}
HOME = "999999999999"
BUS = "arn:aws:events:eu-west-1:888888888888:event-bus/interlock"


def write(folder: Path, on_failure: str = "") -> Path:
    """A pipeline `payments` of Source, alpha-1 and beta-1, with its map, an asset and its hub's rule."""
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / "manifest.json", {"artifacts": {"pipeline-payments": _stack(), "assets": _asset_manifest()}})
    _put(folder / "pipeline-payments.template.json", {"Resources": _resources(on_failure)})
    _put(folder / "pipeline-payments.assets.json", _assets())
    _put(folder / "pipelinekit-map.json", _map())
    (folder / "asset.code").mkdir(exist_ok=True)
    (folder / "asset.code" / "index.py").write_text("handler = print\n")
    for name in ENVIRONMENTS:
        nested = folder / f"assembly-{name}"
        nested.mkdir(exist_ok=True)
        _put(nested / "manifest.json", {"artifacts": {}})
        _put(nested / "stack.template.json", {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    return folder


def _put(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value))


def _stack() -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{HOME}/eu-west-1",
        "properties": {"templateFile": "pipeline-payments.template.json", "stackName": "pipeline-payments"},
    }


def _asset_manifest() -> dict[str, Any]:
    return {"type": "cdk:asset-manifest", "properties": {"file": "pipeline-payments.assets.json"}}


def _assets() -> dict[str, Any]:
    role = f"role/cdk-hnb659fds-file-publishing-role-{HOME}-eu-west-1"
    destination = {
        "bucketName": f"cdk-hnb659fds-assets-{HOME}-eu-west-1",
        "objectKey": "code.zip",
        "region": "eu-west-1",
        "assumeRoleArn": f"arn:${{AWS::Partition}}:iam::{HOME}:{role}",
    }
    source = {"path": "asset.code", "packaging": "zip"}
    return {"files": {"code": {"source": source, "destinations": {"home": destination}}}}


def _map() -> dict[str, Any]:
    stages = [{"name": "Source", "actions": [{"name": "push", "kind": "SOURCE", "environment": None}]}]
    for name, (account, region) in ENVIRONMENTS.items():
        place = {"environment": name, "account": account, "region": region}
        actions = [{"name": f"{name}.{part}", **place} for part in ("Prepare", "Deploy")]
        wave = f"{name.split('-')[0]}-1"
        stages.append({"name": wave, "wave": wave, "actions": actions})
    return {"contract": 1, "pipeline": "payments", "stages": stages}


def _resources(on_failure: str) -> dict[str, Any]:
    source = {
        "Name": "push",
        "ActionTypeId": {"Owner": "AWS", "Category": "Source", "Provider": "CodeStarSourceConnection", "Version": "1"},
        "Configuration": {"FullRepositoryId": "acme/payments", "BranchName": "main", "ConnectionArn": "arn:c"},
        "Namespace": "Source",
        "RunOrder": 1,
    }
    stages = [{"Name": "Source", "Actions": [source]}]
    for name, (account, region) in ENVIRONMENTS.items():
        failing = {"OnFailure": {"Result": on_failure}} if on_failure else {}
        stages.append({"Name": f"{name.split('-')[0]}-1", "Actions": _deploying(name, account, region), **failing})
    return {
        "Delivery": {
            "Type": "AWS::CodePipeline::Pipeline",
            "Properties": {"Name": "payments", "Stages": stages},
        },
        "Synth": {"Type": "AWS::CodeBuild::Project", "Properties": {}},
        "Bus": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["aws.codepipeline"], "detail": {"pipeline": [{"Ref": "Delivery"}]}},
                "Targets": [{"Id": "hub", "Arn": BUS}],
            },
            "DependsOn": ["Delivery", "Other"],
        },
        "Other": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Value": {"Fn::Join": ["", [{"Fn::GetAtt": ["Synth", "Arn"]}, {"Fn::Sub": "${Delivery}"}]]}},
            "DependsOn": "Synth",
        },
    }


def _deploying(name: str, account: str, region: str) -> list[dict[str, Any]]:
    kind = {"Owner": "AWS", "Category": "Deploy", "Provider": "CloudFormation", "Version": "1"}
    role = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{account}:role/deploy"]]}
    common = {"ActionTypeId": kind, "Region": region, "RoleArn": role}
    stack = {"StackName": f"{name}-Payments", "ChangeSetName": "PipelineChange"}
    path = f"Synth_Output::assembly-{name}/stack.template.json"
    prepare = {**stack, "ActionMode": "CHANGE_SET_REPLACE", "TemplatePath": path}
    execute = {**stack, "ActionMode": "CHANGE_SET_EXECUTE"}
    return [
        {**common, "Name": f"{name}.Prepare", "RunOrder": 1, "Configuration": prepare},
        {**common, "Name": f"{name}.Deploy", "RunOrder": 2, "Configuration": execute},
    ]
