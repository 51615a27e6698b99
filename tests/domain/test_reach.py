"""How long a revision needs: the sum of what its waves take, and the waiting for their windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.plans import PlanCheck
from domain.reach import DEPLOY_MINUTES, Opens, Reach, WaveReached, WaveTime, always, reach, watch_minutes
from domain.words import CheckKind, CheckMode, CheckWhen

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LENGTHS = ("deploy_minutes", "one_box_bake_minutes", "bake_minutes", "watch_minutes")
MINUTES = st.integers(0, 3000)
WAVES = st.lists(st.builds(WaveTime, st.just("wave"), MINUTES, MINUTES, MINUTES, MINUTES), max_size=8).map(
    lambda waves: [replace(wave, name=f"wave-{number}") for number, wave in enumerate(waves, 1)]
)


def after(minutes: int) -> datetime:
    return MONDAY + timedelta(minutes=minutes)


def weekdays(first_hour: int = 9, last_hour: int = 16) -> Opens:
    """From Monday to Friday, from the first hour until before the last."""

    def opens(_wave: WaveTime, moment: datetime) -> datetime:
        while moment.weekday() >= 5 or moment.hour >= last_hour:
            moment = (moment + timedelta(days=1)).replace(hour=0, minute=0)
        return max(moment, moment.replace(hour=first_hour, minute=0))

    return opens


@given(WAVES)
def test_without_windows_it_is_the_sum(waves: list[WaveTime]) -> None:
    """Each wave takes its deployment, its one-box, and the longer of bake time and checks; nothing else."""
    found = reach(waves, MONDAY, always)
    total = sum(
        wave.deploy_minutes + wave.one_box_bake_minutes + max(wave.bake_minutes, wave.watch_minutes) for wave in waves
    )
    assert (found.minutes, found.last, found.never) == (total, after(total), None)


@given(WAVES, st.integers(0, 10_000))
def test_waves_come_one_after_another(waves: list[WaveTime], late: int) -> None:
    """No wave starts before the one before has passed, nor outside its windows, and each takes its minutes."""
    opens = weekdays()
    found = reach(waves, after(late), opens)
    assert [each.name for each in found.reached] == [wave.name for wave in waves]
    assert all(before.passed_at <= each.starts_at for before, each in pairwise(found.reached))
    for wave, each in zip(waves, found.reached, strict=True):
        assert each.passed_at - each.starts_at == timedelta(minutes=wave.minutes)
        assert opens(wave, each.starts_at) == each.starts_at
    assert found.minutes is not None
    assert found.last == after(late) + timedelta(minutes=found.minutes)


@given(WAVES.filter(bool), st.data())
def test_nothing_is_sooner_for_waiting_longer(waves: list[WaveTime], data: st.DataObject) -> None:
    """Whichever wave takes longer, in whichever part, no wave is reached or passed earlier than before."""
    place = data.draw(st.integers(0, len(waves) - 1))
    length = data.draw(st.sampled_from(LENGTHS))
    longer = [*waves]
    longer[place] = replace(waves[place], **{length: getattr(waves[place], length) + data.draw(MINUTES)})
    before, now = reach(waves, MONDAY, weekdays()), reach(longer, MONDAY, weekdays())
    for old, new in zip(before.reached, now.reached, strict=True):
        assert new.starts_at >= old.starts_at
        assert new.passed_at >= old.passed_at


@given(WAVES, st.integers(0, 8))
def test_a_wave_that_never_opens_ends_it(waves: list[WaveTime], closed: int) -> None:
    """The waves before it are reached, it is named, and there is no time at which all are reached."""
    found = reach(waves, MONDAY, lambda wave, moment: None if wave.name == f"wave-{closed}" else moment)
    if not 1 <= closed <= len(waves):
        assert found == reach(waves, MONDAY, always)
        return
    assert found.reached == reach(waves[: closed - 1], MONDAY, always).reached
    assert (found.minutes, found.last, found.never) == (None, None, f"wave-{closed}")


def test_no_waves() -> None:
    """Nothing to reach takes no time."""
    assert reach([], MONDAY, always) == Reach(0, (), MONDAY)


def test_a_wave_waits_for_its_window() -> None:
    """A wave that is ready on a Friday evening starts on Monday morning."""
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    waves = [WaveTime("prod-1", 15, 60, 720), WaveTime("prod-2", 15, 60, 240, 300)]
    found = reach(waves, friday, weekdays())
    monday = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert found.reached == (
        WaveReached("prod-1", friday, datetime(2026, 11, 28, 4, 15, tzinfo=UTC)),
        WaveReached("prod-2", monday, datetime(2026, 11, 30, 15, 15, tzinfo=UTC)),
    )
    assert found.minutes == 3 * 24 * 60 + 15


def test_part_of_a_minute_counts_whole() -> None:
    """A window that opens between two minutes is reached in the next."""
    found = reach([WaveTime("w", 0)], MONDAY, lambda _wave, moment: moment + timedelta(seconds=1))
    assert found.minutes == 1


def test_the_waves_of_the_library_take_about_a_week() -> None:
    """Six production waves of the default bake times in working hours: four to five business days."""
    waves = [WaveTime("prod-1", DEPLOY_MINUTES, 60, 720)]
    waves += [WaveTime(f"prod-{number}", DEPLOY_MINUTES, 60, 240) for number in range(2, 7)]
    found = reach(waves, MONDAY, weekdays())
    assert found.reached[-1].starts_at == datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def check(kind: CheckKind, timeout: int, when: CheckWhen = CheckWhen.AFTER, minutes: int = 0) -> PlanCheck:
    return PlanCheck(
        name="check",
        kind=kind,
        when=when,
        mode=CheckMode.BLOCKING,
        timeout_minutes=timeout,
        retries=0,
        failure_limit=0,
        configuration={"minutes": minutes} if kind is CheckKind.BAKE else {},
    )


def test_checks_wait_side_by_side() -> None:
    """The longest of BAKE's minutes and ALARM's time counts, if it comes after; other kinds may end at once."""
    assert watch_minutes([]) == 0
    assert watch_minutes([check(CheckKind.LAMBDA, 600), check(CheckKind.EXTERNAL, 900)]) == 0
    assert watch_minutes([check(CheckKind.ALARM, 30), check(CheckKind.BAKE, 500, minutes=45)]) == 45
    assert watch_minutes([check(CheckKind.ALARM, 60), check(CheckKind.BAKE, 500, minutes=45)]) == 60
    assert watch_minutes([check(CheckKind.ALARM, 60, CheckWhen.BEFORE)]) == 0
