"""Before a wave: asking the service whether the revision may enter, and stopping the execution that may not.

Nothing that the service leaves unsaid lets a revision in: what cannot be understood here is waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .aws import Aws
from .checks import described, events_of
from .looking import alarms_of
from .places import environments_of, places_in
from .registration import register
from .service import InterlockRefusedError, InterlockUnavailableError, Service

Json = dict[str, Any]

HISTORY = 2_000
"""Of the history that Step Functions allows an execution, what polling by checks before a wave may cost at once."""
LATER = frozenset({"BUSY", "NOT_RESUMED"})
"""Codes of refusals that pass by themselves."""
SLOW_SECONDS = 300


def enter(
    event: Json,
    service: Service,
    read_map: Callable[[], Json],
    within: Callable[[Json], Aws],
    again_of: Callable[[Json], Json | None],
) -> Json:
    """{executionId, stage, unreported} -> {decision, reasons, checks, events, askAgainSeconds}: may it enter?

    checks: those before the wave that are to be carried out before it is asked again; events: what that costs of the
    history. again_of: reports an outcome that could not be reported before, and says whether its check is to be tried
    again. Raises InterlockUnavailableError for what is a matter of time.
    """
    checks = [again for late in event.get("unreported") or [] if (again := again_of(late))]
    if checks:
        return _answer("WAIT", checks=checks)
    structure = read_map()
    values: Json = {"executionId": event["executionId"], "stage": event["stage"]}
    observations = alarms_seen(structure, event["stage"], within)
    if observations:
        values["observations"] = observations
    payload = _ask(values, service, read_map)
    entry = payload.get("entry") or {}
    checks = described(payload.get("checkRuns") or [], places_in(structure), HISTORY)
    reasons = [str(reason) for reason in entry.get("reasons") or []]
    return _answer(str(entry.get("decision")), reasons, checks, entry.get("askAgainSeconds"))


def _answer(decision: str, reasons: list[str] | None = None, checks: list[Json] | None = None, again: Any = 0) -> Json:
    seconds = int(again) if isinstance(again, (int, float)) and not isinstance(again, bool) else SLOW_SECONDS
    checks = checks or []
    return {
        "decision": decision,
        "reasons": reasons or [],
        "checks": checks,
        "events": events_of(checks),
        "askAgainSeconds": seconds,
    }


def _ask(values: Json, service: Service, read_map: Callable[[], Json]) -> Json:
    """An unknown pipeline is registered, then asked again. An execution that is unknown even then is a matter of time:
    its first event is still on its way; a stage that is unknown then is not, and the refusal stands.
    """
    try:
        return _asked(values, service)
    except InterlockRefusedError as error:
        if "NOT_FOUND" not in error.codes:
            raise
    register(service, read_map)
    try:
        return _asked(values, service)
    except InterlockRefusedError as error:
        if "NOT_FOUND" not in error.codes or "stage" in error.fields:
            raise
        raise InterlockUnavailableError(f"the service does not know this execution yet: {error}") from None


def _asked(values: Json, service: Service) -> Json:
    try:
        return service.mutate("enterWave", values)
    except InterlockRefusedError as error:
        if error.codes & LATER:
            raise InterlockUnavailableError(str(error)) from None
        raise


def alarms_seen(structure: Json, stage: str, within: Callable[[Json], Aws]) -> list[Json]:
    """The declared alarms of a stage's environments as CloudWatch has them now: {environment, problem?, alarms}.

    An environment that has no role for that yet, as before its first deployment, is left to what the service was told.
    """
    signals: Json = structure.get("signals") or {}
    places = places_in(structure)
    declared = [name for name in environments_of(structure, stage) if (signals.get(name) or {}).get("alarms")]
    return alarms_of([name for name in declared if places.get(name)], signals, places, within)


def stop(event: Json, pipeline: str, aws: Aws) -> Json:
    """{executionId, reasons} -> {stopped}: the execution is stopped, with as many reasons as there is room for."""
    aws.stop_execution(pipeline, event["executionId"], shortened(event.get("reasons") or []))
    return {"stopped": True}


def shortened(reasons: list[str], most: int = 200) -> str:
    """The sentences in `most` characters: whole ones as far as there is room, then how many more there are."""
    text = "; ".join(reasons) or "Interlock does not let this revision enter"
    if len(text) <= most:
        return text
    for count in range(len(reasons) - 1, 0, -1):
        said = f"{'; '.join(reasons[:count])}; and {len(reasons) - count} more"
        if len(said) <= most:
            return said
    return text[: most - 1] + "…"
