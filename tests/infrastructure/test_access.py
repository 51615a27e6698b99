"""Who may do what: the roles of the programs, those of member accounts, and the policies of what they reach."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infrastructure.access import PROGRAMS, TAKES, service_account
from infrastructure.company import Company
from infrastructure.intake import TOLD
from infrastructure.member.forwarding import PATTERN
from tests.infrastructure import companies
from tests.infrastructure.templates import STACKS, listed, of_type, only, role_named, shown, statements, template

ORGANIZATION = "o-a1b2c3d4e5"
HUB = "888888888888"


def test_only_the_organization_puts_events_on_the_bus() -> None:
    """One statement, one action, one condition: whoever is in the organization, and nobody else."""
    bus = only("InterlockIntake", "AWS::Events::EventBus")
    (statement,) = bus["Policy"]["Statement"]
    assert statement["Action"] == "events:PutEvents"
    assert statement["Resource"] == f"arn:aws:events:eu-west-1:{HUB}:event-bus/interlock"
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}


@pytest.mark.parametrize("stack", ["InterlockIntake", "InterlockEvents"])
def test_only_the_own_rule_fills_a_queue(stack: str) -> None:
    """EventBridge may send for one rule's ARN alone, as others' rules are EventBridge too; and over TLS alone."""
    policies = of_type(stack, "AWS::SQS::QueuePolicy").values()
    assert len(policies) == len(of_type(stack, "AWS::SQS::Queue"))
    for policy in policies:
        deny, allow = sorted(policy["PolicyDocument"]["Statement"], key=lambda each: each["Effect"], reverse=True)
        assert (deny["Action"], deny["Condition"]) == ("sqs:*", {"Bool": {"aws:SecureTransport": "false"}})
        assert allow["Action"] == "sqs:SendMessage"
        assert allow["Principal"] == {"Service": "events.amazonaws.com"}
        assert list(allow["Condition"]) == ["ArnEquals"]
        (source,) = of_type(stack, "AWS::Events::Rule")
        assert allow["Condition"]["ArnEquals"] == {"aws:SourceArn": {"Fn::GetAtt": [source, "Arn"]}}


def test_the_patterns_are_those_of_the_docs() -> None:
    """What is forwarded, and what the queue takes, is word for word what docs/intake.md shows."""
    page = (companies.ROOT / "docs" / "intake.md").read_text()
    shown_there = [
        json.loads(each) for each in re.findall(r"^```json pattern\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    ]
    assert TOLD in shown_there
    assert PATTERN in shown_there
    assert only("InterlockIntake", "AWS::Events::Rule")["EventPattern"] == TOLD
    assert only("InterlockEvents", "AWS::Events::Rule")["EventPattern"] == PATTERN


def actions(found: list[dict[str, Any]]) -> set[str]:
    return {action for statement in found for action in listed(statement["Action"])}


def documented(page: str, role: str) -> set[str]:
    """The actions that a page says a role needs."""
    text = (companies.ROOT / "docs" / page).read_text()
    if role == "starter":
        return set(re.findall(r"`(codepipeline:\w+)`", text))
    (policy,) = re.findall(r"^```json\n(\{\n  \"Version\".*?)^```$", text, re.MULTILINE | re.DOTALL)
    return {action for each in json.loads(policy)["Statement"] for action in listed(each["Action"])}


@pytest.mark.parametrize(
    ("stack", "role", "page", "takers"),
    [
        ("InterlockRoles", "reader", "failures.md", ["intake"]),
        ("InterlockPipelineAccount", "reader", "failures.md", ["intake"]),
        ("InterlockPipelineAccount", "starter", "acting.md", ["serve", "upkeep"]),
        ("InterlockTestEnvironments", "cleaner", "test-environments.md", ["upkeep"]),
    ],
)
def test_a_members_role_is_what_the_docs_say(stack: str, role: str, page: str, takers: list[str]) -> None:
    """Its actions are those of its page, and only the programs that work with it take it."""
    properties, rights = role_named(stack, f"interlock-{role}")
    assert actions(rights) == documented(page, role)
    (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
    assert shown(trust["Principal"]["AWS"]) == f"arn:<AWS::Partition>:iam::{HUB}:root"
    assert set(trust["Action"]) == {"sts:AssumeRole", "sts:TagSession"}
    arns = [f"arn:aws:iam::{HUB}:role/interlock-{program}" for program in takers]
    assert listed(trust["Condition"]["ArnEquals"]["aws:PrincipalArn"]) == arns
    assert takers == sorted(program for program, taken in TAKES.items() if f"interlock-{role}" in taken)


def test_the_cleaner_deletes_what_is_tagged_alone() -> None:
    """No stack without the tag of a test environment."""
    _, rights = role_named("InterlockTestEnvironments", "interlock-cleaner")
    (deletes,) = [each for each in rights if "cloudformation:DeleteStack" in listed(each["Action"])]
    assert deletes["Condition"] == {"StringLike": {"aws:ResourceTag/interlock:environment": "test-*"}}
    (empties,) = [each for each in rights if "s3:DeleteObject" in listed(each["Action"])]
    assert empties["Condition"] == {"StringEquals": {"aws:ResourceAccount": {"Ref": "AWS::AccountId"}}}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_has_a_role_for_its_own_pods(program: str) -> None:
    """EKS Pod Identity gives it to one service account of the namespace; the role trusts this cluster alone."""
    role, _ = role_named("InterlockRelease", f"interlock-{program}")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": HUB}
    assert "Cluster" in shown(trust["Condition"]["ArnEquals"]["aws:SourceArn"])
    accounts = [
        each["ServiceAccount"] for each in of_type("InterlockRelease", "AWS::EKS::PodIdentityAssociation").values()
    ]
    assert accounts.count(service_account(program)) == 1


def test_a_program_takes_roles_of_the_organization_alone() -> None:
    """AssumeRole on one name each, and only where the account is the organization's."""
    for program in PROGRAMS:
        _, rights = role_named("InterlockRelease", f"interlock-{program}")
        taken = [each for each in rights if "sts:AssumeRole" in listed(each["Action"])]
        assert all(each["Condition"] == {"StringEquals": {"aws:ResourceOrgID": ORGANIZATION}} for each in taken)
        arns = {f"arn:aws:iam::*:role/{role}" for role in TAKES.get(program, ())}
        assert {arn for each in taken for arn in listed(each["Resource"])} == arns


