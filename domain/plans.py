"""The plan: everything that one service's pipeline needs to know at synth, and the digest of it.

This is contract 1 between the service and pipelinekit. Fields are only added; a change of meaning is a new contract.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from domain.errors import UpgradeRequired
from domain.words import CheckKind, CheckMode, CheckWhen, EnvironmentKind, OnFailure, PolicyKind, PolicyMode

CONTRACT = 1


@dataclass(frozen=True, slots=True)
class PlanEnvironment:
    """One account and Region to deploy to. account: twelve digits."""

    name: str
    account: str
    region: str
    kind: EnvironmentKind


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """A check that a wave requires. configuration: as its kind needs it, placeholders not filled in.

    retries: how often a run without a verdict is tried again. failure_limit: how many of its targets may fail.
    """

    name: str
    kind: CheckKind
    when: CheckWhen
    mode: CheckMode
    timeout_minutes: int
    configuration: dict[str, Any]
    retries: int = 0
    failure_limit: int = 0


@dataclass(frozen=True, slots=True)
class PlanWindow:
    """A time in which a wave may start: a cron expression for its beginning, and its length.

    time_zone: the IANA zone of the expression; None where it is each Region's own.
    """

    name: str
    cron: str
    time_zone: str | None
    minutes: int


@dataclass(frozen=True)
class PlanWave:
    """Environments deployed together, what they must pass, and how long they bake.

    wave: the wave's name in the graph; `name` differs from it where the service's wave size cuts the wave into parts.
    one_box_percent: the share of an environment's requests that its one-box takes, 0 for none.
    """

    name: str
    wave: str
    bake_minutes: int
    minimum_data_points: int
    one_box_percent: int
    one_box_bake_minutes: int
    environments: Sequence[PlanEnvironment]
    checks: Sequence[PlanCheck] = ()
    windows: Sequence[PlanWindow] = ()

    @cached_property
    def canonical(self) -> str:
        """Its canonical JSON, made once for all the plans that share it."""
        return _canonical(self)


@dataclass(frozen=True, slots=True)
class PlanStage:
    """A stage and its waves, in order."""

    name: str
    production: bool
    on_failure: OnFailure
    waves: Sequence[PlanWave]


@dataclass(frozen=True, slots=True)
class PlanPipeline:
    """Where the pipeline itself lives, and its name."""

    name: str
    account: str
    region: str


@dataclass(frozen=True, slots=True)
class PlanHub:
    """Where the pipeline's events go."""

    event_bus_arn: str


@dataclass(frozen=True, slots=True)
class PlanEndpoint:
    """Where the pipeline finds the service, and the audience that its tokens must name."""

    url: str
    audience: str


@dataclass(frozen=True, slots=True)
class RequiredTag:
    """A tag that every resource of the service must carry."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class PlanPolicy:
    """What the company asks of every construct of the service. configuration: as its kind needs it."""

    name: str
    kind: PolicyKind
    mode: PolicyMode
    configuration: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """The answer to one service's synth request."""

    service: str
    repository: str
    branch: str
    connection_arn: str
    pipeline: PlanPipeline
    hub: PlanHub
    endpoint: PlanEndpoint
    stages: Sequence[PlanStage]
    required_tags: Sequence[RequiredTag] = field(default_factory=tuple)
    policies: Sequence[PlanPolicy] = ()
    contract: int = CONTRACT

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the plan's canonical JSON, as `sha256:<64 hex digits>`: equal plans, equal digests."""
        return "sha256:" + hashlib.sha256(self.canonical.encode()).hexdigest()

    @property
    def canonical(self) -> str:
        """The plan as JSON: ASCII, keys in order, no blanks."""
        told = {each.name: _canonical(getattr(self, each.name)) for each in fields(self) if each.name != "stages"}
        return _object(told | {"stages": _list(_stage(each) for each in self.stages)})


def _stage(stage: PlanStage) -> str:
    told = {each.name: _canonical(getattr(stage, each.name)) for each in fields(stage) if each.name != "waves"}
    return _object(told | {"waves": _list(wave.canonical for wave in stage.waves)})


def _object(texts: Mapping[str, str]) -> str:
    return "{" + ",".join(f'"{name}":{text}' for name, text in sorted(texts.items())) + "}"


def _list(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def _told(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_told).encode


def require_contract(contract: int) -> None:
    """Refuses a library that speaks another contract than this service."""
    if contract == CONTRACT:
        return
    older = "pipelinekit" if contract < CONTRACT else "the service"
    raise UpgradeRequired(
        f"pipelinekit asked for version {contract} of the plan; this service speaks version {CONTRACT}.",
        path=["contract"],
        remedy=f"Upgrade {older}.",
    )
