"""AWS Organizations' accounts: read through its API, and what registering them means."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.errors import CommandError
from interlock_cli.organisation import aws
from interlock_cli.organisation.aws import Access, Member, members
from interlock_cli.organisation.importing import imported, unique, valid
from tests.emulator import Cloud, emulator

__all__ = ["emulator"]

MANAGEMENT = "424242424242"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ids = st.from_regex(r"[0-9]{12}", fullmatch=True)
names = st.text(max_size=60) | st.sampled_from(["Acme Prod", "acme-prod", "ACME  prod!", "42", "", "-", "é", "日本"])
units = st.none() | st.sampled_from(["Workloads", "Workloads/Prod"])
tags = st.dictionaries(st.sampled_from(["tier", "owner"]), st.text(max_size=3), max_size=2)
organizations = st.lists(
    st.builds(Member, ids, names, units, st.sampled_from(["ACTIVE", "ACTIVE", "SUSPENDED"]), tags),
    unique_by=lambda member: member.aws_id,
    max_size=6,
)


def applied(operations: list[dict[str, dict[str, Any]]], document: Mapping[str, Any]) -> dict[str, Any]:
    """The document after the operations, as the service makes it: what is empty is left out."""
    accounts = {account["awsId"]: dict(account) for account in document.get("accounts", ())}
    for operation in operations:
        [fields] = operation.values()
        accounts.setdefault(fields["awsId"], {}).update(fields)
    return {"accounts": [{key: value for key, value in each.items() if value} for each in accounts.values()]}


@given(names, ids)
def test_a_name_is_made_valid(name: str, aws_id: str) -> None:
    """Whatever AWS calls an account: lower case, digits, single hyphens, a letter first, 50 characters at most."""
    made = valid(name, aws_id)
    assert NAME.fullmatch(made)
    assert len(made) <= 50
    assert valid(made, aws_id) == made


@given(names, ids)
def test_a_name_is_made_unlike_others(name: str, aws_id: str) -> None:
    """With the end of the account's id, or all of it, where it is taken."""
    taken = {valid(name, aws_id)}
    for _ in range(2):
        made = unique(valid(name, aws_id), aws_id, taken)
        assert NAME.fullmatch(made)
        assert len(made) <= 50
        assert made not in taken
        taken.add(made)


@given(organizations, organizations)
def test_what_is_imported_is_as_in_aws_and_imported_once(before: list[Member], now: list[Member]) -> None:
    """After the operations, every active account has AWS's unit and tags and a name of its own; then there are none."""
    document = applied(imported(before, {}).operations, {})
    after = applied(imported(now, document).operations, document)
    accounts = {account["awsId"]: account for account in after["accounts"]}
    for member in now:
        if member.state == "ACTIVE":
            account = accounts[member.aws_id]
            assert account.get("organizationalUnit") == member.unit
            assert account.get("tags", {}) == member.tags
    assert {account["awsId"] for account in document["accounts"]} <= accounts.keys()
    assert len({account["name"] for account in accounts.values()}) == len(accounts)
    assert imported(now, after).operations == []


def test_what_is_told() -> None:
    """Accounts that are not active, that AWS does not have, and that are called otherwise here."""
    document = {"accounts": [{"awsId": "1" * 12, "name": "elsewhere"}]}
    found = [Member("2" * 12, "Élan Vital", "Workloads"), Member("3" * 12, "Old", None, "SUSPENDED")]
    change = imported(found, document)
    assert change.operations == [
        {"registerAccount": {"awsId": "2" * 12, "name": "elan-vital", "organizationalUnit": "Workloads"}}
    ]
    assert change.told == [
        "Account 333333333333 (Old) is SUSPENDED in AWS and left out.",
        "Account 111111111111 (elsewhere) of the service is not in this AWS organization and stays as it is.",
        "Account 222222222222 is called 'Élan Vital' in AWS, and 'elan-vital' here.",
    ]


def test_an_account_that_left_its_unit_and_lost_its_tags() -> None:
    """Both are cleared, and its name stays."""
    document = {"accounts": [{"awsId": "1" * 12, "name": "a", "organizationalUnit": "X", "tags": {"tier": "1"}}]}
    [operation] = imported([Member("1" * 12, "Renamed", None)], document).operations
    assert operation == {"updateAccount": {"awsId": "1" * 12, "organizationalUnit": None, "tags": {}}}


def account(aws_id: str, name: str, **more: str) -> dict[str, Any]:
    """An account as AWS lists it."""
    return {"Id": aws_id, "Arn": f"arn:aws:organizations::{MANAGEMENT}:account/o-1/{aws_id}", "Name": name, **more}


