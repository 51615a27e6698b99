"""Freezes, holds, incidents, approvals and the audit, against a service that has lived through something."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.cli.conftest import Pretend, as_json
from tests.cli.test_looking import answered, words
from tests.console.history import COMMITS, NEWEST, OLDER

Run = Callable[..., Result]
GRANT = ("--reason", "the fix", "--yes", "--until")
QUEUE = ("--reason", "Peak season", "--until", "4h")


def test_a_freeze_shows_what_it_holds_back(interlock: Run) -> None:
    """How much it freezes, and which revisions would be held; with --dry-run nothing is frozen."""
    shown = interlock("freeze", *QUEUE, "--stage", "prod", "--dry-run")
    assert "3 services in 10 environments." in shown.stdout
    assert (
        "Holds payments c3c3c3c3 back from prod-us-east-1, prod-ap-southeast-2, prod-eu-west-1, prod-us-west-2 and 5"
        in (shown.stdout)
    )
    assert "this is a dry run" in shown.stderr
    assert answered(interlock("freezes", "-o", "json")) == []


def test_production_is_frozen_when_somebody_says_so(interlock: Run) -> None:
    """Not unasked; then it holds, is listed, and ends, with what it lets go; audit says who did what."""
    refused = interlock("freeze", "peak", *QUEUE, "--stage", "prod")
    assert refused.exit_code == 2
    assert "This freezes production (stage prod), and nobody can be asked here." in refused.stderr
    made = interlock("freeze", "peak", *QUEUE, "--stage", "prod", "--yes")
    assert "Frozen by peak." in made.stderr
    assert "peak stage prod in force" in words(interlock("freezes"))
    assert "prod-us-east-1 is frozen by peak (stage): Peak season" in words(
        interlock("why", "payments", "prod-us-east-1")
    )
    again = interlock("freeze", "peak", *QUEUE, "--yes")
    assert (again.exit_code, "freeze 'peak' already exists" in again.stderr) == (1, True)
    ended = interlock("unfreeze", "peak", "--yes", "--reason", "over")
    assert "Lets payments c3c3c3c3 go to prod-us-east-1" in ended.stdout
    assert "Still holds payments back from prod-us-east-1: prod-1 has not passed" in ended.stdout
    assert "frozen by peak" not in ended.stdout
    assert "Did you mean" not in interlock("unfreeze", "peak").stderr
    assert "peak stage prod archived" in words(interlock("freezes", "--all"))
    first, second = answered(interlock("audit", "--kind", "freeze", "-o", "json"))[:2]
    assert (first["reason"], second["reason"]) == ("over", "Peak season")
    assert second["entries"][0]["after"]["target"] == "prod"


def test_audit_says_where_the_log_begins(pretend: Pretend, ask: Run) -> None:
    """On stderr, where what is asked for reaches back beyond it; the archive is named, or that there is none."""
    beginning: dict[str, Any] = {"cursor": "x", "time": "2026-11-01T12:00:00Z", "archive": "s3://b/m"}
    nothing = {"nodes": [], "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}}

    def answer(payload: dict[str, Any]) -> Any:
        if "query Clock" in payload["query"]:
            return as_json({"data": {"clock": {"now": "2026-11-30T12:00:00Z", "speed": 1.0, "rehearsal": False}}})
        return as_json({"data": {"logBeginning": beginning, "changes": nothing, "events": nothing}})

    pretend.answer = answer
    said = ask("audit", "--since", "2026-10-01", "-o", "json")
    assert "The log of events begins behind 2026-11-01 12:00 UTC" in said.stderr, said.output
    assert "what lies before is in the archive: s3://b/m." in said.stderr
    assert json.loads(said.stdout) == []
    assert "begins" not in ask("audit", "--since", "2026-11-02").stderr
    beginning["archive"] = None
    assert "what lies before is in no archive." in ask("audit", "--since", "2026-10-01").stderr


def test_a_freeze_that_is_to_come(interlock: Run) -> None:
    """It is named by what it freezes and when it begins; in no production stage nobody is asked."""
    made = answered(interlock("freeze", *QUEUE, "--from", "1h", "--stage", "beta", "-o", "json"))
    name = made["entries"][0]["name"]
    assert name.startswith("freeze-beta-")
    assert made["effect"][0].startswith("Freezes stage beta from ")
    assert f"{name} stage beta to come" in words(interlock("freezes"))
    assert answered(interlock("unfreeze", name, "-o", "json"))["change"]["number"] > made["change"]["number"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--stage", "prod", "--team", "shop"), 2, "--stage and --team are given, and a freeze has one scope."),
        (("--stage", "prd"), 1, "There is no stage 'prd'. Did you mean prod?"),
        (("--service", "paymets"), 1, "Did you mean payments?"),
        (("--team", "shp"), 1, "Did you mean shop?"),
        (("--region", "eu-west-9"), 1, "There is no region 'eu-west-9'"),
        (("--until", "2020-01-01"), 2, "--until '2020-01-01' has passed: the service's clock says"),
        (("--until", "soon"), 2, "'soon' says no time."),
        (("--from", "9d", "--until", "1d"), 2, "--until '1d' is not after --from '9d'."),
        (("Not A Name",), 1, "Not A Name"),
    ],
)
def test_a_freeze_that_cannot_be(arguments: tuple[str, ...], code: int, said: str, interlock: Run) -> None:
    """What is wrong, and what would be right; nothing is frozen."""
    refused = interlock("freeze", *QUEUE, "--yes", *arguments)
    assert (refused.exit_code, said in refused.stderr) == (code, True), refused.stderr
    assert answered(interlock("freezes", "-o", "json")) == []


def test_a_hold_and_its_release(interlock: Run) -> None:
    """What it holds back is shown, the place is named in the question, and its end says what is still in the way."""
    refused = interlock("hold", "payments", "prod-us-east-1", "--reason", "legal")
    assert "This holds payments back in prod-us-east-1 (stage prod), and nobody can be asked here." in refused.stderr
    made = interlock("hold", "payments", "prod-us-east-1", "--reason", "legal", "--until", "3d", "--yes")
    assert "It has b2b2b2b2 now, and keeps that.\nHolds c3c3c3c3 back, from all of prod-2.\n" in made.stdout
    again = interlock("hold", "payments", "prod-us-east-1", "--reason", "legal", "--yes")
    assert "There is a hold hold-payments-prod-us-east-1 already until" in again.stderr
    assert "hold-payments-prod-us-east-1 HOLD payments prod-us-east-1 -" in words(interlock("holds", "payments"))
    [first] = answered(interlock("holds", "-o", "json"))
    ended = interlock("release", "payments", "prod-us-east-1", "--yes")
    assert "Lets c3c3c3c3 go to prod-us-east-1, as far as nothing else holds it back." in ended.stdout
    assert "Still holds payments back from prod-us-east-1: prod-1 has not passed" in ended.stdout
    assert "hold-payments-prod-us-east-1 holds nothing back any more." in ended.stderr
    assert "hold-payments-prod-us-east-1" not in interlock("holds").stdout
    assert "released" in words(interlock("holds", "--all"))
    assert interlock("hold", "payments", "prod-us-east-1", "--reason", "legal", "--yes").exit_code == 0
    [second] = answered(interlock("holds", "-o", "json"))
    assert (second["name"], second["createdAt"] > first["createdAt"]) == (first["name"], True), (
        "since now, not since then"
    )
    assert interlock("release", "hold-payments-prod-us-east-1", "--yes").exit_code == 0


def test_a_pin_and_a_veto(interlock: Run) -> None:
    """A commit is named by its beginning, and kept whole; outside of production nobody is asked."""
    place = ("payments", "beta-eu-west-1", "--reason", "a customer tests")
    pinned = answered(interlock("hold", *place, "--revision", "b2b2", "-o", "json"))
    assert pinned["entries"][0]["after"]["revision"] == COMMITS[OLDER]
    vetoed = answered(interlock("hold", *place, "--veto", "c3c3", "-o", "json"))
    assert vetoed["effect"][0] == "Keeps c3c3c3c3 of payments out of beta-eu-west-1 until it is released."
    ended = answered(interlock("release", "payments", "beta-eu-west-1", "-o", "json"))
    assert [each["operation"] for each in ended["entries"]] == ["ARCHIVE", "ARCHIVE"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("paymets", "prod-us-east-1"), 1, "Did you mean payments?"),
        (("payments", "prod-us-east-9"), 1, "Did you mean prod-us-east-1"),
        (("orders", "prod-sa-east-1"), 1, "orders does not go to prod-sa-east-1"),
        (("payments", "prod-us-east-1", "--revision", "zz"), 2, "'zz' is no commit."),
        (("payments", "prod-us-east-1", "--revision", "abcd"), 1, "No pipeline of payments has seen a commit 'abcd'."),
        (("payments", "prod-us-east-1", "--revision", "b2b2", "--veto", "c3c3"), 2, "a hold is one of both"),
    ],
)
def test_a_hold_that_cannot_be(arguments: tuple[str, ...], code: int, said: str, interlock: Run) -> None:
    """What is wrong, and what would be right."""
    refused = interlock("hold", *arguments, "--reason", "r", "--yes")
    assert (refused.exit_code, said in refused.stderr) == (code, True), refused.stderr


def test_a_release_of_nothing(interlock: Run) -> None:
    """A name that is not there, and a place where nothing is held."""
    assert "There is no hold 'nothing'." in interlock("release", "nothing").stderr
    assert "orders is a service: in which environment is not said." in interlock("release", "orders").stderr
    assert "Nothing holds orders back from prod-us-east-1" in interlock("release", "orders", "prod-us-east-1").stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("environments", "--stage", "prd"), "There is no stage 'prd'. Did you mean prod?"),
        (("environments", "--wave", "prod-9"), "There is no wave 'prod-9'. Did you mean prod-"),
        (("env", "list", "--stage", "prd"), "There is no stage 'prd'. Did you mean prod?"),
        (("override", "list", "--wave", "prod-9"), "There is no wave 'prod-9'."),
        (
            ("override", "grant", "--service", "payments", "--wave", "prod-9", *GRANT, "2h"),
            "There is no wave 'prod-9'.",
        ),
        (("override", "grant", "--service", "payments", *GRANT, "2020-01-01"), "--for '2020-01-01' has passed"),
        (("plan", "paymets"), "There is no service 'paymets'. Did you mean payments?"),
    ],
)
def test_a_misspelt_name_is_no_empty_list(arguments: tuple[str, ...], said: str, interlock: Run) -> None:
    """Where a filter names what is not there, that is said."""
    refused = interlock(*arguments)
    assert refused.exit_code in (1, 2)
    assert said in refused.stderr, refused.stderr


def test_an_incident_from_its_beginning_to_its_end(interlock: Run) -> None:
    """Declared with what brought it about, listed, linked anew, resolved, reopened; audit tells all of it."""
    made = interlock("incident", "open", "orders", "No orders", "--since", "10m", "--cause", "prod-us-east-1")
    assert made.exit_code == 0, made.stderr
    name = made.stderr.split()[0]
    assert f"{name} is brought about by orders d4d4d4d4 in prod-us-east-1." in made.stderr
    assert f"{name} orders MAJOR 10m ago - 1 0 local No orders" in words(interlock("incident", "list", "--open"))
    unlinked = interlock("incident", "link", name, "--unlink", "prod-us-east-1@d4d4")
    assert "No deployment is its cause yet." in unlinked.stderr
    again = interlock("incident", "link", name, "--unlink", "prod-us-east-1")
    assert (again.exit_code, f"'prod-us-east-1' is not linked to {name}." in again.stderr) == (1, True)
    assert (
        f"{name} is resolved." in interlock("incident", "resolve", name, "--at", "1m", "--note", "rolled back").stderr
    )
    refused = interlock("incident", "resolve", name, "--at", "2m")
    assert (refused.exit_code, "was resolved at" in refused.stderr) == (1, True)
    assert f"{name} is open again." in interlock("incident", "reopen", name, "--reason", "not over").stderr
    assert interlock("incident", "resolve", name).exit_code == 0
    assert answered(interlock("incident", "list", "orders", "--open", "-o", "json")) == []
    told = [each["type"] for each in answered(interlock("audit", "--kind", "incident", "-o", "json"))]
    assert told[-3:] == ["incident.resolved", "incident.linked", "incident.declared"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("open", "order", "t"), "Did you mean orders?"),
        (("open", "orders", "t", "--cause", "prod-us-east-9"), "Did you mean prod-us-east-1"),
        (
            ("open", "orders", "t", "--cause", "prod-us-east-1@c3c3"),
            "No deployment of c3c3 of orders to prod-us-east-1",
        ),
        (("open", "orders", "t", "--cause", "@c3c3"), "'@c3c3' names no deployment."),
        (("resolve", "incident-99"), "There is no incident 'incident-99'."),
        (("link", "incident-1", "--service", "orders"), "Give --cause, --fix or --unlink."),
    ],
)
def test_an_incident_that_cannot_be(arguments: tuple[str, ...], said: str, interlock: Run) -> None:
    """What is wrong, and what would be right."""
    refused = interlock("incident", *arguments)
    assert refused.exit_code in (1, 2)
    assert said in refused.stderr


def test_audit_shows_changes_and_events(interlock: Run) -> None:
    """A change with its entities, the rest counted; with --events what happened by itself; nothing of others."""
    shown = interlock("audit", "--kind", "account").stdout
    assert "the example" in shown
    assert "+ account 999999999999" in shown
    assert "-o json has them" in shown
    everything = answered(interlock("audit", "--events", "--kind", "deployment", "--limit", "3", "-o", "json"))
    assert {each["type"] for each in everything} == {"deployment.changed"}
    assert answered(interlock("audit", "--actor", "nobody", "-o", "json")) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kind", "frieze"), "There is no kind 'frieze'. Did you mean freeze?"),
        (("--kind", "xyz"), "Give one of access, account, approval,"),
        (("--since", "1h", "--until", "2h"), "--since '1h' is after --until '2h'."),
        (("--since", "junk"), "'junk' says no time."),
    ],
)
def test_audit_that_is_called_wrongly(arguments: tuple[str, ...], said: str, interlock: Run) -> None:
    """Nothing is listed."""
    refused = interlock("audit", *arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert said in refused.stderr


def test_nothing_waits_for_approval(interlock: Run) -> None:
    """What does hold it back is said by `why`."""
    refused = interlock("approve", "orders", "--reason", "ok")
    assert (refused.exit_code, "`interlock why orders`" in refused.stderr) == (1, True)


def waiting(service: Pretend, *actions: str, possible: bool = True) -> None:
    """An execution of which these wait for a person, at a service that asks no AWS."""
    nodes = [{"name": name, "category": "Approval", "status": "IN_PROGRESS", "startedAt": None} for name in actions]
    stage = {"name": "prod-2", "stage": {"name": "prod", "production": True}, "actions": {"nodes": nodes}}
    execution = {
        "executionId": NEWEST,
        "status": "IN_PROGRESS",
        "revision": "c3" * 20,
        "pipeline": {"name": "payments", "service": {"name": "payments"}},
        "stages": {"nodes": [stage]},
    }
    effect = {
        "__typename": "ActionEffect",
        "possible": possible,
        "sentences": ["prod-2 goes on with what comes after Ask, to prod-us-east-1."],
        "environments": ["prod-us-east-1"],
        "instead": None if possible else "Nothing is to be done.",
        "targets": [],
    }

    def answer(payload: dict[str, Any]) -> Any:
        query = payload["query"]
        if "query Subject" in query:
            return as_json({"data": {"execution": {"executionId": NEWEST}, "service": None}})
        if "query Approvals" in query:
            return as_json({"data": {"execution": execution}})
        if "actionEffect" in query:
            return as_json({"data": {"actionEffect": dict(effect)}})
        return as_json({"data": {"approveAction": {"execution": {"executionId": NEWEST}, "errors": []}}})

    service.answer = answer


def test_an_approval_is_shown_asked_and_given(pretend: Pretend, ask: Run) -> None:
    """Its effect first; the question names environment and stage; then the answer with its reason."""
    waiting(pretend, "Ask")
    refused = ask("approve", NEWEST, "--reason", "seen")
    where = "approves Ask of payments c3c3c3c3 in prod-us-east-1 (stage prod)"
    assert (refused.exit_code, f"This {where}, and nobody can be asked here." in refused.stderr) == (2, True)
    done = ask("approve", NEWEST, "--reason", "seen", "--yes")
    assert "prod-2 goes on with what comes after Ask, to prod-us-east-1." in done.stdout
    assert "Approved: Ask of payments c3c3c3c3." in done.stderr
    given = pretend.payloads[-1]["variables"]["input"]
    assert given == {
        "executionId": NEWEST,
        "stage": "prod-2",
        "action": "Ask",
        "decision": "APPROVED",
        "reason": "seen",
    }
    rejected = ask("approve", NEWEST, "--reject", "--reason", "no", "--yes", "-o", "json")
    assert json.loads(rejected.stdout)["answer"]["decision"] == "REJECTED"


def test_of_several_that_wait_one_is_named(pretend: Pretend, ask: Run) -> None:
    """And what is not possible is said with what to do."""
    waiting(pretend, "Ask", "Sign")
    refused = ask("approve", NEWEST, "--reason", "r", "--yes")
    assert "Several actions wait for an answer: Ask in prod-2, Sign in prod-2." in refused.stderr
    assert ask("approve", NEWEST, "--action", "Sign", "--reason", "r", "--dry-run").exit_code == 0
    assert not any("approveAction(" in each["query"] for each in pretend.payloads)
    waiting(pretend, "Ask", possible=False)
    assert "Nothing is to be done." in ask("approve", NEWEST, "--reason", "r", "--yes").stderr
