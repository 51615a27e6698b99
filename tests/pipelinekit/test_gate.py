"""The gate, function by function: what it asks the service, what it makes of the answers, and what it never does."""

from __future__ import annotations

import ast
import datetime
import json
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import given
from hypothesis import strategies as st

from pipelinekit import gate
from pipelinekit.gate import index
from pipelinekit.gate.addresses import forbidden
from pipelinekit.gate.aws import Aws, AwsError, AwsUnavailableError
from pipelinekit.gate.checks import (
    EVENTS_OF_A_POLL,
    HISTORY,
    ask_http,
    describe,
    described,
    invoke,
    outcome_of,
    poll_seconds,
)
from pipelinekit.gate.places import ROLE_NAME, checks_role_name, places_in
from pipelinekit.gate.registration import answered, deliver
from pipelinekit.gate.service import InterlockRefusedError, InterlockUnavailableError, Service, payload_in
from pipelinekit.gate.signing import Call, Credentials, signed_headers
from tests.pipelinekit.doubles import FakeService, MutationDouble

FOLDER = Path(gate.__file__).parent
PLACE = {"account": "222222222222", "region": "sa-east-1", "role": "arn:aws:iam::222222222222:role/any"}
MAP = {
    "pipeline": "payments",
    "account": "999999999999",
    "region": "eu-west-1",
    "repository": "acme/payments",
    "planDigest": "sha256:00",
    "stages": [
        {
            "actions": [
                # The first stack is one for another Region, as a certificate's is.
                {"environment": "prod-1", "account": "222222222222", "region": "us-east-1"},
                {"environment": "prod-1", "account": "222222222222", "region": "sa-east-1"},
                {"environment": "late", "account": "222222222222", "region": "sa-east-1"},
                {"environment": None, "account": None, "region": None},
            ]
        }
    ],
    "places": {"prod-1": PLACE},
}
EVENT = {
    "RequestType": "Create",
    "StackId": "s",
    "RequestId": "r",
    "LogicalResourceId": "l",
    "ResourceProperties": {"Pipeline": "payments"},
}
NOT_FOUND = {"code": "NOT_FOUND", "message": "Unknown.", "path": [], "remedy": ""}


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(
        MutationDouble({"registerPipeline": {"pipeline": {"id": "p"}, "errors": []}})
    ).running() as running:
        yield running


def run(kind: str = "LAMBDA", **other: Any) -> dict[str, Any]:
    configuration = {"functionName": "f", "alarmName": "a", "name": "n", "url": "https://x", "arn": "a", "project": "p"}
    return {
        "id": "1",
        "name": "smoke",
        "subject": "prod-1",
        "kind": kind,
        "mode": "BLOCKING",
        "timeoutMinutes": 15,
        "configuration": configuration,
        "status": "RUNNING",
        **other,
    }


def test_only_the_standard_library_is_imported() -> None:
    """Nothing has to be bundled: every import of the gate is the standard library's or its own."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            assert all(name.split(".")[0] in sys.stdlib_module_names for name in names), (path, names)


def test_only_running_checks_are_carried_out() -> None:
    """A run that has ended is not run again, and a run for an environment is carried out there."""
    places = places_in(MAP)
    found = described([run(), run(id="2", status="PASSED"), run("BAKE", id="3"), run(subject="w", id="4")], places)
    assert [check["id"] for check in found] == ["1", "3", "4"]
    assert found[0]["place"] == PLACE
    assert "place" not in found[1]
    assert "place" not in found[2]


def test_a_check_where_the_pipeline_has_no_role_says_so() -> None:
    """A check that came after the last synth is not looked up in the pipeline's own account instead."""
    found = described([run(subject="late")], places_in(MAP))
    assert "no role for checks in late" in found[0]["problem"]
    assert "place" not in found[0]


