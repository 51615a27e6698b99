"""CodePipeline's API on loopback, over the pipelines of this rehearsal: what the gate of a pipeline asks of it.

The emulator has no CodePipeline. Functions reach this by AWS_ENDPOINT_URL_CODEPIPELINE, as AWS's SDKs name it. The
operations and the shapes are those of the API reference; what is asked beyond them is refused by name.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from interlock_cli.rehearsal.executions import ROLLBACK, ActionRun, Execution
from interlock_cli.rehearsal.line import Line, LineError

TARGET = "CodePipeline_20150709."
MOST_REASON = 200
"""Characters of a reason for a stop: the API's limit."""
RETRY_MODES = ("FAILED_ACTIONS", "ALL_ACTIONS")
Json = dict[str, Any]


class CodePipeline:
    """Answers the operations. Lines are added as their pipelines are deployed. Safe to share among threads."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[Line, Callable[[ActionRun, str], Json]]] = {}

    def add(self, line: Line, bucket: str) -> None:
        """A pipeline, whose artifacts are in that bucket."""

        def artifact(run: ActionRun, name: str) -> Json:
            return {"name": name, "s3location": {"bucket": bucket, "key": run.outputs[name]}}

        self._lines[line.name] = (line, artifact)

    def answer(self, operation: str, given: Mapping[str, Any]) -> Json:
        """The answer to an operation. Raises LineError with the API's own exception."""
        if operation not in OPERATIONS:
            raise LineError(
                "UnknownOperationException",
                f"A rehearsal's CodePipeline knows no {operation}: {', '.join(OPERATIONS)}.",
            )
        name = str(given.get("pipelineName") or given.get("name") or "")
        if name not in self._lines:
            raise LineError("PipelineNotFoundException", f"There is no pipeline {name}.")
        return OPERATIONS[operation](self, self._lines[name][0], given)

    def stop_pipeline_execution(self, line: Line, given: Mapping[str, Any]) -> Json:
        """Stops an execution; `abandon` leaves what is under way where it is."""
        reason = str(given.get("reason") or "")
        if len(reason) > MOST_REASON:
            raise LineError("ValidationException", f"The reason has {len(reason)} characters, {MOST_REASON} at most.")
        found = line.stop(_text(given, "pipelineExecutionId"), reason, abandon=bool(given.get("abandon")))
        return {"pipelineExecutionId": found.identity}

    def get_pipeline_execution(self, line: Line, given: Mapping[str, Any]) -> Json:
        """One execution."""
        found = line.find(_text(given, "pipelineExecutionId"))
        return {
            "pipelineExecution": {
                "pipelineName": line.name,
                "pipelineVersion": found.version,
                "pipelineExecutionId": found.identity,
                "artifactRevisions": [
                    {"name": "Source", "revisionId": found.revision, "revisionSummary": found.trigger.message}
                ],
                **_shared(found),
            }
        }

    def list_pipeline_executions(self, line: Line, _given: Mapping[str, Any]) -> Json:
        """All of them, the newest first."""
        newest = sorted(line.executions, key=lambda each: each.number, reverse=True)
        return {
            "pipelineExecutionSummaries": [
                {
                    "pipelineExecutionId": each.identity,
                    "startTime": _stamp(each.started),
                    "lastUpdateTime": _stamp(each.updated or each.started),
                    "sourceRevisions": [{"actionName": "Source", "revisionId": each.revision}],
                    **_shared(each),
                }
                for each in newest
            ]
        }

    def list_action_executions(self, line: Line, given: Mapping[str, Any]) -> Json:
        """Every run of an action of one execution, or of all, the newest first, with the artifacts that it put out."""
        artifact = self._lines[line.name][1]
        wanted = (given.get("filter") or {}).get("pipelineExecutionId")
        known = [line.find(str(wanted))] if wanted else line.executions
        runs = [(each, run) for each in known for run in list(each.actions)]
        return {
            "actionExecutionDetails": [
                {
                    "pipelineExecutionId": each.identity,
                    "actionExecutionId": run.identity,
                    "pipelineVersion": each.version,
                    "stageName": run.stage,
                    "actionName": run.name,
                    "startTime": _stamp(run.started),
                    "lastUpdateTime": _stamp(run.updated),
                    "status": run.status,
                    "input": {
                        "actionTypeId": _type(run),
                        "region": run.region,
                        "configuration": dict(run.configuration),
                        "resolvedConfiguration": dict(run.configuration),
                        **({"roleArn": run.role} if run.role else {}),
                    },
                    "output": {
                        "outputArtifacts": [artifact(run, name) for name in run.outputs],
                        "executionResult": _result(run),
                    },
                }
                for each, run in reversed(runs)
            ]
        }

    def list_rule_executions(self, _line: Line, _given: Mapping[str, Any]) -> Json:
        """A rehearsal's stages have no rules."""
        return {"ruleExecutionDetails": []}

    def get_pipeline_state(self, line: Line, _given: Mapping[str, Any]) -> Json:
        """What is in each stage, who waits before it, and what ran there last."""
        return {
            "pipelineName": line.name,
            "pipelineVersion": line.version,
            "stageStates": [_stage_state(line, stage.name) for stage in line.stages],
        }

    def rollback_stage(self, line: Line, given: Mapping[str, Any]) -> Json:
        """Begins the rollback of a stage to an earlier execution."""
        stage = line.stage(_text(given, "stageName"))
        return {"pipelineExecutionId": line.roll_back(stage, _text(given, "targetPipelineExecutionId")).identity}

    def retry_stage_execution(self, line: Line, given: Mapping[str, Any]) -> Json:
        """Tries a failed stage again."""
        stage = line.stage(_text(given, "stageName"))
        mode = _text(given, "retryMode")
        if mode not in RETRY_MODES:
            raise LineError("ValidationException", f"retryMode is {mode}: one of {', '.join(RETRY_MODES)}.")
        found = line.retry(stage, _text(given, "pipelineExecutionId"), everything=mode == RETRY_MODES[1])
        return {"pipelineExecutionId": found.identity}

    def start_pipeline_execution(self, line: Line, _given: Mapping[str, Any]) -> Json:
        """Begins an execution of the newest revision that the pipeline knows."""
        newest = max(line.executions, key=lambda each: each.number, default=None)
        if newest is None:
            raise LineError("ValidationException", f"Nothing was pushed to {line.name} yet.")
        return {"pipelineExecutionId": line.start(newest.trigger).identity}


