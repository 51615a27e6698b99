"""A deployment to several environments that ends early says what was done, and what was not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from interlock_cli.cdk.assembly import Stack
from interlock_cli.cdk.deploying import Deployment, Part, deploy_command
from interlock_cli.environments import Environment
from interlock_cli.errors import AuthenticationError, CommandError

NAMES = ("alpha", "beta", "gamma")
ENVIRONMENTS = [
    Environment(name, str(number) * 12, "eu-west-1", name, f"{name}-1") for number, name in enumerate(NAMES)
]
VARIABLES = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """Three environments, deployed by a CDK CLI that does nothing, and well."""
    tool = tmp_path / "node_modules" / ".bin" / "cdk"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    parts = [
        Part(each, [Stack(f"p/{each.name}/S", f"{each.name}-S", each.account, each.region)]) for each in ENVIRONMENTS
    ]
    return Deployment(tmp_path, tmp_path / "assembly", parts)


def outcomes(deployment: Deployment) -> str:
    return " ".join(part.outcome for part in deployment.parts)


def test_all_are_deployed_one_after_the_other(deployment: Deployment) -> None:
    """In the order given; each is recorded before it is begun."""
    recorded = []
    deployment.run(lambda _: VARIABLES, lambda part, program: recorded.append((part.environment.name, program[1])))
    deployment.conclude()
    assert outcomes(deployment) == "DEPLOYED DEPLOYED DEPLOYED"
    assert recorded == [(name, "deploy") for name in NAMES]


def test_an_interruption_leaves_the_rest(deployment: Deployment) -> None:
    """What was done stays done, and the command ends as interrupted."""

    def enter(environment: Environment) -> Mapping[str, str]:
        if environment.name == "beta":
            raise KeyboardInterrupt
        return VARIABLES

    deployment.run(enter)
    assert outcomes(deployment) == "DEPLOYED NOT_BEGUN NOT_BEGUN"
    with pytest.raises(KeyboardInterrupt):
        deployment.conclude()


def test_one_interrupted_while_it_runs_is_neither_done_nor_not_begun(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CloudFormation goes on with what it has begun."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("interlock_cli.programs.streamed", interrupt)
    deployment.run(lambda _: VARIABLES)
    assert outcomes(deployment) == "INTERRUPTED NOT_BEGUN NOT_BEGUN"


def test_a_failure_says_how_far_it_came(deployment: Deployment) -> None:
    """With the exit code of its kind: here a login that is missing."""

    def enter(environment: Environment) -> Mapping[str, str]:
        if environment.name == "beta":
            raise AuthenticationError("You are not logged in.", "Log in.")
        return VARIABLES

    deployment.run(enter)
    with pytest.raises(AuthenticationError, match=r"Log in\. Deployed before: alpha\. Not begun: gamma\."):
        deployment.conclude()


def test_what_is_not_recorded_is_not_done(deployment: Deployment) -> None:
    """The service refuses, and CDK is not started."""

    def refuse(*_: object) -> None:
        raise CommandError("Not recorded.")

    deployment.run(lambda _: VARIABLES, refuse)
    assert outcomes(deployment) == "FAILED NOT_BEGUN NOT_BEGUN"


def test_what_is_deployed_to_a_test_environment_carries_its_tag(deployment: Deployment) -> None:
    """Beside the tags that the app gives, which the CDK CLI would otherwise leave out."""
    mine = Environment("test-ann-1", "1" * 12, "eu-west-1", "beta", "beta-1", kind="TEST", owner="ann")
    part = Part(mine, [Stack("a", "a", "", "", (), {"team": "payments"}), Stack("b", "b", "", "")])
    command = deploy_command(deployment.app, deployment.assembly, part)
    assert command[-6:] == ["--tags", "interlock:environment=test-ann-1", "--tags", "team=payments", "a", "b"]
    assert "--exclusively" in command
