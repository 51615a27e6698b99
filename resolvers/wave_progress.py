"""How far a revision has come in a wave: what is missing there still, for the wave behind it and for who asks why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.checks import verdict
from domain.moments import parse_or_none
from domain.safety.baking import Bake, judge
from domain.safety.entering import Prior
from domain.safety.way import Part
from domain.words import CheckKind, CheckRunStatus, CheckWhen, Decision, ExecutionStatus
from models.tables import CheckRun
from resolvers.candidates import Candidate
from resolvers.check_runs import latest, outcome_of


def prior(candidate: Candidate, before: Part, runs: Sequence[CheckRun], now: datetime) -> Prior:
    """The wave before: passed when CodePipeline says so, or when all that was required after it has said yes."""
    stages = [candidate.stages.get(name) for name in before.stages]
    succeeded = all(each is not None and each.status is ExecutionStatus.SUCCEEDED for each in stages)
    after = _after(before, runs)
    concluded = bool(after) and verdict(map(outcome_of, after)).passed
    if succeeded or concluded:
        return Prior(before.name, passed=True)
    here = candidate.furthest
    reasons, ends_at = how_far(candidate, here, runs, now)
    if here is not before:
        where = f"this revision is in {here.name}" if here else "no wave has been reached yet"
        reasons = [f"{where}: {reasons[0]}", *reasons[1:]] if here and reasons else [where]
        ends_at = None
    return Prior(before.name, passed=False, reasons=reasons, ends_at=ends_at)


def how_far(
    candidate: Candidate, here: Part | None, runs: Sequence[CheckRun], now: datetime
) -> tuple[list[str], datetime | None]:
    """What is missing still in the part where the execution is, and when its bake time is over."""
    if here is None:
        return [], None
    rows = [candidate.stages[name] for name in here.stages if name in candidate.stages]
    ended = next((each for each in rows if each.status is not ExecutionStatus.SUCCEEDED and each.status.ended), None)
    if ended is not None:
        failed = verdict(map(outcome_of, _after(here, runs))).reasons
        return [f"its stage is {ended.status}", *failed], None
    entries = [candidate.entries[name] for name in here.stages if name in candidate.entries]
    held = [blocker for each in entries if each.decision is not Decision.PROCEED for blocker in each.blockers]
    if held:
        return [str(blocker["sentence"]) for blocker in held if not blocker.get("override")], None
    after = _after(here, runs)
    if not after:
        return ["it is being deployed"], None
    bakes = [each for each in after if each.kind is CheckKind.BAKE and each.status is CheckRunStatus.RUNNING]
    others = [each for each in after if each not in bakes]
    missing = [reason for bake in bakes for reason in _baking(bake, now)]
    return [*missing, *verdict(map(outcome_of, others)).reasons], max(map(_bake_end, bakes), default=None)


def _after(part: Part, runs: Sequence[CheckRun]) -> list[CheckRun]:
    """The latest run of each check after a part, of the latest attempt."""
    return latest([each for each in runs if each.part == part.name and each.when is CheckWhen.AFTER])


def _baking(run: CheckRun, now: datetime) -> list[str]:
    """What a bake is missing still: as it was seen last, else the time that is left of it."""
    said = (run.detail or {}).get("reasons")
    if isinstance(said, list) and said:
        return [str(each) for each in said]
    return list(judge(_bake(run), [], now).reasons) or ["its bake time is over, and its outcome is not told yet"]


def _bake(run: CheckRun) -> Bake:
    minutes = run.configuration.get("minutes")
    return Bake(run.started_at, int(minutes) if isinstance(minutes, int | float) else 0, 0)


def _bake_end(run: CheckRun) -> datetime:
    """As it was said last, with a one-box before it; else by its minutes."""
    return parse_or_none((run.detail or {}).get("endsAt")) or _bake(run).ends_at
