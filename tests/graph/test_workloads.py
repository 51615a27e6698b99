"""Pipelines, as the service knows them: by AWS-signed tokens and by proofs; every forgery; and who they are then."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from sqlalchemy import func, select

from graph.app import application
from graph.authentication import keys, sts
from graph.authentication.policy import policy
from models.proofs import MOST_PRUNED, take
from models.settings import Settings, SettingsError
from models.tables import UsedProof
from pipelinekit.gate.aws import Aws
from pipelinekit.gate.identity import PROOF_PREFIX, proof
from tests.amazon import ACCOUNT, GATE, REGION, Amazon, Session, identity
from tests.graph.conftest import Graph
from tests.graph.issuer import SETTINGS, part, token

SERVER = "http://127.0.0.1:8400"
OTHER = "444455556666"
VIEWER = {"query": "{ viewer { actor roles permissions } }"}


@pytest.fixture
def amazon() -> Iterator[Amazon]:
    with Amazon().running() as running:
        yield running


def settings(amazon: Amazon, **more: Any) -> Settings:
    """A service that knows the issuer of the pipelines' account, and takes proofs."""
    given = {"pipeline_issuers": f"{ACCOUNT}={amazon.issuer()}", "pipeline_proofs": "1"}
    return SETTINGS.model_copy(update={**given, "aws_endpoint_url_sts": amazon.url, **more})


