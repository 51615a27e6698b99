"""The function that enables outbound identity federation, and what it answers CloudFormation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from infrastructure.member.enable import index
from infrastructure.member.federation import CODE
from tests.infrastructure.templates import of_type

ISSUER = "https://a1d2b0fd-1177-4468-9351-2f0e5c9b7d23.tokens.sts.global.api.aws"


class Enabled(Exception):
    """IAM's answer where it is enabled already."""


class Iam:
    """IAM, in which federation is off, on, or forbidden."""

    class exceptions:  # noqa: N801  # boto3's name
        FeatureEnabledException = Enabled

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails

    def enable_outbound_web_identity_federation(self) -> dict[str, str]:
        if self.fails:
            raise self.fails
        return {"IssuerIdentifier": ISSUER}

    def get_outbound_web_identity_federation_info(self) -> dict[str, str]:
        return {"IssuerIdentifier": ISSUER}


@pytest.fixture
def answers() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address to answer at, and what was answered there."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    server.server_close()


def asked(kind: str, url: str) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "ResponseURL": url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Enabled",
    }


@pytest.mark.parametrize("iam", [Iam(), Iam(fails=Enabled())], ids=["off", "on"])
def test_the_issuer_is_answered_whether_it_was_on_or_off(
    iam: Iam, answers: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enabled once, and told again."""
    url, got = answers
    monkeypatch.setattr(index.boto3, "client", lambda _: iam)
    index.handler(asked("Create", url), None)
    assert got == [
        {
            "Status": "SUCCESS",
            "PhysicalResourceId": "outbound-identity-federation",
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "Enabled",
            "Data": {"IssuerIdentifier": ISSUER},
        }
    ]


def test_what_is_refused_is_told_at_once(
    answers: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With IAM's words: CloudFormation would wait for an hour."""
    url, got = answers
    monkeypatch.setattr(index.boto3, "client", lambda _: Iam(fails=PermissionError("an SCP forbids it")))
    index.handler(asked("Create", url), None)
    assert (got[0]["Status"], got[0]["Reason"]) == ("FAILED", "PermissionError: an SCP forbids it")


def test_it_stays_when_the_stack_goes(
    answers: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may use it by then: IAM is not asked."""
    url, got = answers
    monkeypatch.setattr(index.boto3, "client", lambda _: pytest.fail("IAM is asked"))
    index.handler(asked("Delete", url), None)
    assert got[0]["Status"] == "SUCCESS"


def test_its_code_stands_in_the_template() -> None:
    """No asset, so that it needs no bootstrap; inline code has 4,096 characters at most."""
    (function,) = of_type("InterlockPipelineAccount", "AWS::Lambda::Function").values()
    assert function["Code"]["ZipFile"] == CODE.read_text()
    assert len(CODE.read_text()) < 4096
