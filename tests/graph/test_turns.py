"""Whoever asks the same while it is answered: one makes the next answer for all who waited."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from graph.turns import Turns
from models.engine import Database
from tests.graph.conftest import Graph
from tests.graph.keepers import NAMES, Process, processes, still

__all__ = ["processes"]


class Maker:
    """Makes answers that take as long as a test says. made: how many; working: how many at once, at most."""

    def __init__(self) -> None:
        self.turns, self.goes = Turns(), asyncio.Semaphore(0)
        self.made = self.working = self.most = 0

    async def ask(self, key: bytes = b"key", *, shared: bool = True) -> bytes:
        """The answer to one who asks."""
        async with self.turns.turn(key) as turn:
            if turn.given is not None:
                return turn.given
            self.working += 1
            self.most = max(self.most, self.working)
            await self.goes.acquire()
            self.working -= 1
            self.made += 1
            answer = str(self.made).encode()
            if shared:
                turn.given = answer
            return answer

    async def asked(self, count: int, **how: bool) -> list[asyncio.Task[bytes]]:
        """So many who ask, and have come to where they wait."""
        tasks = [asyncio.create_task(self.ask(**how)) for _ in range(count)]
        await asyncio.sleep(0.01)
        return tasks

    def go(self, answers: int = 1) -> None:
        """So many are made."""
        for _ in range(answers):
            self.goes.release()


async def test_who_waits_together_has_one_answer() -> None:
    """The first has the first; all who came meanwhile the second, and who came while that was made the third."""
    maker = Maker()
    first, second = await maker.asked(1), await maker.asked(5)
    maker.go()
    assert await first[0] == b"1"
    await asyncio.sleep(0.01)
    third = await maker.asked(3)
    maker.go(2)
    assert await asyncio.gather(*second, *third) == [b"2"] * 5 + [b"3"] * 3
    assert (maker.made, maker.most, len(maker.turns)) == (3, 1, 0)


async def test_other_questions_are_no_reason_to_wait() -> None:
    """Each has turns of its own."""
    maker = Maker()
    tasks = [asyncio.create_task(maker.ask(key)) for key in (b"one", b"two", b"three")]
    await asyncio.sleep(0.01)
    maker.go(3)
    await asyncio.gather(*tasks)
    assert maker.most == 3


@pytest.mark.parametrize("leaves", [0, 1, 3])
async def test_who_leaves_takes_nothing_from_the_others(leaves: int) -> None:
    """The one who is answered, the one who leads and one of the others: those who are left have their answers."""
    maker = Maker()
    tasks = [*await maker.asked(1), *await maker.asked(4)]
    tasks[leaves].cancel()
    await asyncio.sleep(0.01)
    maker.go(6)
    left = [task for task in tasks if task is not tasks[leaves]]
    assert all(await asyncio.wait_for(asyncio.gather(*left), 5))
    assert len(maker.turns) == 0


async def test_what_is_not_to_be_shared_is_made_for_each() -> None:
    """And at once: nobody waits for another one's turn then."""
    maker = Maker()
    tasks = [*await maker.asked(1, shared=False), *await maker.asked(4, shared=False)]
    maker.go(5)
    assert sorted(await asyncio.gather(*tasks)) == [b"1", b"2", b"3", b"4", b"5"]
    assert len(maker.turns) == 0


async def test_a_failure_is_its_own(fleet: Graph) -> None:
    """Who leads and fails leaves the others to themselves."""
    turns = Turns()
    begun = asyncio.Event()

    async def fail() -> None:
        async with turns.turn(b"key"):
            begun.set()
            await asyncio.sleep(0.01)
            raise ZeroDivisionError

    async def ask() -> bytes | None:
        async with turns.turn(b"key") as turn:
            return turn.given or b"made"

    failing = asyncio.create_task(fail())
    await begun.wait()
    assert await asyncio.gather(*(ask() for _ in range(3))) == [b"made"] * 3
    with pytest.raises(ZeroDivisionError):
        await failing


async def test_twenty_ask_while_everything_changes(fleet: Graph, processes: tuple[Process, Process]) -> None:
    """Something is committed before each look: the first is answered, and all others together."""
    process, _ = processes
    lookout = still(process)
    looked = lookout.look

    async def changed() -> tuple[int, int, str] | None:
        lookout.state = (1, 1, f"1:{lookout.looks}:")
        return await looked()

    lookout.look = changed  # type: ignore[method-assign]
    await process.bytes(NAMES)
    graph = Graph(cast("Database", process.view.context.database), process.view.context.feed)
    answers = await asyncio.gather(*(process.bytes(NAMES) for _ in range(20)))
    assert len(set(answers)) == 1
    assert len(graph.statements) == 2
