"""Refusals in GraphQL's own shape, for every door that programs knock at."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from starlette.responses import Response


def failure(
    status: int, message: str, headers: Mapping[str, str] | None = None, *, code: str | None = None
) -> Response:
    """One error; code: what programs tell it by."""
    error: dict[str, object] = {"message": message}
    if code is not None:
        error["extensions"] = {"code": code}
    return Response(orjson.dumps({"errors": [error]}), status, headers, media_type="application/json")
