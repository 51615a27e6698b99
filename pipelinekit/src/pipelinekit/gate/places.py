"""Where a check is carried out: an environment's account and Region, in a role that its own stack made for it.

The library makes the role when it synthesizes an environment, and writes where it is into the map of actions.
"""

from __future__ import annotations

import hashlib
from typing import Any

Json = dict[str, Any]

ROLE_NAME = 64
"""The most characters that IAM takes in a role's name."""


def gate_role_name(pipeline: str, region: str) -> str:
    """The gate's own role; the roles in the environments trust this one alone."""
    return shortened(f"interlock-gate-{pipeline}-{region}")


def synth_role_name(pipeline: str, region: str) -> str:
    """The role of the build that synthesizes: the service knows by it for which plan it may ask."""
    return shortened(f"interlock-synth-{pipeline}-{region}")


def checks_role_name(pipeline: str, environment: str, stack: str) -> str:
    """The role in which an environment's checks are carried out, made by that stack.

    A role that moves to another stack of the environment gets another name: CloudFormation creates the new one before
    it deletes the old one, and an account has one role of a name.
    """
    return shortened(f"interlock-checks-{pipeline}-{environment}-{_digest(stack)}")


def shortened(name: str) -> str:
    """The name, or its beginning and a digest of the whole where it is too long for IAM."""
    return name if len(name) <= ROLE_NAME else f"{name[: ROLE_NAME - 9]}-{_digest(name)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def places_in(structure: Json) -> dict[str, Json]:
    """Each environment of a map of actions -> {account, region, role}; {} for one that has no role for checks.

    An action's account and Region are its stack's, which may be another than the environment's.
    """
    places: dict[str, Json] = structure.get("places") or {}
    actions = (action for stage in structure["stages"] for action in stage["actions"])
    return {name: places.get(name, {}) for action in actions if (name := action.get("environment"))}


def environments_of(structure: Json, stage: str) -> list[str]:
    """The environments that a stage of the pipeline deploys, with the other stages of its part of the wave."""
    part = next((_part(each) for each in structure["stages"] if each["name"] == stage), None)
    actions = (action for each in structure["stages"] if part and _part(each) == part for action in each["actions"])
    return sorted({name for action in actions if (name := action.get("environment"))})


def _part(stage: Json) -> str | None:
    return stage.get("part") or stage.get("wave")
