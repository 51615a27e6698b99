"""What the database makes of a fold, without a database: the frozen history of an execution of `tests.stories`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain import history, structure
from domain.envelopes import fact
from domain.executions import fold
from domain.folded import FoldedAction, FoldedStage
from domain.words import ActionKind, DeploymentStatus
from tests import stories

WAVES = {wave["name"]: wave["stage"] for wave in (stories.ALPHA, stories.PROD_1, stories.PROD_2)}
STRUCTURE = structure.read(stories.MAP)


def history_of(envelopes: Iterable[dict[str, Any]], **more: Any) -> history.PipelineExecution:
    """The execution that these envelopes tell of; more: what is known of it beside them."""
    facts = [fact(envelope) for envelope in envelopes]
    folded = fold(facts, STRUCTURE)
    name = facts[0].pipeline
    return history.PipelineExecution(
        execution_id=folded.execution_id,
        pipeline=name.name,
        pipeline_arn=name.arn,
        region=name.region,
        status=folded.status,
        attempt=folded.attempt,
        service="payments",
        repository="acme/payments",
        branch="main",
        revision=folded.revision,
        author=folded.author,
        trigger=folded.trigger,
        started_at=folded.started_at,
        ended_at=folded.ended_at,
        kind=folded.kind,
        rollback_target=folded.rollback_target,
        stages=tuple(
            history.StageExecution(
                stage.name, stage.position, stage.status, stage.started_at, stage.ended_at, place(stage.wave)
            )
            for stage in folded.stages
        ),
        actions=tuple(action(stage, each) for stage in folded.stages for each in stage.actions),
        deployments=tuple(
            history.Deployment(environment(each.environment), each.status, each.started_at, each.ended_at, each.reason)
            for each in folded.deployments
        ),
        **more,
    )


def action(stage: FoldedStage, folded: FoldedAction) -> history.ActionExecution:
    """An action as it is read back."""
    return history.ActionExecution(
        stage=stage.name,
        name=folded.name,
        position=folded.position,
        kind=folded.kind,
        status=folded.status,
        provider=folded.provider,
        region=folded.region,
        started_at=folded.started_at,
        ended_at=folded.ended_at,
        external_id=folded.external_id,
        external_url=folded.external_url,
        summary=folded.summary,
        error_code=folded.error_code,
        environment=environment(folded.environment) if folded.environment else None,
    )


def earlier(of: history.PipelineExecution) -> history.Earlier:
    """An execution as another one's links know it."""
    updates = [each for each in of.actions if each.kind is ActionKind.UPDATE]
    return history.Earlier(
        execution_id=of.execution_id,
        status=of.status,
        kind=of.kind,
        attempt=of.attempt,
        revision=of.revision,
        started_at=of.started_at,
        reached=any(each.status is DeploymentStatus.SUCCEEDED for each in of.deployments),
        update_began_at=min((each.started_at for each in updates if each.started_at), default=None),
        update_ended_at=max((each.ended_at for each in updates if each.ended_at), default=None),
        entered=tuple((each.name, each.started_at) for each in of.stages if each.started_at),
    )


def place(wave: str | None) -> history.Place | None:
    """Where a wave of the stories' map is."""
    return history.Place(WAVES[wave], wave, WAVES[wave] == "prod") if wave else None


def environment(name: str) -> history.Environment:
    """An environment of the stories' map."""
    stage, _, region = name.partition("-")
    wave = "prod-2" if region == "ap-south-1" else f"{stage}-1"
    found = place(wave)
    assert found is not None
    return history.Environment(name, "111111111111", region, found)
