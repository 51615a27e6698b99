"""An assembly's stacks as its files say them, beside what CDK says of it."""

from __future__ import annotations

import json
from pathlib import Path

import aws_cdk as cdk
import pytest

from pipelinekit.assembly import Assembly
from tests.pipelinekit import stages


def written(folder: Path, artifacts: dict[str, object], **manifest: object) -> Assembly:
    """An assembly of these artifacts."""
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts, **manifest}))
    return Assembly(folder)


def stack(*dependencies: str, place: str = "aws://111111111111/eu-west-1", **properties: str) -> dict[str, object]:
    """A stack in a manifest."""
    told = {"templateFile": "x.template.json", **properties}
    return {
        "type": "aws:cloudformation:stack",
        "environment": place,
        "properties": told,
        "dependencies": [*dependencies],
    }


def test_what_others_depend_on_comes_first(tmp_path: Path) -> None:
    """Else by name; a dependency on what is in another assembly is none, and what is no stack is left out."""
    assets = {"type": "cdk:asset-manifest", "properties": {"file": "a.assets.json"}}
    found = written(
        tmp_path, {"b": stack("c.assets", "d", "elsewhere"), "d": stack(), "c": stack(), "c.assets": assets}
    )
    assert [each.name for each in found.stacks] == ["c", "d", "b"]


def test_what_a_stack_says(tmp_path: Path) -> None:
    """Its own name rather than its id, its place, its template, and the role that deploys it, where there is one."""
    named = stack(place="aws://unknown-account/unknown-region", stackName="payments", assumeRoleArn="arn:role")
    first, second = written(tmp_path, {"a": named, "b": stack()}).stacks
    assert (first.name, first.place, first.role) == ("payments", ("unknown-account", "unknown-region"), "arn:role")
    assert (second.name, second.role, second.template_path) == ("b", "", tmp_path / "x.template.json")


def test_what_was_looked_up(tmp_path: Path) -> None:
    """Keys in order; none where nothing is missing."""
    assert written(tmp_path, {}, missing=[{"key": "b"}, {"key": "a"}]).missing == ["a", "b"]
    assert written(tmp_path, {}).missing == []


@pytest.mark.slow
def test_the_same_as_cdk_says() -> None:
    """Stacks that depend on each other, of other names and in other Regions: the same, and in the same order."""
    made = stages.stage()
    first, second = cdk.Stack(made, "Zone"), cdk.Stack(made, "App", stack_name="renamed")
    third = cdk.Stack(made, "Certificate", env=cdk.Environment(account="333333333333", region="us-east-1"))
    for each in (first, second, third):
        stages.function(each)
    second.add_dependency(first)
    first.add_dependency(third)
    said = [
        (
            each.stack_name,
            each.environment.account,
            each.environment.region,
            each.template_full_path,
            each.assume_role_arn,
        )
        for each in made.synth().stacks
    ]
    read = stages.assembly(made).stacks
    assert [(each.name, *each.place, str(each.template_path), each.role) for each in read] == said
