"""The plan that a synth gets, when a developer synthesizes for some environments alone.

pipelinekit makes a stage for every environment of the plan, so the plan is cut down to those that are asked for, and a
test environment, which no plan has, is put into its wave. What a wave says of an environment stays: its stacks come out
as the pipeline would deploy them. The pipeline's own stack does not, and is never deployed from such a plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from interlock_cli.environments import Environment

Plan = dict[str, Any]
BARE_WAVE: dict[str, Any] = {
    "bakeMinutes": 0,
    "minimumDataPoints": 0,
    "oneBoxPercent": 0,
    "oneBoxBakeMinutes": 0,
    "windows": [],
    "checks": [],
}
"""A test environment is deployed to by hand: nothing is checked there and nothing waited for."""


def limited(plan: Plan, environments: Sequence[Environment]) -> Plan:
    """The plan with these environments alone. Its digest says that it is not the service's."""
    names = {each.name for each in environments}
    stages = [{**stage, "waves": list(_waves(stage, names))} for stage in plan["stages"]]
    found = {each["name"] for stage in stages for wave in stage["waves"] for each in wave["environments"]}
    added = [_stage(each) for each in environments if each.name not in found]
    kept = [stage for stage in stages if stage["waves"]]
    return {**plan, "digest": f"{plan['digest']} of {', '.join(sorted(names))}", "stages": [*kept, *added]}


def _waves(stage: Plan, names: Collection[str]) -> Iterator[Plan]:
    for wave in stage["waves"]:
        kept = [each for each in wave["environments"] if each["name"] in names]
        if kept:
            yield {**wave, "environments": kept}


def _stage(environment: Environment) -> Plan:
    """The environment in a wave of its own, which to the stacks is the wave that it belongs to."""
    place = {"name": environment.name, "account": environment.account, "region": environment.region}
    wave = {"name": f"only-{environment.name}", "wave": environment.wave, **BARE_WAVE}
    return {
        "name": environment.stage,
        "production": environment.production,
        "onFailure": "NONE",
        "waves": [{**wave, "environments": [{**place, "kind": environment.kind}]}],
    }
