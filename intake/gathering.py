"""What several senders tell at once is recorded at once: those who come while others are recorded share a transaction.

record ──nobody is recorded──> a transaction of its own, at once
  ╰─ others are ──> waits for their end, then one transaction with all that wait ──committed──> each its own counts
                     ├─ the database is away ──> raised, for each
                     ╰─ it cannot be recorded together ──> each sender's by itself, as if there were no others

So whoever is alone waits for nobody, and the more come, the more share one commit. An answer follows its commit. What
has come is recorded, whether or not its sender still waits for the answer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from domain.envelopes.reading import LARGEST_BODY
from intake import batches
from models.engine import Database
from models.settings import Settings
from resolvers.counts import Counts, total
from resolvers.messages import Admission, Message

MOST_MESSAGES = 200
MOST_OCTETS = 4 * LARGEST_BODY
"""Of all that share a transaction; a sender whose own are more has one alone."""
LOCK_SECONDS = 1
"""So long a shared transaction waits for a pipeline that others hold; then only those wait who tell of it."""
REST_SECONDS = 0.002
"""After a shared transaction: those who were answered come again, and the first of them is not to go alone."""
FINISH_SECONDS = 10
"""What is under way at the end has so long. Whoever was not answered sends it again."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """What one sender has told, of so many octets, and who waits for what becomes of it."""

    messages: Sequence[Message]
    octets: int
    answer: asyncio.Future[Counts]

    def tell(self, counts: Counts) -> None:
        if not self.answer.done():
            self.answer.set_result(counts)

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Gatherer:
    """Records for all who ask, as one actor. Belongs to one event loop."""

    def __init__(self, database: Database, settings: Settings, actor: str) -> None:
        self._database, self._settings, self._actor = database, settings, actor
        self._waiting: deque[_Sent] = deque()
        self._recording = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def record(self, messages: Sequence[Message], octets: int) -> Counts:
        """What became of these messages, which are committed, all in one transaction where that can be.

        Raises whatever says that the database is away: nothing of them, or not all, is recorded then.
        """
        sent = _Sent(messages, octets, asyncio.get_running_loop().create_future())
        self._waiting.append(sent)
        if not self._recording:
            self._recording = True
            self._begin(self._record_while_some_wait())
        return await sent.answer

    async def close(self) -> None:
        """Finishes what has come, if that takes no longer than FINISH_SECONDS."""
        ends = asyncio.get_running_loop().time() + FINISH_SECONDS
        while (left := set(self._tasks)) and (seconds := ends - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(left, timeout=seconds)
        for task in left:
            task.cancel()

    async def _record_while_some_wait(self) -> None:
        try:
            while self._waiting:
                taken = self._taken()
                await self._recorded(taken)
                if len(taken) > 1:
                    await asyncio.sleep(REST_SECONDS)
        finally:
            self._recording = False

    def _taken(self) -> list[_Sent]:
        """The first of those who wait, and those after it that share its transaction."""
        taken = [self._waiting.popleft()]
        messages, octets = len(taken[0].messages), taken[0].octets
        while self._waiting:
            messages += len(self._waiting[0].messages)
            octets += self._waiting[0].octets
            if messages > MOST_MESSAGES or octets > MOST_OCTETS:
                break
            taken.append(self._waiting.popleft())
        return taken

    async def _recorded(self, taken: Sequence[_Sent]) -> None:
        """Records them together, or begins to record each by itself: nobody else waits for that."""
        if len(taken) == 1:
            await self._alone(taken[0])
            return
        messages = [message for sent in taken for message in sent.messages]
        try:
            counts = await batches.together(
                self._database, messages, self._admission(), self._actor, lock_seconds=LOCK_SECONDS
            )
        except Exception as error:
            apart = batches.may_be_recorded_apart(error)
            for sent in taken:
                if apart:
                    self._begin(self._alone(sent))
                else:
                    sent.fail(error)
            return
        each = iter(counts)
        for sent in taken:
            sent.tell(total(next(each) for _ in sent.messages))

    async def _alone(self, sent: _Sent) -> None:
        try:
            sent.tell(await batches.record(self._database, sent.messages, self._admission(), self._actor))
        except Exception as error:
            sent.fail(error)

    def _admission(self) -> Admission:
        return batches.admission(self._settings, self._database.clock.afresh())

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins it beside what is done already; it is held until it is over."""
        task = asyncio.create_task(work, name="record what was told")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
