"""The commands that look, against a service that has lived through something."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.cli.conftest import Pretend, as_json
from tests.console.history import CAUSE, COMMITS, FAILED, NEWEST, OLDER

Run = Callable[..., Result]
NOW = "2026-11-30T12:00:00+00:00"


def answered(result: Result) -> Any:
    """What `-o json` printed; the whole of stdout is JSON."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def words(result: Result) -> str:
    """What a table says, without its spaces."""
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def test_where_a_commit_is(interlock: Run) -> None:
    """How far it has come, and of each environment whether it is there, in the order in which it gets there."""
    shown = interlock("where", "c3c3").stdout
    assert 'payments c3c3c3c3 "Raise the limit of a payment (#43)", by Mary Maintainer: in 7 of 16' in shown
    rows = [line.split() for line in shown.splitlines() if line.startswith((" alpha", " beta", " gamma", " prod"))]
    assert [row[4] for row in rows] == ["REACHED"] * 7 + ["COMING"] * 9
    assert rows[6][:4] == ["prod", "prod-1", "prod-sa-east-1", "sa-east-1"]
    (found,) = answered(interlock("where", "c3c3", "-o", "json"))
    assert found["environments"][0]["sentence"] == "It is there."


@pytest.mark.parametrize("named", [("--pr", "42"), ("#42",), ("https://github.com/acme/payments/pull/42",)])
def test_where_a_pull_request_is(named: tuple[str, ...], interlock: Run) -> None:
    """By its number, as GitHub writes it, or by its address."""
    (found,) = answered(interlock("where", *named, "-o", "json"))
    assert found["revision"]["revision"] == COMMITS[OLDER]
    assert {each["state"] for each in found["environments"]} == {"REACHED", "CONTAINED"}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Say what is looked for, once"),
        (("c3c3", "--pr", "42"), 2, "Say what is looked for, once"),
        (("12",), 2, "4 hex digits or more"),
        (("abcdef",), 1, "No pipeline has seen 'abcdef'"),
        (("c3c3", "--service", "paymets"), 1, "Did you mean payments?"),
        (("c3c3", "--service", "orders"), 1, "No pipeline of orders has seen"),
    ],
)
def test_where_says_what_is_wrong(arguments: tuple[str, ...], code: int, said: str, interlock: Run) -> None:
    """What was given, and what would be right."""
    refused = interlock("where", *arguments)
    assert (refused.exit_code, refused.stdout) == (code, "")
    assert said in refused.stderr


def test_where_says_when_the_last_one_has_it(pretend: Pretend, ask: Run) -> None:
    """As the forecast expects it; where it comes nowhere in the end, nothing is said of all."""
    place = {"environment": "e", "stage": "prod", "wave": "w", "region": "eu-west-1", "sentence": ".", "at": None}
    there = [
        {**place, "state": "COMING", "expectedAt": f"2026-11-30T{hour}:00:00+00:00", "deploymentId": None}
        for hour in (14, 16)
    ]
    revision = {"revision": "c" * 40, "tag": "v1", "message": None, "author": None, "execution": None}

    def answer(payload: dict[str, Any]) -> Any:
        if "query Clock" in payload["query"]:
            return as_json({"data": {"clock": {"now": NOW, "speed": 1.0, "rehearsal": False}}})
        found = {"service": "payments", "revision": revision, "environments": there}
        return as_json({"data": {"whereabouts": {"__typename": "WhereaboutsFound", "whereabouts": [found]}}})

    pretend.answer = answer
    shown = words(ask("where", "v1"))
    assert "payments cccccccc v1 in 0 of 2 environments, in all of them in 4h (Mon 2026-11-30" in shown
    assert "COMING in 2h" in shown
    there[1]["state"] = "NOT_COMING"
    assert "in all of them" not in words(ask("where", "v1"))


def test_failures_say_why(interlock: Run) -> None:
    """Where, what, and the root cause; what was not explained has no fingerprint yet."""
    failed = next(each for each in answered(interlock("failures", "-o", "json")) if each["service"]["name"] == "orders")
    assert (failed["cause"], failed["environment"]["name"]) == (CAUSE, "prod-us-east-1")
    assert f"orders prod-us-east-1 d4d4d4d4 prod-us-east-1.Deploy - - - {CAUSE}" in words(
        interlock("failures", "orders")
    )
    assert answered(interlock("failures", "--kind", "build", "-o", "json")) == []


