"""A pretend service that knows a fleet of four environments, and the pipeline of a service called small."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from tests.cli.conftest import Pretend, as_json

HOME = "999999999999"
NOW = "2026-11-30T12:00:00+00:00"
Interlock = Callable[..., Result]


def node(name: str, account: str, region: str, production: bool = False, **more: Any) -> dict[str, Any]:
    """An environment as the documents ask for it; more: kind, owner and others."""
    stage = name.partition("-")[0]
    place = {"position": 1, "name": f"{stage}-1", "stage": {"name": stage, "position": 1, "production": production}}
    plain = {"kind": "SHARED", "owner": None, "expiresAt": None, "purpose": None, "extensions": 0, "cleaningAt": None}
    where = {"account": {"awsId": account, "name": f"acme-{stage}"}, "region": {"name": region}, "team": None}
    return {"name": name, **plain, **where, "wave": place, **more}


def stage(name: str, *waves: dict[str, Any], production: bool = False) -> dict[str, Any]:
    """A stage of a plan."""
    return {"name": name, "production": production, "onFailure": "NONE", "waves": list(waves)}


def wave(name: str, *environments: dict[str, Any]) -> dict[str, Any]:
    """A wave of a plan: the nodes of its environments."""
    places = [
        {"name": each["name"], "account": each["account"]["awsId"], "region": each["region"]["name"], "kind": "SHARED"}
        for each in environments
    ]
    numbers = {"bakeMinutes": 0, "minimumDataPoints": 0, "oneBoxPercent": 0, "oneBoxBakeMinutes": 0}
    return {"name": name, "wave": name, **numbers, "windows": [], "checks": [], "environments": places}


ALPHA = node("alpha-eu-west-1", "111111111111", "eu-west-1")
BETA = node("beta-us-east-1", "222222222222", "us-east-1")
PROD = node("prod-eu-west-1", "555555555555", "eu-west-1", production=True)
THEIRS = node("test-bob-1", "222222222222", "us-east-1", kind="TEST", owner="bob", expiresAt=NOW)


class Fleet:
    """What the pretend service says, by the operation that is asked for; `inputs` are those of mutations."""

    def __init__(self, pretend: Pretend) -> None:
        self.url = pretend.url
        self.inputs: list[tuple[str, dict[str, Any]]] = []
        self.said: dict[str, Any] = {}
        self.permissions = ["GRANT_OVERRIDE", "MANAGE_TEST_ENVIRONMENTS"]
        self.environments = [ALPHA, BETA, PROD, THEIRS]
        self.holds: list[dict[str, Any]] = []
        self.pipelines: list[dict[str, Any]] = []
        pretend.answer = self.answer

    def answer(self, payload: dict[str, Any]) -> Any:
        """One request's answer."""
        operation, variables = re.search(r"(?:query|mutation) (\w+)", payload["query"]), payload.get("variables") or {}
        assert operation
        name = operation[1]
        if "input" in variables:
            self.inputs.append((name, variables["input"]))
        wanted = variables.get("filter") or {}
        if name in self.said:
            return as_json({"data": self.said[name]})
        return as_json({"data": getattr(self, f"_{name}")(wanted)})

    def _page(self, field: str, nodes: list[dict[str, Any]], wanted: dict[str, Any]) -> dict[str, Any]:
        found = [each for each in nodes if all(each.get(key) in (value, None) for key, value in wanted.items())]
        return {field: {"nodes": found, "pageInfo": {"hasNextPage": False, "endCursor": None}}}

    def _Environments(self, wanted: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the operation's name
        return self._page("environments", self.environments, wanted)

    _TestEnvironments = _Environments

    def _HoldsOfEnvironment(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._page("holds", self.holds, {})

    def _PipelinesActedOn(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._page("pipelines", self.pipelines, {})

    def _Services(self, wanted: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        small = {"name": "small", "repository": "acme/small", "branch": "main", "placement": ["*"], "createdAt": NOW}
        return self._page("services", [small], wanted)

    def _MyPermissions(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"viewer": {"actor": "ann", "roles": ["DEVELOPER"], "permissions": self.permissions}}

    def _Clock(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"clock": {"now": NOW, "speed": 1.0, "rehearsal": False}}

    def _AwsOrganisation(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        roles = dict.fromkeys(("identityCenterStartUrl", "identityCenterRegion", "readRole", "writeRole"))
        return {"organisation": {"name": "acme", "pipelineAccount": HOME, "pipelineRegion": "eu-west-1", **roles}}

    def _EnvironmentSteps(self, wanted: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return {"organisation": {"name": "acme", "environmentSteps": []}, **self._MyPermissions(wanted)}

    def _Plan(self, _: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        stages = [
            stage("alpha", wave("alpha-1", ALPHA)),
            stage("beta", wave("beta-1", BETA)),
            stage("prod", wave("prod-1", PROD), production=True),
        ]
        home = {"name": "small", "account": HOME, "region": "eu-west-1"}
        own = {"service": "small", "repository": "acme/small", "branch": "main", "digest": "sha256:1", "contract": 1}
        lists = {"requiredTags": [], "policies": [], "stages": stages}
        hub = {"eventBusArn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock"}
        urls = {"connectionArn": "arn:c", "hub": hub, "endpoint": {"url": self.url, "audience": "interlock"}}
        return {"plan": {"__typename": "Plan", **own, "pipeline": home, **urls, **lists}}


@pytest.fixture
def fleet(pretend: Pretend) -> Fleet:
    """The pretend service, with the fleet."""
    return Fleet(pretend)
