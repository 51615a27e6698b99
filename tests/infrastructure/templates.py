"""The templates in git as tests ask them: test_synthesized.py holds them to what is synthesized."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.infrastructure.renewing import SNAPSHOTS

Json = dict[str, Any]
STACKS = tuple(sorted(path.stem for path in SNAPSHOTS.glob("*.json")))


@cache
def template(stack: str) -> Json:
    """A stack's template."""
    found: Json = json.loads((SNAPSHOTS / f"{stack}.json").read_text())
    return found


def of_type(stack: str, kind: str) -> dict[str, Json]:
    """The properties of all resources of a type, by logical id."""
    resources = template(stack)["Resources"]
    return {name: each["Properties"] for name, each in resources.items() if each["Type"] == kind}


def only(stack: str, kind: str) -> Json:
    """The properties of the only resource of a type."""
    (found,) = of_type(stack, kind).values()
    return found


def shown(value: Any) -> str:
    """A text as a person reads it: <logical id> for what is known at deployment."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(map(shown, value["Fn::Join"][1]))
    if "Fn::ImportValue" in value:
        return f"<{value['Fn::ImportValue']}>"
    return f"<{value['Ref']}>" if "Ref" in value else f"<{'.'.join(value['Fn::GetAtt'])}>"


def role_named(stack: str, name: str) -> tuple[Json, list[Json]]:
    """A role's properties, and the statements of its policies."""
    roles = of_type(stack, "AWS::IAM::Role")
    (logical_id,) = [each for each, role in roles.items() if shown(role.get("RoleName", "")) == name]
    policies = of_type(stack, "AWS::IAM::Policy").values()
    of_role = [policy for policy in policies if {"Ref": logical_id} in policy["Roles"]]
    return roles[logical_id], [each for policy in of_role for each in policy["PolicyDocument"]["Statement"]]


def statements() -> Iterator[tuple[str, str, Json]]:
    """(stack, resource, statement) of every policy of identities and of trust, those in stack sets too."""
    for stack in STACKS:
        for name, resource in template(stack)["Resources"].items():
            properties = resource.get("Properties", {})
            inner = properties.get("TemplateBody", {}).get("Resources", {})
            for each, of in [(name, resource), *inner.items()]:
                for document in ("PolicyDocument", "AssumeRolePolicyDocument"):
                    for statement in of.get("Properties", {}).get(document, {}).get("Statement", []):
                        yield stack, each, statement


def listed(value: Any) -> list[Any]:
    """What CloudFormation writes as one or as several."""
    return value if isinstance(value, list) else [value]
