"""The pictures of docs/performance.md: the same figures, the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.peers.results import Result

COLOURS = {"interlock": "#0f6b4f", "postgraphile": "#c8553d", "rest": "#e0a030", "orm": "#6c757d"}
WAITED = {"wall_p99": "a wall", "synth_p99": "a synth", "told_p99": "what AWS tells"}
HELD = {"server_mib": "the service", "database_mib": "PostgreSQL"}


@contextmanager
def _drawn(to: Path, height: float) -> Iterator[Any]:
    """Two panels beside each other, and the figure that they are in."""
    import matplotlib as mpl  # noqa: PLC0415 - a second that nobody else should wait for

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "interlock", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot  # noqa: PLC0415

    figure, axes = pyplot.subplots(1, 2, figsize=(10, height), layout="constrained")
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
    yield figure, axes
    to.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(to, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def shares(result: Result, titles: Mapping[str, str], to: Path) -> None:
    """A panel for each question: answers a second as shares of the limit's."""
    there = [name for name in COLOURS if result.places(name)]
    with _drawn(to, 4) as (figure, axes):
        axes[1].sharey(axes[0])
        for axis, question in zip(axes, ("synth", "dashboard"), strict=True):
            places = [at for at in result.places("interlock") if at.get("question") == question]
            for number, name in enumerate(there):
                height = [result.ratio(name, "limit", "per_second", **at) or 0 for at in places]
                at = [position + number * 0.8 / len(there) for position in range(len(places))]
                axis.bar(at, height, width=0.72 / len(there), color=COLOURS[name], label=titles[name])
            axis.axhline(1, color="#444444", linewidth=0.8, linestyle=":")
            axis.set_xticks(
                [position + 0.3 for position in range(len(places))], [f"{at['connections']} at once" for at in places]
            )
            axis.set_title(
                {"synth": "One service, 300 targets", "dashboard": "500 pipelines and their stages"}[question]
            )
        axes[0].set_yscale("log")
        axes[0].set_ylabel("Answers per second, the limit is 1 (logarithmic)")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)


def day(result: Result, to: Path) -> None:
    """What clients waited, and what the processes held, hour by hour."""
    panels = (("Milliseconds, 99 of 100 wait less", WAITED), ("MiB that are held", HELD))
    with _drawn(to, 3.2) as (_, axes):
        for axis, (title, figures) in zip(axes, panels, strict=True):
            for colour, (name, label) in zip(COLOURS.values(), figures.items(), strict=False):
                rows = [row for row in result.rows if name in row.figures]
                hours = [row.at["hour"] for row in rows]
                axis.plot(hours, [median(row.figures[name]) for row in rows], color=colour, label=label)
            axis.set_title(title)
            axis.set_xlabel("Hour of the day")
            axis.set_ylim(bottom=0)
            axis.legend(frameon=False)
