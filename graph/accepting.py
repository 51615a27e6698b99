"""How an answer is given, by what the request accepts: whole as JSON, or as a stream of server-sent events.

A stream is given to those alone who name it: `*/*` is no wish for one. A subscription has no other way over HTTP.
"""

from __future__ import annotations

from enum import Enum

from graphql import OperationType
from starlette.requests import Request

STREAM = "text/event-stream"
PARTS = "multipart/mixed"
GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = ("application/json", GRAPHQL_RESPONSE, "application/*", "*/*")
NOT_ACCEPTABLE = "NOT_ACCEPTABLE"


class Way(Enum):
    """How it is answered. NONE: in no way that is accepted."""

    WHOLE = "whole"
    STREAM = "stream"
    NONE = "none"


def way(accept: str, kind: OperationType | None) -> Way:
    """kind: what the operation is, None where nobody knows: what is wrong with it is told whole."""
    if kind is None:
        return Way.WHOLE
    ranked = _ranked(accept)
    stream = ranked.get(STREAM, 0.0)
    whole = max((ranked.get(each, 0.0) for each in JSON), default=0.0)
    if kind is OperationType.SUBSCRIPTION:
        return Way.STREAM if stream else Way.NONE
    if stream > whole:
        return Way.STREAM
    return Way.NONE if PARTS in ranked and not whole else Way.WHOLE


def standard(request: Request) -> bool:
    """Whether the draft's own media type is accepted, and therefore given."""
    return GRAPHQL_RESPONSE in request.headers.get("accept", "")


def refusal(kind: OperationType | None) -> str:
    """What is told of it."""
    if kind is OperationType.SUBSCRIPTION:
        return (
            f"A subscription is answered as {STREAM}, if the request accepts that, or over a WebSocket by the protocol"
            " graphql-transport-ws."
        )
    return f"Nothing is answered in parts ({PARTS}): accept application/graphql-response+json or application/json."


def _ranked(accept: str) -> dict[str, float]:
    """Media types with their weights; what cannot be read as a weight is 1, as one that is left out."""
    found = {}
    for part in accept.split(","):
        name, *parameters = (each.strip().lower() for each in part.split(";"))
        weights = [each[2:] for each in parameters if each.startswith("q=")]
        found[name] = _weight(weights[0]) if weights else 1.0
    return found


def _weight(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0
