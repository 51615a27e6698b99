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
from http.client import HTTPException
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 20
"""Below the machine's 120 s, so that silence is an InterlockUnavailableError and not an abandoned task."""
REFUSING_STATUSES = frozenset({400, 401, 403, 413, 421, 422})
"""Statuses with which a service that is there says no. All others are those of a service that is away: 5xx, "later",
and the 404 and the redirects of a load balancer that has nobody to pass the question to.
"""

Json = dict[str, Any]


class InterlockUnavailableError(Exception):
    """Nobody could answer now: ask again."""


class InterlockRefusedError(Exception):
    """The service answered no; `codes` are its errors' stable codes, `fields` what of the input they are about."""

    def __init__(self, message: str, codes: frozenset[str] = frozenset(), fields: frozenset[str] = frozenset()) -> None:
        super().__init__(message)
        self.codes, self.fields = codes, fields


class Service:
    """The service at a base address. `headers` go with every request (token, traceparent)."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self.url = url.rstrip("/")
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
        request = urllib.request.Request(  # noqa: S310 - the address is the plan's, fixed when the stack was deployed
            f"{self.url}/graphql", data=body, headers=self._headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            kind = InterlockRefusedError if error.code in REFUSING_STATUSES else InterlockUnavailableError
            raise kind(f"{self.url} answered HTTP {error.code}") from None
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise InterlockUnavailableError(f"{self.url} cannot be reached: {reason}") from None


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
