"""Proofs by GetCallerIdentity: what is taken of one, and that the request is made of nothing else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authentication.proofs import BODY, BODY_TYPE, LONGEST, PREFIX, Proof, proof
from domain.authentication.refusals import Unauthenticated
from pipelinekit.gate import identity
from pipelinekit.gate.aws import Aws
from pipelinekit.gate.signing import Credentials

NOW = datetime(2026, 11, 30, 12, 0, 30, tzinfo=UTC)
SERVER = "https://interlock.example.com"
GOOD = {
    "key": "ASIA0000000000000001",
    "date": "20261130T120000Z",
    "signature": "0" * 64,
    "token": "IQoJb3JpZ2luX2VjE/+==",
    "region": "eu-west-1",
    "nonce": "a" * 32,
}


def bearer(value: Any) -> str:
    return PREFIX + base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def of(**other: Any) -> Proof:
    return proof(bearer({name: value for name, value in {**GOOD, **other}.items() if value is not None}), NOW)


def test_pipelinekit_makes_what_is_taken() -> None:
    """Its bearer is read, and the request that is put together has the very headers that were signed."""
    aws = Aws("cn-north-1", Credentials("ASIA0000000000000001", "secret", "t+/="))
    found = proof(identity.proof(aws, SERVER, NOW), NOW)
    assert (found.host, found.region, found.token) == ("sts.cn-north-1.amazonaws.com.cn", "cn-north-1", "t+/=")
    assert (found.made_at, found.ends_at) == (NOW, NOW + timedelta(seconds=60))
    assert (identity.PROOF_BODY, identity.PROOF_TYPE, identity.PROOF_PREFIX) == (BODY, BODY_TYPE, PREFIX)
    sent = found.headers(SERVER)
    named = sent["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {*named, "authorization"} == set(sent)
    assert named == sorted(named)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key", "ASIA/20261130/eu-west-1/sts/aws4_request, SignedHeaders=host"),
        ("key", "AKIA1"),
        ("key", 7),
        ("signature", "0" * 63),
        ("signature", "F" * 64),
        ("signature", "0" * 64 + "\n"),
        ("token", ""),
        ("token", "a\r\nhost: evil.example"),
        ("token", "a" * 12001),
        ("region", "eu-west-1.evil.example/"),
        ("region", "eu-west-1#"),
        ("region", "evil"),
        ("nonce", ""),
        ("nonce", "a" * 33),
        ("date", "20261130"),
        ("date", "20261399T120000Z"),
        ("date", "٢٠٢٦١١٣٠T١٢٠٠٠٠Z"),
    ],
)
def test_a_part_that_is_not_what_it_must_be(name: str, value: Any) -> None:
    """Nothing that could lead elsewhere, or end a header, is let through."""
    with pytest.raises(Unauthenticated, match=r"The proof"):
        of(**{name: value})


@pytest.mark.parametrize("name", ["host", "url", "path", "query", "headers", "body", "service"])
def test_nobody_says_where_it_is_proven(name: str) -> None:
    """There is no part for it, and one more is refused; so is one less."""
    with pytest.raises(Unauthenticated, match="are wanted"):
        of(**{name: "https://evil.example/"})
    with pytest.raises(Unauthenticated, match="are wanted"):
        of(nonce=None)


@pytest.mark.parametrize("seconds", [-3600, -61, -60.5, 60.5, 61, 900])
def test_a_proof_is_good_for_a_minute(seconds: float) -> None:
    """AWS itself would take it for fifteen."""
    made = datetime(2026, 11, 30, 12, tzinfo=UTC)
    text = bearer(GOOD)
    with pytest.raises(Unauthenticated, match="more than 60 seconds from now"):
        proof(text, made + timedelta(seconds=seconds))
    assert proof(text, made + LONGEST - timedelta(seconds=1)).ends_at == made + LONGEST
    with pytest.raises(Unauthenticated, match="more than 60 seconds"):
        proof(text, made + LONGEST)


@given(
    st.text(max_size=60)
    | st.recursive(st.none() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each)).map(bearer)
)
def test_no_text_breaks_it(text: str) -> None:
    """It is a proof, or Unauthenticated says what is wrong."""
    for each in (text, PREFIX + text):
        with pytest.raises(Unauthenticated):
            proof(each, NOW)
