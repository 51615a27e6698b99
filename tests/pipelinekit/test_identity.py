"""Who a gate says that it is: a token that AWS signs, kept until shortly before its end; else a proof; else nothing."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
from collections.abc import Iterator
from typing import Any

import pytest

from pipelinekit import client
from pipelinekit.build_role import of_build
from pipelinekit.gate import index
from pipelinekit.gate.aws import Aws, AwsUnavailableError
from pipelinekit.gate.identity import PROOF_PREFIX, REFUSED_SECONDS, Identity, is_private
from pipelinekit.gate.service import InterlockRefusedError, InterlockUnavailableError, Service
from pipelinekit.refusals import ServiceRefusedError, ServiceUnreachableError
from tests.amazon import ACCOUNT, REGION, Amazon
from tests.pipelinekit.doubles import FakeService, MutationDouble

CONCLUDED = MutationDouble({"concludeWave": {"verdict": {"passed": True, "reasons": []}, "errors": []}})
AUDIENCE = "https://interlock.example.com"


@pytest.fixture
def amazon() -> Iterator[Amazon]:
    with Amazon().running() as running:
        yield running


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService(CONCLUDED).running() as running:
        yield running


class Clock:
    """Time that goes forward when the test says so, and by what is slept."""

    def __init__(self) -> None:
        self.now = datetime.datetime.now(datetime.UTC)
        self.slept: list[float] = []

    def __call__(self) -> datetime.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def forward(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)


def identity(amazon: Amazon, clock: Clock | None = None) -> Identity:
    """That of payments' gate."""
    clock, session = clock or Clock(), amazon.session()
    environment = {**session.environment(), "AWS_ENDPOINT_URL": amazon.url}
    return Identity(AUDIENCE, lambda: Aws.of(environment), clock, clock.sleep)


