"""From the service's check runs to what the state machine carries out.

A check in the machine: {id, name, subject, kind, blocking, stopping, target, timeoutSeconds, pollSeconds, polls, count,
expectStatus, configuration, traceparent}, with `place` {account, region, role} when it is carried out in an
environment, and `problem` when it cannot be carried out as configured. Every number is always there: the machine needs
no defaults. `traceparent` is the run's own, and empty where an older service named none.
"""

from __future__ import annotations

import math
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from .addresses import opener
from .aws import Aws, AwsTimedOutError, FunctionRaisedError

Json = dict[str, Any]

TARGETS = {
    "LAMBDA": "functionName",
    "STATE_MACHINE": "arn",
    "CODEBUILD": "project",
    "ALARM": "alarmName",
    "CANARY": "name",
    "HTTP": "url",
}
"""Which value of a check's configuration says what is run or asked, by kind."""
STATUSES = ("PASSED", "FAILED", "ERRORED", "TIMED_OUT", "INCONCLUSIVE")
"""How a check can end: yes, no, not carried out, not in its time, or without being able to tell."""
ELSEWHERE = frozenset({"LAMBDA", "ALARM"})
"""The kinds that are carried out in the environment they look at; Step Functions itself cannot leave its Region."""
POLLED = frozenset({"ALARM", "BAKE", "CANARY"})
STOPPING = frozenset({"ALARM", "BAKE"})
"""The kinds whose no leaves the wave at once: customers suffer while the other checks are waited for."""
POLL_SECONDS = 60
"""CloudWatch evaluates a standard alarm once a minute; asking more often learns nothing."""
EVENTS_OF_A_POLL = 10
"""History events that one round of asking costs: a task (5), a choice (2), a wait (2) and one to spare."""
EVENTS_OF_A_TRY = 20
"""History events that another try of a check costs, beside its rounds of asking."""
EVENTS_OF_A_CHECK = 30
"""History events of one check from its beginning to its report, beside its rounds of asking."""
HISTORY = 16_000
"""Of the 25,000 history events that Step Functions allows an execution, those for polling and further tries."""
HTTP_SECONDS = 20
HTTP_BYTES = 64 * 1024
"""Of an answer's body, those in which the expected text is looked for."""


