"""docs/performance.md and its picture, from the files in build/bench/: the same files, the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import event_log
from bench.peers import pictures
from bench.peers.load import ROOT
from bench.peers.results import FOLDER, Result, Row, read
from bench.peers.targets import TARGETS, Target

PAGE, PLOT = ROOT / "docs" / "performance.md", ROOT / "docs" / "images" / "performance.svg"
DAY = PLOT.with_name("performance-day.svg")
TEMPLATE = Path(__file__).with_name("page.md")
TITLES = {
    "interlock": "Interlock",
    "limit": "The limit",
    "bare": "Interlock's endpoint alone",
    "stock": "Strawberry's own handler",
    "plain": "CDK Pipelines",
    "sql": "one statement of SQL each",
    "batches": "Interlock, 200 at a time",
    "single": "Interlock, one by one",
    "postgraphile": "PostGraphile 5",
    "rest": "Django REST framework",
    "orm": "Strawberry, SQLAlchemy, DataLoaders",
}


class CannotReport(Exception):
    """There is nothing to write a page from; the message says what to do."""


@dataclass(frozen=True)
class Section:
    """A part's table. figures: heading, name and digits of each. beside: who a row's first figure is a ratio to."""

    part: str
    title: str
    says: str
    figures: Sequence[tuple[str, str, int]]
    beside: str | None = None


ANSWERS = (
    ("answers/s", "per_second", 0),
    ("p50 ms", "p50", 1),
    ("p99 ms", "p99", 1),
    ("processor: server ms", "server_ms", 2),
    ("PostgreSQL ms", "database_ms", 2),
)
SECTIONS = (
    Section(
        "peers",
        "Both questions, made anew",
        "One service with its 300 environments, as a synth asks; 500 pipelines with the stages of their latest"
        " executions, as a wall shows them. By 1, 8 and 64 at once.",
        ANSWERS,
        "limit",
    ),
    Section(
        "caching",
        "Asked again",
        "The first answer after a start (*cold*), the same question asked *again* by 8 at once, and asked with the ETag"
        " of the last answer (*known*).",
        ANSWERS,
        "limit",
    ),
    Section(
        "live",
        "While the fleet is at work",
        "The dashboard by 8 at once, while 100 stages a second change.",
        ANSWERS,
        "limit",
    ),
    Section(
        "doors",
        "What the doors cost",
        "The service as it is shipped beside its endpoint without authentication, limits and telemetry.",
        ANSWERS,
        "bare",
    ),
    Section(
        "starts",
        "Start and memory",
        "Until the first answer, with what is imported in the machine's cache; memory when started, and when both"
        " questions were asked by 8 at once.",
        (("start s", "started", 2), ("MiB", "idle", 0), ("MiB, used", "used", 0)),
    ),
    Section(
        "sockets",
        "Subscriptions",
        "1,000, 5,000 and 10,000 sockets of one process, which ask the same: what the server works for each event at"
        " each socket, from the commit until it has come, and what a socket holds.",
        (
            ("µs a delivery", "delivery_us", 1),
            ("p50 ms", "p50", 0),
            ("p99 ms", "p99", 0),
            ("KiB a socket", "socket_kib", 1),
            ("idle, % of a processor", "idle_percent", 1),
        ),
        "stock",
    ),
    Section(
        "event_log",
        "The event log",
        "Transactions of one event each by 1, 4 and 16 writers, where a flush takes 3.5 ms as on a cloud volume; and"
        " from a commit until a follower has the event.",
        (("commits/s", "per_second", 0), ("a commit ms", "commit_ms", 1), ("p50 ms", "p50", 1), ("p99 ms", "p99", 1)),
        event_log.PLAIN,
    ),
    Section(
        "intake",
        "What AWS tells, recorded",
        "Envelopes a second: one statement of SQL for each by eight connections, batches of 200 as a consumer of the"
        " queue records them, and single ones over HTTP by 64 at once.",
        (("envelopes/s", "per_second", 0),),
        "sql",
    ),
    Section(
        "synth",
        "The synth",
        "The payments example for 30, 100 and 300 environments, `python app.py` without AWS, beside the same pipeline"
        " written by hand with CDK Pipelines: its stages and actions, roles and rules, a machine and a function.",
        (
            ("processor s", "processor_s", 1),
            ("s", "seconds", 1),
            ("MiB, Python and Node", "memory_mib", 0),
            ("questions to Node", "round_trips", 0),
            ("stages", "stages", 0),
            ("actions", "actions", 0),
            ("stacks", "stacks", 0),
            ("resources", "resources", 0),
            ("assets", "assets", 0),
            ("MB of assembly", "assembly_mb", 1),
        ),
        "plain",
    ),
    Section(
        "growth",
        "A growing fleet",
        "Once, twice and four times the services and executions: all pages of the dashboard in turn, with the"
        " processor's time for each of the objects in them, and one service's query.",
        (
            ("all pages ms", "whole_ms", 1),
            ("processor, µs an object", "object_us", 2),
            ("answer ms", "mean", 2),
            ("p99 ms", "p99", 1),
        ),
    ),
    Section(
        "day",
        "A company's day",
        "2,000 deployments in eight minutes, as a day has them: each a synth and 42 envelopes; ten walls, each of which"
        " asks for the whole fleet every five minutes of the day; twenty sockets that follow the log. At its end every"
        " execution had ended as it was told, and every socket had every event once and in order.\n\n"
        "![What clients waited and what was held, hour by hour](images/performance-day.svg)",
        (
            ("envelopes", "envelopes", 0),
            ("told p50 ms", "told_p50", 1),
            ("p99 ms", "told_p99", 1),
            ("synth p99 ms", "synth_p99", 1),
            ("wall p50 ms", "wall_p50", 1),
            ("p99 ms", "wall_p99", 1),
            ("service MiB", "server_mib", 0),
            ("PostgreSQL MiB", "database_mib", 0),
            ("processor %", "processor_percent", 0),
        ),
    ),
)


def main(folder: Path = FOLDER, to: Path = PAGE, picture: Path = PLOT) -> None:
    """Writes both. Raises CannotReport."""
    results = read(folder)
    page = written(results)
    to.write_text(page, encoding="utf-8")
    pictures.shares(results["peers"], TITLES, picture)
    if "day" in results:
        pictures.day(results["day"], picture.with_name(DAY.name))


def written(results: Mapping[str, Result]) -> str:
    """The page. Raises CannotReport where the first part was not measured, or anything only tried."""
    quick = [name for name, result in results.items() if result.quick]
    if quick:
        raise CannotReport(
            f"{', '.join(quick)} in {FOLDER.name}: tried with BENCH_QUICK, which is no measurement."
            f" Measure anew: python -m bench {' '.join(quick)}."
        )
    if "peers" not in results:
        raise CannotReport(
            "The page begins with what `python -m bench peers` writes to build/bench/peers.json. Run it."
        )
    sections = [_section(section, results[section.part]) for section in SECTIONS if section.part in results]
    return TEMPLATE.read_text(encoding="utf-8").format(
        machine=_machine(results["peers"]),
        targets=_targets(results),
        sections="\n\n".join(sections),
        parts=", ".join(f"`{section.part}`" for section in SECTIONS),
    )


def _machine(result: Result) -> str:
    told = "; ".join(f"{name} {value}" for name, value in result.machine.items())
    return f"Measured on {result.measured}. {told[0].upper()}{told[1:]}."


def _targets(results: Mapping[str, Result]) -> str:
    lines = ["| | wanted | found | |", "|---|--:|--:|---|"]
    return "\n".join([*lines, *(_target(each, results) for each in TARGETS)])


def _target(target: Target, results: Mapping[str, Result]) -> str:
    found = target.of(results)
    unit = f" {target.unit}" if target.unit else ""
    wanted = f"{'≥' if target.least else '≤'} {target.bound:g}{unit}"
    told = "–" if found is None else f"{found:.2f}{unit}"
    return f"| {target.says} | {wanted} | {told} | {target.verdict(results).value} |"


def _section(section: Section, result: Result) -> str:
    rows = _table(section, result)
    left_out = [f"- Left out: {each}." for each in dict.fromkeys(result.left_out)]
    day = f" Measured on {result.measured}." if result.part != "peers" else ""
    return "\n".join([f"## {section.title}", "", section.says + day, "", *rows, *(["", *left_out] if left_out else [])])


def _table(section: Section, result: Result) -> Iterable[str]:
    rows = [row for row in result.rows if any(name in row.figures for _, name, _ in section.figures)]
    places = list(dict.fromkeys(name for row in rows for name in row.at))
    shown = [each for each in section.figures if any(each[1] in row.figures for row in rows)]
    beside = [f"beside {TITLES.get(section.beside, section.beside)}"] if section.beside else []
    head = [*places, "", *beside, *(heading for heading, _, _ in shown)]
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(['---'] * (len(places) + 1) + ['--:'] * (len(head) - len(places) - 1))}|"
    order = {name: number for number, name in enumerate(dict.fromkeys(str(row.at) for row in rows))}
    for row in sorted(rows, key=lambda each: order[str(each.at)]):
        cells = [str(row.at.get(place, "")) for place in places] + [TITLES.get(row.name, row.name)]
        cells += [_ratio(section, result, row)] if section.beside else []
        cells += [_cell(row, name, digits) for _, name, digits in shown]
        yield f"| {' | '.join(cells)} |"


def _ratio(section: Section, result: Result, row: Row) -> str:
    assert section.beside is not None
    found = result.ratio(row.name, section.beside, section.figures[0][1], **row.at)
    return "" if found is None else f"{found:.2f}"


def _cell(row: Row, name: str, digits: int) -> str:
    """The middle, and the spread where there is one."""
    values = row.figures.get(name, ())
    if not values:
        return ""
    middle = f"{median(values):,.{digits}f}"
    low, high = f"{min(values):,.{digits}f}", f"{max(values):,.{digits}f}"
    return middle if low == high else f"{middle} ({low}–{high})"
