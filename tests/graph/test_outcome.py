"""How a mutation's transaction ends, and begins again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from graph.mutations.outcome import TRIES, Payload, outcome
from models.engine import Database


class _Ended(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(("sqlstate", "circles", "tries"), [("40P01", 2, 3), ("40P01", TRIES, TRIES), ("53100", 1, 1)])
async def test_what_waited_in_a_circle_is_tried_again(
    database: Database, sqlstate: str, circles: int, tries: int
) -> None:
    """Up to so many times; another error of the database is not tried again, and the last one is told."""
    tried = 0

    async def use_case(_session: AsyncSession, _actor: str) -> str:
        nonlocal tried
        tried += 1
        if tried <= circles:
            raise OperationalError("update", {}, _Ended(sqlstate))
        return "done"

    of_the_whole = "setClock"  # nothing is asked for it in its transaction
    info: Any = SimpleNamespace(field_name=of_the_whole, context=SimpleNamespace(database=database, actor="ada"))
    if circles < tries:
        assert (await outcome(info, Payload, use_case)).produced == "done"
    else:
        with pytest.raises(OperationalError):
            await outcome(info, Payload, use_case)
    assert tried == tries