def test_failures_have_something_in_common(interlock: Run) -> None:
    """A line for each fingerprint, which by its beginning finds its failures."""
    (group,) = answered(interlock("failures", "--grouped", "--kind", "check", "-o", "json"))
    assert (group["text"], group["seen"]) == ("bake <n> min left", 1)
    assert "bake <n> min left" in words(interlock("failures", "--grouped"))
    begins = group["digest"][:6]
    (failure,) = answered(interlock("failures", "--fingerprint", begins, "-o", "json"))
    assert failure["checkRun"]["name"] == "gamma-soak"
    assert len(answered(interlock("failures", "--fingerprint", begins, "--grouped", "-o", "json"))) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("paymets",), "Did you mean payments?"),
        (("--environment", "prod-sa-east"), "Did you mean prod-sa-east-1"),
        (("--fingerprint", "zz"), "begins no fingerprint"),
    ],
)
def test_failures_of_nothing(arguments: tuple[str, ...], said: str, interlock: Run) -> None:
    """A misspelt name is not one to which nothing happened."""
    refused = interlock("failures", *arguments)
    assert (refused.exit_code, said in refused.stderr) == (1, True)


def test_what_passed_afterwards(pretend: Pretend, ask: Run) -> None:
    """How often it was seen, and the revision that was deployed there after it."""
    failure = {
        "service": {"name": "orders"},
        "environment": {"name": "prod-1"},
        "execution": {"revision": "a" * 40, "pipeline": {"name": "orders"}},
        "resource": "Queue",
        "resourceType": "AWS::SQS::Queue",
        "kind": "RESOURCE",
        "fingerprint": {"digest": "f" * 32, "seen": 7},
        "resolvedBy": {"revision": "b" * 40},
        "cause": "the name is taken",
        "occurredAt": "2026-11-30T09:00:00+00:00",
    }

    def answer(payload: dict[str, Any]) -> Any:
        if "query Clock" in payload["query"]:
            return as_json({"data": {"clock": {"now": NOW, "speed": 1.0, "rehearsal": False}}})
        return as_json({"data": {"failures": {"nodes": [failure], "pageInfo": {"hasNextPage": False}}}})

    pretend.answer = answer
    said = "3h ago orders prod-1 aaaaaaaa Queue (AWS::SQS::Queue) ffffffff 7 bbbbbbbb the name is taken"
    assert said in words(ask("failures"))


def test_a_trace_is_a_tree_with_bars(interlock: Run) -> None:
    """Each span with its duration, its bar and its status; what failed is said once, in the words of the deepest."""
    shown = interlock("trace", "orders").stdout
    assert f"orders d4d4d4d4 ({FAILED}): FAILED after" in shown
    line = next(line for line in shown.splitlines() if line.startswith("    prod-us-east-1  "))
    assert line.endswith("FAILED")
    assert "█" in line
    assert shown.count(CAUSE) == 1


@pytest.mark.parametrize("named", [("payments",), (NEWEST,), (NEWEST[:10],), ("c3c3",), ("payments", "prod-sa-east-1")])
def test_a_trace_is_found_by_what_people_know(named: tuple[str, ...], interlock: Run) -> None:
    """The service, the execution, the beginning of its id, a commit; a deployment by service and environment."""
    found = answered(interlock("trace", *named, "-o", "json"))
    assert found.get("executionId", NEWEST) == NEWEST
    assert found["trace"]["traceId"] == NEWEST.replace("-", "")


def test_a_deployment_is_found_by_its_id(interlock: Run) -> None:
    """As the list of deployments has it."""
    (newest, *_) = answered(interlock("deployments", "orders", "--environment", "prod-us-east-1", "-o", "json"))
    found = answered(interlock("trace", newest["id"], "-o", "json"))
    assert (found["environment"]["name"], found["status"]) == ("prod-us-east-1", "FAILED")


def test_a_trace_can_be_shallow(interlock: Run) -> None:
    """Deeper spans are counted; what has not ended is drawn until now."""
    shown = interlock("trace", "payments", "--depth", "2").stdout
    assert "  alpha-1 (+" in shown
    assert "▒" in shown
    assert "| · prod-1 | IN_PROGRESS |" in interlock("trace", "payments", "--depth", "2", "-o", "markdown").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("paymets",), "There is no execution, commit or service 'paymets'. Did you mean payments?"),
        (("payments", "prod-eu-west-9"), "Did you mean prod-eu-west-1"),
        (("orders", "prod-sa-east-1"), "Nothing of orders was ever deployed to prod-sa-east-1."),
        (("notifications",), "No pipeline of notifications has run."),
        (("RGVwbG95bWVudDp4",), "id 'RGVwbG95bWVudDp4' is not valid"),
    ],
)
def test_a_trace_of_nothing(arguments: tuple[str, ...], said: str, interlock: Run) -> None:
    """Says what there is instead."""
    refused = interlock("trace", *arguments)
    assert (refused.exit_code, said in refused.stderr) == (1, True), refused.stderr


def test_metrics_say_what_has_no_data(interlock: Run) -> None:
    """Five measures with percentiles; a null is not a zero."""
    shown = interlock("metrics", "--service", "orders", "--service", "payments").stdout
    rows = {line[1:34].strip(): line[34:].split() for line in shown.splitlines()}
    assert rows["change lead time"][:2] == ["8m", "03s"]
    assert rows["failed deployment recovery time"][:2] == ["no", "data"]
    assert rows["change fail rate"][:2] == ["25.0", "%"]
    assert answered(interlock("metrics", "-o", "json"))["total"]["failedDeploymentRecoveryTime"]["value"] is None