@asynccontextmanager
async def asking(graph: Graph, set_up: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a whole service in this process."""
    transport = httpx.ASGITransport(application(set_up, graph.context.database))
    async with httpx.AsyncClient(transport=transport, base_url=SERVER) as client:
        yield client


async def ask(client: httpx.AsyncClient, bearer: str) -> httpx.Response:
    return await client.post("/graphql", json=VIEWER, headers={"Authorization": f"Bearer {bearer}"})


async def refused(client: httpx.AsyncClient, bearer: str, status: int = 401) -> str:
    """What is said to a bearer that is not taken, with what to do."""
    answer = await ask(client, bearer)
    assert answer.status_code == status, answer.text
    [error] = answer.json()["errors"]
    return f"{error['message']} {error['extensions']['remedy']}"


def made(session: Session, server: str = SERVER, ago: float = 0, region: str = REGION) -> str:
    """A proof as pipelinekit makes it."""
    aws = Aws.of(session.environment(region))
    return proof(aws, server, datetime.now(UTC) - timedelta(seconds=ago))


def changed(bearer: str, **other: Any) -> str:
    """The proof with other parts."""
    text = bearer.removeprefix(PROOF_PREFIX)
    given = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return PROOF_PREFIX + part(given | other)


@pytest.mark.parametrize("algorithm", ["ES384", "RS256"])
async def test_a_gate_is_known_by_a_token_of_its_account_s_issuer(fleet: Graph, amazon: Amazon, algorithm: str) -> None:
    """It is a pipeline, of its service alone; the log calls it by account and role. People are known as before."""
    async with asking(fleet, settings(amazon)) as client:
        answer = await ask(client, amazon.token(amazon.session(), SERVER, algorithm))
        assert answer.json()["data"]["viewer"] == {
            "actor": f"aws:{ACCOUNT}:role/{GATE}",
            "roles": [],
            "permissions": ["REPORT"],
        }
        other = await ask(client, amazon.token(amazon.session("somebody-else"), SERVER))
        assert other.json()["data"]["viewer"]["permissions"] == []
        assert "no role here" in await refused(
            client, amazon.token(amazon.session("interlock-gate-x-eu-west-1"), SERVER), 403
        )


FORGED: dict[str, tuple[Callable[[Amazon], str], str]] = {
    "another audience": (lambda a: a.token(a.session(), "https://elsewhere.example.com"), "is for"),
    "several audiences": (lambda a: a.token(a.session(), [SERVER, "https://elsewhere.example.com"]), "alone"),
    "an account's issuer that is not named": (
        lambda a: a.token(a.session(account=OTHER), SERVER, iss="https://f00.tokens.sts.global.api.aws"),
        "which INTERLOCK_PIPELINE_ISSUERS does not name",
    ),
    "a role of another account": (
        lambda a: a.token(a.session(account=OTHER), SERVER, iss=a.issuer()),
        f"names the account '{OTHER}'",
    ),
    "a user": (lambda a: a.token(a.session(), SERVER, sub=f"arn:aws:iam::{ACCOUNT}:user/ada"), "is no role of AWS"),
    "expired": (lambda a: a.token(a.session(), SERVER, exp=time.time() - 61), "has expired"),
    "from the future": (lambda a: a.token(a.session(), SERVER, iat=time.time() + 100), "not good yet"),
    "a long life": (lambda a: a.token(a.session(), SERVER, exp=time.time() + 3700), "more than 3,600 seconds"),
    "a key that nobody names": (lambda a: a.token(a.session(), SERVER, "RS256", key="other"), "does not name"),
    "an algorithm that AWS does not use": (lambda a: a.token(a.session(), SERVER, "ES256"), "RS256, ES384 are taken"),
    "HS256": (
        lambda a: jwt.encode({"iss": a.issuer(), "aud": SERVER}, "secret" * 8, "HS256", headers={"kid": "rsa"}),
        "is signed by 'HS256'",
    ),
    "none": (lambda a: f"{part({'alg': 'none', 'kid': 'rsa'})}.{part({'iss': a.issuer()})}.", "is signed by 'none'"),
    "another's claims": (
        lambda a: (
            a.token(a.session(), SERVER).rpartition(".")[0] + "." + a.token(a.session("b"), SERVER).rpartition(".")[2]
        ),
        "signature is wrong",
    ),
}


@pytest.mark.parametrize("name", list(FORGED))
async def test_no_forged_token_is_taken(fleet: Graph, amazon: Amazon, name: str) -> None:
    """Each is refused with what is wrong about it."""
    bearer, because = FORGED[name]
    async with asking(fleet, settings(amazon)) as client:
        assert because in await refused(client, bearer(amazon))


async def test_a_token_that_says_no_issuer_of_aws_is_a_person_s(
    fleet: Graph, amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The issuer is chosen among those that are set, by what a token says; its keys then have to have signed it."""
    asked: list[str] = []

    async def fetched(url: str) -> dict[str, Any]:
        asked.append(url)
        raise keys.Unfetchable("nobody is there")

    monkeypatch.setattr(keys.Keys.__init__, "__defaults__", (fetched, time.monotonic))
    async with asking(fleet, settings(amazon)) as client:
        for bearer in (token(), token(iss="https://evil.example"), token(iss=None)):
            await refused(client, bearer, 503)
        await refused(client, amazon.token(amazon.session(), SERVER), 503)
    assert {url.partition("/.well")[0] for url in asked} == {"https://sso.example.com", amazon.issuer()}


async def test_a_rotated_key_is_taken_at_once(fleet: Graph, amazon: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown key's id makes the service ask again; one that is told no more is not taken any longer then."""
    monkeypatch.setattr(keys, "AGAIN_SECONDS", 0.0)
    async with asking(fleet, settings(amazon)) as client:
        old, new = (amazon.token(amazon.session(), SERVER, "RS256", key=name) for name in ("rsa", "other"))
        assert (await ask(client, old)).status_code == 200
        assert "does not name: 'other'" in await refused(client, new)
        amazon.keys = ["other"]
        assert (await ask(client, new)).status_code == 200
        assert "does not name: 'rsa'" in await refused(client, old)


async def test_a_gate_is_known_by_a_proof(fleet: Graph, amazon: Amazon) -> None:
    """AWS is asked where the settings say, by the host that was signed; each proof is good once, for all processes."""
    bearer = made(amazon.session())
    async with asking(fleet, settings(amazon)) as client:
        answer = await ask(client, bearer)
        assert answer.json()["data"]["viewer"]["actor"] == f"aws:{ACCOUNT}:role/{GATE}"
        assert "was taken before" in await refused(client, bearer)
    async with asking(fleet, settings(amazon)) as another:
        assert "was taken before" in await refused(another, bearer)
    assert set(amazon.asked) == {"GetCallerIdentity"}


async def test_of_equal_proofs_one_is_taken(fleet: Graph, amazon: Amazon) -> None:
    """However many come in the same moment."""
    bearer = made(amazon.session())
    async with asking(fleet, settings(amazon)) as client:
        answers = await asyncio.gather(*(ask(client, bearer) for _ in range(6)))
    assert sorted(each.status_code for each in answers) == [200, *[401] * 5]


async def test_proofs_that_have_ended_are_forgotten(fleet: Graph) -> None:
    """With each that is taken: the table holds a minute's worth."""
    now = datetime.now(UTC)
    async with fleet.context.database.transaction() as session:
        session.add_all(UsedProof(digest=str(n), ends_at=now) for n in range(MOST_PRUNED + 1))
        session.add(UsedProof(digest="young", ends_at=now + timedelta(seconds=1)))
    for digest, left in (("first", 3), ("second", 3)):
        async with fleet.context.database.transaction() as session:
            assert await take(session, digest, now + timedelta(seconds=60), now)
            assert await session.scalar(select(func.count()).select_from(UsedProof)) == left


@pytest.mark.parametrize(
    ("forge", "because"),
    [
        (lambda a: made(a.session(), "https://elsewhere.example.com"), "SignatureDoesNotMatch"),
        (lambda a: made(a.session(), ago=61), "more than 60 seconds"),
        (lambda a: made(a.session(), ago=-62), "more than 60 seconds"),
        (lambda a: changed(made(a.session(), ago=30), date=f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"), "SignatureDoesNot"),
        (lambda a: changed(made(a.session()), nonce="0" * 32), "SignatureDoesNotMatch"),
        (lambda a: changed(made(a.session()), region="us-east-1"), "SignatureDoesNotMatch"),
        (lambda a: changed(made(a.session()), key=a.session("another").key), "InvalidClientTokenId"),
        (lambda a: changed(made(a.session()), token="another"), "InvalidClientTokenId"),
        (lambda a: changed(made(a.session()), host="evil.example"), "are wanted"),
        (lambda a: changed(made(a.session()), path="/?Action=AssumeRole"), "are wanted"),
        (lambda a: changed(made(a.session()), region=f"x.evil.example/{a.url}"), "region is not what it must be"),
        (lambda a: changed(made(a.session()), region="evil"), "AWS has none of that name"),
        (lambda a: changed(made(a.session()), token="x\r\nhost: evil.example"), "token is not what it must be"),
        (lambda a: changed(made(a.session()), signature="A" * 64), "signature is not what it must be"),
        (lambda _: PROOF_PREFIX, "no JSON object"),
        (lambda _: PROOF_PREFIX + "!!", "no bearer token"),
    ],
)
async def test_no_forged_proof_is_taken(
    fleet: Graph, amazon: Amazon, forge: Callable[[Amazon], str], because: str
) -> None:
    """For another service, too old, with other parts, or leading elsewhere."""
    async with asking(fleet, settings(amazon)) as client:
        assert because in await refused(client, forge(amazon))


GOOD = identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/{GATE}/me", ACCOUNT)
BOMB = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "{"&a;" * 100}">]>{GOOD.replace(GATE, "&b;")}'


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (500, {}, b""),
        (503, {}, b"<Code>ServiceUnavailable</Code>"),
        (400, {}, b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"),
        (302, {"Location": "{here}/elsewhere"}, b""),
        (307, {"Location": "{here}/elsewhere"}, b""),
        (200, {}, b""),
        (200, {}, b"\xff\xfe"),
        (200, {}, GOOD.encode()[:-5]),
        (200, {}, GOOD.encode() + b" " * sts.LARGEST),
        (200, {}, BOMB.encode()),
        (200, {}, f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{GOOD}'.encode()),
        (200, {}, GOOD.replace("sts.amazonaws.com", "evil.example").encode()),
        (200, {}, f"<html><![CDATA[{GOOD}]]></html>".encode()),
        (200, {}, f"<Other>{GOOD}</Other>".encode()),
        (200, {}, GOOD.replace("<Arn>", f"<Arn>arn:aws:sts::{OTHER}:assumed-role/x/yy</Arn><Arn>").encode()),
        (200, {}, identity(f"arn:aws:sts::{ACCOUNT}:assumed-role/{GATE}/me", OTHER).encode()),
        (200, {}, json.dumps({"GetCallerIdentityResponse": {"GetCallerIdentityResult": {"Arn": GATE}}}).encode()),
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b"),
    ],
)
async def test_an_answer_that_is_not_sts_s_says_nothing(
    fleet: Graph, amazon: Amazon, status: int, headers: dict[str, str], body: bytes
) -> None:
    """503, and to be asked again: no redirect is followed, and nothing large, declared or of another shape is read."""
    there = {name: value.format(here=amazon.url) for name, value in headers.items()}
    amazon.answer = (status, there, body)
    async with asking(fleet, settings(amazon)) as client:
        assert "does not say who has signed the proof" in await refused(client, made(amazon.session()), 503)
    assert amazon.asked == []


async def test_sts_that_says_nothing_is_not_waited_for(
    fleet: Graph, amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the time that all of it may take; an address at which nobody listens is the same."""
    monkeypatch.setattr(sts, "SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with asking(fleet, settings(amazon, aws_endpoint_url_sts=there)) as client:
            await refused(client, made(amazon.session()), 503)
    async with asking(fleet, settings(amazon, aws_endpoint_url_sts="http://127.0.0.1:9")) as client:
        await refused(client, made(amazon.session()), 503)


async def test_whose_proofs_are_taken_is_a_setting(fleet: Graph, amazon: Amazon) -> None:
    """Nobody's, if nothing is said; those of accounts that are named; never those of an account without pipelines."""
    for said, session, status, because in (
        ("0", amazon.session(), 401, "No proofs by GetCallerIdentity are taken here"),
        (OTHER, amazon.session(), 401, f"No proofs of the account {ACCOUNT} are taken"),
        ("1", amazon.session(account=OTHER), 403, f"no pipeline lives in the account {OTHER}"),
        (f"{OTHER},{ACCOUNT}", amazon.session(account=OTHER), 403, "no pipeline lives in"),
    ):
        async with asking(fleet, settings(amazon, pipeline_proofs=said)) as client:
            assert because in await refused(client, made(session), status)
    async with fleet.context.database.reading() as connection:
        assert await connection.scalar(select(func.count()).select_from(UsedProof)) == 0
    async with asking(fleet, settings(amazon, pipeline_proofs=ACCOUNT)) as client:
        assert (await ask(client, made(amazon.session()))).status_code == 200


async def test_on_this_machine_pipelines_are_not_looked_at(fleet: Graph, amazon: Amazon) -> None:
    """Without an issuer of people whoever asks is `local`, whatever it bears: a rehearsal's gate, too."""
    async with asking(fleet, Settings()) as client:
        for bearer in (made(amazon.session()), amazon.token(amazon.session(), SERVER)):
            assert (await ask(client, bearer)).json()["data"]["viewer"]["actor"] == "local"
    assert amazon.asked == []


@pytest.mark.parametrize(
    ("more", "because"),
    [
        ({"pipeline_issuers": f"{ACCOUNT}=http://sso.example.com"}, "INTERLOCK_PIPELINE_ISSUERS names 'http://sso"),
        ({"pipeline_proofs": "1", "aws_endpoint_url_sts": "http://10.0.0.7"}, "AWS_ENDPOINT_URL_STS names"),
        ({"oidc_issuer": None, "role_groups": None, "pipeline_proofs": "1"}, "INTERLOCK_PIPELINE_PROOFS is set"),
        ({"oidc_issuer": None, "role_groups": None, "pipeline_issuers": "x"}, "INTERLOCK_PIPELINE_ISSUERS is set"),
    ],
)
def test_settings_that_let_others_in_are_refused(more: dict[str, Any], because: str) -> None:
    """At the start, each in a line."""
    with pytest.raises(SettingsError, match=because):
        policy(SETTINGS.model_copy(update=more))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pipeline_issuers", "https://a.tokens.sts.global.api.aws"),
        ("pipeline_issuers", f"{ACCOUNT}="),
        ("pipeline_issuers", f"{ACCOUNT}=ftp://x"),
        ("pipeline_proofs", "yes"),
        ("pipeline_proofs", "1234"),
    ],
)
def test_settings_that_cannot_be_read_are_refused(name: str, value: str) -> None:
    """With what is allowed."""
    with pytest.raises(ValueError, match=r"not account=issuer|not an issuer|no account"):
        Settings(**{name: value})
