"""The one request: what is sent, and every way in which it can end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipelinekit.client import DEFAULT_URL, Service, plan_query
from pipelinekit.refusals import (
    LibraryTooOldError,
    NoEnvironmentsError,
    PlanUnavailableError,
    ServiceRefusedError,
    ServiceUnreachableError,
    UnknownRepositoryError,
)
from tests.pipelinekit import plans
from tests.pipelinekit.doubles import FakeService, plan_answer, refusal_answer


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(plan_answer(plans.small())).running() as running:
        yield running


def test_one_post_brings_the_plan(service: FakeService) -> None:
    """One POST of the shipped document with repository and contract: the answer is the plan."""
    assert Service(service.url, "t0ken").plan("acme/payments") == plans.small()
    [(method, path, headers, body)] = service.requests
    assert (method, path, headers["Authorization"]) == ("POST", "/graphql", "Bearer t0ken")
    assert body == {
        "query": plan_query(),
        "operationName": "Plan",
        "variables": {"repository": "acme/payments", "contract": 1},
    }


def test_settings_come_from_the_environment() -> None:
    """INTERLOCK_URL and INTERLOCK_TOKEN are read; empty is unset; a trailing slash does no harm."""
    assert Service.of({}) == Service(DEFAULT_URL, None)
    assert Service.of({"INTERLOCK_URL": "", "INTERLOCK_TOKEN": ""}) == Service(DEFAULT_URL, None)
    assert Service.of({"INTERLOCK_URL": "https://x/", "INTERLOCK_TOKEN": "t"}) == Service("https://x", "t")


def test_a_token_is_not_shown() -> None:
    """A printed Service does not give its token away."""
    assert "t0ken" not in repr(Service("https://x", "t0ken"))


def test_no_token_sends_no_authorization(service: FakeService) -> None:
    """Without INTERLOCK_TOKEN no Authorization header is sent."""
    Service(service.url).plan("acme/payments")
    assert "Authorization" not in service.requests[0][2]


@pytest.mark.parametrize(
    ("typename", "fields", "kind", "sentence"),
    [
        (
            "NotFound",
            {
                "code": "NOT_FOUND",
                "message": "There is no service of acme/paymants.",
                "remedy": "Register it.",
                "suggestions": ["acme/payments"],
            },
            UnknownRepositoryError,
            "There is no service of acme/paymants. Register it.",
        ),
        (
            "Refused",
            {"code": "NO_ENVIRONMENTS", "message": "Nothing matches.", "remedy": "Change the placement."},
            NoEnvironmentsError,
            "Nothing matches. Change the placement.",
        ),
        (
            "UpgradeRequired",
            {"code": "UPGRADE_REQUIRED", "message": "", "remedy": "Upgrade pipelinekit."},
            LibraryTooOldError,
            "The service does not answer in this pipelinekit's contract. Upgrade pipelinekit.",
        ),
        (
            "Refused",
            {"code": "FROZEN", "message": "Closed.", "remedy": "Wait."},
            ServiceRefusedError,
            "Closed. Wait.",
        ),
    ],
)
def test_each_refusal_is_its_own_sentence(
    service: FakeService, typename: str, fields: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    """A typed refusal of the service becomes the error of its code, with the service's own words."""
    service.answer = refusal_answer(typename, **fields)
    with pytest.raises(kind) as raised:
        Service(service.url).plan("acme/payments")
    assert type(raised.value) is kind
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("status", "body", "kind", "sentence"),
    [
        (401, b"", ServiceRefusedError, "does not accept this caller"),
        (403, b"", ServiceRefusedError, "set INTERLOCK_TOKEN to a valid token"),
        (500, b"", ServiceUnreachableError, r"\(HTTP 500\)"),
        (404, b"", ServiceUnreachableError, r"\(HTTP 404\)"),
        (302, b"", ServiceUnreachableError, r"\(HTTP 302\)"),
        (200, b"<html>", ServiceUnreachableError, "is not the Interlock service"),
        (200, b"[]", ServiceUnreachableError, "is not the Interlock service"),
        (200, {"data": None, "errors": [{"message": "no field plan"}]}, ServiceRefusedError, "no field plan"),
        (200, {"data": {"plan": None}}, ServiceRefusedError, "neither a plan nor a reason"),
    ],
)
def test_an_answer_that_is_no_plan(
    service: FakeService, status: int, body: object, kind: type[Exception], sentence: str
) -> None:
    """Whatever else comes back is refused in a sentence, after one request: no retry, no redirect."""
    service.answer = lambda _: (status, body)
    service.headers = {"Location": f"{service.url}/elsewhere"} if status == 302 else {}
    with pytest.raises(kind, match=sentence):
        Service(service.url).plan("acme/payments")
    assert len(service.requests) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "file:///etc", "nonsense", "http://[", "ftp://127.0.0.1"])
def test_nobody_there(url: str) -> None:
    """An address where nobody listens, or that is none, is refused with what to do."""
    with pytest.raises(ServiceUnreachableError, match="check INTERLOCK_URL, start the service, or set INTERLOCK_PLAN"):
        Service(url).plan("acme/payments")


def test_every_failure_is_one_branch() -> None:
    """All that a request can raise is a PlanUnavailableError."""
    kinds = (
        ServiceUnreachableError,
        ServiceRefusedError,
        UnknownRepositoryError,
        NoEnvironmentsError,
        LibraryTooOldError,
    )
    assert all(issubclass(kind, PlanUnavailableError) for kind in kinds)
