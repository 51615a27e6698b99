"""Speaking to the service: one mutation, one POST, and what its failures mean for a pipeline that nobody
watches.

Its failures are of two kinds, and the handler (index.py) treats them differently:

- InterlockUnavailableError: nobody could answer. It leaves the gate as an error, and the machine asks again, for days
  if need be: it neither proceeds nor fails.
- InterlockRefusedError: the service said no. Asking again would change nothing, so the gate answers with the sentence,
  and the machine fails with it.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from .aws import AwsUnavailableError
from .identity import Identity

TIMEOUT_SECONDS = 20
"""Below the machine's 120 s, so that silence is an InterlockUnavailableError and not an abandoned task."""
REFUSING_STATUSES = frozenset({400, 401, 403, 413, 421, 422})
"""Statuses with which a service that is there says no. All others are those of a service that is away: 5xx, "later",
and the 404 and the redirects of a load balancer that has nobody to pass the question to.
"""

NOT_KNOWN = 401
LONGEST_ANSWER = 64_000
"""Bytes of a refusal that are read."""

Json = dict[str, Any]


class InterlockUnavailableError(Exception):
    """Nobody could answer now: ask again."""


class InterlockRefusedError(Exception):
    """The service answered no; `codes` are its errors' stable codes, `fields` what of the input they are about."""

    def __init__(self, message: str, codes: frozenset[str] = frozenset(), fields: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.codes, self.fields = codes, fields


class _NotKnownError(InterlockRefusedError):
    """The service does not know who asks: a token that has just ended, or for good."""


class Service:
    """The service at a base address. `headers` go with every request (token, traceparent).

    identity: who asks, where no token is among the headers.
    """

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, identity: Identity | None = None) -> None:
        self.url, self._identity = url.rstrip("/"), identity
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", **(headers or {})}

    def mutate(self, field: str, values: Json) -> Json:
        """The payload of mutation `field` for its input. Raises InterlockUnavailableError,
        InterlockRefusedError.
        """
        body = json.dumps({"query": document(field), "variables": {"input": values}}).encode()
        return payload_in(self._post(body), field)

    def clock(self) -> Json:
        """The clock that the service decides by: {now}. Raises as `mutate` does."""
        return payload_in(self._post(json.dumps({"query": document("clock")}).encode()), "clock")

    def _post(self, body: bytes) -> bytes:
        """The answer. Who is not known any more, as a token has just ended, says once more who it is."""
        try:
            return self._sent(body, self._headers | self._known(fresh=False))
        except _NotKnownError as refused:
            if self._identity is None:
                raise
            try:
                return self._sent(body, self._headers | self._known(fresh=True))
            except _NotKnownError:
                because = f"; AWS signed no token: {self._identity.refusal}" if self._identity.refusal else ""
                raise InterlockRefusedError(f"{refused}{because}") from None

    def _known(self, *, fresh: bool) -> dict[str, str]:
        if self._identity is None:
            return {}
        try:
            return {"Authorization": f"Bearer {self._identity.bearer(fresh=fresh)}"}
        except AwsUnavailableError as error:
            raise InterlockUnavailableError(f"AWS does not say now who this pipeline is: {error}") from None

    def _sent(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the address is the plan's, fixed when the stack was deployed
            f"{self.url}/graphql", data=body, headers=dict(headers), method="POST"
        )
        try:
            with OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            refused = _NotKnownError if error.code == NOT_KNOWN else InterlockRefusedError
            kind = refused if error.code in REFUSING_STATUSES else InterlockUnavailableError
            raise kind(f"{self.url} answered HTTP {error.code}{said_in(error)}") from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise InterlockUnavailableError(f"{self.url} cannot be reached: {reason}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the bearer elsewhere, and would turn the POST into a GET."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


OPENER = urllib.request.build_opener(_NoRedirect)
"""Asks the very address that it is given."""


def said_in(error: urllib.error.HTTPError) -> str:
    """`: ` and what a refusal says, with its remedy; empty where it is not one of the service's."""
    try:
        first = json.loads(error.read(LONGEST_ANSWER))["errors"][0]
        remedy = (first.get("extensions") or {}).get("remedy")
        return f": {_sentence({'message': first['message'], 'remedy': remedy})}"
    except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError):
        return ""


def document(field: str) -> str:
    """The GraphQL document of a mutation: registerPipeline is kept in queries/register_pipeline.graphql."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in field)
    return (Path(__file__).parent / "queries" / f"{name}.graphql").read_text(encoding="utf-8")


def payload_in(body: bytes, field: str) -> Json:
    """The payload in a GraphQL answer; its typed errors, and GraphQL's own, are raised."""
    try:
        answer = json.loads(body)
        payload = (answer.get("data") or {}).get(field)
        raised = answer.get("errors") or []
    except (ValueError, AttributeError):
        raise InterlockUnavailableError("the answer is no GraphQL: something stands before the service") from None
    if payload is None:
        raise _without_payload(field, raised)
    if payload.get("errors"):
        errors: list[Json] = payload["errors"]
        raise InterlockRefusedError(
            "; ".join(_sentence(error) for error in errors),
            frozenset(str(error.get("code")) for error in errors),
            frozenset(str(error["path"][0]) for error in errors if error.get("path")),
        )
    return dict(payload)


def _sentence(error: Json) -> str:
    remedy = error.get("remedy")
    return f"{error.get('message')} ({remedy})" if remedy else str(error.get("message"))


def _without_payload(field: str, raised: list[Json]) -> Exception:
    """An error with a path arose while the service worked and may pass; one without says that the question
    is wrong.
    """
    reason = "; ".join(str(error.get("message")) for error in raised) or "no payload"
    if raised and not all(error.get("path") for error in raised):
        return InterlockRefusedError(f"{field} was not understood: {reason}; upgrade pipelinekit")
    return InterlockUnavailableError(f"{field} failed inside the service: {reason}")
