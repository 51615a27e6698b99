"""Refusals in GraphQL's own shape, for every door that programs knock at."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from graphql import GraphQLError
from starlette.responses import Response

from graph import request_ids
from models.faults import unavailable

RETRY_SECONDS = 5
"""What Retry-After says: a server that is started again, or a standby that takes over, needs about as long."""


def failure(
    status: int, message: str, headers: Mapping[str, str] | None = None, *, code: str | None = None
) -> Response:
    """One error; code: what programs tell it by."""
    error: dict[str, object] = {"message": message}
    told = request_ids.extensions({"code": code} if code is not None else None)
    if told:
        error["extensions"] = told
    return Response(orjson.dumps({"errors": [error]}), status, headers, media_type="application/json")


def failed(status: int, error: GraphQLError) -> Response:
    """One error that has its code already."""
    told = {"message": error.message, "extensions": request_ids.extensions(error.extensions)}
    return Response(orjson.dumps({"errors": [told]}), status, media_type="application/json")


def passing(error: Exception) -> Response:
    """503, where the database cannot answer now, before it is known who asks. Raises any other error again."""
    reason = unavailable(error)
    if reason is None:
        raise error
    message = f"The service cannot answer now. {reason}"
    return failure(503, message, {"Retry-After": str(RETRY_SECONDS)}, code="UNAVAILABLE")
