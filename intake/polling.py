"""The worker that asks CodePipeline for executions of which nothing was heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from botocore.exceptions import ClientError

from aws.accounts import CONFIG, Accounts, AwsError, UnreachableError, words
from domain.envelopes.codepipeline import commit_message
from domain.polls import Polled, PolledAction, Recorded, gone, news
from intake.reasons import rule_executions
from models.engine import Database
from models.polling import Silent
from resolvers import polling

AT_ONCE = 4
MOST_PAGES = 20
"""Of 100 actions: CodePipeline allows 1,000 in a pipeline, and a retry runs some again."""
_GONE = ("PipelineNotFoundException", "PipelineExecutionNotFoundException")
_log = structlog.get_logger("interlock.intake")


class Poller:
    """Asks for silent executions through the reader role. silence: of how long; clock: the time."""

    def __init__(
        self, database: Database, accounts: Accounts, silence: timedelta, clock: Callable[[], datetime] | None = None
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._silence = silence
        self._clock = clock or database.clock.now

    async def turn(self) -> bool:
        """Asks for what is due, some at once; whether there may be more."""
        async with self._database.transaction() as session:
            await polling.find(session, self._clock(), self._silence)
        return any(await asyncio.gather(*(self._one() for _ in range(AT_ONCE))))

    async def _one(self) -> bool:
        """Whether there was one."""
        async with self._database.transaction() as session:
            claimed = await polling.claim(session, self._clock(), self._silence)
        if claimed is None:
            return False
        silent, recorded = claimed
        try:
            polled, waits_for = await asyncio.to_thread(ask, self._accounts, silent)
        except (UnreachableError, *AwsError) as error:
            await self._failed(silent, recorded, error)
        except Exception as error:  # an answer of a shape that nobody knew: it must hold nobody else up
            _log.exception("not understood", execution=silent.execution_id, error=str(error))
            await self._unreachable(silent, f"AWS's answer was not understood: {type(error).__name__}")
        else:
            await self._answered(silent, news(recorded, polled, self._clock()), waits_for)
        return True

    async def _failed(self, silent: Silent, recorded: Recorded, error: Exception) -> None:
        if isinstance(error, ClientError) and error.response["Error"].get("Code") in _GONE:
            await self._answered(silent, gone(recorded, words(error), self._clock()), [])
            return
        why = str(error) if isinstance(error, UnreachableError) else words(error)
        _log.warning("not polled", execution=silent.execution_id, account=silent.account, reason=why)
        await self._unreachable(silent, why)

    async def _unreachable(self, silent: Silent, why: str) -> None:
        async with self._database.transaction() as session:
            await polling.record_unreachable(session, silent, why, self._clock())

    async def _answered(self, silent: Silent, envelopes: list[dict[str, Any]], waits_for: list[str]) -> None:
        async with self._database.transaction() as session:
            now, silence = self._clock(), self._silence
            counts = await polling.record_answer(session, silent, envelopes, waits_for, now, silence)
        _log.info("polled", execution=silent.execution_id, pipeline=silent.arn, news=counts.accepted)


def ask(accounts: Accounts, silent: Silent) -> tuple[Polled, list[str]]:
    """The execution as CodePipeline has it, and the rules of conditions that it waits for.

    Raises UnreachableError, and what AWS raises.
    """
    client: Any = accounts.session(silent.account, silent.region).client("codepipeline", config=CONFIG)
    named = {"pipelineName": silent.name, "pipelineExecutionId": silent.execution_id}
    told = client.get_pipeline_execution(**named)["pipelineExecution"]
    polled = _execution(told, _actions(client, silent))
    return polled, _waits_for(client, silent)


def _actions(client: Any, silent: Silent) -> tuple[PolledAction, ...]:
    given: dict[str, Any] = {
        "pipelineName": silent.name,
        "filter": {"pipelineExecutionId": silent.execution_id},
        "maxResults": 100,
    }
    found: list[PolledAction] = []
    for _ in range(MOST_PAGES):
        answer = client.list_action_executions(**given)
        found += map(_action, answer.get("actionExecutionDetails", []))
        if not answer.get("nextToken"):
            break
        given["nextToken"] = answer["nextToken"]
    return tuple(reversed(found))  # the newest come first


def _waits_for(client: Any, silent: Silent) -> list[str]:
    """The rules that are running. A role that may not list them, or a Region that has none, takes nothing away."""
    try:
        rules = rule_executions(client, silent.name, silent.execution_id)
    except AwsError:
        return []
    running = [each for each in rules if each.get("status") == "InProgress"]
    return [f"{each.get('stageName', '')}: {each.get('ruleName', '')}" for each in running]


def _execution(told: Mapping[str, Any], actions: tuple[PolledAction, ...]) -> Polled:
    trigger = told.get("trigger", {})
    revision: Mapping[str, Any] = next(iter(told.get("artifactRevisions", [])), {})
    return Polled(
        status=told.get("status", ""),
        version=told.get("pipelineVersion"),
        trigger=trigger.get("triggerType"),
        trigger_detail=trigger.get("triggerDetail"),
        revision=revision.get("revisionId"),
        message=commit_message(revision.get("revisionSummary")),
        rolls_back=told.get("executionType") == "ROLLBACK",
        rollback_target=told.get("rollbackMetadata", {}).get("rollbackTargetPipelineExecutionId"),
        status_summary=told.get("statusSummary"),
        actions=actions,
    )


def _action(told: Mapping[str, Any]) -> PolledAction:
    type_ = told.get("input", {}).get("actionTypeId", {})
    result = told.get("output", {}).get("executionResult", {})
    error = result.get("errorDetails", {})
    return PolledAction(
        run=told.get("actionExecutionId", ""),
        stage=told.get("stageName", ""),
        name=told.get("actionName", ""),
        status=told.get("status", ""),
        started_at=told.get("startTime"),
        updated_at=told.get("lastUpdateTime"),
        provider=type_.get("provider"),
        category=type_.get("category"),
        region=told.get("input", {}).get("region"),
        external_id=result.get("externalExecutionId"),
        external_url=result.get("externalExecutionUrl"),
        summary=result.get("externalExecutionSummary") or error.get("message"),
        error_code=error.get("code"),
    )
