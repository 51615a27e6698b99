"""The Lambda handler: one function with two callers, the state machine (`op`) and CloudFormation
(`RequestType`).

Its environment: INTERLOCK_URL (the service), INTERLOCK_AUDIENCE (whom a token of its role is for), INTERLOCK_MAP_URL
(the map's object in S3), INTERLOCK_TOKEN (instead of a token of its role), INTERLOCK_REHEARSAL (set by a rehearsal:
times are the service's, which knows nobody).
"""

from __future__ import annotations

import datetime
import functools
import json
import os
from collections.abc import Callable
from typing import Any

from .aws import Aws, AwsUnavailableError
from .checks import ask_http, described, invoke
from .entering import enter, stop
from .identity import Identity, is_private
from .looking import observations
from .places import environments_of, places_in
from .registration import answered, deliver, register
from .restoring import located, restored
from .returning import plan_drill, plan_rollback, report_rollback
from .service import InterlockRefusedError, InterlockUnavailableError, Service

Json = dict[str, Any]
ReadMap = Callable[[], Json]


def handler(event: Json, context: object) -> Json:
    """Answer one request: a custom resource's, or one of the machine's operations.

    What may pass by itself is raised, and the machine asks again whatever the error is called. What will not is
    answered as {refused: sentence}.
    """
    if "RequestType" in event:
        return _registered(event)
    try:
        return _operation(event)
    except (InterlockUnavailableError, AwsUnavailableError):
        raise
    except Exception as error:
        return {"refused": str(error) or type(error).__name__}


def _registered(event: Json) -> Json:
    body = answered(event, _service(""), read_map)
    print(json.dumps({"status": body["Status"], "reason": body["Reason"]}))  # noqa: T201 - a function's log
    deliver(event["ResponseURL"], body)
    return body


def _operation(event: Json) -> Json:
    service = _service(str(event.get("traceparent", "")))
    operations: dict[str, Callable[[], Json]] = {
        "enter": lambda: enter(event, service, read_map, within, again_of=lambda late: _again(late, service)),
        "stop": lambda: stop(event, read_map()["pipeline"], Aws.of(os.environ)),
        "start": lambda: start(event, service, read_map),
        "invoke": lambda: {"outcome": invoke(event["check"], event, within(event["check"]["place"]))},
        "alarm": lambda: {"alarm": within(event["check"]["place"]).alarm(event["check"]["target"])},
        "http": lambda: {"outcome": ask_http(event["check"], str(event.get("traceparent", "")))},
        "bake": lambda: bake(event, service, read_map),
        "report": lambda: report(event, service),
        "conclude": lambda: conclude(event, service),
        "plan_rollback": lambda: plan_rollback(event, service),
        "report_rollback": lambda: report_rollback(event, service),
        "plan_drill": lambda: plan_drill(event, service),
        "locate": lambda: located(event, Aws.of(os.environ), read_map()["pipeline"]),
        "restore": lambda: {"work": restored(event["work"], Aws.of(os.environ), _now(service).isoformat())},
    }
    if event.get("op") not in operations:
        known = ", ".join(operations)
        return {"refused": f"the gate knows no operation {event.get('op')!r}, only {known}: upgrade pipelinekit"}
    return operations[event["op"]]()


def start(event: Json, service: Service, read_map: ReadMap) -> Json:
    """{executionId, stage} -> {checks}: which checks run now. An unknown pipeline is registered, then asked
    again.

    What is unknown even then is a matter of time – the execution's first event is still on its way – so it
    is asked again as if the service had not answered.
    """
    values = {"executionId": event["executionId"], "stage": event["stage"], "when": "AFTER"}
    try:
        payload = service.mutate("startCheckRuns", values)
    except InterlockRefusedError as error:
        if "NOT_FOUND" not in error.codes:
            raise
        payload = _start_after_registering(values, service, read_map)
    return {"checks": described(payload["checkRuns"], places_in(read_map()))}


def _start_after_registering(values: Json, service: Service, read_map: ReadMap) -> Json:
    register(service, read_map)
    try:
        return service.mutate("startCheckRuns", values)
    except InterlockRefusedError as error:
        if "NOT_FOUND" not in error.codes:
            raise
        raise InterlockUnavailableError(f"the service does not know this execution yet: {error}") from None