def claims(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return found


def test_a_token_is_kept_until_shortly_before_its_end(amazon: Amazon) -> None:
    """For this service alone, for five minutes, and asked for again in the last one, or where a fresh one is wanted."""
    clock = Clock()
    who = identity(amazon, clock)
    first = who.bearer()
    assert (claims(first)["aud"], claims(first)["exp"] - claims(first)["iat"]) == (AUDIENCE, 300)
    clock.forward(239)
    assert who.bearer() == first
    assert amazon.asked == ["GetWebIdentityToken"]
    clock.forward(2)
    who.bearer()
    who.bearer(fresh=True)
    assert amazon.asked == ["GetWebIdentityToken"] * 3
    assert who.refusal == ""


def test_where_federation_is_off_it_is_proven(amazon: Amazon) -> None:
    """AWS is not asked again for a while; each proof is another, and holds no secret, no host and no path."""
    amazon.federated.clear()
    clock = Clock()
    who = identity(amazon, clock)
    proofs = [who.bearer(), who.bearer()]
    assert amazon.asked == ["GetWebIdentityToken"]
    assert len(set(proofs)) == 2
    [session] = amazon.sessions.values()
    for each in proofs:
        text = base64.urlsafe_b64decode(each.removeprefix(PROOF_PREFIX) + "==").decode()
        given = json.loads(text)
        assert set(given) == {"key", "date", "signature", "token", "region", "nonce"}
        assert (given["key"], given["region"]) == (session.key, REGION)
        assert session.secret not in text
        assert "amazonaws" not in text
    assert who.refusal.startswith("OutboundWebIdentityFederationDisabledException: It is not enabled")
    amazon.federated.add(ACCOUNT)
    clock.forward(REFUSED_SECONDS + 1)
    assert claims(who.bearer())["aud"] == AUDIENCE
    assert who.refusal == ""


def test_a_right_that_is_new_is_waited_for(amazon: Amazon) -> None:
    """IAM is consistent after seconds; a right that is denied for good ends in proofs."""
    clock = Clock()
    amazon.denied = 1
    assert claims(identity(amazon, clock).bearer())["aud"] == AUDIENCE
    assert clock.slept == [2.0]
    amazon.denied = 9
    assert identity(amazon, clock).bearer().startswith(PROOF_PREFIX)
    assert clock.slept == [2.0, 2.0, 6.0]


def test_a_session_that_ends_soon_gets_a_shorter_token(amazon: Amazon) -> None:
    """AWS signs none that outlives it; it is kept for half of its life."""
    amazon.longest = 60
    clock = Clock()
    who = identity(amazon, clock)
    first = who.bearer()
    assert claims(first)["exp"] - claims(first)["iat"] == 60
    clock.forward(31)
    asked = len(amazon.asked)
    who.bearer()
    assert len(amazon.asked) == asked + 2


@pytest.mark.parametrize("status", [500, 503, 429, 200])
def test_while_sts_is_away_it_is_waited(amazon: Amazon, service: FakeService, status: int) -> None:
    """The service is not asked meanwhile: the machine asks again, and neither proceeds nor fails."""
    amazon.answer = (status, {}, b"<html>a proxy's page")
    with pytest.raises(InterlockUnavailableError, match="AWS does not say now who this pipeline is"):
        Service(service.url, identity=identity(amazon)).mutate("concludeWave", {})
    assert service.requests == []


def refusal(status: int, **said: Any) -> tuple[int, object]:
    extensions = {"code": "UNAUTHENTICATED", "remedy": said.pop("remedy", "Do that.")}
    return status, {"errors": [{"message": said.get("message", "The token has expired."), "extensions": extensions}]}


def test_a_token_that_has_just_ended_is_taken_anew_once(amazon: Amazon, service: FakeService) -> None:
    """A 401 is answered with a fresh one; then the question is answered as if nothing had been."""
    tries = iter([refusal(401)])
    service.answer = lambda body: next(tries, None) or CONCLUDED(body)
    assert Service(service.url, identity=identity(amazon)).mutate("concludeWave", {})["verdict"]["passed"]
    assert amazon.asked == ["GetWebIdentityToken"] * 2
    assert len(service.requests) == 2


@pytest.mark.parametrize(("status", "tries"), [(401, 2), (403, 1)])
def test_who_is_not_known_for_good_is_refused(amazon: Amazon, service: FakeService, status: int, tries: int) -> None:
    """With the service's sentence, its remedy, and why AWS has signed no token."""
    service.answer = lambda _: refusal(status, message="It is of nobody.", remedy="Name the issuer.")
    with pytest.raises(InterlockRefusedError, match=rf"HTTP {status}: It is of nobody. \(Name the issuer.\)$"):
        Service(service.url, identity=identity(amazon)).mutate("concludeWave", {})
    assert len(service.requests) == tries
    amazon.federated.clear()
    if status == 401:
        with pytest.raises(InterlockRefusedError, match="AWS signed no token: OutboundWebIdentityFederationDisabled"):
            Service(service.url, identity=identity(amazon)).mutate("concludeWave", {})


def test_while_the_issuer_is_away_the_service_is_too(amazon: Amazon, service: FakeService) -> None:
    """503 is asked again by the machine, and not here."""
    service.answer = lambda _: refusal(503)
    with pytest.raises(InterlockUnavailableError):
        Service(service.url, identity=identity(amazon)).mutate("concludeWave", {})
    assert len(service.requests) == 1


def test_a_bearer_goes_nowhere_else(amazon: Amazon, service: FakeService) -> None:
    """No redirect is followed, and nothing is borne over plain HTTP to another machine."""
    with FakeService(CONCLUDED).running() as other:
        service.answer = lambda _: (302, b"")
        service.headers = {"Location": f"{other.url}/graphql"}
        with pytest.raises(InterlockUnavailableError, match="HTTP 302"):
            Service(service.url, identity=identity(amazon)).mutate("concludeWave", {})
        assert other.requests == []
    assert [is_private(url) for url in ("https://x", "http://127.0.0.1:8400", "http://x", "http://127.0.0.1.x")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("more", "scheme"),
    [({}, "ey"), ({"INTERLOCK_TOKEN": "ilk_1"}, "ilk_1"), ({"INTERLOCK_REHEARSAL": "1"}, "")],
)
def test_what_the_gate_bears(
    amazon: Amazon, service: FakeService, monkeypatch: pytest.MonkeyPatch, more: dict[str, str], scheme: str
) -> None:
    """The token of its environment, else one of its role; in a rehearsal nothing."""
    service.answer = MutationDouble(CONCLUDED.payloads | {"clock": {"now": "2031-03-01T08:00:00+00:00"}})
    settings = {**amazon.session().environment(), "AWS_ENDPOINT_URL": amazon.url, "INTERLOCK_URL": service.url, **more}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    index._identity.cache_clear()
    assert index.handler({"op": "conclude", "executionId": "e", "stage": "w"}, None)["passed"]
    index._identity.cache_clear()
    sent = {name.lower(): value for name, value in service.requests[-1][2].items()}.get("authorization", "")
    assert sent.startswith(f"Bearer {scheme}" if scheme else "")
    assert bool(sent) is bool(scheme)
    assert amazon.asked == (["GetWebIdentityToken"] if scheme == "ey" else [])


def test_a_build_asks_for_the_plan_in_its_own_role(amazon: Amazon, service: FakeService) -> None:
    """By the container's credentials, for the audience that it was told; elsewhere it is INTERLOCK_TOKEN or nothing."""
    session = amazon.session("interlock-synth-payments-eu-west-1")
    with FakeService(CONCLUDED).running() as container:
        told = {"AccessKeyId": session.key, "SecretAccessKey": session.secret, "Token": session.token}
        container.pages["/v2/credentials/1"] = (200, json.dumps(told).encode())
        environment = {
            "CODEBUILD_BUILD_ID": "b:1",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1",
            "AWS_ACCESS_KEY_ID": "another",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": amazon.url,
            "INTERLOCK_URL": service.url,
            "INTERLOCK_AUDIENCE": AUDIENCE,
        }
        asking = client.Service.of(environment)
        assert asking.identity is not None
        who = dataclasses.replace(asking.identity, aws=lambda: of_build(environment, container.url))
        service.answer = lambda _: refusal(403, message="It is of nobody.")
        with pytest.raises(ServiceRefusedError, match=r"HTTP 403.: It is of nobody"):
            dataclasses.replace(asking, identity=who).plan("acme/payments")
    sent = service.requests[0][2]["Authorization"].removeprefix("Bearer ")
    assert (claims(sent)["aud"], claims(sent)["sub"]) == (AUDIENCE, session.sub)
    assert client.Service.of({**environment, "INTERLOCK_TOKEN": "t"}) == client.Service(service.url, "t")
    assert client.Service.of({"INTERLOCK_URL": service.url, "AWS_REGION": REGION}).identity is None


def test_a_build_whose_role_nobody_tells_says_so(service: FakeService) -> None:
    """In one sentence, and without asking the service."""
    environment = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/gone", "AWS_REGION": REGION}
    with pytest.raises(AwsUnavailableError, match="the build's credentials cannot be read"):
        of_build(environment, service.url)
    with pytest.raises(AwsUnavailableError, match="AWS_ACCESS_KEY_ID"):
        of_build({"AWS_REGION": REGION})
    asking = client.Service(service.url, identity=Identity(AUDIENCE, lambda: of_build(environment, service.url)))
    with pytest.raises(ServiceUnreachableError, match="the build's credentials cannot be read"):
        asking.plan("acme/payments")
    assert [method for method, *_ in service.requests] == ["GET", "GET"]
