"""The map of actions: what each action of the rendered pipeline is for. Names are CDK's; they are never
parsed.

It is made from the definition that CloudFormation will get, and from the stacks that each environment's
assembly holds: an action belongs to an environment because it deploys one of that environment's stacks.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelinekit.layout import OWN_STAGES, Layout
from pipelinekit.plan import CONTRACT, Plan

FILE_NAME = "pipelinekit-map.json"
"""Beside the cloud assembly's manifest."""

Json = dict[str, Any]
_OWN_KINDS = dict(zip(OWN_STAGES, ("SOURCE", "SYNTH", "UPDATE", "ASSETS"), strict=True))
_CLOUDFORMATION_KINDS = {
    "CHANGE_SET_REPLACE": "PREPARE",
    "CHANGE_SET_EXECUTE": "DEPLOY",
    "CREATE_UPDATE": "DEPLOY",
}
_PHASE_KINDS = {"ENTER": "ENTER"}
"""Actions that start the machine for another phase than VALIDATE."""


@dataclasses.dataclass(frozen=True, slots=True)
class StackPlace:
    """A stack of an environment: what CloudFormation calls it, and where. role: the one that deploys it."""

    environment: str
    stack: str
    account: str
    region: str
    role: str = ""


def action_map(
    plan: Plan,
    layout: Layout,
    names: Mapping[str, str],
    stages: Sequence[Json],
    places: Iterable[StackPlace],
    checked: Mapping[str, Json],
    signals: Mapping[str, Json] | None = None,
) -> Json:
    """The map, in the contract's shape: a stage's `wave` is the graph's, its `part` what the plan makes one stage of.

    `names` gives each wave stage's name -> part, `stages` are the pipeline's, resolved as in its template,
    `checked` gives each environment with a role for checks -> {account, region, role}, `signals` each environment with
    any -> what tells of it, as pipelinekit.signals has it.
    """
    known = {(place.account, place.region, place.stack): place for place in places}
    waves = {wave.name: wave for wave in layout.waves}

    def mapped(stage: Json) -> Json:
        wave = waves.get(names.get(stage["name"], ""))
        return {
            "name": stage["name"],
            "stage": wave.stage.name if wave else None,
            "wave": wave.wave.wave if wave else None,
            "part": wave.name if wave else None,
            "actions": [_action(action, stage["name"], known, plan.pipeline.region) for action in stage["actions"]],
        }

    return {
        "contract": CONTRACT,
        "pipeline": plan.pipeline.name,
        "account": plan.pipeline.account,
        "region": plan.pipeline.region,
        "repository": plan.repository,
        "planDigest": plan.digest,
        "stages": [mapped(stage) for stage in stages],
        "places": dict(checked),
        "signals": dict(signals or {}),
    }


def written(value: Json) -> str:
    """The map's text: sorted keys, so that the same pipeline gives the same bytes and the same asset."""
    return json.dumps(value, indent=1, sort_keys=True) + "\n"


def _action(action: Json, stage: str, known: Mapping[tuple[str, str, str], StackPlace], home: str) -> Json:
    kind = kind_of(action, stage)
    place = None
    if kind in {"PREPARE", "DEPLOY"}:
        name = action["configuration"]["StackName"]
        place = known[account_in(action.get("roleArn")), action.get("region", home), name]
    return {
        "name": action["name"],
        "kind": kind,
        "environment": place.environment if place else None,
        "account": place.account if place else None,
        "region": place.region if place else None,
        "stack": place.stack if place else None,
    }


def kind_of(action: Json, stage: str) -> str:
    """The ActionKind of an action: by the stages that CDK Pipelines puts first, else by what the action
    does.
    """
    if stage in _OWN_KINDS:
        return _OWN_KINDS[stage]
    provider = action["actionTypeId"]["provider"]
    if provider == "CloudFormation":
        return _CLOUDFORMATION_KINDS.get(action["configuration"]["ActionMode"], "OTHER")
    return _PHASE_KINDS.get(_phase(action), "VALIDATE") if provider == "StepFunctions" else "OTHER"


def _phase(action: Json) -> str:
    """For what a step of ours starts the machine; empty where nothing is said."""
    try:
        given = json.loads(action["configuration"]["Input"])
    except (KeyError, TypeError, ValueError):
        return ""
    return str(given.get("phase", "")) if isinstance(given, dict) else ""


def account_in(role_arn: object) -> str:
    """The account in a role's ARN, which may still be an intrinsic function around its parts."""
    found = re.search(r":iam::(\d{12}):", json.dumps(role_arn))
    assert found, f"CDK gives each deploying action the environment's deploy role, not {role_arn}"
    return found.group(1)
