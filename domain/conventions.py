"""How what happened is spelt in OpenTelemetry's semantic conventions 1.44; `interlock.*` where they have no name.

Results are those of `cicd.pipeline.result`: success, failure (it said no), error (it could not be done), timeout,
cancellation, skip.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain import history
from domain.words import ActionKind, CheckRunStatus, DeploymentStatus, ExecutionStatus

Value = str | int | bool | tuple[str, ...]
Attributes = Mapping[str, Value | None]

OF_EXECUTION: Mapping[ExecutionStatus, str] = {
    ExecutionStatus.SUCCEEDED: "success",
    ExecutionStatus.FAILED: "failure",
    ExecutionStatus.STOPPED: "cancellation",
    ExecutionStatus.CANCELED: "cancellation",
    ExecutionStatus.ABANDONED: "cancellation",
    ExecutionStatus.SUPERSEDED: "skip",
}
OF_DEPLOYMENT: Mapping[DeploymentStatus, str] = {
    DeploymentStatus.SUCCEEDED: "success",
    DeploymentStatus.FAILED: "failure",
    DeploymentStatus.STOPPED: "cancellation",
}
OF_CHECK_RUN: Mapping[CheckRunStatus, str] = {
    CheckRunStatus.PASSED: "success",
    CheckRunStatus.FAILED: "failure",
    CheckRunStatus.ERRORED: "error",
    CheckRunStatus.TIMED_OUT: "timeout",
    CheckRunStatus.INCONCLUSIVE: "error",
    CheckRunStatus.CANCELLED: "cancellation",
}
_TASK_TYPE: Mapping[ActionKind, str] = {
    ActionKind.SYNTH: "build",
    ActionKind.ASSETS: "build",
    ActionKind.UPDATE: "deploy",
    ActionKind.PREPARE: "deploy",
    ActionKind.DEPLOY: "deploy",
    ActionKind.VALIDATE: "test",
}
_ENVIRONMENT_NAME = {"alpha": "test", "beta": "test", "gamma": "staging", "prod": "production"}


def environment_name(place: history.Place) -> str:
    """`deployment.environment.name`: production, staging, test, or the stage's own name where it is none of ours."""
    return "production" if place.production else _ENVIRONMENT_NAME.get(place.stage, place.stage)


def of_every_span(execution: history.PipelineExecution) -> Attributes:
    """What each span of a trace carries, so that a backend can find spans and not only traces."""
    return {
        "cicd.pipeline.name": execution.pipeline,
        "cicd.pipeline.run.id": execution.execution_id,
        "interlock.service.name": execution.service,
        "vcs.ref.head.revision": execution.revision,
    }


def of_run(execution: history.PipelineExecution, attempt: int, result: str | None) -> Attributes:
    """The run's own. An ended run is in the last of the conventions' three states, `finalizing`."""
    owner, _, repository = (execution.repository or "").partition("/")
    provider = _vcs(execution) if repository else None
    return {
        "cicd.pipeline.action.name": "RUN",
        "cicd.pipeline.result": result,
        "cicd.pipeline.run.state": "finalizing" if execution.status.ended else "executing",
        "cicd.pipeline.run.url.full": _console(execution),
        "interlock.execution.attempt": attempt,
        "interlock.execution.author": execution.author,
        "interlock.execution.kind": execution.kind.value,
        "interlock.execution.status": execution.status.value,
        "interlock.execution.trigger": execution.trigger,
        "interlock.pipeline.arn": execution.pipeline_arn,
        "vcs.owner.name": owner or None,
        "vcs.provider.name": provider,
        "vcs.ref.head.name": execution.branch,
        "vcs.ref.head.type": "branch" if execution.branch else None,
        "vcs.repository.name": repository or None,
        "vcs.repository.url.full": f"https://github.com/{owner}/{repository}" if provider == "github" else None,
    }


def of_place(place: history.Place | None) -> Attributes:
    """Where in the organisation's order of stages and waves; nothing for what has no place there."""
    if place is None:
        return {}
    return {
        "deployment.environment.name": environment_name(place),
        "interlock.stage.name": place.stage,
        "interlock.wave.name": place.wave,
    }


