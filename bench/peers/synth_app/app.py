"""The payments example with the stages and waves of a plan, INTERLOCK_PLAN: by pipelinekit, or written by hand.

BENCH_PIPELINE says which. Neither uses change sets: with them 300 environments would be more actions than CodePipeline
takes. At its end it writes to BENCH_TOLD: {"round_trips": questions to Node, "memory_mib": the peaks of Python and of
Node, added up}.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii

sys.path.insert(0, str(Path(__file__).parents[3] / "examples" / "payments"))

from stage import PaymentsStage


def plain(app: cdk.App) -> None:
    """What a team would write."""
    from plain import PlainPipeline  # noqa: PLC0415 - as each imports what it needs

    PlainPipeline(app, json.loads(Path(os.environ["INTERLOCK_PLAN"]).read_text()), PaymentsStage)


def by_pipelinekit(app: cdk.App) -> None:
    """What the example's own app does."""
    from pipelinekit import ServicePipeline  # noqa: PLC0415

    ServicePipeline(app, "acme/payments", PaymentsStage, use_change_sets=False)


class Counted:
    """jsii's provider, which asks Node. `times`: how often it was asked."""

    def __init__(self, provider: Any) -> None:
        self._provider, self.times = provider, 0

    def __getattr__(self, name: str) -> Any:
        self.times += 1
        return getattr(self._provider, name)


def peaks(process_id: int) -> int:
    """KiB: the most memory that a process and those that it has started have had."""
    of_process = Path(f"/proc/{process_id}")
    lines = dict(line.split(":", 1) for line in (of_process / "status").read_text().splitlines())
    children = [child for task in of_process.glob("task/*/children") for child in task.read_text().split()]
    return int(lines["VmHWM"].split()[0]) + sum(peaks(int(child)) for child in children)


jsii.kernel.provider = Counted(jsii.kernel.provider)
app = cdk.App()
{"plain": plain, "pipelinekit": by_pipelinekit}[os.environ["BENCH_PIPELINE"]](app)
app.synth()
if told := os.environ.get("BENCH_TOLD"):
    Path(told).write_text(
        json.dumps({"round_trips": jsii.kernel.provider.times, "memory_mib": peaks(os.getpid()) / 1024})
    )
