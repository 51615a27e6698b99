"""What the pipeline's roles may do on more than one resource: each action has its reason, and nothing may do all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.pipelinekit import explained, renewing

TEMPLATE: dict[str, Any] = json.loads((renewing.SNAPSHOTS / "small.json").read_text())
"""The template in git, which test_template_snapshots.py holds to what is synthesized."""


def shown(value: Any) -> str:
    """An ARN as a person reads it: <logical id> for what is known at deployment."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(map(shown, value["Fn::Join"][1]))
    if "Ref" in value:
        return f"<{value['Ref']}>"
    return f"<{'.'.join(value['Fn::GetAtt'])}>" if "Fn::GetAtt" in value else json.dumps(value)


def rights() -> Iterator[tuple[str, str, str]]:
    """(role, action, resource) of every Allow of the pipeline's stack."""
    for logical_id, resource in TEMPLATE["Resources"].items():
        if resource["Type"] not in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role"):
            continue
        properties = resource["Properties"]
        documents = [
            properties.get("PolicyDocument"),
            *(each["PolicyDocument"] for each in properties.get("Policies", [])),
        ]
        for statement in (each for document in documents if document for each in document["Statement"]):
            assert statement["Effect"] == "Allow"
            assert "NotAction" not in statement
            assert "NotResource" not in statement
            for action in _list(statement["Action"]):
                for on in _list(statement["Resource"]):
                    condition = f" if {json.dumps(statement['Condition'])}" if "Condition" in statement else ""
                    yield re.sub(r"(DefaultPolicy)?[0-9A-F]{8}$", "", logical_id), action, shown(on) + condition


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


WIDE = [(role, f"{action} {on}") for role, action, on in rights() if "*" in on]


def test_every_right_on_more_than_one_resource_has_a_reason() -> None:
    """A new one fails here: name the resource, or say in explained.py why it cannot be named."""
    assert [each for each in WIDE if not any(line.explains(*each) for line in explained.RIGHTS)] == []


def test_every_reason_is_for_a_right() -> None:
    """A line that no right needs any more is taken out."""
    assert [line for line in explained.RIGHTS if not any(line.explains(*each) for each in WIDE)] == []


def test_no_role_has_a_policy_of_aws_or_may_do_everything() -> None:
    """No managed policy of AWS's, and no `*` or `service:*` as an action."""
    roles = [each["Properties"] for each in TEMPLATE["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    assert [arn for role in roles for arn in role.get("ManagedPolicyArns", []) if ":aws:policy/" in shown(arn)] == []
    assert [action for _, action, _ in rights() if action.endswith((":*",)) or action == "*"] == []


def test_each_role_is_of_one_service() -> None:
    """Who may take the roles: one service of AWS's each, or, for the actions of the pipeline, its own role."""
    for resource in TEMPLATE["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            for statement in resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
                (principal,) = statement["Principal"].items()
                assert principal[0] in ("Service", "AWS")
                assert "*" not in shown(principal[1])