def of_environment(environment: history.Environment | None) -> Attributes:
    """Which account and Region was reached."""
    if environment is None:
        return {}
    return {
        **of_place(environment.place),
        "cloud.account.id": environment.account,
        "cloud.provider": "aws",
        "cloud.region": environment.region,
        "interlock.environment.name": environment.name,
    }


def of_stage(stage: history.StageExecution, result: str | None) -> Attributes:
    """A stage is not a task: its tasks are, and would be counted twice."""
    return {
        **of_place(stage.place),
        "interlock.stage_execution.name": stage.name,
        "interlock.stage_execution.result": result,
        "interlock.stage_execution.status": stage.status.value,
    }


def of_deployment(execution: history.PipelineExecution, deployment: history.Deployment) -> Attributes:
    """`deployment.status` has two values; a deployment that was stopped has none of them.

    Its id is one that anybody can put together: an execution deploys to an environment once.
    """
    outcome = {DeploymentStatus.SUCCEEDED: "succeeded", DeploymentStatus.FAILED: "failed"}
    return {
        **of_environment(deployment.environment),
        "deployment.id": f"{execution.execution_id}/{deployment.environment.name}",
        "deployment.status": outcome.get(deployment.status),
        "interlock.deployment.result": OF_DEPLOYMENT.get(deployment.status),
        "interlock.deployment.status": deployment.status.value,
    }


def of_wait(stage: history.StageExecution) -> Attributes:
    """Time in front of a wave in which nothing was done: a window, a freeze, or a person was waited for."""
    return {**of_place(stage.place), "interlock.wait.stage_execution.name": stage.name}


def of_action(action: history.ActionExecution, place: history.Place | None) -> Attributes:
    """An action is a task; `external_id` is the stack, build, or state machine's execution that did the work."""
    return {
        **of_place(place),
        "cloud.region": action.region,
        **of_environment(action.environment),
        "cicd.pipeline.task.name": action.name,
        "cicd.pipeline.task.run.result": OF_EXECUTION.get(action.status),
        "cicd.pipeline.task.run.url.full": action.external_url,
        "cicd.pipeline.task.type": _TASK_TYPE.get(action.kind),
        "interlock.action.external_id": action.external_id,
        "interlock.action.kind": action.kind.value,
        "interlock.action.provider": action.provider or None,
        "interlock.action.status": action.status.value,
        "interlock.action.summary": action.summary,
        "interlock.stage_execution.name": action.stage,
    }


def of_check_run(check: history.CheckRun) -> Attributes:
    """A check is a task that tests. A shadow one that failed is marked as failed, and failed nothing else."""
    return {
        **of_place(check.place),
        "cicd.pipeline.task.name": check.name,
        "cicd.pipeline.task.run.result": OF_CHECK_RUN.get(check.status),
        "cicd.pipeline.task.type": "test",
        "interlock.check.kind": check.kind.value,
        "interlock.check.mode": check.mode.value,
        "interlock.check.subject": check.subject,
        "interlock.check.when": check.when.value,
        "interlock.check_run.status": check.status.value,
    }


def _vcs(execution: history.PipelineExecution) -> str | None:
    """Where the repository is, as the conventions name it: CodePipeline's and GitHub Actions' are at GitHub.

    None where the CI system tells nothing of that, as Jenkins. GitLab is often one's own: its address is not known.
    """
    if execution.pipeline_arn.startswith("ci:gitlab:"):
        return "gitlab"
    at_github = execution.pipeline_arn.startswith(("arn:", "ci:github-actions:"))
    return "github" if at_github else None


def _console(execution: history.PipelineExecution) -> str | None:
    """CodePipeline's page of the execution; None outside AWS's commercial partition, whose consoles are elsewhere."""
    if not execution.pipeline_arn.startswith("arn:aws:"):
        return None
    return (
        f"https://{execution.region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/{execution.pipeline}"
        f"/executions/{execution.execution_id}/timeline?region={execution.region}"
    )
