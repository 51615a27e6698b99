"""`POST /events`: EventBridge's API destinations, and whoever else has the key, into the same use-case as the queue.

The body is one envelope, or a list of them. What cannot be understood is set aside, and answered as received: sent
again it would be no better. Only a database that is away is answered by 503, after which EventBridge sends it again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from domain.envelopes.reading import LARGEST_BODY
from graph.receiving import body_of
from intake.gathering import Gatherer
from models.engine import Database
from models.settings import Settings
from resolvers.counts import Counts
from resolvers.messages import message

KEY_HEADER = "x-api-key"
"""The header that an API destination's connection is told to send, under `ApiKeyName`."""
MOST_ENVELOPES = 100
RETRY_SECONDS = 30
ACTOR = "events.endpoint"

_log = structlog.get_logger("interlock.intake")


class EventsEndpoint:
    """The page. Without INTERLOCK_INTAKE_KEY there is no such page."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._gatherer = Gatherer(database, settings, ACTOR)

    async def close(self) -> None:
        """Finishes what has come."""
        await self._gatherer.close()

    async def answer(self, request: Request) -> Response:
        """Takes the envelopes of a request, or says why not."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        try:
            body = await body_of(request, LARGEST_BODY)
        except ClientDisconnect:
            return _failure(400, "The request ended before its body did.")
        if body is None:
            return _failure(413, f"A request may have {LARGEST_BODY:,} bytes.")
        bodies = _envelopes(body)
        if len(bodies) > MOST_ENVELOPES:
            return _failure(413, f"A request may have {MOST_ENVELOPES} envelopes, and this one has {len(bodies)}.")
        return await self._recorded(bodies, len(body))

    def _refusal(self, request: Request) -> Response | None:
        key = self._settings.intake_key
        if key is None:
            return _failure(404, "INTERLOCK_INTAKE_KEY is not set: events are not taken here.")
        if request.method != "POST":
            return _failure(405, "Events are sent by POST.", {"Allow": "POST"})
        given = request.headers.get(KEY_HEADER)
        if given is None:
            return _failure(401, f"Send the key in the header {KEY_HEADER}.", {"WWW-Authenticate": "ApiKey"})
        if not _same(given, key.get_secret_value()):
            return _failure(403, "The key is not the one that this service was given.")
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return _failure(415, "Send application/json.")
        return None

    async def _recorded(self, bodies: list[object], octets: int) -> Response:
        try:
            counts = await self._gatherer.record([message(each) for each in bodies], octets)
        except Exception as error:  # all that is about a message is set aside: what is left is the database's
            _log.exception("events not recorded", error=type(error).__name__)
            remedy = "The service cannot record events now. Send them again."
            return _failure(503, remedy, {"Retry-After": str(RETRY_SECONDS)})
        return JSONResponse(_answer(counts))


def _envelopes(body: bytes) -> list[object]:
    """The envelopes of a list, or the one that the body is; what is no JSON at all is one message as well."""
    if body.startswith(b"{"):  # no list, in none of JSON's encodings
        return [body]
    try:
        decoded = json.loads(body)
    except (ValueError, RecursionError):
        return [body]
    return decoded if isinstance(decoded, list) else [body]


def _same(given: str, key: str) -> bool:
    """Compared in a time that tells nothing of the key, its length included."""
    digests = [hashlib.sha256(each.encode(errors="surrogateescape")).digest() for each in (given, key)]
    return hmac.compare_digest(*digests)


def _answer(counts: Counts) -> dict[str, Any]:
    return {
        "accepted": counts.accepted,
        "duplicates": counts.duplicates,
        "setAside": counts.set_aside,
        "ignored": counts.ignored,
    }


def _failure(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    body = orjson.dumps({"errors": [{"message": message}]})
    return Response(body, status, headers, media_type="application/json")