def test_every_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units within units, several pages of each list, the new `State` and the old `Status`."""
    client = boto3.client("organizations", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(aws, "_organizations", lambda _: client)
    root, outer, inner = "r-abcd", "ou-abcd-11111111", "ou-abcd-22222222"
    one, two, three = (f"{digit}" * 12 for digit in "123")
    accounts, units, tags = "list_accounts_for_parent", "list_organizational_units_for_parent", "list_tags_for_resource"
    answers: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("list_roots", {}, {"Roots": [{"Id": root, "Name": "Root"}]}),
        (accounts, {"ParentId": root}, {"Accounts": [account(one, "One", State="ACTIVE")], "NextToken": "n"}),
        (tags, {"ResourceId": one}, {"Tags": [{"Key": "a", "Value": "1"}], "NextToken": "t"}),
        (tags, {"ResourceId": one, "NextToken": "t"}, {"Tags": [{"Key": "b", "Value": ""}]}),
        (accounts, {"ParentId": root, "NextToken": "n"}, {"Accounts": [account(two, "Two", State="CLOSED")]}),
        (units, {"ParentId": root}, {"OrganizationalUnits": [], "NextToken": "u"}),
        (units, {"ParentId": root, "NextToken": "u"}, {"OrganizationalUnits": [{"Id": outer, "Name": "Work Loads"}]}),
        (accounts, {"ParentId": outer}, {"Accounts": []}),
        (units, {"ParentId": outer}, {"OrganizationalUnits": [{"Id": inner, "Name": "Prod"}]}),
        (accounts, {"ParentId": inner}, {"Accounts": [account(three, "Three", Status="ACTIVE")]}),
        (tags, {"ResourceId": three}, {"Tags": []}),
        (units, {"ParentId": inner}, {"OrganizationalUnits": []}),
    ]  # fmt: skip
    steps: list[int] = []
    with Stubber(client) as stubber:
        for operation, asked, answer in answers:
            stubber.add_response(operation, answer, asked)
        found = members(Access(), lambda: steps.append(1))
        stubber.assert_no_pending_responses()
    assert found == [
        Member(one, "One", None, "ACTIVE", {"a": "1", "b": ""}),
        Member(two, "Two", None, "CLOSED"),
        Member(three, "Three", "Work Loads/Prod"),
    ]
    assert len(steps) == 3


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "management account"),
        ("AWSOrganizationsNotInUseException", "is in no organization"),
        ("TooManyRequestsException", "TooManyRequestsException"),
    ],
)
def test_what_aws_refuses_is_a_sentence(code: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call, AWS's own words, and what to do."""
    client = boto3.client("organizations", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(aws, "_organizations", lambda _: client)
    with Stubber(client) as stubber:
        stubber.add_client_error("list_roots", code, "You cannot.")
        with pytest.raises(CommandError, match=words) as caught:
            members(Access())
    assert "ListRoots" in str(caught.value)
    assert "You cannot." in str(caught.value)


def test_credentials_that_are_not_there(run: Callable[..., Result]) -> None:
    """No such profile: a sentence, after the calls that would have been made."""
    result = run("import-organization", "--profile", "none-of-ours", "--role-arn", "arn:aws:iam::1:role/r")
    assert result.exit_code == 1
    assert "  sts:AssumeRole of arn:aws:iam::1:role/r\n  organizations:ListRoots\n" in result.stderr
    assert "none-of-ours" in result.stderr
    assert "--profile" in result.stderr


@pytest.fixture
def organization(emulator: str) -> Any:
    """Organizations of the emulator, in a management account of the test's own."""
    return boto3.client(
        "organizations",
        endpoint_url=emulator,
        region_name="us-east-1",
        aws_access_key_id=MANAGEMENT,
        aws_secret_access_key="test",
    )


def create(organization: Any, name: str, unit: str, **tags: str) -> str:
    """An account in a unit; its id."""
    made = organization.create_account(
        Email=f"{name}@example.com", AccountName=name, Tags=[{"Key": key, "Value": tags[key]} for key in tags]
    )
    aws_id: str = made["CreateAccountStatus"]["AccountId"]
    root = organization.list_roots()["Roots"][0]["Id"]
    organization.move_account(AccountId=aws_id, SourceParentId=root, DestinationParentId=unit)
    return aws_id


def unit(organization: Any, name: str, parent: str | None = None) -> str:
    """An organizational unit; its id."""
    parent = parent or organization.list_roots()["Roots"][0]["Id"]
    found: str = organization.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", [None, f"arn:aws:iam::{MANAGEMENT}:role/reader"])
def test_an_organization_is_imported(
    role: str | None, service: str, run: Callable[..., Result], emulator: str, organization: Any
) -> None:
    """Through Organizations' API and the service's: registered once, then followed; nothing of it archived."""
    workloads = unit(organization, "Workloads")
    prod, test = unit(organization, "Prod", workloads), unit(organization, "Test", workloads)
    payments = create(organization, "Payments Prod", prod, tier="critical")
    closed = create(organization, "Closed", test)
    organization.close_account(AccountId=closed)

    def ask(*arguments: str) -> Result:
        env = Cloud(emulator, MANAGEMENT).environment | {"AWS_PROFILE": None, "AWS_CONFIG_FILE": "/dev/null"}
        options = ["--endpoint-url", emulator, *(["--role-arn", role] if role else []), *arguments]
        return run("--url", service, "import-organization", *options, env=env)  # type: ignore[arg-type]

    dry = ask("--dry-run")
    assert (dry.exit_code, "dry run" in dry.stderr) == (0, True), dry.output
    first = ask("--reason", "from AWS", "-o", "json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)["change"]["number"] == 1
    assert f"Account {closed} (Closed) is SUSPENDED in AWS and left out." in first.stderr
    assert f"Account {payments} is called 'Payments Prod' in AWS, and 'payments-prod" in first.stderr
    document = json.loads(run("--url", service, "export", "-o", "json").stdout)
    [account] = [each for each in document["accounts"] if each["awsId"] == payments]
    assert account["organizationalUnit"] == "Workloads/Prod"
    assert account["tags"] == {"tier": "critical"}
    assert closed not in {each["awsId"] for each in document["accounts"]}
    assert "Nothing to change" in ask().stderr
    organization.move_account(AccountId=payments, SourceParentId=prod, DestinationParentId=test)
    organization.untag_resource(ResourceId=payments, TagKeys=["tier"])
    moved = ask()
    assert moved.exit_code == 0, moved.output
    assert 'organizationalUnit: "Workloads/Prod" → "Workloads/Test"' in moved.stdout
    assert "Change 2: 1 updated." in moved.stderr
