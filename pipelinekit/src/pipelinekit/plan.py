"""The plan: everything that the service tells a synth, as one frozen value.

The JSON is the contract between the service and this library; `Plan.from_json` reads it, `Plan.to_json`
writes the same fields back, and nothing else in the library sees the JSON.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from pipelinekit.refusals import LibraryTooOldError, PlanUnusableError

CONTRACT = 1
"""The newest contract that this library reads. It is sent with the request, so that the service can answer
in it.
"""

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """A time in which deployments may start: a cron expression in a time zone, open for so many minutes."""

    cron: str
    time_zone: str
    minutes: int


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """A test or guard that a wave requires before or after its deployment. `configuration` depends on
    `kind`.
    """

    name: str
    kind: str
    when: str
    mode: str
    timeout_minutes: int
    configuration: Mapping[str, object]


@dataclasses.dataclass(frozen=True, slots=True)
class Environment:
    """One account and Region in a wave."""

    name: str
    account: str
    region: str
    kind: str


@dataclasses.dataclass(frozen=True, slots=True)
class Wave:
    """Environments that are deployed together, and what must hold before and after."""

    name: str
    bake_minutes: int
    minimum_data_points: int
    windows: tuple[Window, ...]
    checks: tuple[Check, ...]
    environments: tuple[Environment, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """Alpha, beta, gamma or prod, with its waves in order. `on_failure` is ROLLBACK, RETRY or NONE."""

    name: str
    production: bool
    on_failure: str
    waves: tuple[Wave, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Home:
    """Where the pipeline itself lives, and its name."""

    name: str
    account: str
    region: str


@dataclasses.dataclass(frozen=True, slots=True)
class Hub:
    """Where the pipeline's events go."""

    event_bus_arn: str


@dataclasses.dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the pipeline's gate speaks to the service: its base address, and the audience of a token for
    it.
    """

    url: str
    audience: str


@dataclasses.dataclass(frozen=True, slots=True)
class Tag:
    """A tag that everything the pipeline deploys must carry."""

    key: str
    value: str


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The answer to one service's synth request."""

    contract: int
    digest: str
    service: str
    repository: str
    branch: str
    connection_arn: str
    pipeline: Home
    hub: Hub
    endpoint: Endpoint
    required_tags: tuple[Tag, ...]
    stages: tuple[Stage, ...]

    @property
    def waves(self) -> Iterator[tuple[Stage, Wave]]:
        """Every wave with its stage, in the order of deployment."""
        return ((stage, wave) for stage in self.stages for wave in stage.waves)

    @property
    def partition(self) -> str:
        """aws, aws-cn, aws-us-gov: that of the hub, because accounts of one organisation share it."""
        return self.hub.event_bus_arn.split(":")[1]

    @staticmethod
    def from_json(value: object) -> Plan:
        """Read the contract's JSON; fields that this library does not know are left out.

        Raises LibraryTooOldError for a newer contract, PlanUnusableError (naming the field) for anything
        malformed.
        """
        fields = _Fields(value, "plan")
        contract = fields.number("contract")
        if contract > CONTRACT:
            raise LibraryTooOldError(
                f"The plan is written in contract {contract} and this pipelinekit reads up to {CONTRACT}: "
                "upgrade pipelinekit."
            )
        return Plan(
            contract=contract,
            digest=fields.text("digest"),
            service=fields.text("service"),
            repository=fields.text("repository"),
            branch=fields.text("branch"),
            connection_arn=fields.arn("connectionArn"),
            pipeline=_home(fields.inner("pipeline")),
            hub=Hub(fields.inner("hub").arn("eventBusArn")),
            endpoint=_endpoint(fields.inner("endpoint")),
            required_tags=fields.each("requiredTags", lambda tag: Tag(tag.text("key"), tag.text("value"))),
            stages=fields.each("stages", _stage),
        )

    def to_json(self) -> dict[str, object]:
        """The contract's JSON again: `from_json(plan.to_json()) == plan`."""
        written = _written(self)
        assert isinstance(written, dict)
        return written

    def canonical(self) -> str:
        """The text of a snapshot: sorted keys, two spaces, one final newline – the same plan, the same
        bytes.
        """
        return json.dumps(self.to_json(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _home(fields: _Fields) -> Home:
    # An unset account or Region is refused with its own sentence later, so it may be empty here.
    return Home(fields.text("name"), fields.text("account", empty=True), fields.text("region", empty=True))


def _endpoint(fields: _Fields) -> Endpoint:
    return Endpoint(fields.text("url"), fields.text("audience"))


def _stage(fields: _Fields) -> Stage:
    return Stage(
        name=fields.text("name"),
        production=fields.flag("production"),
        on_failure=fields.text("onFailure"),
        waves=fields.each("waves", _wave),
    )


def _wave(fields: _Fields) -> Wave:
    return Wave(
        name=fields.text("name"),
        bake_minutes=fields.number("bakeMinutes"),
        minimum_data_points=fields.number("minimumDataPoints"),
        windows=fields.each("windows", _window),
        checks=fields.each("checks", _check),
        environments=fields.each("environments", _environment),
    )


def _window(fields: _Fields) -> Window:
    return Window(fields.text("cron"), fields.text("timeZone"), fields.number("minutes"))


def _check(fields: _Fields) -> Check:
    return Check(
        name=fields.text("name"),
        kind=fields.text("kind"),
        when=fields.text("when"),
        mode=fields.text("mode"),
        timeout_minutes=fields.number("timeoutMinutes"),
        configuration=fields.mapping("configuration"),
    )


def _environment(fields: _Fields) -> Environment:
    return Environment(fields.text("name"), fields.text("account"), fields.text("region"), fields.text("kind"))


class _Fields:
    """An object of the plan's JSON with its path, so that an error can name what is wrong."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise PlanUnusableError(f"{path} must be an object, not {_shown(value)}: it is no plan.")
        self._value, self._path = value, path

    def text(self, name: str, *, empty: bool = False) -> str:
        value = self._value.get(name)
        if value is None and empty:
            return ""
        if not isinstance(value, str) or not (value or empty):
            raise self._wrong(name, value, "a text")
        return value

    def arn(self, name: str) -> str:
        value = self.text(name)
        if not re.match(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.", value):
            raise self._wrong(name, value, "an ARN")
        return value

    def number(self, name: str) -> int:
        value = self._value.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._wrong(name, value, "a whole number, zero or more")
        return value

    def flag(self, name: str) -> bool:
        value = self._value.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name, value, "true or false")
        return value

    def mapping(self, name: str) -> Mapping[str, object]:
        inner = self._value.get(name)
        if not isinstance(inner, dict):
            raise self._wrong(name, inner, "an object")
        return dict(inner)

    def inner(self, name: str) -> _Fields:
        return _Fields(self._value.get(name), f"{self._path}.{name}")

    def each(self, name: str, read: Callable[[_Fields], T]) -> tuple[T, ...]:
        values = self._value.get(name)
        if not isinstance(values, list):
            raise self._wrong(name, values, "a list")
        return tuple(read(_Fields(value, f"{self._path}.{name}[{index}]")) for index, value in enumerate(values))

    def _wrong(self, name: str, value: object, allowed: str) -> PlanUnusableError:
        return PlanUnusableError(f"{self._path}.{name} must be {allowed}, not {_shown(value)}: it is no plan.")


def _shown(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 80 else text[:77] + "…"


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)


def _written(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {_camel(field.name): _written(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return value
