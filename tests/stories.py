"""Pretend pipelines for tests: the envelopes that CodePipeline would send, in order, and their map."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

ACCOUNT = "999999999999"
REGION = "eu-west-1"
BEGIN = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
EXECUTION = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f"
_PROVIDERS = {
    "SOURCE": ("CodeStarSourceConnection", "Source"),
    "SYNTH": ("CodeBuild", "Build"),
    "UPDATE": ("CodeBuild", "Build"),
    "ASSETS": ("CodeBuild", "Build"),
    "PREPARE": ("CloudFormation", "Deploy"),
    "DEPLOY": ("CloudFormation", "Deploy"),
    "VALIDATE": ("StepFunctions", "Invoke"),
}


@dataclass
class Story:
    """Tells envelopes, a second apart; everything told is in `envelopes`."""

    pipeline: str = "payments"
    execution: str = EXECUTION
    attempt: float | None = 1.0
    retries: int = 0
    begin: datetime = BEGIN
    envelopes: list[dict[str, Any]] = field(default_factory=list)
    account: str = ACCOUNT

    @property
    def arn(self) -> str:
        return f"arn:aws:codepipeline:{REGION}:{self.account}:{self.pipeline}"

    def tell(self, level: str, state: str, **detail: Any) -> dict[str, Any]:
        """Another envelope. level: Pipeline, Stage or Action. Its id follows from its place in the story."""
        moment = self.begin + timedelta(seconds=len(self.envelopes))
        attempt = {} if self.attempt is None else {"pipeline-execution-attempt": self.attempt}
        envelope = {
            "version": "0",
            "id": str(uuid.uuid5(uuid.UUID(self.execution), str(len(self.envelopes)))),
            "detail-type": f"CodePipeline {level} Execution State Change",
            "source": "aws.codepipeline",
            "account": self.account,
            "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": [self.arn],
            "detail": {
                "pipeline": self.pipeline,
                "execution-id": self.execution,
                "version": 12.0,
                "state": state,
                **attempt,
                **detail,
            },
        }
        self.envelopes.append(envelope)
        return envelope

    def run(self, state: str, **trigger: Any) -> None:
        """The execution itself."""
        self.tell("Pipeline", state, **({"execution-trigger": trigger} if trigger else {}))

    def retry(self) -> None:
        """The execution is resumed; its actions get new runs."""
        self.retries += 1
        self.attempt = None if self.attempt is None else self.attempt + 1
        self.run("RESUMED")

    def stage(self, name: str, state: str) -> None:
        """A stage."""
        self.tell("Stage", state, stage=name)

    def action(self, stage: str, name: str, state: str, **result: str) -> None:
        """An action. result: what `execution-result` holds, without the prefix `external-execution-`."""
        provider, category = _PROVIDERS.get(name.rpartition(".")[2].upper(), ("Manual", "Approval"))
        run = uuid.uuid5(uuid.UUID(self.execution), f"{stage}/{name}/{self.retries}")
        outcome = {f"external-execution-{key}": value for key, value in result.items()}
        self.tell(
            "Action",
            state,
            stage=stage,
            action=name,
            region=REGION,
            type={"owner": "AWS", "provider": provider, "category": category, "version": "1"},
            **{"action-execution-id": str(run)},
            **({"execution-result": outcome} if outcome else {}),
        )

    def good_stage(self, name: str, *actions: str) -> None:
        """A stage all of whose actions succeed, one after the other."""
        self.stage(name, "STARTED")
        for action in actions:
            self.action(name, action, "STARTED")
            self.action(name, action, "SUCCEEDED", id=f"id-of-{action}")
        self.stage(name, "SUCCEEDED")


def names_of(wave: dict[str, Any]) -> tuple[str, ...]:
    """The names of a mapped stage's actions, in order."""
    return tuple(action["name"] for action in wave["actions"])


def wave(name: str, stage: str, *environments: str) -> dict[str, Any]:
    """A mapped stage that prepares, deploys to and then validates environments."""
    actions = [
        {"name": f"{environment}.{kind.capitalize()}", "kind": kind, "environment": environment}
        for kind in ("PREPARE", "DEPLOY")
        for environment in environments
    ]
    validate = {"name": f"{name}.Validate", "kind": "VALIDATE", "environment": None}
    return {"name": name, "stage": stage, "wave": name, "actions": [*actions, validate]}


