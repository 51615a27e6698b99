"""Restoring the stacks of an environment to an earlier cloud assembly: a step at each call, the machine waits between.

Every step looks at what is there and does what comes next, so that a step that is done twice does nothing twice. What
is carried from step to step is the environment's work:

    {environment, changeSet, limit, stacks, at, executed, begun, waited, waitSeconds, results, state, cause}

`stacks` are those of artifacts.found_stacks, `at` is the place of the one that is being restored, `executed` says
whether its change set is being carried out, `begun` since when. `waited` counts the seconds of `limit` that the machine
has waited. `results` are what became of the stacks so far, {environment, stack, state, startedAt, endedAt, arn, cause}.
`state` is RUNNING, and at the end SUCCEEDED, FAILED or TIMED_OUT.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .artifacts import Archive, NotKeptError, actions_of, found_stacks
from .aws import Aws, AwsError
from .stacks import INLINE_BYTES, Change, Stacks

Json = dict[str, Any]

PREFIX = "interlock-restored/"
"""In the pipeline's bucket: templates that are too long to be sent."""
LIMIT_SECONDS = 12 * 3600
FIRST_WAIT, LONGEST_WAIT = 5, 60
"""Seconds. A change set takes some, a stack minutes: fifty environments keep within the history at a minute each."""
LEFT_ALONE = "left as it is: the execution that is returned to had no such stack"
STUCK = {
    "ROLLBACK_COMPLETE": "its creation failed: delete it, and deploy again",
    "ROLLBACK_FAILED": "its creation failed, and so did its removal: delete it, and deploy again",
    "CREATE_FAILED": "its creation failed: delete it, and deploy again",
    "DELETE_FAILED": "it could not be deleted: delete it, and deploy again",
    "UPDATE_ROLLBACK_FAILED": "its own rollback failed: continue that (ContinueUpdateRollback), and deploy again",
}
"""Statuses of a stack that takes no change, and what a person does about it."""
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
EMPTY = ("didn't contain changes", "No updates are to be performed")
"""How CloudFormation says that a change set would change nothing."""


def located(event: Json, aws: Aws, pipeline: str) -> Json:
    """{execution, stacks, changeSet, limit?} -> {works, left}: the work of each environment, and what is left alone.

    Raises NotKeptError, or answers {refused}, where nothing of the execution is known any more.
    """
    actions = list(actions_of(aws, pipeline, event["execution"]))
    found, missing = found_stacks(actions, event["stacks"])
    if not found:
        return {"refused": f"CodePipeline knows no stack any more that execution {event['execution']} deployed"}
    works: dict[str, Json] = {}
    for stack in found:
        work = works.setdefault(stack["environment"], _work(stack, event))
        work["stacks"].append(stack)
    left = [{**_result(each, "SUCCEEDED"), "cause": LEFT_ALONE} for each in missing]
    return {"works": list(works.values()), "left": left}


def _work(stack: Json, event: Json) -> Json:
    return {
        "environment": stack["environment"],
        "changeSet": event["changeSet"],
        "limit": event.get("limit") or LIMIT_SECONDS,
        "stacks": [],
        "at": 0,
        "executed": False,
        "begun": "",
        "waited": 0,
        "waitSeconds": FIRST_WAIT,
        "results": [],
        "state": "RUNNING",
        "cause": "",
    }


def restored(work: Json, home: Aws, now: str) -> Json:
    """The work after its next step. now: an ISO time. Raises AwsUnavailableError for what may pass by itself."""
    stack = work["stacks"][work["at"]]
    there = Stacks(home.within(stack["role"], stack["region"], "interlock-restore"))
    begun = {**work, "begun": work["begun"] or now}
    try:
        state, cause, executed, arn = _step(stack, begun, there, home)
    except (AwsError, NotKeptError, ValueError) as error:
        state, cause, executed, arn = "FAILED", str(error), False, ""
    if state == "RUNNING":
        return _waiting({**begun, "executed": executed}, stack, cause)
    ended = {**_result(stack, state), "startedAt": begun["begun"], "endedAt": now, "arn": arn or None, "cause": cause}
    results = [*work["results"], ended]
    if state == "FAILED":
        return {**begun, "results": results, "state": "FAILED", "cause": f"{stack['stack']}: {cause}"}
    at = work["at"] + 1
    over = "SUCCEEDED" if at == len(work["stacks"]) else "RUNNING"
    return {**begun, "at": at, "executed": False, "begun": "", "waitSeconds": 1, "results": results, "state": over}