@pytest.mark.parametrize("kind", ["LAMBDA", "STATE_MACHINE", "CODEBUILD", "ALARM", "CANARY", "HTTP"])
def test_a_check_without_its_target_has_a_problem(kind: str) -> None:
    """What is configured wrongly is told as a sentence that names the kind and the missing value."""
    assert "problem" not in describe(run(kind))
    for configuration in ({}, None, {"functionName": 7, "alarmName": None}):
        assert f"a {kind} check needs " in describe(run(kind, configuration=configuration))["problem"]


@given(timeout=st.integers(1, 7 * 24 * 3600), wanted=st.integers(-5, 3600), polled=st.integers(0, 400))
def test_polling_never_overflows_the_history(timeout: int, wanted: int, polled: int) -> None:
    """However long and however many, asking stays within the history, and never more often than wanted."""
    seconds = poll_seconds(timeout, wanted, polled)
    rounds = -(-timeout // seconds)
    assert seconds >= max(1, wanted)
    assert rounds * max(1, polled) * EVENTS_OF_A_POLL <= max(HISTORY, max(1, polled) * EVENTS_OF_A_POLL)


@given(configuration=st.dictionaries(st.text(), st.one_of(st.none(), st.integers(), st.text(), st.booleans())))
def test_any_configuration_can_be_described(configuration: dict[str, Any]) -> None:
    """Whatever a service sends as configuration, every number that the machine reads is one."""
    for kind in ("LAMBDA", "ALARM", "BAKE", "HOLOGRAM"):
        check = describe(run(kind, configuration=configuration))
        numbers = ("timeoutSeconds", "pollSeconds", "polls", "count", "expectStatus")
        assert all(type(check[name]) is int for name in numbers)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (None, {"status": "PASSED", "detail": {"result": None}}),
        ("fine", {"status": "PASSED", "detail": {"result": "fine"}}),
        ({"status": "FAILED", "cause": "no"}, {"status": "FAILED", "cause": "no"}),
        ({"status": "MAYBE"}, {"status": "ERRORED", "cause": "the check answered the unknown status MAYBE"}),
    ],
)
def test_the_outcome_of_an_answer(answer: object, outcome: dict[str, Any]) -> None:
    """A function's own outcome counts; one that says no status has passed; an unknown status is an error."""
    assert outcome_of(answer) == outcome


@given(
    pipeline=st.from_regex(r"[a-z][a-z-]{0,60}", fullmatch=True),
    environment=st.from_regex(r"[a-z0-9-]{1,60}", fullmatch=True),
)
def test_a_role_name_fits(pipeline: str, environment: str) -> None:
    """A role's name is never longer than IAM allows, and two long ones with one beginning differ."""
    name = checks_role_name(pipeline, environment, "Main")
    assert len(name) <= ROLE_NAME
    assert name != checks_role_name(pipeline, f"{environment}x", "Main")


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408, 404, 308])
def test_what_may_pass_is_unavailable(service: FakeService, status: int) -> None:
    """Server errors, "later", and a load balancer that has no service behind it mean: ask again."""
    service.answer = lambda _: (status, b"")
    with pytest.raises(InterlockUnavailableError, match=f"HTTP {status}"):
        Service(service.url).mutate("concludeWave", {})


@pytest.mark.parametrize("status", [400, 401, 403])
def test_what_will_not_pass_is_refused(service: FakeService, status: int) -> None:
    """Other client errors mean no."""
    service.answer = lambda _: (status, b"")
    with pytest.raises(InterlockRefusedError, match=f"HTTP {status}"):
        Service(service.url).mutate("concludeWave", {})


@pytest.mark.parametrize(
    ("service_name", "status", "words", "kind"),
    [
        ("monitoring", 400, b'{"__type": "ThrottlingException"}', AwsUnavailableError),
        ("sts", 403, b"<Code>AccessDenied</Code>", AwsUnavailableError),  # a role that is a few seconds old
        ("lambda", 503, b"", AwsUnavailableError),
        ("lambda", 403, b"AccessDeniedException", AwsError),
        ("lambda", 404, b"ResourceNotFoundException", AwsError),
    ],
)
def test_what_aws_may_answer_otherwise_soon(
    service: FakeService, service_name: str, status: int, words: bytes, kind: type[Exception]
) -> None:
    """Throttling, whatever its status, and a role that IAM does not know yet are asked again and fail no wave."""
    service.answer = lambda _: (status, words)
    aws = Aws("eu-west-1", Credentials("key", "secret"), service.url)
    with pytest.raises(kind):
        aws._send(Call(service_name, "eu-west-1", service.url + "/", body=b"{}"))


