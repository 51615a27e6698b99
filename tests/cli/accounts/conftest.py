"""A pretend service whose organisation has environments in two accounts, and a home that is nobody's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from interlock_cli.main import cli
from tests.cli.conftest import Pretend, as_json
from tests.emulator import emulator
from tests.identity_center import IdentityCenter, identity_center

__all__ = ["emulator", "identity_center"]

PROD, BETA, PIPELINES = "100000001111", "100000002222", "999999999999"
START_URL = "https://acme.awsapps.com/start"


class Acme:
    """What the pretend service says. recorded: the inputs of recordManualChange; refusal: why it records nothing."""

    def __init__(self, pretend: Pretend) -> None:
        self.url = pretend.url
        self.organisation: dict[str, Any] | None = {
            "name": "acme",
            "pipelineAccount": PIPELINES,
            "pipelineRegion": "eu-west-1",
            "identityCenterStartUrl": None,
            "identityCenterRegion": None,
            "readRole": None,
            "writeRole": None,
        }
        self.environments = [place("prod-eu", PROD, "eu-west-1", True), place("beta-us", BETA, "us-east-1", False)]
        self.recorded: list[dict[str, Any]] = []
        self.refusal: list[dict[str, Any]] = []
        pretend.answer = self.answer

    def enter_through_identity_center(self) -> None:
        """It has one, and permission sets for reading and writing."""
        assert self.organisation is not None
        self.organisation |= {"identityCenterStartUrl": START_URL, "readRole": "ReadOnly", "writeRole": "Developer"}

    def answer(self, payload: dict[str, Any]) -> Any:
        """By the operation that is asked for."""
        variables = payload.get("variables") or {}
        query = payload["query"]
        if "AwsOrganisation" in query:
            return as_json({"data": {"organisation": self.organisation}})
        if "RecordManualChange" in query:
            self.recorded.append(variables["input"])
            return as_json({"data": {"recordManualChange": {"environment": None, "errors": self.refusal}}})
        wanted = (variables.get("filter") or {}).get("name")
        nodes = [each for each in self.environments if wanted in (None, each["name"])]
        page = {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return as_json({"data": {"environments": page}})


def place(name: str, account: str, region: str, production: bool) -> dict[str, Any]:
    """An environment as the service says it."""
    stage = {"name": "prod" if production else "beta", "position": 1, "production": production}
    return {
        "name": name,
        "kind": "SHARED",
        "owner": None,
        "expiresAt": None,
        "account": {"awsId": account, "name": f"{stage['name']}-account"},
        "region": {"name": region},
        "wave": {"name": f"{stage['name']}-1", "position": 1, "stage": stage},
    }


@pytest.fixture
def acme(pretend: Pretend) -> Acme:
    """The organisation, which has neither Identity Center nor roles."""
    return Acme(pretend)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person's home, and nothing of AWS or of a cache in their environment."""
    import os

    for name in list(os.environ):
        if name.startswith(("AWS_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


@pytest.fixture
def config(home: Path) -> Path:
    """Where the person's AWS configuration is, which is not there yet."""
    return home / ".aws" / "config"


@pytest.fixture
def interlock(acme: Acme) -> Callable[..., Result]:
    """Runs `interlock ARGUMENTS` at the pretend service, in this process."""

    def call(*arguments: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Result:
        return CliRunner(env=dict(env or {})).invoke(cli, ["--url", acme.url, *arguments], input=stdin)

    return call


@pytest.fixture
def logged_in(acme: Acme, identity_center: IdentityCenter, monkeypatch: pytest.MonkeyPatch) -> IdentityCenter:
    """Identity Center, with a login; the person may read production and do everything in beta."""
    from interlock_cli.aws import identity_center as client
    from interlock_cli.aws.targets import IdentityCenter as Place

    acme.enter_through_identity_center()
    identity_center.assigned = {PROD: {"ReadOnly", "Developer"}, BETA: {"Developer"}}
    for name, value in identity_center.variables.items():
        monkeypatch.setenv(name, value)
    client.log_in(Place(START_URL, "eu-west-1", "interlock-acme"), open_browser=False, sleep=lambda _: None)
    return identity_center


def told(result: Result) -> Any:
    """What a command printed as JSON."""
    return json.loads(result.stdout)
