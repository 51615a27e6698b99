"""What is asked for again, under the same idempotency key, is done once: a change, an override, a waiver."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.fields import kept
from domain.errors import InvalidValue, Refused
from models import changes
from models.base import Base
from models.queries import find
from models.tables import Change

if TYPE_CHECKING:
    from resolvers.configuring import Asked, Author

Row = TypeVar("Row", bound=Base)

LONGEST_KEY = 200


def require_keepable(author: Author) -> None:
    """Raises InvalidValue for a reason or a key that cannot be kept with the change."""
    kept("reason", author.reason)
    key = kept("idempotencyKey", author.idempotency_key)
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidValue("idempotencyKey", key, f"text of 1 to {LONGEST_KEY} characters, such as a UUID")


async def made_before(session: AsyncSession, author: Author, asked: Asked) -> Change | None:
    """The change that the same actor asked for under the same key. Raises Refused where it was another one."""
    if author.idempotency_key is None:
        return None
    there = await changes.change_with_key(session, author.actor, author.idempotency_key)
    if there is not None and there.fingerprint != fingerprint(asked):
        raise _reused(author, f"for change {there.number}", "change")
    return there


async def granted_before(
    session: AsyncSession, author: Author, table: type[Row], kind: str, granted: str
) -> Row | None:
    """The row that the same actor granted under the same key, None for none. Raises Refused where it was another one.

    kind: what is granted, in words. granted: the fingerprint of what is asked now.
    """
    if author.idempotency_key is None:
        return None
    there = await find(session, table, granted_by=author.actor, idempotency_key=author.idempotency_key)
    before: Any = there  # its name and its fingerprint, which all that is granted has
    if before is not None and before.fingerprint != granted:
        raise _reused(author, f"to grant the {kind} {before.name!r}", kind)
    return there


def _reused(author: Author, used: str, kind: str) -> Refused:
    return Refused(
        "IDEMPOTENCY_KEY_REUSED",
        f"The idempotency key {author.idempotency_key!r} was used {used}, which asked for something else.",
        path=["idempotencyKey"],
        remedy=f"Use a key of its own for each {kind}, and the same one only to ask for the same again.",
    )


def fingerprint(asked: Asked) -> str:
    """Equal for what is asked alike. What is too deep or too large to be told was never a change."""
    told = [
        [
            (each.operation, each.kind, each.key, each.expected_version, sorted(each.fields.items()))
            for each in asked.operations or ()
        ],
        asked.document,
        asked.prune,
        asked.revert,
    ]
    try:
        plain = json.dumps(told, default=str, sort_keys=True)
    except (RecursionError, ValueError):
        plain = "not to be told"
    return hashlib.sha256(plain.encode()).hexdigest()
