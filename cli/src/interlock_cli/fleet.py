"""All services at a glance: which revision is in each stage, and what moves or has failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from interlock_cli.client import Client, Data
from interlock_cli.moments import instant
from interlock_cli.output import Grid, short

MOST_NAMES = 3
MOST_REVISIONS = 2
NOW = {"FAILED": "failed in", "IN_PROGRESS": "deploying to", "PENDING": "coming to"}
"""Statuses of the newest deployment that are worth a word, the gravest first."""


def environments(client: Client) -> Sequence[Data]:
    """Every environment in the order in which revisions reach them: stage, wave, name."""
    return sorted(client.pages("environments", "environments", filter=None), key=in_order)


def in_order(environment: Data) -> tuple[int, int, str]:
    """Of an environment, its place in the way of a revision."""
    wave = environment["wave"]
    return (wave["stage"]["position"], wave["position"], environment["name"])


def overview(client: Client) -> Grid:
    """A row for each service, a column for each stage."""
    stage_of = {each["name"]: each["wave"]["stage"]["name"] for each in environments(client)}
    fleet: Sequence[Data] = client.ask("fleet", services=None)["fleet"]
    passed = {
        stage_of[cell["environment"]] for row in fleet for cell in row["cells"] if cell["environment"] in stage_of
    }
    stages = [stage for stage in dict.fromkeys(stage_of.values()) if stage in passed]
    rows = [
        (row["service"], row["team"], *(_there(_cells(row, stage_of, stage)) for stage in stages), _now(row, stage_of))
        for row in fleet
    ]
    return Grid(("SERVICE", "TEAM", *(stage.upper() for stage in stages), "NOW"), rows, "What is where")


def _cells(row: Data, stage_of: Mapping[str, str], stage: str) -> Sequence[Data]:
    return [cell for cell in row["cells"] if stage_of.get(cell["environment"]) == stage]


def _there(cells: Sequence[Data]) -> str | None:
    """`c3c3c3c3`; `c3c3c3c3 1/9, b2b2b2b2 8/9` where it is not the same everywhere, the newest first."""
    held = sorted(
        (cell for cell in cells if cell["deployedRevision"]), key=lambda cell: instant(cell["deployedAt"]), reverse=True
    )
    counted = Counter(short(cell["deployedRevision"]) for cell in held)
    if len(counted) == 1 and len(held) == len(cells):
        return short(held[0]["deployedRevision"])
    said = [f"{revision} {count}/{len(cells)}" for revision, count in list(counted.items())[:MOST_REVISIONS]]
    return ", ".join([*said, "…"] if len(counted) > MOST_REVISIONS else said) or None


def _now(row: Data, stage_of: Mapping[str, str]) -> str:
    order = list(stage_of)
    said = []
    for status, words in NOW.items():
        names = [cell["environment"] for cell in row["cells"] if cell["status"] == status]
        names.sort(key=lambda name: order.index(name) if name in stage_of else len(order))
        if names:
            more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            said.append(f"{words} {', '.join(names[:MOST_NAMES])}{more}")
    return "; ".join(said)
