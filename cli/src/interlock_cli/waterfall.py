"""A trace as a tree with bars: what ran within what, when it began, and how long it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rich.text import Text

from interlock_cli.client import Data
from interlock_cli.moments import instant, lasted
from interlock_cli.output import STYLES, plain

NARROWEST, WIDEST = 16, 60  # characters of the bars
LONGEST_NAME = 60
STATUS_KEYS = ("execution", "stage_execution", "action", "deployment", "check_run", "check")


@dataclass(frozen=True)
class Row:
    """A span in its place: how deep it is in the tree, and of how many others it shows only the number."""

    span: Data
    depth: int
    hidden: int = 0


def rows(spans: Sequence[Data], deepest: int) -> list[Row]:
    """Parents before their children, which are in the order in which they began; deeper ones are counted.

    A span whose parent is not among them is a root: a deployment's trace has no run.
    """
    known = {span["spanId"] for span in spans}
    children: Mapping[str | None, list[Data]] = defaultdict(list)
    for span in sorted(spans, key=lambda each: (instant(each["startedAt"]), each["name"])):
        children[span["parentId"] if span["parentId"] in known else None].append(span)
    return list(_below(children, None, 0, deepest))


def _below(children: Mapping[str | None, list[Data]], parent: str | None, depth: int, deepest: int) -> Iterator[Row]:
    for span in children.get(parent, ()):
        if depth + 1 < deepest:
            yield Row(span, depth)
            yield from _below(children, span["spanId"], depth + 1, deepest)
        else:
            yield Row(span, depth, _count(children, span["spanId"]))


def _count(children: Mapping[str | None, list[Data]], parent: str) -> int:
    return sum(1 + _count(children, each["spanId"]) for each in children.get(parent, ()))


def lines(found: Sequence[Row], now: datetime, width: int) -> Iterator[Text]:
    """A line for each row, `width` characters wide. now: until when a span that has not ended is drawn."""
    if not found:
        return
    first = min(instant(row.span["startedAt"]) for row in found)
    last = max(_end(row.span, now) for row in found)
    names = [_name(row) for row in found]
    took = [lasted((_end(row.span, now) - instant(row.span["startedAt"])).total_seconds()) for row in found]
    broad, long = max(map(len, names)), max(map(len, took))
    scale = _Scale(first, last - first, max(NARROWEST, min(WIDEST, width - broad - long - 16)))
    for row, name, lasting in zip(found, names, took, strict=True):
        begin, length = scale.place(instant(row.span["startedAt"]), _end(row.span, now))
        status = status_of(row.span)
        style = STYLES.get(status, "")
        bar = " " * begin + ("█" * length if row.span["endedAt"] else "▒" * length)
        yield Text.assemble(
            f"{name:<{broad}}  {lasting:>{long}}  ", (f"{bar:<{scale.width}}", style), "  ", (status, style)
        )


@dataclass(frozen=True)
class _Scale:
    """From a time to a column."""

    first: datetime
    length: timedelta
    width: int

    def place(self, start: datetime, end: datetime) -> tuple[int, int]:
        """The bar's first column and its length, one column at least."""
        whole = self.length.total_seconds() or 1.0
        begin = min(int((start - self.first).total_seconds() / whole * self.width), self.width - 1)
        until = round((end - self.first).total_seconds() / whole * self.width)
        return begin, max(1, min(until, self.width) - begin)


def _end(span: Data, now: datetime) -> datetime:
    start = instant(span["startedAt"])
    return max(start, instant(span["endedAt"]) if span["endedAt"] else now)


def _name(row: Row) -> str:
    name = plain(row.span["name"])
    more = f" (+{row.hidden})" if row.hidden else ""
    shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return f"{'  ' * row.depth}{shown}{more}"


def status_of(span: Data) -> str:
    """The span's status in the words of what it shows; of one that has none, whether it failed or goes on."""
    attributes = span["attributes"]
    for key in STATUS_KEYS:
        if status := attributes.get(f"interlock.{key}.status"):
            return str(status)
    if span["status"] == "ERROR":
        return "FAILED"
    return "SUCCEEDED" if span["endedAt"] else "IN_PROGRESS"