def test_nobody_there_is_unavailable() -> None:
    """A refused connection means: ask again."""
    with pytest.raises(InterlockUnavailableError, match="cannot be reached"):
        Service("http://127.0.0.1:9").mutate("concludeWave", {})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"<html>", InterlockUnavailableError),
        (b"[]", InterlockUnavailableError),
        (b"{}", InterlockUnavailableError),
        (b'{"errors": [{"message": "database", "path": ["x"]}]}', InterlockUnavailableError),
        (b'{"errors": [{"message": "no such field"}]}', InterlockRefusedError),
        (
            b'{"data": {"x": {"errors": [{"code": "REFUSED", "message": "No.", "remedy": "Wait."}]}}}',
            InterlockRefusedError,
        ),
    ],
)
def test_an_answer_without_a_payload(answer: bytes, kind: type[Exception]) -> None:
    """An error inside the service may pass; a question that it does not understand, and a typed error, will not."""
    with pytest.raises(kind):
        payload_in(answer, "x")


def test_registering_is_told_to_cloudformation(service: FakeService) -> None:
    """Create: the map is registered, and CloudFormation is told so where it waits."""
    body = answered({**EVENT}, Service(service.url), lambda: MAP)
    deliver(f"{service.url}/answer", body)
    assert body["Status"] == "SUCCESS"
    assert body["Data"] == {"Registered": "true"}
    assert service.posts[0]["variables"]["input"] == {
        "name": "payments",
        "account": "999999999999",
        "region": "eu-west-1",
        "repository": "acme/payments",
        "planDigest": "sha256:00",
        "structure": MAP,
    }
    assert service.requests[-1][0] == "PUT"
    assert service.requests[-1][2].get("Content-Type", "") == ""
    assert service.requests[-1][3] == body


def test_a_stack_does_not_fail_for_an_unreachable_service() -> None:
    """The service out of reach: the stack succeeds, and says that the pipeline is registered later."""
    body = answered(EVENT, Service("http://127.0.0.1:9"), lambda: MAP)
    assert (body["Status"], body["Data"]) == ("SUCCESS", {"Registered": "false"})
    assert "registered later" in body["Reason"]


def test_a_stack_fails_with_the_services_sentence(service: FakeService) -> None:
    """The service refuses the map: the stack fails, and says why."""
    service.answer = MutationDouble({"registerPipeline": {"pipeline": None, "errors": [NOT_FOUND]}})
    body = answered({**EVENT, "RequestType": "Update", "PhysicalResourceId": "kept"}, Service(service.url), lambda: MAP)
    assert (body["Status"], body["Reason"]) == ("FAILED", "Interlock refused the pipeline: Unknown.")
    assert body["PhysicalResourceId"] == "kept"


def test_a_stack_fails_without_its_map(service: FakeService) -> None:
    """A map that cannot be read fails at once: without an answer CloudFormation would wait."""
    body = answered(EVENT, Service(service.url), lambda: json.loads("{"))
    assert body["Status"] == "FAILED"
    assert "the map of the pipeline cannot be read" in body["Reason"]


def test_deleting_asks_nobody() -> None:
    """Delete always succeeds: what happened stays in the service."""
    body = answered({**EVENT, "RequestType": "Delete"}, Service("http://127.0.0.1:9"), lambda: MAP)
    assert body["Status"] == "SUCCESS"


