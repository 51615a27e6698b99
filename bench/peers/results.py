"""What a part has measured: one file of JSON in build/bench/, from which docs/performance.md is made.

    {"part": "peers", "measured": "2026-12-01", "quick": false, "machine": {…}, "left_out": ["PostGraphile 5 is not …"],
     "rows": [{"name": "interlock", "at": {"question": "synth", "connections": 8},
               "figures": {"per_second": [412.0, 405.1, 418.9], "p99": […]}}]}

A figure has a value for each round. Competitors take turns in each round, so a ratio is the middle of the rounds' own
ratios: whatever else the machine does meets both.
"""

from __future__ import annotations

import json
import os
import platform
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from bench.peers.load import ROOT

FOLDER = ROOT / "build" / "bench"
QUICK = bool(os.environ.get("BENCH_QUICK"))
"""One short round over a small fleet: to see that a part runs. Nothing is written down of it but its file."""

At = Mapping[str, str | int]


@dataclass(frozen=True)
class Row:
    """One competitor in one place. figures: by name, a value for each round."""

    name: str
    at: At
    figures: Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Result:
    """What one part has measured."""

    part: str
    measured: str
    machine: Mapping[str, str]
    rows: Sequence[Row]
    left_out: Sequence[str] = ()
    quick: bool = False

    def values(self, name: str, figure: str, **at: str | int) -> Sequence[float]:
        """A figure's rounds; none where it was not measured."""
        return next(
            (row.figures[figure] for row in self.rows if row.name == name and row.at == at and figure in row.figures),
            (),
        )

    def middle(self, name: str, figure: str, **at: str | int) -> float | None:
        """The middle of its rounds; None where it was not measured."""
        found = self.values(name, figure, **at)
        return median(found) if found else None

    def ratio(self, name: str, other: str, figure: str, **at: str | int) -> float | None:
        """The middle of the rounds' ratios; None where either was not measured."""
        ours, theirs = self.values(name, figure, **at), self.values(other, figure, **at)
        pairs = [mine / its for mine, its in zip(ours, theirs, strict=False) if its]
        return median(pairs) if pairs else None

    def places(self, name: str) -> list[At]:
        """Where it was measured, in order."""
        return [row.at for row in self.rows if row.name == name]


@dataclass
class Notes:
    """Rounds as they are measured. left_out: what was not, and why."""

    part: str
    left_out: list[str] = field(default_factory=list)
    _found: dict[tuple[str, tuple[tuple[str, str | int], ...]], dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def note(self, name: str, figures: Mapping[str, float], **at: str | int) -> None:
        """One round of one competitor in one place."""
        for figure, value in figures.items():
            self._found[name, tuple(at.items())][figure].append(value)

    def result(self, machine: Mapping[str, str]) -> Result:
        """All of them."""
        rows = [Row(name, dict(at), dict(figures)) for (name, at), figures in self._found.items()]
        day = datetime.now(UTC).date().isoformat()
        return Result(self.part, day, machine, rows, self.left_out, QUICK)


def machine(address: str | None = None) -> dict[str, str]:
    """What it is measured on. address: of the PostgreSQL, as libpq has it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = {"processors": f"{os.cpu_count()} x {model}", "memory": f"{memory:.0f} GiB"}
    found |= {"system": f"Linux {platform.release()}", "Python": platform.python_version()}
    if address:
        with psycopg.connect(address) as connection:
            number = connection.info.server_version
        found["PostgreSQL"] = f"{number // 10000}.{number % 10000}"
    return found | {"load before": f"{os.getloadavg()[0]:.2f}"}


def write(result: Result, folder: Path = FOLDER) -> Path:
    """The file of a part, replaced as a whole."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.part}.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(result), indent=1) + "\n", encoding="utf-8")
    return new.replace(path)


def read(folder: Path = FOLDER) -> dict[str, Result]:
    """The parts that were measured, by name."""
    return {result.part: result for path in sorted(folder.glob("*.json")) if (result := _read(path))}


def _read(path: Path) -> Result:
    given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Result(**given | {"rows": [Row(**each) for each in given["rows"]]})
