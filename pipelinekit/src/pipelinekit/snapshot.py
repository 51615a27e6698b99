"""The snapshot: the plan kept as a file, so that a synth can be repeated offline, to the byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pipelinekit.client import Service
from pipelinekit.plan import Plan
from pipelinekit.refusals import (
    LibraryTooOldError,
    PlanUnusableError,
    SnapshotError,
    SnapshotOfAnotherRepositoryError,
)

FILE_NAME = "pipelinekit-plan.json"
"""Beside the cloud assembly's manifest."""


def obtain(repository: str, environment: Mapping[str, str]) -> Plan:
    """The plan of a repository: from the file that INTERLOCK_PLAN names, else by one request to the
    service.
    """
    named = environment.get("INTERLOCK_PLAN")
    if named:
        return read(Path(named), repository)
    plan = Plan.from_json(Service.of(environment).plan(repository))
    if plan.repository != repository:
        raise PlanUnusableError(
            f"The service gave the plan of {plan.repository} for {repository}: no pipeline is made of it."
        )
    return plan


def read(path: Path, repository: str) -> Plan:
    """The plan in a snapshot file. Raises SnapshotError, with its subclass for another repository's plan."""
    try:
        plan = Plan.from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SnapshotError(
            f"INTERLOCK_PLAN names {path}, which cannot be read ({error.strerror}): "
            "unset it to ask the service, or name a pipelinekit-plan.json."
        ) from None
    except LibraryTooOldError:
        raise
    except (ValueError, PlanUnusableError) as error:
        raise SnapshotError(
            f"INTERLOCK_PLAN names {path}, which is no plan ({error}): "
            "unset it to ask the service, or name a pipelinekit-plan.json."
        ) from None
    if plan.repository != repository:
        raise SnapshotOfAnotherRepositoryError(
            f"INTERLOCK_PLAN names {path}, which is the plan of {plan.repository} and not of {repository}: "
            "name the right snapshot, or unset it to ask the service."
        )
    return plan


def write(plan: Plan, assembly: Path) -> Path:
    """Keep the plan beside the cloud assembly."""
    path = assembly / FILE_NAME
    path.write_text(plan.canonical(), encoding="utf-8")
    return path