def test_starting_registers_what_is_unknown(service: FakeService) -> None:
    """NOT_FOUND: the map is registered and the checks are asked for once more; still unknown is a matter of time."""
    double = MutationDouble(
        {
            "startCheckRuns": {"checkRuns": [], "errors": [NOT_FOUND]},
            "registerPipeline": {"pipeline": {"id": "p"}, "errors": []},
        }
    )
    service.answer = double
    with pytest.raises(InterlockUnavailableError, match="does not know this execution yet"):
        index.start({"executionId": "e", "stage": "w"}, Service(service.url), lambda: MAP)
    assert [field for field, _ in double.asked] == ["startCheckRuns", "registerPipeline", "startCheckRuns"]
    assert double.asked[0][1] == {"executionId": "e", "stage": "w", "when": "AFTER"}


def test_a_report_that_is_refused_fails_nothing(service: FakeService) -> None:
    """A run that has ended already is told, and the wave is decided at the end all the same."""
    ended = {"code": "ALREADY_FINISHED", "message": "It has ended.", "path": [], "remedy": ""}
    double = service.answer = MutationDouble({"finishCheckRun": {"checkRun": None, "errors": [ended]}})
    event = {"checkRun": "1", "outcome": {"status": "FAILED", "cause": "no", "detail": None}}
    assert index.report(event, Service(service.url)) == {"recorded": False, "reason": "It has ended."}
    assert double.asked == [("finishCheckRun", {"checkRun": "1", "status": "FAILED", "cause": "no"})]


def finished(retry: dict[str, str] | None) -> dict[str, Any]:
    return {"checkRun": {"id": "1", "status": "ERRORED", "retry": retry}, "errors": []}


@pytest.mark.parametrize(
    ("retry", "again"),
    [
        (None, None),
        ({"id": "2", "status": "RUNNING", "traceparent": "00-of-2"}, "2"),
        ({"id": "2", "status": "PASSED"}, None),
    ],
)
def test_a_report_may_be_answered_with_another_run(
    service: FakeService, retry: dict[str, str] | None, again: str | None
) -> None:
    """The run with which the check is to be tried again, unless it has ended already."""
    service.answer = MutationDouble({"finishCheckRun": finished(retry)})
    event = {"checkRun": "1", "outcome": {"status": "ERRORED"}}
    named = {"again": again, "traceparent": "00-of-2"} if again else {}
    assert index.report(event, Service(service.url)) == {"recorded": True, **named}


def test_a_wave_is_not_concluded_while_a_check_is_tried_again(service: FakeService) -> None:
    """An outcome that is reported with the conclusion may be answered with another run, which comes first."""
    passed = {"verdict": {"passed": True, "reasons": []}, "errors": []}
    double = service.answer = MutationDouble(
        {"finishCheckRun": finished({"id": "2", "status": "RUNNING"}), "concludeWave": passed}
    )
    late = {"checkRun": "1", "outcome": {"status": "ERRORED"}, "check": {"id": "1", "name": "smoke"}}
    event = {"executionId": "e", "stage": "w", "unreported": [late]}
    answer = index.conclude(event, Service(service.url))
    assert answer == {"passed": False, "reasons": [], "checks": [{"id": "2", "name": "smoke", "traceparent": ""}]}
    assert [field for field, _ in double.asked] == ["finishCheckRun"]
    before = {**event, "unreported": [{name: value for name, value in late.items() if name != "check"}]}
    assert index.conclude(before, Service(service.url)) == {"passed": True, "reasons": [], "checks": []}


def page(url: str, **configuration: object) -> dict[str, Any]:
    return describe(run("HTTP", configuration={"url": url, **configuration}))


@pytest.mark.parametrize(
    ("configuration", "status", "cause"),
    [
        ({}, "PASSED", None),
        ({"expectBody": "all is well"}, "PASSED", None),
        ({"expectBody": "all is lost"}, "FAILED", "answered 200 without the text 'all is lost'"),
        ({"expectStatus": 503}, "FAILED", "answered 200 and not 503"),
        ({"timeoutSeconds": 5, "headers": {"X-Probe": "1"}}, "PASSED", None),
    ],
)
def test_a_page_is_asked_as_the_check_says(
    service: FakeService, configuration: dict[str, Any], status: str, cause: str | None
) -> None:
    """Method, headers, the expected status and text."""
    service.pages["/health"] = (200, b"and all is well \xff")
    outcome = ask_http(page(f"{service.url}/health", **configuration), "00-trace")
    assert (outcome["status"], outcome["detail"]) == (status, {"httpStatus": 200})
    assert outcome.get("cause") == (f"{service.url}/health {cause}" if cause else None)
    _, _, headers, _ = service.requests[-1]
    sent = {"traceparent": "00-trace", **configuration.get("headers", {})}
    assert sent.items() <= {**headers, "traceparent": headers.get("Traceparent")}.items()


