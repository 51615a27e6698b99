"""The synth of the payments example for 30, 100 and 300 environments: pipelinekit beside CDK Pipelines alone.

Both are `python app.py` with the same stages, actions, stacks and roles: what pipelinekit makes, synth_app/plain.py
makes by hand, so that what differs is pipelinekit's own. Seconds are the processor's, of Python and of jsii's Node;
`round_trips` is how often Python asked Node, and `memory_mib` what both had at most. The templates are counted, and
what only one of both has is noted.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from compileall import compile_dir
from pathlib import Path

from bench.peers.load import ROOT
from bench.peers.measuring import finish
from bench.peers.results import QUICK, Notes
from tests.pipelinekit import plans, synthesis
from tests.pipelinekit.synthesis import Synthesized

SIZES, ROUNDS = ((6,), 1) if QUICK else ((30, 100, 300), 5)
PIPELINES = ("pipelinekit", "plain")
APP = ROOT / "bench" / "peers" / "synth_app"


def main() -> None:
    """Writes build/bench/synth.json."""
    notes = Notes("synth")
    compile_dir(ROOT / "pipelinekit" / "src", quiet=1)  # as pip does with what it installs
    for number in range(ROUNDS):
        for size in SIZES:
            shapes = {}
            # In turns: whatever else the machine does meets both first.
            for name in PIPELINES if number % 2 else reversed(PIPELINES):
                figures, shapes[name] = _synth(name, size)
                notes.note(name, figures, environments=size)
                told = "  ".join(f"{figure} {value:.5g}" for figure, value in figures.items())
                print(f"  {name:12}{size:4}  {told}", flush=True)
            notes.left_out += differences(*(shapes[name] for name in PIPELINES))
    finish(notes)


def _synth(pipeline: str, size: int) -> tuple[dict[str, float], Counter[str]]:
    """One synth: its figures, and how many there are of each type of resource."""
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        plan, told = Path(folder) / "plan.json", Path(folder) / "told.json"
        plan.write_text(json.dumps(plans.of_size(size, in_a_wave=max(5, size // 20))))
        settings = {"INTERLOCK_PLAN": str(plan), "BENCH_PIPELINE": pipeline, "BENCH_TOLD": str(told)}
        before, began = _worked(), time.perf_counter()
        done = synthesis.by_python(APP, Path(folder) / "out", **settings)
        taken, worked = time.perf_counter() - began, _worked() - before
        if done.code:
            raise RuntimeError(f"{pipeline} with {size} environments: {done.said[-2000:]}")
        figures = {"processor_s": worked, "seconds": taken, **json.loads(told.read_text())}
        return {**figures, **shape(done)}, _types(done)


def shape(done: Synthesized) -> dict[str, float]:
    """What was synthesized: stages and actions of the pipeline, stacks, resources, assets, and MB of it all."""
    (pipeline,) = (
        each["Properties"]
        for each in done.pipeline["Resources"].values()
        if each["Type"] == "AWS::CodePipeline::Pipeline"
    )
    assets = {name for path in done.folder.rglob("*.assets.json") for name in json.loads(path.read_text())["files"]}
    return {
        "stages": len(pipeline["Stages"]),
        "actions": sum(len(stage["Actions"]) for stage in pipeline["Stages"]),
        "stacks": len(done.templates),
        "resources": _types(done).total(),
        "assets": len(assets),
        "assembly_mb": sum(map(len, done.files.values())) / 1e6,
    }


def _types(done: Synthesized) -> Counter[str]:
    return Counter(each["Type"] for template in done.templates.values() for each in template["Resources"].values())


def differences(ours: Mapping[str, int], plain: Mapping[str, int]) -> list[str]:
    """What only one of both has, by type: the one sentence that qualifies the ratio."""
    more, fewer = Counter(ours) - Counter(plain), Counter(plain) - Counter(ours)
    said = (("which CDK Pipelines alone has not", more), ("which pipelinekit has not", fewer))
    return [f"{', '.join(f'{count} {kind}' for kind, count in of.items())}, {which}" for which, of in said if of]


def _worked() -> float:
    """Of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