def described(runs: list[Json], places: Mapping[str, Json], history: int = HISTORY) -> list[Json]:
    """The checks to carry out: those of the runs that have not ended. Asked again after a retry, ended ones rest.

    `places` gives each environment's {account, region, role}, or {} where no role was made for checks; a run whose
    subject is one is carried out there. `history` is how many events polling, and further tries, may cost together.
    """
    running = [run for run in runs if run["status"] == "RUNNING"]
    polled = sum(1 + number(run, "retries", 0) for run in running if run["kind"] in POLLED)
    tries = sum(number(run, "retries", 0) for run in running)
    left = max(history // 4, history - EVENTS_OF_A_TRY * tries)
    return [_placed(describe(run, polled, left), places) for run in running]


def events_of(checks: list[Json]) -> int:
    """The history events that carrying these checks out once costs, those of the Map around them included."""
    polls = sum(EVENTS_OF_A_POLL * check["polls"] for check in checks if check["kind"] in POLLED)
    return EVENTS_OF_A_CHECK * len(checks) + polls + EVENTS_OF_A_POLL if checks else 0


def _placed(check: Json, places: Mapping[str, Json]) -> Json:
    """The check with its place, where it is carried out in an environment."""
    subject = check["subject"]
    if check["kind"] not in ELSEWHERE or subject not in places:
        return check
    if places[subject]:
        return {**check, "place": places[subject]}
    return {**check, "problem": f"this pipeline has no role for checks in {subject}: start it again to be synthesized"}


def describe(run: Json, polled: int = 1, history: int = HISTORY) -> Json:
    """One check run as the machine carries it out; `polled` is how often checks of the wave are polled to their end,
    this one and each try again included; `history` is how many events that may cost.
    """
    kind, configuration = run["kind"], run.get("configuration") or {}
    timeout = int(run["timeoutMinutes"]) * 60
    poll = poll_seconds(timeout, number(configuration, "pollSeconds", POLL_SECONDS), polled, history)
    described_ = {
        "id": run["id"],
        "name": run["name"],
        "subject": run["subject"],
        "kind": kind,
        "blocking": run["mode"] == "BLOCKING",
        "stopping": stopping(run),
        "target": configuration.get(TARGETS.get(kind, ""), ""),
        "timeoutSeconds": timeout,
        "pollSeconds": poll,
        "polls": max(1, math.ceil(timeout / poll)),
        "count": max(1, number(configuration, "count", 1)),
        "expectStatus": number(configuration, "expectStatus", 200),
        "configuration": configuration,
        "traceparent": run.get("traceparent") or "",
    }
    problem = problem_of(described_)
    return {**described_, "problem": problem} if problem else described_


def stopping(run: Json) -> bool:
    """Whether a no of this run leaves the wave at once; not where so many targets of the check may say it."""
    return run["kind"] in STOPPING and run["mode"] == "BLOCKING" and number(run, "failureLimit", 0) == 0


def poll_seconds(timeout: int, wanted: int, polled: int, history: int = HISTORY) -> int:
    """Seconds between two rounds: as wanted, and longer where the wave's polls would overflow the history."""
    rounds = max(1, history // (EVENTS_OF_A_POLL * max(1, polled)))
    return max(1, wanted, math.ceil(timeout / rounds))


def problem_of(check: Json) -> str | None:
    """Why a check cannot be carried out as it is configured, in a sentence; None when it can."""
    wanted = TARGETS.get(check["kind"])
    if wanted and not (isinstance(check["target"], str) and check["target"]):
        return f"a {check['kind']} check needs {wanted} in its configuration, and has {check['configuration']}"
    return None


def number(configuration: Json, name: str, default: int) -> int:
    """A whole number of a configuration, or the default where it is absent or is none."""
    value = configuration.get(name, default)
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else default


def invoke(check: Json, event: Json, there: Aws) -> Json:
    """Invoke a check's function in its environment, and say its outcome; a function that raises says no.

    One that gives no answer in the check's time has timed out, and is not invoked again: it may still be running.
    """
    payload: Json = {name: event[name] for name in ("check", "executionId", "stage", "traceparent") if name in event}
    payload["payload"] = check["configuration"].get("payload") or {}
    try:
        return outcome_of(there.invoke(check["target"], payload, check["timeoutSeconds"]))
    except FunctionRaisedError as error:
        return {"status": "FAILED", "cause": str(error)}
    except AwsTimedOutError as error:
        return {"status": "TIMED_OUT", "cause": str(error)}


def outcome_of(answer: object) -> Json:
    """The outcome that a check's function answered: {status, cause?, detail?}; one that says no status has passed.

    The machine has the same rule in JSONata for functions that it invokes itself (kinds.py).
    """
    if not (isinstance(answer, dict) and "status" in answer):
        return {"status": "PASSED", "detail": {"result": answer}}
    if answer["status"] not in STATUSES:
        return {"status": "ERRORED", "cause": f"the check answered the unknown status {answer['status']}"}
    return answer


def ask_http(check: Json, traceparent: str) -> Json:
    """Ask the check's address once: PASSED with what is expected, FAILED with another answer, ERRORED without any."""
    url, configuration = check["target"], check["configuration"]
    if not url.startswith(("http://", "https://")):
        return {"status": "ERRORED", "cause": f"{url} is neither http:// nor https://"}
    request = urllib.request.Request(  # noqa: S310 - scheme checked above
        url,
        headers={"traceparent": traceparent, **(configuration.get("headers") or {})},
        method=configuration.get("method") or "GET",
    )
    try:
        status, body = _answer(request, max(1, number(configuration, "timeoutSeconds", HTTP_SECONDS)))
    except (OSError, HTTPException, ValueError) as error:
        return {"status": "ERRORED", "cause": f"{url} gave no answer: {getattr(error, 'reason', None) or error}"}
    problem = _unexpected(check, status, body)
    outcome: Json = {"status": "FAILED", "cause": f"{url} answered {problem}"} if problem else {"status": "PASSED"}
    return {**outcome, "detail": {"httpStatus": status}}


def _unexpected(check: Json, status: int, body: str) -> str | None:
    """What was answered and not expected; None when all is as expected."""
    if status != check["expectStatus"]:
        return f"{status} and not {check['expectStatus']}"
    text = check["configuration"].get("expectBody") or ""
    return None if text in body else f"{status} without the text {text!r}"


def _answer(request: urllib.request.Request, seconds: int) -> tuple[int, str]:
    """The status, and the beginning of the body. seconds: how long each part of the answer is waited for."""
    try:
        with opener().open(request, timeout=seconds) as answer:
            return int(answer.status), answer.read(HTTP_BYTES).decode(errors="replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(HTTP_BYTES).decode(errors="replace")