def test_metrics_by_service(interlock: Run) -> None:
    """A line each; one may be asked alone, and a stage that is not production."""
    shown = words(interlock("metrics", "--by", "service"))
    assert "orders no data no data 100.0 %" in shown
    only = answered(interlock("metrics", "--service", "payments", "--by", "service", "-o", "json"))
    assert [group["name"] for group in only["groups"]] == ["payments"]
    assert answered(interlock("metrics", "--stage", "beta", "-o", "json"))["total"]["deploymentFrequency"]["count"] > 0


@pytest.mark.parametrize(
    ("option", "name", "right"), [("service", "paymets", "payments"), ("team", "shp", "shop"), ("stage", "prd", "prod")]
)
def test_metrics_of_what_is_not_there(option: str, name: str, right: str, interlock: Run) -> None:
    """The name that it looks like."""
    refused = interlock("metrics", f"--{option}", name)
    assert (refused.exit_code, f"There is no {option} '{name}'. Did you mean {right}?" in refused.stderr) == (1, True)


def test_accounts(interlock: Run) -> None:
    """What is deployed to each, and whose pipelines it holds."""
    assert "222222222222 acme-beta Workloads/Test beta-eu-west-1, beta-us-east-1 -" in words(interlock("accounts"))
    (one,) = answered(interlock("accounts", "--account", "999999999999", "--all", "-o", "json"))
    assert {each["name"] for each in one["pipelines"]["nodes"]} == {"orders", "payments"}
    assert answered(interlock("accounts", "--unit", "Nowhere", "-o", "json")) == []


def test_checks(interlock: Run) -> None:
    """How they do; of a service, what its plan asks for."""
    every = {each["name"]: each for each in answered(interlock("checks", "-o", "json"))}
    assert every["smoke-gamma"]["statistics"]["passed"] == 3
    assert "payments-errors ALARM AFTER BLOCKING wave prod-1 for service payments 0 0 0 0 - - -" in words(
        interlock("checks")
    )
    of_orders = [each["name"] for each in answered(interlock("checks", "orders", "--order", "slow", "-o", "json"))]
    assert "smoke-gamma" in of_orders
    assert "payments-errors" not in of_orders
    assert "Did you mean orders?" in interlock("checks", "order").stderr


def test_logs_say_what_failed(interlock: Run) -> None:
    """Of an execution and of a deployment; of what is well nothing, unless it is asked for."""
    shown = interlock("logs", "orders").stdout
    assert f"prod-2 / prod-us-east-1.Deploy on prod-us-east-1: FAILED\n  {CAUSE}\n" in shown
    (said,) = answered(interlock("logs", "orders", "prod-us-east-1", "-o", "json"))
    assert said["cause"] == CAUSE
    well = interlock("logs", "payments", "alpha-eu-west-1")
    assert "Nothing has failed and nothing goes on. `--all` shows 3 that succeeded." in well.stderr
    assert "alpha-1 / smoke-alpha on alpha-eu-west-1: PASSED" in interlock("logs", "payments", "--all").stdout
    assert CAUSE in interlock("logs", "orders", "-o", "markdown").stdout


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--stage", "prod-9"), "The execution has no stage 'prod-9'. It has Assets, Build"),
        (("--action", "Synt"), "The execution has no action or check 'Synt'."),
        (("--live",), "One build has a log to follow, and this has none."),
    ],
)
def test_logs_of_nothing(option: tuple[str, ...], said: str, interlock: Run) -> None:
    """Says what there is."""
    refused = interlock("logs", "orders", *option)
    assert (refused.exit_code, said in refused.stderr) == (1, True)


def test_status_of_all_is_one_line_each(interlock: Run) -> None:
    """The revision in each stage, and where one is not everywhere yet, how far each has come."""
    shown = words(interlock("status"))
    assert "payments payments c3c3c3c3 c3c3c3c3 c3c3c3c3 c3c3c3c3 1/10, b2b2b2b2 9/10" in shown
    assert "orders shop d4d4d4d4 d4d4d4d4 d4d4d4d4 - failed in prod-us-east-1" in shown
    assert [len(each["environments"]) for each in answered(interlock("status", "-o", "json"))] == [7, 14, 16]
    assert "orders: environments" in interlock("status", "orders").stdout


def test_why_everywhere(interlock: Run) -> None:
    """A line for each environment, with what speaks against the next revision."""
    shown = interlock("why", "payments").stdout.splitlines()
    line = next(line for line in shown if " prod-us-east-1 " in line)
    assert line.split()[3:7] == ["b2b2b2b2", "c3c3c3c3", "COMING", "WAIT"]
    assert "prod-1 has not passed" in line
    assert len(answered(interlock("why", "payments", "-o", "json"))) == 16
    assert "Did you mean payments?" in interlock("why", "paymets").stderr
