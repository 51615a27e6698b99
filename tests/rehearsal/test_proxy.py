"""What stands between the gates and the service: down, it refuses; a check that is to fail, fails."""

import json
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest

from interlock_cli.rehearsal.faults import Fault, Kind
from interlock_cli.rehearsal.proxy import Proxy, serving

from .service import FakeService

SMOKE = Fault(Kind.FAILING_CHECK, check="smoke")


def asked(url: str, mutation: str, **given: Any) -> Any:
    """The payload of a mutation, as a gate asks for it."""
    query = f"mutation ($input: X!) {{ {mutation}(input: $input) {{ errors {{ code }} }} }}"
    body = json.dumps({"query": query, "variables": {"input": given}}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["data"][mutation]


def started(fake: FakeService, *names: str) -> None:
    """The service knows the execution, and which checks run."""
    fake.envelopes.append({"detail": {"execution-id": "e-1"}})
    fake.checks = [{"id": f"run-{name}", "name": name} for name in names]


def test_what_is_asked_is_passed_on_as_it_is(fake: FakeService) -> None:
    """And what is answered."""
    started(fake, "smoke")
    with serving(Proxy(fake.url, [], 1)) as url:
        assert asked(url, "startCheckRuns", executionId="e-1", stage="alpha-1")["checkRuns"] == fake.checks
    assert fake.inputs("startCheckRuns") == [{"executionId": "e-1", "stage": "alpha-1"}]


def test_while_it_is_down_nobody_is_answered(fake: FakeService) -> None:
    """503, as of a load balancer without anybody behind it; then as before."""
    proxy = Proxy(fake.url, [], 1)
    with serving(proxy) as url:
        proxy.down.set()
        with pytest.raises(urllib.error.HTTPError, match="503"):
            asked(url, "enterWave", executionId="e-1")
        proxy.down.clear()
        started(fake)
        assert asked(url, "enterWave", executionId="e-1")["entry"]["decision"] == "PROCEED"
    assert proxy.refused == 1


def test_a_check_that_is_to_fail_is_reported_as_failed(fake: FakeService) -> None:
    """Every time, in the execution that is meant, and no other check."""
    started(fake, "smoke", "soak")
    proxy = Proxy(fake.url, [SMOKE], 1)
    proxy.ordinals["e-1"] = 1
    with serving(proxy) as url:
        for _ in range(2):
            asked(url, "startCheckRuns", executionId="e-1", stage="alpha-1")
            for run in ("run-smoke", "run-soak"):
                asked(url, "finishCheckRun", checkRun=run, status="PASSED")
    said = [(each["checkRun"], each["status"]) for each in fake.inputs("finishCheckRun")]
    assert said == [("run-smoke", "FAILED"), ("run-soak", "PASSED")] * 2


def test_another_commit_is_left_alone(fake: FakeService) -> None:
    """A fault is about one of them; a rollback is none."""
    started(fake, "smoke")
    proxy = Proxy(fake.url, [SMOKE], 2)
    proxy.ordinals["e-1"] = 1
    with serving(proxy) as url:
        asked(url, "startCheckRuns", executionId="e-1", stage="alpha-1")
        asked(url, "finishCheckRun", checkRun="run-smoke", status="PASSED")
    assert fake.inputs("finishCheckRun")[0]["status"] == "PASSED"


def test_a_flaky_check_passes_when_it_is_tried_again() -> None:
    """The run that the service wants instead is known by its id."""
    proxy = Proxy("http://127.0.0.1:9", [Fault(Kind.FAILING_CHECK, check="smoke", times=1)], 1)
    proxy.ordinals["e-1"] = 1
    answers = iter(
        [
            {"data": {"startCheckRuns": {"checkRuns": [{"id": "first", "name": "smoke"}]}}},
            {"data": {"finishCheckRun": {"checkRun": {"id": "first", "retry": {"id": "second"}}}}},
            {"data": {"finishCheckRun": {"checkRun": {"id": "second", "retry": None}}}},
        ]
    )
    sent: list[Any] = []

    def forward(_path: str, _headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        sent.append(json.loads(body)["variables"]["input"])
        return 200, json.dumps(next(answers)).encode()

    proxy._forward = forward  # type: ignore[method-assign,assignment]
    for given in (
        {"executionId": "e-1", "stage": "alpha-1"},
        {"checkRun": "first", "status": "PASSED"},
        {"checkRun": "second", "status": "PASSED"},
    ):
        proxy.answer("/graphql", {}, json.dumps({"query": "mutation", "variables": {"input": given}}).encode())
    assert [each["status"] for each in sent[1:]] == ["FAILED", "PASSED"]


def test_there_are_data_up_to_the_time_that_a_gate_is_told() -> None:
    """They are put when the service has told it, and before the gate hears of it; where it told none, none are."""
    proxy = Proxy("http://127.0.0.1:9", [], 1)
    seen: list[datetime] = []
    proxy.looked = seen.append
    answers = iter([b'{"data": {"clock": {"now": "2027-03-01T08:00:00+00:00"}}}', b'{"errors": []}', b"nonsense"])
    proxy._forward = lambda *_: (200, next(answers))  # type: ignore[method-assign]
    for _ in range(3):
        proxy.answer("/graphql", {}, b'{"query": "query Clock {clock{now}}"}')
    assert seen == [datetime(2027, 3, 1, 8, tzinfo=UTC)]


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"variables": {"input": 3}}', b"\xff"])
def test_what_is_no_graphql_is_passed_on(fake: FakeService, body: bytes) -> None:
    """It is the service's to refuse."""
    proxy = Proxy(fake.url, [SMOKE], 1)
    proxy._forward = lambda *_: (400, body)  # type: ignore[method-assign]
    assert proxy.answer("/graphql", {}, body) == (400, body)


def test_a_service_that_is_away_is_a_bad_gateway() -> None:
    """Which a gate waits for."""
    assert Proxy("http://127.0.0.1:9", [], 1).answer("/graphql", {}, b"{}")[0] == 502
