"""What is remembered of who asks: for how long, by whom it is shared, and what is never kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Grant
from domain.grants import granted_to
from domain.permissions import Role, Viewer
from graph.authentication.callers import Caller
from graph.authentication.remembering import AGE_SECONDS, Remembered
from graph.authentication.standing import People
from graph.authentication.watching import Watch
from tests.graph.sockets import until

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


class World:
    """What is read, how often it was, and the clock. free: cleared, a look lasts."""

    def __init__(self) -> None:
        self.true: str | None = "old"
        self.looks = 0
        self.now = 0.0
        self.holds = True
        self.free = asyncio.Event()
        self.free.set()
        self.remembered: Remembered[str, str | None] = Remembered(lambda: self.holds, 3, lambda: self.now)

    async def look(self) -> str | None:
        self.looks += 1
        seen = self.true
        await self.free.wait()
        if seen == "broken":
            raise OSError("the database is away")
        return seen

    async def of(self, key: str = "x", *, afresh: bool = False) -> str | None:
        return await self.remembered.of(key, self.look, afresh=afresh)


async def test_it_is_read_once_in_a_moment() -> None:
    """And again when that is over, when somebody says that it has changed, and for whoever wants it afresh."""
    world = World()
    assert [await world.of() for _ in range(5)] == ["old"] * 5
    assert world.looks == 1
    world.true = "new"
    assert (await world.of(), await world.of(afresh=True)) == ("old", "new")
    world.now = AGE_SECONDS
    assert (await world.of(), world.looks) == ("new", 3)
    world.true = "newest"
    world.remembered.forget("y")
    assert await world.of() == "new"
    world.remembered.forget("x")
    assert await world.of() == "newest"


async def test_nothing_is_remembered_while_nobody_tells_of_changes() -> None:
    """Nor taken that was remembered before."""
    world = World()
    await world.of()
    world.holds, world.true = False, "new"
    assert [await world.of() for _ in range(3)] == ["new"] * 3
    assert world.looks == 4


async def test_those_who_wait_share_a_look() -> None:
    """Who goes away ends it for nobody; who asks after a change has one of their own; its age is from its beginning."""
    world = World()
    world.free.clear()
    first, second = asyncio.create_task(world.of()), asyncio.create_task(world.of())
    await until(lambda: world.looks == 1)
    first.cancel()
    world.true = "new"
    world.remembered.forget()
    third = asyncio.create_task(world.of())
    await until(lambda: world.looks == 2)
    world.now, world.true = AGE_SECONDS, "newest"
    fourth = asyncio.create_task(world.of())
    await until(lambda: world.looks == 3)
    world.free.set()
    assert await asyncio.gather(second, third, fourth) == ["old", "new", "newest"]
    assert (await world.of(), world.looks) == ("newest", 3)
    with pytest.raises(asyncio.CancelledError):
        await first


@pytest.mark.parametrize("nothing", ["broken", None])
async def test_what_says_nothing_is_not_kept(nothing: str | None) -> None:
    """An error is told to all who waited for it, and what is not there yet may be there for the next."""
    world = World()
    world.true = nothing
    for _ in range(2):
        told = await asyncio.gather(world.of(), world.of(), return_exceptions=True)
        assert [str(each) for each in told] == ["the database is away" if nothing else "None"] * 2
        await until(lambda: len(world.remembered) == 0)
    world.true = "there"
    assert (await world.of(), world.looks) == ("there", 3)


async def test_no_more_is_kept_than_may_be() -> None:
    """What is oldest goes first, and what is too old with it."""
    world = World()
    for key in "abcd":
        await world.of(key)
    assert len(world.remembered) == 3
    await world.of("d")
    assert world.looks == 4
    world.now = AGE_SECONDS
    await world.of("e")
    assert len(world.remembered) == 1


_TIMES = st.none() | st.integers(-3, 3).map(lambda hours: NOON + timedelta(hours=hours))
_GRANT = st.builds(
    lambda who, role, until: (who, role, until),
    st.sampled_from(["a", "b", "*"]),
    st.sampled_from([Role.VIEWER]),
    _TIMES,
)
_GROUPS = st.frozensets(st.sampled_from(["a", "b", "c"]))


@given(
    st.lists(st.lists(_GRANT, max_size=4), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 2), _GROUPS, st.integers(-3, 4)), max_size=12),
)
def test_people_are_who_they_would_be_without_memory(
    fleets: list[list[tuple[str, Role, datetime | None]]], asked: list[tuple[int, frozenset[str], int]]
) -> None:
    """Whatever is asked in whatever order, over several configurations, while grants end and a clock is set back."""
    made = [
        Configuration(
            grants={
                str(n): Grant(name=str(n), role=role, group=who, until=end) for n, (who, role, end) in enumerate(each)
            }
        )
        for each in fleets
    ]
    people, known = People(), {Role.ADMIN: frozenset({"c"})}
    for which, groups, hours in asked:
        configuration, now = made[which % len(made)], NOON + timedelta(hours=hours)
        roles = frozenset({Role.ADMIN} if "c" in groups else ())
        granted = granted_to("ada", groups, configuration.grants.values(), now)
        assert people.of(configuration, "ada", groups, known, now) == Viewer("ada", roles, granted, groups)


def _caller(name: str) -> Caller:
    return Caller(Viewer(name, frozenset({Role.VIEWER}), groups=frozenset()), NOON)


async def test_all_sockets_are_looked_at_together() -> None:
    """One look for a thousand; a look that fails ends nobody, and the next one finds them."""
    looks: list[int] = []
    gone: set[str] = set()

    async def look(callers: Sequence[Caller]) -> list[str | None]:
        looks.append(len(callers))
        if len(looks) == 1:
            raise OSError("the database is away")
        if len(looks) == 2:
            raise ZeroDivisionError
        return ["token revoked" if each.viewer.actor in gone else None for each in callers]

    watch = Watch(look, lambda _: 1000.0)
    waiting = {str(n): asyncio.create_task(watch.until_ended(_caller(str(n)), 1000.0)) for n in range(1000)}
    gone |= {"7", "8"}
    for number in range(3):
        watch.stir()
        await until(lambda number=number: len(looks) == number + 1)  # type: ignore[misc]
    assert await asyncio.gather(waiting.pop("7"), waiting.pop("8")) == ["token revoked"] * 2
    assert looks == [1000] * 3
    for each in waiting.values():
        assert not each.done()
        each.cancel()
    await asyncio.gather(*waiting.values(), return_exceptions=True)
    await until(lambda: not [task for task in asyncio.all_tasks() if "callers have ended" in task.get_name()])


async def test_a_socket_ends_with_its_time_whatever_the_database_says() -> None:
    """At once, and not at the next look."""

    async def away(_: Sequence[Caller]) -> list[str | None]:
        raise OSError("the database is away")

    assert await Watch(away, lambda _: 0.0).until_ended(_caller("ada"), 1000.0) == "token expired"
