"""The table and the plot in docs/: every class of defects, in every pipeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from multiprocessing import Pool
from pathlib import Path
from statistics import fmean, median

from bench.safety import interlock, plain
from bench.safety.defects import BadRevision, Defect, bad_revisions
from bench.safety.outcome import Outcome

COUNT, SEED = 1_000, 2026
DOCS = Path(__file__).parents[2] / "docs"
PAGE, PLOT = DOCS / "blast-radius.md", DOCS / "images" / "blast-radius.svg"
TEMPLATE = Path(__file__).with_name("page.md")

Walk = Callable[[BadRevision], Outcome]
Outcomes = Mapping[str, Sequence[Outcome]]

PIPELINES: Mapping[str, Walk] = {
    "Interlock": interlock.walk,
    "CDK Pipelines, all at once": plain.all_at_once,
    "CDK Pipelines, two at a time": plain.two_at_a_time,
}
_COLOURS = ("#0f6b4f", "#c8553d", "#e0a030")


def main() -> None:
    """Meets all revisions, and writes the page and the plot."""
    found = measure(COUNT, SEED)
    PAGE.write_text(page(found), encoding="utf-8")
    plot(found, PLOT)
    print(table(found))
    print(f"Written: {PAGE.relative_to(DOCS.parent)}, {PLOT.relative_to(DOCS.parent)}.")


def measure(count: int, seed: int, processes: int = 2) -> Outcomes:
    """What became of so many bad revisions in each pipeline."""
    revisions = list(bad_revisions(count, seed))
    with Pool(processes) as pool:
        return {name: pool.map(walk, revisions, chunksize=20) for name, walk in PIPELINES.items()}


def table(found: Outcomes) -> str:
    """Markdown: a row for each class and pipeline."""
    head = (
        "| defect | pipeline | Regions harmed, median | most | requests harmed, of a million of a week "
        "| min to notice | min until gone | stopped by |"
    )
    rows = [_row(defect, name, found[name]) for defect in Defect for name in PIPELINES]
    return "\n".join([head, "|---|---|--:|--:|--:|--:|--:|---|", *rows, *_totals(found)])


def _row(defect: Defect, pipeline: str, outcomes: Sequence[Outcome]) -> str:
    own = [each for each in outcomes if each.defect is defect]
    return _cells(defect.value if pipeline == next(iter(PIPELINES)) else "", pipeline, own)


def _totals(found: Outcomes) -> Iterable[str]:
    return [
        _cells("**all**" if number == 0 else "", name, list(outcomes))
        for number, (name, outcomes) in enumerate(found.items())
    ]


def _cells(defect: str, pipeline: str, outcomes: Sequence[Outcome]) -> str:
    regions = [each.regions for each in outcomes]
    cells = [
        defect,
        pipeline,
        f"{median(regions):.0f}",
        str(max(regions)),
        f"{1e6 * fmean(each.share for each in outcomes):,.0f}",
        _minutes(each.detection for each in outcomes),
        _minutes(each.rollback for each in outcomes),
        _stops(outcomes),
    ]
    return f"| {' | '.join(cells)} |"


def _minutes(values: Iterable[int | None]) -> str:
    known = [each for each in values if each is not None]
    return f"{median(known):,.0f}" if known else "–"


def _stops(outcomes: Sequence[Outcome]) -> str:
    counted = Counter(each.stopped_by for each in outcomes).most_common(3)
    return ", ".join(f"{name} {count / len(outcomes):.0%}" for name, count in counted)


def plot(found: Outcomes, to: Path) -> None:
    """Two panels: the most Regions that were harmed, and the requests, class by class. The same bytes each time."""
    import matplotlib as mpl  # noqa: PLC0415 - a second that nobody else should wait for

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "interlock", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot  # noqa: PLC0415

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 5), sharey=True, layout="constrained")
    height = 0.8 / len(PIPELINES)
    for number, (name, outcomes) in enumerate(found.items()):
        own = [[each for each in outcomes if each.defect is defect] for defect in Defect]
        places = [position + number * height for position in range(len(own))]
        style = {"height": height * 0.9, "color": _COLOURS[number], "label": name}
        left.barh(places, [max(each.regions for each in some) for some in own], **style)
        right.barh(places, [1e6 * fmean(each.share for each in some) for some in own], **style)
    left.set_yticks([position + height for position in range(len(Defect))], [each.value for each in Defect])
    left.invert_yaxis()
    left.set_xlabel("Regions harmed beyond a one-box, at most (of 25)")
    left.axvline(1, color="#444444", linewidth=0.8, linestyle=":")
    right.set_xscale("log")
    right.set_xlim(left=0.3)
    right.set_xlabel("Requests harmed, of a million of a week (mean, logarithmic)")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=3, frameon=False)
    for axis in (left, right):
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(to, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def page(found: Outcomes) -> str:
    """docs/blast-radius.md."""
    return TEMPLATE.read_text(encoding="utf-8").format(table=table(found), count=COUNT, seed=SEED, waves=_waves())


def _waves() -> str:
    return ", ".join(str(len(wave.environments)) for wave in interlock.layout().waves)
