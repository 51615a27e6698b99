"""Drills: to what a run of a DRILL check goes back, its certificates, and whether a wave has the one it demands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import NotFound, Refused
from domain.safety import drilling
from domain.safety.entering import Drill, same_revision
from domain.safety.returning import Good
from domain.words import CheckKind, CheckRunStatus
from models import returning
from models.queries import everything, find, locked
from models.tables import CheckRun, DrillCertificate, Pipeline, PipelineExecution, Wave
from resolvers.returning import Stack, stacks_of


@dataclass(frozen=True, slots=True)
class Step:
    """One deployment of a drill. execution: whose cloud assembly is deployed."""

    execution: str
    revision: str


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """What a drill deploys, in order, and to which stacks. Without a step there is nothing to go back to."""

    upgrade_to: str
    steps: Sequence[Step]
    stacks: Sequence[Stack]


async def plan_drill(session: AsyncSession, actor: str, *, now: datetime, check_run: UUID) -> DrillPlan:
    """What a run of a DRILL check deploys. Asked again, the same. Raises NotFound and Refused."""
    run = await locked(session, CheckRun, id=check_run)
    if run is None:
        raise NotFound("check run", str(check_run), field="checkRun")
    if run.kind is not CheckKind.DRILL or run.status is not CheckRunStatus.RUNNING:
        what = f"a {run.kind} check" if run.kind is not CheckKind.DRILL else run.status
        message = f"The check run {run.name!r} is no drill in progress: it is {what}."
        raise Refused("NO_DRILL", message, path=["checkRun"], remedy="Start the checks of the stage again.")
    execution = await find(session, PipelineExecution, id=run.execution_id)
    assert execution is not None  # it is behind a foreign key, as the next two are
    pipeline = await find(session, Pipeline, id=execution.pipeline_id)
    wave = await find(session, Wave, id=run.wave_id)
    assert pipeline is not None
    assert wave is not None
    if not execution.revision:
        message = f"The revision of execution {execution.execution_id!r} is not known."
        raise Refused("REVISION_UNKNOWN", message, path=["checkRun"], remedy="Its source action names the commit.")
    stages = [each for each in _stages(pipeline) if (each.get("part") or each["wave"]) == run.part]
    known = await everything(session, DrillCertificate, check_run_id=run.id)
    back = [Good(each.target, each.downgrade_to, None, None) for each in known]
    if not known:
        wanted = await _candidates(session, pipeline, [each["name"] for each in stages])
        back = drilling.targets(execution.revision, wanted, now)
        session.add_all([_certificate(run, execution, pipeline, wave, each, now) for each in back])
    steps = drilling.steps(execution.execution_id, execution.revision, back)
    return DrillPlan(execution.revision, [Step(*each) for each in steps], stacks_of(stages))


async def certify(session: AsyncSession, run: CheckRun, now: datetime) -> None:
    """What the end of a drill's run says of its pairs: nothing, where it neither passed nor failed."""
    said = {CheckRunStatus.PASSED: True, CheckRunStatus.FAILED: False}
    for each in await everything(session, DrillCertificate, check_run_id=run.id):
        each.passed, each.cause, each.at = said.get(run.status), run.cause, now


async def drill_for(
    session: AsyncSession, pipeline: Pipeline, stage: str, wave: Wave, execution: PipelineExecution
) -> Drill | None:
    """How the drill stands that a wave demands of an execution; None where it demands none.

    stage: CodePipeline's name. A stage that no revision has passed, or this one, has no pair to be drilled.
    """
    good = await returning.last_good(session, pipeline.id, stage) if wave.requires_drill else None
    if good is None or same_revision(good.revision, execution.revision):
        return None
    pair = (execution.revision or "an unknown revision", good.revision or "an unknown revision")
    found = await returning.certificate(session, pipeline.service_id, *pair) if pipeline.service_id else None
    return Drill(*pair, found.passed if found else None, (found.cause or "") if found else "")


async def _candidates(session: AsyncSession, pipeline: Pipeline, own: Sequence[str]) -> list[Good]:
    """To what the waves that demand a certificate would return, in order; then to what the drilled stages would."""
    demanding = {each.name for each in await everything(session, Wave, requires_drill=True, archived_at=None)}
    names = [each["name"] for each in _stages(pipeline) if each["wave"] in demanding]
    found = [await returning.last_good(session, pipeline.id, name) for name in [*names, *own]]
    return [each for each in found if each is not None]


def _stages(pipeline: Pipeline) -> list[dict[str, Any]]:
    return [each for each in (pipeline.structure or {}).get("stages", []) if each["wave"]]


def _certificate(
    run: CheckRun, execution: PipelineExecution, pipeline: Pipeline, wave: Wave, back: Good, now: datetime
) -> DrillCertificate:
    return DrillCertificate(
        service_id=pipeline.service_id,
        stage_id=wave.stage_id,
        execution_id=execution.id,
        check_run_id=run.id,
        upgrade_to=execution.revision,
        downgrade_to=back.revision,
        target=back.execution,
        began_at=now,
    )
