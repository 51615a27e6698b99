"""docs/performance.md is what was measured, and nothing else: on made-up results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench import day
from bench.peers import pictures, report
from bench.peers.results import Notes, Result, read, write
from bench.peers.targets import TARGETS, Verdict

MACHINE = {"processors": "2 x Imagined", "memory": "24 GiB"}
PLACES = [(question, connections) for question in ("synth", "dashboard") for connections in (1, 8, 64)]


def peers(ours: float = 90, p99: float = 12) -> Result:
    """Three rounds in which the limit answers 100 a second, and each round differs."""
    notes = Notes("peers")
    rates = {"interlock": ours, "limit": 100, "postgraphile": 10, "rest": 5, "orm": 1}
    for turn in (1, 2, 3):
        for question, connections in PLACES:
            for name, rate in rates.items():
                figures = {"per_second": rate * turn, "p50": 5.0, "p99": p99 if name == "interlock" else 10.0}
                figures |= {"server_ms": 1.0, "database_ms": 2.0}
                notes.note(name, figures, question=question, connections=connections)
    return replace(notes.result(MACHINE), measured="2026-12-01", quick=False)


def target(says: str) -> tuple[float | None, Verdict]:
    """What is said of the first target with these words, over `peers`."""
    found = next(each for each in TARGETS if says in each.says)
    results = {"peers": peers()}
    return found.of(results), found.verdict(results)


def test_a_file_holds_what_was_measured(tmp_path: Path) -> None:
    """Each round of each competitor in each place, read back as it was."""
    assert write(peers(), tmp_path) == tmp_path / "peers.json"
    assert read(tmp_path)["peers"].values("interlock", "per_second", question="synth", connections=8) == [90, 180, 270]


def test_a_ratio_is_that_of_the_rounds() -> None:
    """Rounds that differ by a factor of three have the same ratio in each; of nothing there is none."""
    assert peers().ratio("interlock", "limit", "per_second", question="synth", connections=8) == 0.9
    assert peers().ratio("interlock", "nobody", "per_second", question="synth", connections=8) is None


def test_a_target_is_reached_not_reached_or_not_measured() -> None:
    """The worst of its places counts, and nothing is said of what was not measured."""
    assert target("Synth query, beside the limit") == (0.9, Verdict.REACHED)
    assert target("Its p99") == (1.2, Verdict.REACHED)
    assert target("Synth query, beside PostGraphile, one") == (9.0, Verdict.REACHED)
    assert target("Twice the fleet: one service") == (None, Verdict.NOT_MEASURED)
    slow = {"peers": peers(ours=79, p99=16)}
    assert [each.verdict(slow) for each in TARGETS[:2]] == [Verdict.NOT_REACHED] * 2


def test_a_place_that_was_left_out_is_no_target_reached() -> None:
    """The missing one might have been the bad one."""
    whole = peers()
    part = replace(whole, rows=[row for row in whole.rows if row.at["connections"] != 64])
    assert TARGETS[0].verdict({"peers": part}) is Verdict.NOT_MEASURED


def test_the_doors_are_counted_in_processor_time() -> None:
    """Of server and database together, in the worst place."""
    notes = Notes("doors")
    for question, connections in PLACES:
        notes.note("bare", {"server_ms": 1.0, "database_ms": 1.0}, question=question, connections=connections)
        shipped = {"server_ms": 1.2 if connections == 8 else 1.1, "database_ms": 1.0}
        notes.note("interlock", shipped, question=question, connections=connections)
    found = next(each for each in TARGETS if each.part == "doors").of({"doors": notes.result(MACHINE)})
    assert found == pytest.approx(10)


def test_the_page_says_what_was_found() -> None:
    """The machine, each target with its figure, a row for each competitor in each place, and who was left out."""
    page = report.written({"peers": replace(peers(), left_out=["Django is not installed"])})
    assert "Measured on 2026-12-01. Processors 2 x Imagined; memory 24 GiB." in page
    assert "| Synth query, beside the limit, at 1, 8 and 64 at once | ≥ 0.8 | 0.90 | reached |" in page
    assert "| Dashboard under 100 events a second, beside the limit | ≥ 20 | – | not measured |" in page
    assert "| synth | 8 | Interlock | 0.90 | 180 (90–270) | 5.0 | 12.0 | 1.00 | 2.00 |" in page
    assert "- Left out: Django is not installed." in page
    assert page.count("| Interlock |") == len(PLACES)


def test_nothing_is_written_of_what_was_only_tried() -> None:
    """A quick run is no measurement; without the first part there is no page."""
    with pytest.raises(report.CannotReport, match=r"python -m bench peers\."):
        report.written({"peers": replace(peers(), quick=True)})
    with pytest.raises(report.CannotReport, match="Run it"):
        report.written({})


def test_the_same_files_are_the_same_page_and_picture(tmp_path: Path) -> None:
    """A measurement that did not change leaves no difference in git."""
    write(peers(), tmp_path)
    made = []
    for number in (1, 2):
        page, picture = tmp_path / f"{number}.md", tmp_path / f"{number}.svg"
        report.main(tmp_path, page, picture)
        made.append((page.read_bytes(), picture.read_bytes()))
    assert made[0] == made[1]
    assert b"PostGraphile 5" in made[0][1]


def test_what_was_measured_is_listed_as_the_command_takes_it() -> None:
    """Every part of the page is a measurement of `python -m bench`, and every target is of one."""
    known = (report.ROOT / "bench" / "__main__.py").read_text(encoding="utf-8")  # whose import takes seconds
    parts = {each.part for each in report.SECTIONS}
    assert all(f'    "{part}": ' in known for part in parts)
    assert {each.part for each in TARGETS} <= parts


def test_a_day_is_drawn_as_it_was_measured(tmp_path: Path) -> None:
    """Hour by hour, with a line for each figure that was noted; the same bytes each time."""
    notes = Notes("day")
    for hour in range(3):
        notes.note("interlock", {"wall_p99": 20.0, "server_mib": 180.0 + hour, "database_mib": 300.0}, hour=hour)
    for name in ("one.svg", "two.svg"):
        pictures.day(notes.result(MACHINE), tmp_path / name)
    assert "Hour of the day" in (tmp_path / "one.svg").read_text()
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_day_has_its_deployments_when_people_work() -> None:
    """All of them, in order, most before noon, and an hour's time for the last."""
    moments = list(day._moments())
    assert (len(moments), moments) == (day.DEPLOYMENTS, sorted(moments))
    morning = sum(8 * day.HOUR <= each < 11 * day.HOUR for each in moments)
    assert morning > 10 * sum(each < 3 * day.HOUR for each in moments)
    assert moments[-1] < 24 * day.HOUR