def test_intake_and_upkeep_have_what_their_pages_say() -> None:
    """The queue for intake, the archive for upkeep, without a right to delete from it."""
    _, intake = role_named("InterlockRelease", "interlock-intake")
    assert {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"} <= actions(intake)
    _, upkeep = role_named("InterlockRelease", "interlock-upkeep")
    assert {"s3:PutObject", "s3:GetObject", "s3:ListBucket", "kms:GenerateDataKey"} <= actions(upkeep)
    everybody = {
        action for program in PROGRAMS for action in actions(role_named("InterlockRelease", f"interlock-{program}")[1])
    }
    assert not [action for action in everybody if "Delete" in action and action != "sqs:DeleteMessage"]


def test_no_policy_allows_everything() -> None:
    """No action of all, or of a whole service, but a key's for its own account's administrators."""
    for stack, name, statement in statements():
        if statement["Effect"] == "Allow":
            wide = [action for action in listed(statement.get("Action", [])) if action == "*" or action.endswith(":*")]
            assert wide == [], (stack, name, statement)
            assert "NotAction" not in statement
            assert "NotResource" not in statement


def test_nobody_outside_is_trusted() -> None:
    """Every role trusts a service of AWS, or the tooling account by the names of its roles."""
    for stack, name, statement in statements():
        principal = statement.get("Principal", {})
        if principal and "sts:AssumeRole" in listed(statement["Action"]):
            assert set(principal) <= {"Service", "AWS"}, (stack, name)
            assert "Service" in principal or "ArnEquals" in statement["Condition"], (stack, name)


def test_the_templates_name_this_companys_accounts_alone(company: Company) -> None:
    """But AWS's own account that writes a load balancer's log."""
    known = {company.account, company.pipeline_account, "156460612806"}
    for stack in STACKS:
        named = set(re.findall(r"(?<![\w.-])\d{12}(?![\w.-])", json.dumps(template(stack)).replace(":", " ")))
        assert named <= known, stack
