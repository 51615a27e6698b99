"""Changes by hand through the graph: recorded before they are made, with their secrets masked, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.permissions import Role, Viewer
from tests.graph.conftest import Graph

pytestmark = pytest.mark.database

RECORD = """mutation ($input: RecordManualChangeInput!) { recordManualChange(input: $input) {
  environment { name account { awsId } } errors { code message path remedy } } }"""
GIVEN = {
    "environment": "prod-eu",
    "service": "payments",
    "role": "Developer",
    "command": "aws rds modify-db-instance --master-user-password hunter2",
    "reason": "the outage of today",
}


async def record(graph: Graph, **given: Any) -> Any:
    """The mutation's payload."""
    return (await graph(RECORD, input={**GIVEN, **given}))["recordManualChange"]


async def test_a_change_is_told_of_the_environment(fleet: Graph) -> None:
    """Who, where, with which rights, why, and what, its password masked: an event whose subject is the environment."""
    made = await record(fleet)
    assert made["errors"] == []
    assert made["environment"]["name"] == "prod-eu"
    told = await fleet.newest_event("type actor subjectType payload")
    payload = told.pop("payload")
    assert told == {"type": "environment.changed_by_hand", "actor": "tester", "subjectType": "Environment"}
    assert payload == {
        "environment": "prod-eu",
        "account": made["environment"]["account"]["awsId"],
        "region": "eu-west-1",
        "wave": payload["wave"],
        "stage": "prod",
        "production": True,
        "service": "payments",
        "role": "Developer",
        "command": "aws rds modify-db-instance --master-user-password ***",
        "reason": "the outage of today",
    }


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"environment": "nowhere"}, "NOT_FOUND", ["environment"]),
        ({"service": "paymets"}, "NOT_FOUND", ["service"]),
        ({"reason": "  "}, "INVALID_VALUE", ["reason"]),
        ({"command": " "}, "INVALID_VALUE", ["command"]),
        ({"role": "a role"}, "INVALID_VALUE", ["role"]),
    ],
)
async def test_what_cannot_be_recorded_is_refused(fleet: Graph, given: Any, code: str, path: Any) -> None:
    """Then the command is not run: the refusal says what was wrong."""
    made = await record(fleet, **given)
    assert made["environment"] is None
    assert [(each["code"], each["path"]) for each in made["errors"]] == [(code, path)]


async def test_a_long_command_is_cut(fleet: Graph) -> None:
    """What is kept is what a person reads."""
    await record(fleet, command="x" * 100_000)
    assert len((await fleet.newest_event("payload"))["payload"]["command"]) == 2000


async def test_whoever_only_reads_may_not(fleet: Graph) -> None:
    """A viewer has nothing to record, and a program changes nothing by hand."""
    fleet.context = replace(fleet.context, viewer=Viewer("eve", frozenset({Role.VIEWER})))
    assert [each["code"] for each in (await record(fleet))["errors"]] == ["FORBIDDEN"]
    fleet.context = replace(fleet.context, viewer=Viewer("interlock", frozenset({Role.ADMIN})))
    assert [each["code"] for each in (await record(fleet))["errors"]] == ["NOT_A_PERSON"]


CONFIGURE = """mutation ($input: ChangeInput!) { applyChange(input: $input) { errors { code path } } }"""
ORGANISATION = "{ organisation { identityCenterStartUrl identityCenterRegion readRole writeRole } }"


async def change(graph: Graph, **given: Any) -> Any:
    """The errors of a change of the organisation to these fields, beside those that it needs."""
    needed = await graph("{ organisation { name pipelineAccount pipelineRegion connectionArn eventBusArn } }")
    operation = {"configureOrganisation": {**needed["organisation"], **given}}
    return (await graph(CONFIGURE, input={"operations": [operation]}))["applyChange"]["errors"]


async def test_the_organisation_says_how_people_enter_accounts(fleet: Graph) -> None:
    """Its portal is kept without what browsers add, and each of the four is null where nobody has said it."""
    assert set((await fleet(ORGANISATION))["organisation"].values()) == {None}
    given = {"identityCenterStartUrl": "https://acme.awsapps.com/start/#/", "identityCenterRegion": "us-east-1"}
    assert await change(fleet, **given, readRole="ReadOnly", writeRole="Developer") == []
    assert (await fleet(ORGANISATION))["organisation"] == {
        "identityCenterStartUrl": "https://acme.awsapps.com/start",
        "identityCenterRegion": "us-east-1",
        "readRole": "ReadOnly",
        "writeRole": "Developer",
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"identityCenterStartUrl": "acme.awsapps.com"}, "INVALID_VALUE"),
        ({"identityCenterStartUrl": "https://acme.awsapps.com/start\n[default]"}, "INVALID_VALUE"),
        ({"identityCenterRegion": "eu-west-9"}, "NOT_FOUND"),
        ({"readRole": "Read Only"}, "INVALID_VALUE"),
        ({"writeRole": "x\ncredential_process = evil"}, "INVALID_VALUE"),
    ],
)
async def test_what_is_no_portal_or_role_is_refused(fleet: Graph, given: Any, code: str) -> None:
    """They become lines of people's ~/.aws/config: none of them may bring a line of its own."""
    errors = await change(fleet, **given)
    assert [each["code"] for each in errors] == [code]
    assert errors[0]["path"][-1] == next(iter(given))