ALPHA = wave("alpha-1", "alpha", "alpha-eu-west-1")
PROD_1 = wave("prod-1", "prod", "prod-eu-west-1", "prod-us-east-1")
PROD_2 = wave("prod-2", "prod", "prod-ap-south-1")
MAP: dict[str, Any] = {
    "contract": 1,
    "pipeline": "payments",
    "account": ACCOUNT,
    "region": REGION,
    "repository": "acme/payments",
    "planDigest": "sha256:" + "0" * 64,
    "stages": [
        {
            "name": "Source",
            "stage": None,
            "wave": None,
            "actions": [{"name": "acme.Source", "kind": "SOURCE"}],
        },
        {
            "name": "Build",
            "stage": None,
            "wave": None,
            "actions": [{"name": "Synth", "kind": "SYNTH"}, {"name": "Update", "kind": "UPDATE"}],
        },
        {
            "name": "Assets",
            "stage": None,
            "wave": None,
            "actions": [{"name": "File.Assets", "kind": "ASSETS"}],
        },
        ALPHA,
        PROD_1,
        PROD_2,
    ],
}
ENVIRONMENTS = ("alpha-eu-west-1", "prod-eu-west-1", "prod-us-east-1", "prod-ap-south-1")
FAILURE = "Stack payments-prod is in UPDATE_ROLLBACK_COMPLETE"


def until_prod(**given: Any) -> Story:
    """An execution that has been through everything before production."""
    story = Story(**given)
    story.run(
        "STARTED",
        **{
            "commit-id": "9f2c1ab",
            "commit-message": "raise limit",
            "author-display-name": "Mary",
            "author-date": "2026-11-22T22:30:00Z",
        },
    )
    story.good_stage("Source", "acme.Source")
    story.good_stage("Build", "Synth", "Update")
    story.good_stage("Assets", "File.Assets")
    story.good_stage("alpha-1", *names_of(ALPHA))
    return story


def failed(**given: Any) -> Story:
    """An execution that failed to deploy to prod-us-east-1."""
    story = until_prod(**given)
    story.stage("prod-1", "STARTED")
    for name in ("prod-eu-west-1.Prepare", "prod-us-east-1.Prepare", "prod-eu-west-1.Deploy"):
        story.action("prod-1", name, "STARTED")
        story.action("prod-1", name, "SUCCEEDED")
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED")
    story.action("prod-1", "prod-us-east-1.Deploy", "FAILED", summary=FAILURE)
    story.stage("prod-1", "FAILED")
    story.run("FAILED")
    return story


def retried(**given: Any) -> Story:
    """The same, retried, and succeeding to the end."""
    story = failed(**given)
    story.retry()
    story.stage("prod-1", "RESUMED")
    for name in ("prod-us-east-1.Deploy", "prod-1.Validate"):
        story.action("prod-1", name, "STARTED")
        story.action("prod-1", name, "SUCCEEDED")
    story.stage("prod-1", "SUCCEEDED")
    story.good_stage("prod-2", *names_of(PROD_2))
    story.run("SUCCEEDED")
    return story


def rolled_back(of: str, *, stage: str = "prod-1", target: str = EXECUTION, **given: Any) -> Story:
    """A rollback of one stage to an earlier execution's revision. of: the rollback's own execution id."""
    story = Story(execution=of, **given)
    trigger = {"trigger-type": "AutomatedRollback", "commit-id": "9f2c1ab"}
    started = story.tell("Pipeline", "STARTED", **{"execution-trigger": trigger})
    started["detail"]["rollback-metadata"] = {"rollback-target-pipeline-execution-id": target}
    actions = {wave["name"]: names_of(wave) for wave in (ALPHA, PROD_1, PROD_2)}[stage]
    story.good_stage(stage, *actions)
    story.run("SUCCEEDED")
    return story


def changed_itself(state: str = "CANCELED", **given: Any) -> Story:
    """An execution that ended while the pipeline was changed by its own action Update."""
    story = Story(**given)
    story.run("STARTED", **{"commit-id": "9f2c1ab"})
    story.good_stage("Source", "acme.Source")
    story.stage("Build", "STARTED")
    story.action("Build", "Synth", "STARTED")
    story.action("Build", "Synth", "SUCCEEDED")
    story.action("Build", "Update", "STARTED")
    story.run(state)
    return story


def cut_short(state: str, **given: Any) -> Story:
    """An execution that ended as `state` while an action of prod-1 ran, which was left running."""
    story = until_prod(**given)
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "prod-eu-west-1.Prepare", "STARTED")
    if state == "STOPPED":
        story.run("STOPPING")
        story.action("prod-1", "prod-eu-west-1.Prepare", "ABANDONED")
        story.stage("prod-1", "STOPPED")
    story.run(state)
    return story
