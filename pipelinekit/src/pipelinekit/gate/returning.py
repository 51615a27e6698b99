"""What the machine asks and tells the service about a stage that is returned, and about a drill."""

from __future__ import annotations

import hashlib
from typing import Any

from .service import InterlockRefusedError, InterlockUnavailableError, Service

Json = dict[str, Any]


def plan_rollback(event: Json, service: Service) -> Json:
    """{executionId, stage, asked} -> {rollback}: the service's plan, with the name of the change sets that it takes.

    An execution that the service does not know yet is a matter of time: it is asked again as if nobody had answered.
    """
    values = {"executionId": event["executionId"], "stage": event["stage"], "asked": event["asked"]}
    try:
        plan = service.mutate("planRollback", values)["rollback"]
    except InterlockRefusedError as error:
        if "NOT_FOUND" in error.codes:
            raise InterlockUnavailableError(f"the service does not know this execution yet: {error}") from None
        raise
    return {"rollback": {**plan, "changeSet": change_set(plan["execution"], plan["attempt"])}}


def report_rollback(event: Json, service: Service) -> Json:
    """{executionId, stage, rollback, ended?, works?, left?, problem?} -> {state, cause}: what it came to is told."""
    rollback, works, problem = event["rollback"], event.get("works") or [], event.get("problem") or ""
    if not event.get("ended"):
        state, cause = "STARTED", ""
    else:
        state, cause = outcome_of(works) if works else ("FAILED", problem or "nothing was restored")
    results = [*(event.get("left") or []), *(result for work in works for result in work["results"])]
    values = {
        "executionId": event["executionId"],
        "stage": event["stage"],
        "attempt": rollback["attempt"],
        "target": rollback["target"],
        "state": state,
        "cause": cause or None,
        "stacks": results,
    }
    service.mutate("reportRollback", values)
    return {"state": state, "cause": cause}


def plan_drill(event: Json, service: Service) -> Json:
    """{check} -> {drill}: {upgradeTo, steps, stacks}; each step with the name of the change sets that it takes."""
    check = event["check"]
    drill = service.mutate("planDrill", {"checkRun": check["id"]})["drill"]
    steps = [{**step, "changeSet": change_set(check["id"], place)} for place, step in enumerate(drill["steps"])]
    return {"drill": {**drill, "steps": steps}}


def outcome_of(works: list[Json]) -> tuple[str, str]:
    """What the works of all environments come to: SUCCEEDED, or FAILED with every cause."""
    causes = [f"{work['environment']}: {work['cause']}" for work in works if work["state"] != "SUCCEEDED"]
    return ("FAILED", "; ".join(causes)) if causes else ("SUCCEEDED", "")


def change_set(what: str, number: object) -> str:
    """The name of the change sets of one attempt: the same whenever it is asked for, and of no other attempt."""
    return f"interlock-{hashlib.sha256(f'{what}/{number}'.encode()).hexdigest()[:24]}"