def _waiting(work: Json, stack: Json, cause: str) -> Json:
    """A round more, a little longer than the last, until the limit."""
    waited = work["waited"] + work["waitSeconds"]
    if waited > work["limit"]:
        said = f"{stack['stack']} was not restored in {work['limit']} s: {cause}"
        failed = {**_result(stack, "FAILED"), "startedAt": work["begun"], "cause": said}
        return {**work, "state": "TIMED_OUT", "cause": said, "results": [*work["results"], failed]}
    longer = min(LONGEST_WAIT, max(FIRST_WAIT, work["waitSeconds"] * 3 // 2))
    return {**work, "waited": waited, "waitSeconds": longer}


def _result(stack: Json, state: str) -> Json:
    return {"environment": stack["environment"], "stack": stack["stack"], "state": state}


def _step(stack: Json, work: Json, there: Stacks, home: Aws) -> tuple[str, str, bool, str]:
    """(state, cause, executed, the stack's ARN) after the next step of one stack."""
    name, change_set = stack["stack"], work["changeSet"]
    found = there.stack(name) or {"StackId": "", "StackStatus": "", "StackStatusReason": ""}
    status, arn = found["StackStatus"], found["StackId"]
    change = there.change(name, change_set) if arn else None
    if status in STUCK:
        return "FAILED", f"it is in {status}: {STUCK[status]}", False, arn
    if work["executed"] or (change and change["ExecutionStatus"].startswith("EXECUTE_")):
        return (*_carried_out(found, change), True, arn)
    if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
        return "RUNNING", f"it is in {status}", False, arn
    if change is None:
        there.create(_change(stack, work, home, new=status in ("", "REVIEW_IN_PROGRESS")))
        return "RUNNING", "its change set is being made", False, arn
    return (*_prepared(name, change_set, change, there), arn)


def _prepared(name: str, change_set: str, change: Json, there: Stacks) -> tuple[str, str, bool]:
    """What follows from a change set that nobody has carried out: done where there is nothing to do."""
    if change["Status"] == "FAILED":
        if any(words in change["StatusReason"] for words in EMPTY):
            there.delete(name, change_set)
            return "SUCCEEDED", "it was there already", False
        return "FAILED", f"its change set failed: {change['StatusReason']}", False
    if change["ExecutionStatus"] == "AVAILABLE":
        there.execute(name, change_set)
        return "RUNNING", "its change set is being carried out", True
    if change["ExecutionStatus"] == "OBSOLETE":  # somebody changed the stack meanwhile
        there.delete(name, change_set)
    return "RUNNING", f"its change set is {change['ExecutionStatus'] or change['Status']}", False


def _carried_out(stack: Json, change: Json | None) -> tuple[str, str]:
    """How far a change set is that is being carried out: by the stack, whose end comes last."""
    status = stack["StackStatus"]
    said = f"it is in {status}" + (f": {stack['StackStatusReason']}" if stack["StackStatusReason"] else "")
    if status.endswith("_IN_PROGRESS") or (
        change and change["ExecutionStatus"] in ("AVAILABLE", "EXECUTE_IN_PROGRESS")
    ):
        return "RUNNING", said
    if status not in DONE or (change and change["ExecutionStatus"] == "EXECUTE_FAILED"):
        return "FAILED", said
    return "SUCCEEDED", ""


def _change(stack: Json, work: Json, home: Aws, *, new: bool) -> Change:
    archive = Archive(home, stack["bucket"], stack["key"])
    content = archive.member(stack["template"])
    settings: Json = json.loads(archive.member(stack["settings"])) if stack["settings"] else {}
    url = ""
    if len(content) > INLINE_BYTES:
        key = f"{PREFIX}{hashlib.sha256(content).hexdigest()}.json"
        home.write_object(stack["bucket"], key, content)
        url = home.object_url(stack["bucket"], key)
    return Change(
        stack=stack["stack"],
        name=work["changeSet"],
        template=content.decode(),
        url=url,
        role=stack["executionRole"],
        capabilities=stack["capabilities"],
        parameters={**(settings.get("Parameters") or {}), **stack["parameters"]},
        tags=settings.get("Tags") or {},
        new=new,
    )
