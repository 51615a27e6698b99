"""The synth of the payments example for 30, 100 and 300 environments: pipelinekit beside plain CDK Pipelines.

Both are `python app.py` with the same stages in the same waves; seconds are the processor's, of Python and of jsii's
Node. pipelinekit's own share is what it adds: checks, gates, roles and the machine that a plain pipeline has not.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from pathlib import Path

from bench.peers.load import ROOT
from bench.peers.measuring import finish
from bench.peers.results import QUICK, Notes
from tests.pipelinekit import plans, synthesis

SIZES, ROUNDS = ((6,), 1) if QUICK else ((30, 100, 300), 3)
PIPELINES = ("pipelinekit", "plain")
APP = ROOT / "bench" / "peers" / "synth_app"


def main() -> None:
    """Writes build/bench/synth.json."""
    notes = Notes("synth")
    for _ in range(ROUNDS):
        for size in SIZES:
            for name in PIPELINES:
                figures = _synth(name, size)
                notes.note(name, figures, environments=size)
                told = "  ".join(f"{figure} {value:.1f}" for figure, value in figures.items())
                print(f"  {name:12}{size:4}  {told}", flush=True)
    finish(notes)


def _synth(pipeline: str, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        plan = Path(folder) / "plan.json"
        plan.write_text(json.dumps(plans.of_size(size, in_a_wave=max(5, size // 20))))
        before, began = _worked(), time.perf_counter()
        done = synthesis.by_python(APP, Path(folder) / "out", INTERLOCK_PLAN=str(plan), BENCH_PIPELINE=pipeline)
        taken, worked = time.perf_counter() - began, _worked() - before
        if done.code:
            raise RuntimeError(f"{pipeline} with {size} environments: {done.said[-2000:]}")
        octets = sum(len(content) for content in done.files.values())
    return {"processor_s": worked, "seconds": taken, "assembly_mb": octets / 1e6}


def _worked() -> float:
    """Of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
