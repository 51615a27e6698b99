"""Asking AWS who has signed a proof: one request, put together here, to AWS STS in the Region that the proof is of."""

from __future__ import annotations

import asyncio
import re
import xml.etree.ElementTree as ET

import httpx
import structlog

from domain.authentication.principals import Principal, principal
from domain.authentication.proofs import BODY, Proof
from domain.authentication.refusals import IssuerUnavailable, Unauthenticated

SECONDS = 5.0
"""For all of it, from the name's look-up to the last byte, and for the wait until it is a request's turn."""
LARGEST = 16 * 1024
"""Bytes of an answer: AWS's has 500."""
MOST_AT_ONCE = 16
"""Requests under way: who sends proofs that are none takes no more of this process than that."""
NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"
_CODE = re.compile(rb"<Code>([A-Za-z.]{1,80})</Code>")
_PATIENCE = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "InternalFailure", "ServiceUnavailable")
log = structlog.get_logger("interlock.authentication")


class Sts:
    """AWS STS. instead: an address to which the requests for all Regions go, as it is set for the service; the host
    that is signed, and named in the request, is AWS's own all the same.
    """

    def __init__(self, instead: str | None = None, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._instead, self._transport = instead, transport
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def caller(self, proof: Proof, server: str) -> Principal:
        """The role that has signed a proof for this service. server: its address.

        Raises Unauthenticated where AWS does not vouch for it, IssuerUnavailable where AWS does not say.
        """
        url = f"{self._instead or f'https://{proof.host}'}/"
        try:
            async with asyncio.timeout(SECONDS), self._turns:
                status, body = await self._answer(url, proof.headers(server))
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise _silent(proof, type(error).__name__) from error
        if status == 200:
            return _identity(proof, body)
        code = said[1].decode() if (said := _CODE.search(body)) else ""
        if status not in (400, 401, 403) or code in _PATIENCE:
            raise _silent(proof, f"status {status} {code}".strip())
        raise Unauthenticated(
            f"AWS does not vouch for the proof: {code or f'status {status}'}. It must be signed for this service, with"
            " what a role has now.",
            remedy="Make a new one; the address of the service that the pipeline has must be INTERLOCK_PUBLIC_URL.",
        )

    async def _answer(self, url: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """The status and the body. No redirect is followed: it would be answered by somebody else."""
        sent = {**headers, "accept": "text/xml", "accept-encoding": "identity"}
        async with (
            httpx.AsyncClient(transport=self._transport, follow_redirects=False, timeout=SECONDS) as client,
            client.stream("POST", url, content=BODY, headers=sent) as answer,
        ):
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > LARGEST:
                    raise httpx.RemoteProtocolError("too large")
            return answer.status_code, bytes(body)


def _identity(proof: Proof, body: bytes) -> Principal:
    """The role that an answer names: of exactly the shape that AWS's has. Raises IssuerUnavailable for any other."""
    try:
        text = body.decode()
        if "<!" in text:  # no declarations: neither of entities, nor of other files
            raise _silent(proof, "an answer with declarations")
        tree = ET.fromstring(text)  # noqa: S314 - small, from AWS over TLS, and without a declaration of anything
    except (ET.ParseError, ValueError) as error:
        raise _silent(proof, "an answer that is no XML") from error
    result = tree.findall(f"{NAMESPACE}GetCallerIdentityResult")
    texts = (
        {name: [each.text for each in result[0].findall(NAMESPACE + name)] for name in ("Arn", "Account")}
        if result
        else {}
    )
    if tree.tag != f"{NAMESPACE}GetCallerIdentityResponse" or len(result) != 1 or {*map(len, texts.values())} != {1}:
        raise _silent(proof, "an answer of another shape")
    found = principal(texts["Arn"][0])
    if texts["Account"] != [found.account]:
        raise _silent(proof, "an answer with two accounts")
    return found


def _silent(proof: Proof, why: str) -> IssuerUnavailable:
    log.warning("AWS STS does not say who has signed a proof", host=proof.host, error=why)
    return IssuerUnavailable(
        f"{proof.host} does not say who has signed the proof, so the pipeline cannot be recognised.",
        remedy="Try again in a minute; the service's log says why.",
    )
