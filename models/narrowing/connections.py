"""Connections of narrowed viewers: the role is taken when one is made, and what is seen is said at each use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.sight import Sight
from models.narrowing import ROLE

SETTINGS = (
    *("services", "service_keys", "environments", "stages", "accounts", "listed"),
    *("nameless", "wide"),
)
_SAY = text(
    "select current_user, interlock_last_change(), "
    + ", ".join(f"set_config('interlock.{name}', :{name}, false)" for name in SETTINGS)
)


class NotNarrowed(Exception):
    """A connection is not what it was made to be: nothing is read over it."""


def narrow(engine: Engine) -> None:
    """Every connection of the pool takes the role when it is made, may write nothing, and is never anything else."""

    def began(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(
            f"select set_config('role', '{ROLE}', false), set_config('default_transaction_read_only', 'on', false)"
        )
        cursor.close()
        connection.commit()

    event.listen(engine, "connect", began)


def settings(sight: Sight) -> Mapping[str, str]:
    """What is seen, as the policies read it."""
    return {
        "services": _object(sight.services),
        "service_keys": "{" + ",".join(map(str, sight.services)) + "}",
        "environments": _object(sight.environments),
        "stages": _object(sight.stages),
        "accounts": _object(sight.accounts),
        "listed": _object(dict.fromkeys(sight.listed, 1)),
        "nameless": str(sight.nameless),
        "wide": str(sight.wide),
    }


async def say(connection: AsyncConnection | AsyncSession, seen: Mapping[str, str]) -> UUID | None:
    """Say what is seen from here on; the last change of the configuration, of all that there are."""
    user, change, *_ = (await connection.execute(_SAY, dict(seen))).one()
    if user != ROLE:
        raise NotNarrowed(f"A connection for narrowed reads is {user}.")
    return change  # type: ignore[no-any-return]  # a uuid, as the function says


def _object(bits: Mapping[Any, int]) -> str:
    return orjson.dumps({str(key): each for key, each in bits.items()}).decode()
