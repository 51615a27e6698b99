"""The map: what each action is for, found by the stack that it deploys and never by its name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelinekit.action_map import StackPlace, account_in, action_map, kind_of, written
from pipelinekit.layout import lay_out
from pipelinekit.plan import Plan
from tests.pipelinekit import plans

SIGNALS = {"one": {"alarms": [], "metrics": {}, "oneBox": None}}


def action(name: str, provider: str, **configuration: str) -> dict[str, Any]:
    return {"name": name, "actionTypeId": {"provider": provider}, "configuration": configuration}


def deploying(name: str, mode: str, account: str, region: str | None = None) -> dict[str, Any]:
    role = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{account}:role/deploy"]]}
    found = {**action(name, "CloudFormation", ActionMode=mode, StackName="Same"), "roleArn": role}
    return {**found, "region": region} if region else found


def test_stacks_of_one_name_are_told_apart() -> None:
    """Two environments whose stacks have one name are known by account and Region; the pipeline's Region is implied.

    A stage says which of our waves it deploys, and which part of it.
    """
    one = plans.environment("one", "111111111111", "eu-west-1")
    two = plans.environment("two", "222222222222", "us-east-1")
    wave = plans.wave("w-part-1", [one, two], bake=1, part_of="w")
    plan = Plan.from_json(plans.plan([plans.stage("prod", [wave])]))
    stages = [
        {"name": "Source", "actions": [action("acme", "CodeStarSourceConnection")]},
        {
            "name": "w-part-1.1",
            "actions": [
                deploying("x", "CHANGE_SET_REPLACE", "111111111111"),
                deploying("y", "CHANGE_SET_EXECUTE", "222222222222", "us-east-1"),
                action("z", "StepFunctions"),
            ],
        },
    ]
    places = [
        StackPlace("one", "Same", "111111111111", "eu-west-1"),
        StackPlace("two", "Same", "222222222222", "us-east-1"),
    ]
    found = action_map(plan, lay_out(plan), {"w-part-1.1": "w-part-1"}, stages, places, {"one": {"role": "r"}}, SIGNALS)
    nothing = {"environment": None, "account": None, "region": None, "stack": None}
    assert found == {
        "contract": 1,
        "pipeline": "payments",
        "account": "999999999999",
        "region": "eu-west-1",
        "repository": "acme/payments",
        "planDigest": plan.digest,
        "stages": [
            {
                "name": "Source",
                "stage": None,
                "wave": None,
                "part": None,
                "actions": [{"name": "acme", "kind": "SOURCE", **nothing}],
            },
            {
                "name": "w-part-1.1",
                "stage": "prod",
                "wave": "w",
                "part": "w-part-1",
                "actions": [
                    {
                        "name": "x",
                        "kind": "PREPARE",
                        "environment": "one",
                        "account": "111111111111",
                        "region": "eu-west-1",
                        "stack": "Same",
                    },
                    {
                        "name": "y",
                        "kind": "DEPLOY",
                        "environment": "two",
                        "account": "222222222222",
                        "region": "us-east-1",
                        "stack": "Same",
                    },
                    {"name": "z", "kind": "VALIDATE", **nothing},
                ],
            },
        ],
        "places": {"one": {"role": "r"}},
        "signals": SIGNALS,
    }


@pytest.mark.parametrize(
    ("stage", "made", "kind"),
    [
        ("Build", action("a", "CodeBuild"), "SYNTH"),
        ("UpdatePipeline", action("a", "CodeBuild"), "UPDATE"),
        ("Assets", action("a", "CodeBuild"), "ASSETS"),
        ("w", deploying("a", "CREATE_UPDATE", "1" * 12), "DEPLOY"),
        ("w", deploying("a", "DELETE_ONLY", "1" * 12), "OTHER"),
        ("w", action("a", "Manual"), "OTHER"),
    ],
)
def test_the_kind_of_an_action(stage: str, made: dict[str, Any], kind: str) -> None:
    """By the stage that CDK puts first, else by what the action does; OTHER is what a team added itself."""
    assert kind_of(made, stage) == kind


def test_an_account_is_read_out_of_a_role() -> None:
    """From a plain ARN and from one that CloudFormation still has to join."""
    assert account_in("arn:aws:iam::111111111111:role/x") == "111111111111"
    assert account_in({"Fn::Sub": "arn:${AWS::Partition}:iam::222222222222:role/x"}) == "222222222222"


def test_the_same_map_has_the_same_bytes() -> None:
    """Key order does not matter: the asset's hash is the map's."""
    assert written({"b": 1, "a": 2}) == written({"a": 2, "b": 1})
    assert json.loads(written({"a": 1})) == {"a": 1}
