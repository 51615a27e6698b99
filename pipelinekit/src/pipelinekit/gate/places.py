"""Where a check is carried out: an environment's account and Region, in a role that its own stack made for it.

Only names are here; both sides derive them, so that nothing has to be passed on: the library names the role when it
synthesizes an environment's stack, and the gate assumes it by the same rule.
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


def checks_role_name(pipeline: str, environment: str) -> str:
    """The role in which an environment's checks are carried out."""
    return shortened(f"interlock-checks-{pipeline}-{environment}")


def shortened(name: str) -> str:
    """The name, or its beginning and a digest of the whole where it is too long for IAM."""
    if len(name) <= ROLE_NAME:
        return name
    return f"{name[: ROLE_NAME - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def places_in(structure: Json, partition: str) -> dict[str, Json]:
    """Each environment of a map of actions -> {account, region, role}."""
    places: dict[str, Json] = {}
    for stage in structure["stages"]:
        for action in stage["actions"]:
            environment, account = action["environment"], action["account"]
            if environment and environment not in places:
                name = checks_role_name(structure["pipeline"], environment)
                role = f"arn:{partition}:iam::{account}:role/{name}"
                places[environment] = {"account": account, "region": action["region"], "role": role}
    return places