def test_a_page_is_posted_to(service: FakeService) -> None:
    """The method is the check's; an error's status is a status too."""
    outcome = ask_http({**page(f"{service.url}/nothing", method="HEAD")}, "")
    assert outcome["cause"].endswith("answered 501 and not 200")  # the double knows no HEAD


@pytest.mark.parametrize("configuration", [{"headers": {"X": "a\r\nb"}}, {"timeoutSeconds": 1}])
def test_a_page_without_an_answer(configuration: dict[str, Any]) -> None:
    """What cannot be asked, or does not answer, is ERRORED: nothing is known of the revision."""
    outcome = ask_http(page("http://127.0.0.1:9/", **configuration), "")
    assert outcome["status"] == "ERRORED"
    assert "gave no answer" in outcome["cause"]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "169.254.169.254", "::1", "0.0.0.0", "fd00:ec2::254", "::ffff:127.0.0.1"]
)
def test_the_function_s_own_machine_is_not_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a Lambda function its runtime and credentials are there: told as no answer, with the address."""
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    outcome = ask_http(page("http://health.example.com/"), "")
    assert outcome["status"] == "ERRORED"
    assert f"health.example.com is {address}, which is not spoken to" in outcome["cause"]
    assert not forbidden("10.0.0.1", loopback=False)


def test_a_redirect_is_an_answer() -> None:
    """Nobody is sent a check's headers but the address that was written down; a redirect may be what is expected."""
    seen: list[str] = []

    class Moved(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(302)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Moved)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    outcome = ask_http(page(f"http://127.0.0.1:{server.server_port}/"), "")
    assert (outcome["status"], outcome["detail"]) == ("FAILED", {"httpStatus": 302})
    assert ask_http({**page(f"http://127.0.0.1:{server.server_port}/"), "expectStatus": 302}, "")["status"] == "PASSED"
    assert seen == ["/", "/"]
    server.shutdown()
    server.server_close()


def test_retries_count_as_polls() -> None:
    """A wave whose checks may be tried again polls more slowly from the beginning: one history has room for all."""
    slow, fast = (
        described([run("ALARM", retries=retries, timeoutMinutes=600)] * 20, {})[0]["pollSeconds"] for retries in (9, 0)
    )
    assert slow > fast


def test_a_cause_that_is_no_text_is_reported_all_the_same(service: FakeService) -> None:
    """A function may give anything as its cause: the service takes text, and the outcome is not lost for it."""
    answer = {"checkRun": {"id": "1", "status": "FAILED"}, "errors": []}
    double = service.answer = MutationDouble({"finishCheckRun": answer})
    event = {"checkRun": "1", "outcome": {"status": "FAILED", "cause": {"lost": 2}}}
    assert index.report(event, Service(service.url)) == {"recorded": True}
    assert double.asked == [("finishCheckRun", {"checkRun": "1", "status": "FAILED", "cause": '{"lost": 2}'})]


