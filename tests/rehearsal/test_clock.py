"""The rehearsal's clock: the service's, as fast as it was told, slower while something works, put back at the end."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.rehearsal.clock import SPEED, WORKING, Clock, SimulatedClock, clock_for

from .service import FakeService

NEW_YEAR = datetime(2028, 1, 1, tzinfo=UTC)


def speeds(fake: FakeService) -> list[float]:
    """Every speed that the service was told, in order."""
    return [given["speed"] for given in fake.inputs("setClock")]


def test_it_runs_as_it_was_told_and_is_put_back(fake: FakeService) -> None:
    """Also when what was rehearsed fails."""
    clock = SimulatedClock(Connection(fake.url), 1_000_000.0)

    def rehearsing() -> None:
        with clock:
            began = clock.now()
            assert clock.wait(timedelta(days=1), threading.Event())
            assert clock.now() >= began + timedelta(days=1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearsing()
    assert speeds(fake) == [1_000_000.0, 1.0]


def test_it_begins_when_it_is_told_to(fake: FakeService) -> None:
    """So that a window, or a holiday, can be met."""
    with clock_for(Connection(fake.url), 60.0, NEW_YEAR, real_time=False) as clock:
        assert NEW_YEAR <= clock.now() < NEW_YEAR + timedelta(hours=1)


def test_it_is_never_ahead_of_the_services(fake: FakeService) -> None:
    """What is told of must have happened."""
    with SimulatedClock(Connection(fake.url), SPEED) as clock:
        for _ in range(50):
            assert clock.now().isoformat() <= fake._clock()["now"]


def test_while_something_works_time_passes_slowly(fake: FakeService) -> None:
    """Until the last is done; what works takes its real time, and is not to look like days."""
    with SimulatedClock(Connection(fake.url), SPEED) as clock:
        with clock.working(), clock.working():
            assert speeds(fake)[-1] == WORKING
            with clock.idle():
                assert speeds(fake)[-1] == WORKING, "another works still"
                with clock.idle():
                    assert speeds(fake)[-1] == SPEED
            assert speeds(fake)[-1] == WORKING
        assert speeds(fake)[-1] == SPEED
        assert clock.wait_scale == pytest.approx(1 / SPEED)
    assert speeds(fake) == [SPEED, WORKING, SPEED, WORKING, SPEED, 1.0]


def test_slower_than_work_it_stays_so(fake: FakeService) -> None:
    """Work is never faster than what was asked for."""
    with SimulatedClock(Connection(fake.url), 10.0) as clock, clock.working():
        assert speeds(fake)[-1] == 10.0


def test_a_wait_ends_when_it_is_stopped(fake: FakeService) -> None:
    """At once."""
    stop = threading.Event()
    stop.set()
    assert not Clock().wait(timedelta(hours=1), stop)


def test_a_service_of_the_worlds_clock_is_refused_with_what_to_start(fake: FakeService) -> None:
    """Or it is meant: then everything takes its time."""
    fake.clock["rehearsal"] = False
    with pytest.raises(InputError, match=r"INTERLOCK_REHEARSAL=1.*--real-time"):
        clock_for(Connection(fake.url), SPEED, None, real_time=False)
    with clock_for(Connection(fake.url), SPEED, None, real_time=True) as clock:
        assert (clock.speed, clock.wait_scale) == (1.0, 1.0)
        assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert speeds(fake) == []
    with pytest.raises(InputError, match="--start-at"):
        clock_for(Connection(fake.url), SPEED, NEW_YEAR, real_time=True)


def test_in_real_time_a_service_for_rehearsals_runs_as_the_world_does(fake: FakeService) -> None:
    """From wherever its clock is."""
    with clock_for(Connection(fake.url), SPEED, None, real_time=True) as clock:
        assert clock.speed == 1.0
    assert speeds(fake) == [1.0, 1.0]


def test_while_nobody_does_anything_a_second_is_a_second(fake: FakeService) -> None:
    """A rehearsal that stays does not let years go by; whoever works then goes on as before."""
    with SimulatedClock(Connection(fake.url), SPEED) as clock:
        clock.rest(True)
        clock.rest(True)
        with clock.working():
            assert speeds(fake) == [SPEED, 1.0]
            clock.rest(False)
            assert speeds(fake)[-1] == WORKING
    assert speeds(fake) == [SPEED, 1.0, WORKING, SPEED, 1.0]