def bake(event: Json, service: Service, read_map: ReadMap) -> Json:
    """{check, stage} -> {bake: {status, reasons, askAgainSeconds, dataPoints}}: look, and let the service judge.

    It is asked as well where nothing is declared: what the team's alarms say elsewhere counts too.
    """
    structure, now = read_map(), _now(service)
    environments = environments_of(structure, event["stage"])
    signals = structure.get("signals") or {}
    seen = observations(event["check"], environments, signals, places_in(structure), within, now)
    payload = service.mutate("observeBake", {"checkRun": event["check"]["id"], "observations": seen})
    return {"bake": payload["bake"]}


def report(event: Json, service: Service) -> Json:
    """{checkRun, outcome: {status, cause?, detail?}} -> {recorded, again?, traceparent?, reason?}.

    `again` is the run with which the service wants the check tried again, `traceparent` its span. A refusal (the run
    has ended already) is not this check's failure: whether the wave passed is asked at the end.
    """
    outcome = event["outcome"]
    values = {"checkRun": event["checkRun"], "status": outcome["status"]}
    values |= {name: outcome[name] for name in ("cause", "detail") if outcome.get(name) is not None}
    if not isinstance(values.get("cause", ""), str):  # whatever a team's function gave as one
        values["cause"] = json.dumps(values["cause"])
    try:
        run = service.mutate("finishCheckRun", values).get("checkRun") or {}
    except InterlockRefusedError as error:
        return {"recorded": False, "reason": str(error)}
    retry = run.get("retry") or {}
    if retry.get("status") != "RUNNING":
        return {"recorded": True}
    return {"recorded": True, "again": retry["id"], "traceparent": retry.get("traceparent") or ""}


def conclude(event: Json, service: Service) -> Json:
    """{executionId, stage, saidNo, unreported: [{checkRun, outcome, check}]} -> {passed, reasons, checks}: the service
    decides. saidNo: the run for whose no the others were left; empty where none was.

    `checks` are those of the unreported that are to be tried again; then the wave is not concluded yet.
    """
    checks = [again for late in event.get("unreported") or [] if (again := _again(late, service))]
    if checks:
        return {"passed": False, "reasons": [], "checks": checks}
    values = {"executionId": event["executionId"], "stage": event["stage"]}
    if event.get("saidNo"):
        values["cancelledBy"] = event["saidNo"]
    payload = service.mutate("concludeWave", values)
    verdict = payload["verdict"]
    return {"passed": bool(verdict["passed"]), "reasons": [str(reason) for reason in verdict["reasons"]], "checks": []}


def _again(late: Json, service: Service) -> Json | None:
    """Report an outcome; the check as it is to be carried out again, where the service wants that."""
    answer = report(late, service)
    if "again" not in answer or "check" not in late:
        return None
    return {**late["check"], "id": answer["again"], "traceparent": answer["traceparent"]}


def read_map() -> Json:
    """The map of this pipeline's actions, from the S3 asset that its stack was deployed with."""
    structure: Json = json.loads(Aws.of(os.environ).read_object(os.environ["INTERLOCK_MAP_URL"]))
    return structure


def within(place: Json) -> Aws:
    """AWS in an environment, in the role that its stack made for the checks."""
    return Aws.of(os.environ).within(place["role"], place["region"], "interlock-checks")


def _now(service: Service) -> datetime.datetime:
    """The time of what is seen and done, UTC: in a rehearsal the service's, whose clock is not the world's."""
    if os.environ.get("INTERLOCK_REHEARSAL"):
        return datetime.datetime.fromisoformat(service.clock()["now"])
    return datetime.datetime.now(datetime.UTC)


def _service(traceparent: str) -> Service:
    token = os.environ.get("INTERLOCK_TOKEN")
    headers = {"traceparent": traceparent} if traceparent else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    url = os.environ["INTERLOCK_URL"]
    in_role = "AWS_ACCESS_KEY_ID" in os.environ and not os.environ.get("INTERLOCK_REHEARSAL")
    if token or not in_role or not is_private(url):
        return Service(url, headers)
    return Service(url, headers, _identity(os.environ.get("INTERLOCK_AUDIENCE") or url))


@functools.cache
def _identity(audience: str) -> Identity:
    """The gate's own, kept as long as the function is warm."""
    return Identity(audience, lambda: Aws.of(os.environ))
