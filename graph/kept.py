"""Answers that are kept while nothing is committed: the same bytes to whoever asks the same and sees the same.

What is asked again is not read, planned, executed or encoded again, if PostgreSQL's snapshot is the one of before
(`models/lookouts.py`). That is asked for each request, in one look for all that wait; so a change whose answer somebody
has, from whichever process, is in whatever is asked after it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, TypeAlias

import orjson

from models.lookouts import Lookout, State

ENTRY = 500
"""Bytes that an answer takes beside its own: key, object, place."""
SHARE = 4
"""One answer takes a quarter of all the room at most."""

Key: TypeAlias = bytes


def key_of(asked: Mapping[str, Any], scope: str) -> Key | None:
    """What equal answers have in common; None where variables nest deeper than they can be written (254 levels).

    scope: what the viewer may see (`Context.scope`).
    """
    parts = [asked["query"], asked.get("operationName"), asked.get("variables"), scope]
    try:
        return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).digest()
    except orjson.JSONEncodeError:
        return None


class Answers:
    """Bodies of answers, all of one state of the database: those of another are dropped as soon as one is known.

    most: bytes of all together. The one that was asked for longest ago goes first.
    """

    def __init__(self, lookout: Lookout, most: int) -> None:
        self._lookout = lookout
        self.most = most
        self._state: State | None = None
        self._bodies: OrderedDict[Key, bytes] = OrderedDict()
        self.bytes = 0

    async def state(self) -> State | None:
        """What is committed by now; None where that is not known, and nothing can be given or kept."""
        state = await self._lookout.look()
        if state is not None and state != self._state:
            self._bodies.clear()
            self.bytes = 0
            self._state = state
        return state

    def __len__(self) -> int:
        return len(self._bodies)

    def get(self, key: Key, state: State | None) -> bytes | None:
        """The body that answers it in that state."""
        if state is None or state != self._state or key not in self._bodies:
            return None
        self._bodies.move_to_end(key)
        return self._bodies[key]

    def keep(self, key: Key, state: State, body: bytes) -> None:
        """Keeps a body that was made after that state was seen.

        What was committed while it was made has changed the state: then nobody is given it.
        """
        if state != self._state or len(body) + ENTRY > self.most // SHARE:
            return
        before = self._bodies.pop(key, None)
        self.bytes -= 0 if before is None else len(before) + ENTRY
        self._bodies[key] = body
        self.bytes += len(body) + ENTRY
        while self.bytes > self.most:
            self.bytes -= len(self._bodies.popitem(last=False)[1]) + ENTRY
