"""What a request may look like, over HTTP and in a frame of a socket: its shape, and how large it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST_DOCUMENT = 65_536
"""Characters: the longest document of a released client has 4,102."""
MOST_VALUES = 250_000
"""Values in variables, all together: an organisation's file with ten thousand environments has 150,000."""
DEEPEST_VALUE = 64
NO_DOCUMENT = "Send a JSON object with `query`, a string, or the `documentId` of a document that the service knows."


def misshapen(asked: object) -> str | None:
    """What is wrong with the shape of the parameters of a request; None for those of a well-formed one."""
    if not isinstance(asked, dict):
        return NO_DOCUMENT
    given = [name for name in ("query", "documentId") if asked.get(name) is not None]
    if any(not isinstance(asked[name], str) for name in given):
        return NO_DOCUMENT
    if len(given) > 1:
        return "Send `query` or `documentId`, and not both."
    if not isinstance(asked.get("operationName"), (str, type(None))):
        return "`operationName` is a string, or null."
    for name in ("variables", "extensions"):
        if not isinstance(asked.get(name), (dict, type(None))):
            return f"`{name}` is an object, or null."
    persisted = (asked.get("extensions") or {}).get("persistedQuery")
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return None if given or isinstance(digest, str) else NO_DOCUMENT


def too_large(asked: Mapping[str, Any]) -> str | None:
    """What a well-formed request has too much of; None where it is within its bounds."""
    length = len(asked.get("query") or asked.get("documentId") or "")
    if length > LONGEST_DOCUMENT:
        return f"This document has {length:,} characters; {LONGEST_DOCUMENT:,} are allowed. Give values as variables."
    return _values(asked.get("variables") or {})


def _values(variables: Mapping[str, Any]) -> str | None:
    """Looked at level by level, and no further than the first one that is too much."""
    level: list[Any] = [variables]
    count = depth = 0
    while level:
        depth += 1
        count += sum(map(len, level))
        if count > MOST_VALUES:
            return f"The variables have more than {MOST_VALUES:,} values. Ask in several requests."
        if depth > DEEPEST_VALUE:
            return f"The variables are nested more than {DEEPEST_VALUE} levels deep."
        inside = [each.values() if isinstance(each, dict) else each for each in level]
        level = [value for values in inside for value in values if isinstance(value, (dict, list))]
    return None