OPERATIONS: dict[str, Callable[[CodePipeline, Line, Mapping[str, Any]], Json]] = {
    "StopPipelineExecution": CodePipeline.stop_pipeline_execution,
    "GetPipelineExecution": CodePipeline.get_pipeline_execution,
    "ListPipelineExecutions": CodePipeline.list_pipeline_executions,
    "ListActionExecutions": CodePipeline.list_action_executions,
    "ListRuleExecutions": CodePipeline.list_rule_executions,
    "GetPipelineState": CodePipeline.get_pipeline_state,
    "RollbackStage": CodePipeline.rollback_stage,
    "RetryStageExecution": CodePipeline.retry_stage_execution,
    "StartPipelineExecution": CodePipeline.start_pipeline_execution,
}


@contextmanager
def serving(pipelines: CodePipeline, port: int = 0) -> Iterator[str]:
    """The API's address on loopback, for as long as the block lasts: on this port where it is free, else on any."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, answer = _answered(pipelines, self.headers.get("x-amz-target") or "", body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/x-amz-json-1.1")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Nothing: the rehearsal's output is the rehearsal's."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except (OSError, OverflowError):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with background(server) as address:
        yield address


@contextmanager
def background(server: ThreadingHTTPServer) -> Iterator[str]:
    """The address of a server that answers in the background while the block lasts."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answered(pipelines: CodePipeline, target: str, body: bytes) -> tuple[int, Json]:
    try:
        given = json.loads(body or b"{}")
        if not isinstance(given, dict):
            raise LineError("SerializationException", "The request is no JSON object.")
        return 200, pipelines.answer(target.removeprefix(TARGET), given)
    except LineError as error:
        return 400, {"__type": error.code, "message": str(error)}
    except ValueError:
        return 400, {"__type": "SerializationException", "message": "The request is no JSON."}


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise LineError("ValidationException", f"{name} is missing.")
    return value


def _shared(execution: Execution) -> Json:
    shared: Json = {
        "status": execution.status,
        "statusSummary": execution.summary,
        "executionMode": "SUPERSEDED",
        "executionType": execution.kind,
        "trigger": {"triggerType": "AutomatedRollback" if execution.kind == ROLLBACK else "WebhookV2"},
    }
    if execution.target:
        shared["rollbackMetadata"] = {"rollbackTargetPipelineExecutionId": execution.target}
    return shared


def _stage_state(line: Line, stage: str) -> Json:
    state: Json = {"stageName": stage, "inboundTransitionState": {"enabled": True}, "actionStates": []}
    waiting = line.waiting(stage)
    if waiting is not None:
        state["inboundExecution"] = {"pipelineExecutionId": waiting.identity, "status": "InProgress"}
    been = [each for each in line.executions if stage in each.stages]
    if been:
        latest = line.inside(stage) or max(been, key=lambda each: each.stages[stage].started)
        run = latest.stages.get(stage)
        state["latestExecution"] = {
            "pipelineExecutionId": latest.identity,
            "status": run.status if run else "InProgress",
            "type": latest.kind,
        }
        runs = {each.name: each for each in latest.actions if each.stage == stage}
        state["actionStates"] = [_action_state(each) for each in runs.values()]
    return state


def _action_state(run: ActionRun) -> Json:
    latest: Json = {
        "actionExecutionId": run.identity,
        "status": run.status,
        "lastStatusChange": _stamp(run.updated),
        **({"summary": run.summary} if run.summary else {}),
        **({"externalExecutionId": run.external} if run.external else {}),
    }
    return {"actionName": run.name, "latestExecution": latest}


def _type(run: ActionRun) -> Json:
    return {"category": run.category, "owner": run.owner, "provider": run.provider, "version": run.version}


def _result(run: ActionRun) -> Json:
    said = {"externalExecutionId": run.external, "externalExecutionUrl": run.url}
    return {**{name: value for name, value in said.items() if value}, "externalExecutionSummary": run.summary}


def _stamp(moment: datetime) -> float:
    return moment.timestamp()