def test_the_handler_answers_what_will_not_pass(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal, an unknown operation and a malformed request are answered; only what may pass is raised."""
    monkeypatch.setenv("INTERLOCK_URL", service.url)
    frozen = {"code": "REFUSED", "message": "Frozen.", "path": [], "remedy": ""}
    service.answer = MutationDouble({"concludeWave": {"verdict": None, "errors": [frozen]}})
    assert index.handler({"op": "conclude", "executionId": "e", "stage": "w"}, None) == {"refused": "Frozen."}
    assert "upgrade pipelinekit" in index.handler({"op": "dance"}, None)["refused"]
    assert index.handler({"op": "conclude"}, None) == {"refused": "'executionId'"}
    service.answer = lambda _: (503, b"")
    with pytest.raises(InterlockUnavailableError):
        index.handler({"op": "conclude", "executionId": "e", "stage": "w"}, None)


def test_in_a_rehearsal_the_time_is_the_services(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock is not the world's; everywhere else the gate has its own, and asks nobody."""
    service.answer = lambda _: (200, b'{"data": {"clock": {"now": "2031-03-01T08:00:00+00:00"}}}')
    assert index._now(Service(service.url)).year != 2031
    assert service.requests == []
    monkeypatch.setenv("INTERLOCK_REHEARSAL", "1")
    assert index._now(Service(service.url)).isoformat() == "2031-03-01T08:00:00+00:00"


def test_the_trace_goes_along(service: FakeService, monkeypatch: pytest.MonkeyPatch) -> None:
    """traceparent and a token, where there is one, are sent with every question."""
    monkeypatch.setenv("INTERLOCK_URL", service.url)
    monkeypatch.setenv("INTERLOCK_TOKEN", "t0ken")
    service.answer = MutationDouble({"concludeWave": {"verdict": {"passed": True, "reasons": []}, "errors": []}})
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    index.handler({"op": "conclude", "executionId": "e", "stage": "w", "traceparent": trace}, None)
    headers = {name.lower(): value for name, value in service.requests[0][2].items()}
    assert (headers["traceparent"], headers["authorization"]) == (trace, "Bearer t0ken")


@pytest.mark.parametrize("token", ["", "session"])
@pytest.mark.parametrize(
    "call",
    [
        Call("s3", "eu-west-1", "https://s3.eu-west-1.amazonaws.com/bucket/a%20b.json", "GET"),
        Call(
            "sts",
            "us-east-1",
            "https://sts.us-east-1.amazonaws.com/",
            body=b"Action=AssumeRole",
            headers=(("content-type", "application/x-www-form-urlencoded; charset=utf-8"),),
        ),
        Call(
            "lambda",
            "sa-east-1",
            "https://lambda.sa-east-1.amazonaws.com/2015-03-31/functions/arn%3Aaws/invocations",
            body=b"{}",
        ),
        Call(
            "monitoring",
            "eu-west-1",
            "https://monitoring.eu-west-1.amazonaws.com/",
            body=b"{}",
            headers=(("x-amz-target", "X.Y"), ("content-type", "application/x-amz-json-1.0")),
        ),
    ],
)
def test_a_signature_is_botocores(call: Call, token: str) -> None:
    """Signed with the same time, every call has the signature that AWS's own library gives it."""
    now = datetime.datetime.now(datetime.UTC)
    ours = signed_headers(call, Credentials("AKID", "secret", token), now)
    request = AWSRequest(method=call.method, url=call.url, data=call.body or None, headers=dict(call.headers))
    signer = (S3SigV4Auth if call.service == "s3" else SigV4Auth)(
        BotocoreCredentials("AKID", "secret", token or None), call.service, call.region
    )
    request.context["timestamp"] = now.strftime("%Y%m%dT%H%M%SZ")
    request.headers["X-Amz-Date"] = request.context["timestamp"]
    if token:
        request.headers["X-Amz-Security-Token"] = token
    if call.service == "s3":
        request.headers["X-Amz-Content-SHA256"] = ours["x-amz-content-sha256"]
    theirs = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert ours["authorization"].rpartition("Signature=")[2] == theirs


def test_a_function_that_does_not_answer_in_its_check_s_time_has_timed_out() -> None:
    """It is not invoked again, which a failure to reach AWS would be: it may still be running."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        there = Aws("eu-west-1", Credentials("1" * 12, "secret", ""), endpoint)
        outcome = invoke({"target": "smoke", "timeoutSeconds": 0.2, "configuration": {}}, {}, there)
    assert outcome["status"] == "TIMED_OUT"
    assert "gave no answer" in outcome["cause"]
