"""The plan: everything that the service tells a synth, as one frozen value.

The JSON is the contract between the service and this library; `Plan.from_json` reads it, `Plan.to_json`
writes the same fields back, and nothing else in the library sees the JSON. Fields that came later are
absent from an older snapshot: each says what it then is.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping

from pipelinekit.fields import Fields
from pipelinekit.refusals import LibraryTooOldError

CONTRACT = 1
"""The newest contract that this library reads. It is sent with the request, so that the service can answer
in it.
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """A time in which deployments may start: a cron expression in a time zone, open for so many minutes.

    `time_zone` is None where it is each Region's own; `name` is empty in a snapshot of before 0.2.0.
    """

    name: str
    cron: str
    time_zone: str | None
    minutes: int


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """A test or guard that a wave requires before or after its deployment. `configuration` depends on `kind`.

    `retries` is how often a run without a verdict is tried again, `failure_limit` how many of its targets may fail.
    """

    name: str
    kind: str
    when: str
    mode: str
    timeout_minutes: int
    configuration: Mapping[str, object]
    retries: int
    failure_limit: int


@dataclasses.dataclass(frozen=True, slots=True)
class Environment:
    """One account and Region in a wave."""

    name: str
    account: str
    region: str
    kind: str


@dataclasses.dataclass(frozen=True, slots=True)
class Wave:
    """Environments that are deployed together, and what must hold before and after.

    `name` is the stage of the pipeline, `wave` the wave in Interlock: they differ where the service's wave size
    cuts a wave into parts, each of which is deployed and validated by itself.
    """

    name: str
    wave: str
    bake_minutes: int
    minimum_data_points: int
    one_box_percent: int
    one_box_bake_minutes: int
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
class Policy:
    """What the company asks of every construct: `mode` is BLOCKING or SHADOW. See pipelinekit.policies."""

    name: str
    kind: str
    mode: str
    configuration: Mapping[str, object]


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
    policies: tuple[Policy, ...]
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
        fields = Fields(value, "plan")
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
            policies=fields.each("policies", _policy) if fields.has("policies") else (),
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


def _home(fields: Fields) -> Home:
    # An unset account or Region is refused with its own sentence later, so it may be empty here.
    return Home(fields.text("name"), fields.text("account", empty=True), fields.text("region", empty=True))


def _endpoint(fields: Fields) -> Endpoint:
    return Endpoint(fields.text("url"), fields.text("audience"))


def _stage(fields: Fields) -> Stage:
    return Stage(
        name=fields.text("name"),
        production=fields.flag("production"),
        on_failure=fields.text("onFailure"),
        waves=fields.each("waves", _wave),
    )


def _wave(fields: Fields) -> Wave:
    return Wave(
        name=fields.text("name"),
        wave=fields.text_or_none("wave") or fields.text("name"),
        bake_minutes=fields.number("bakeMinutes"),
        minimum_data_points=fields.number("minimumDataPoints"),
        one_box_percent=fields.number("oneBoxPercent", otherwise=0),
        one_box_bake_minutes=fields.number("oneBoxBakeMinutes", otherwise=0),
        windows=fields.each("windows", _window),
        checks=fields.each("checks", _check),
        environments=fields.each("environments", _environment),
    )


def _window(fields: Fields) -> Window:
    return Window(
        name=fields.text("name", empty=True),
        cron=fields.text("cron"),
        time_zone=fields.text_or_none("timeZone"),
        minutes=fields.number("minutes"),
    )


def _check(fields: Fields) -> Check:
    return Check(
        name=fields.text("name"),
        kind=fields.text("kind"),
        when=fields.text("when"),
        mode=fields.text("mode"),
        timeout_minutes=fields.number("timeoutMinutes"),
        configuration=fields.mapping("configuration"),
        retries=fields.number("retries", otherwise=0),
        failure_limit=fields.number("failureLimit", otherwise=0),
    )


def _policy(fields: Fields) -> Policy:
    return Policy(fields.text("name"), fields.text("kind"), fields.text("mode"), fields.mapping("configuration"))


def _environment(fields: Fields) -> Environment:
    return Environment(fields.text("name"), fields.text("account"), fields.text("region"), fields.text("kind"))


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match.group(1).upper(), name)


def _written(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {_camel(field.name): _written(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return value
