"""Asking AWS why an action failed: one look, through the reader role of the account in which it did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from boto3.session import Session

from aws.accounts import CONFIG, Accounts, AwsError
from domain.causes import Cause, Phase, Rule, build_cause, condition_cause, state_machine_cause
from domain.failing import Source, arn
from intake.stacks import why_change_set_failed, why_stack_failed
from models.failures import Described

TAIL_LINES = 60
MOST_RULE_PAGES = 10


def look(accounts: Accounts, failure: Described, source: Source) -> Cause | None:
    """Why it failed; None where AWS knows no reason. Raises UnreachableError, and what AWS raises."""
    if source is Source.RULES:
        return _of_rules(accounts.session(failure.pipeline_account, failure.pipeline_region), failure)
    session = accounts.session(failure.account, failure.region)
    external = failure.external_id or ""
    if source is Source.STACK:
        return why_stack_failed(session, external, failure.began_at, failure.occurred_at)
    if source is Source.CHANGE_SET:
        return why_change_set_failed(session, external, failure.began_at, failure.occurred_at)
    if source is Source.BUILD:
        return _of_build(session, external)
    return _of_state_machine(session, external)


def _of_build(session: Session, build: str) -> Cause | None:
    named = arn(build)
    id_ = named.resource.removeprefix("build/") if named else build
    builds = session.client("codebuild", config=CONFIG).batch_get_builds(ids=[id_])["builds"]
    if not builds:
        return None
    told = builds[0]
    tail = _tail(session, told.get("logs", {}))
    phases = [_phase(each) for each in told.get("phases", [])]
    return build_cause(id_, told.get("buildStatus"), phases, tail, told.get("projectName"))


def _phase(told: Mapping[str, Any]) -> Phase:
    contexts = [(each.get("statusCode", ""), each.get("message", "")) for each in told.get("contexts", [])]
    return Phase(
        told.get("phaseType", ""), told.get("phaseStatus", ""), told.get("startTime"), tuple(map(tuple, contexts))
    )


def _tail(session: Session, logs: Mapping[str, Any]) -> str | None:
    """The log's last lines; None where there is no log, or the role may not read it: the phase says what failed."""
    group, stream = logs.get("groupName"), logs.get("streamName")
    if not group or not stream:
        return None
    try:
        answer = session.client("logs", config=CONFIG).get_log_events(
            logGroupName=group, logStreamName=stream, limit=TAIL_LINES, startFromHead=False
        )
    except AwsError:
        return None
    return "\n".join(each.get("message", "").rstrip("\n") for each in answer["events"]) or None


def _of_state_machine(session: Session, execution: str) -> Cause | None:
    told = session.client("stepfunctions", config=CONFIG).describe_execution(executionArn=execution)
    return state_machine_cause(execution, told.get("error"), told.get("cause"))


def _of_rules(session: Session, failure: Described) -> Cause | None:
    """What the rules of a stage's conditions said: CodePipeline sends no events of them."""
    client = session.client("codepipeline", config=CONFIG)
    told = rule_executions(client, failure.pipeline, failure.execution_id)
    return condition_cause(_rule(each) for each in told if each.get("stageName") == failure.stage)


def rule_executions(client: Any, pipeline: str, execution: str) -> list[Mapping[str, Any]]:
    """The runs of rules in an execution, the newest first, a thousand at most."""
    given: dict[str, Any] = {"pipelineName": pipeline, "filter": {"pipelineExecutionId": execution}}
    found: list[Mapping[str, Any]] = []
    for _ in range(MOST_RULE_PAGES):
        answer = client.list_rule_executions(**given)
        found += answer.get("ruleExecutionDetails", [])
        if not answer.get("nextToken"):
            break
        given["nextToken"] = answer["nextToken"]
    return found


def _rule(told: Mapping[str, Any]) -> Rule:
    result = told.get("output", {}).get("executionResult", {})
    error = result.get("errorDetails", {})
    said = error.get("message") or result.get("externalExecutionSummary") or error.get("code")
    provider = told.get("input", {}).get("ruleTypeId", {}).get("provider", "")
    at = told.get("lastUpdateTime") or told.get("startTime")
    return Rule(told.get("ruleName", ""), provider, told.get("status", ""), at, said)
