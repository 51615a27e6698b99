"""The fields of entities, drawn at random: each value right in itself, references among those that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from hypothesis import strategies as st

from domain.configuration.changing import DEFAULT
from domain.configuration.kinds import Kind
from domain.words import ChangeKind, CheckMode, CheckWhen, HoldKind, OnFailure, PolicyMode

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Pool: TypeAlias = Mapping[Kind, Sequence[str]]
"""The keys that entities may refer to."""

REGIONS = ("eu-west-1", "us-east-1", "ap-south-1", "sa-east-1")
ZONES = ("Europe/Berlin", "America/New_York", "UTC", "Asia/Kolkata")
GLOBS = ("*", "service-*", "service-a", "?ervice-b", "other-*")
TERMS = (
    "*", "environment-*", "environment-a", "stage:stage-a", "stage:stage-?", "region:eu-*,us-east-1", "!region:us-*",
    "!environment-b", "tag.tier:critical", "ou:Workloads/*", "account:account-a", "wave:wave-a* region:eu-*", "nowhere",
)  # fmt: skip
LETTERS = "abcdefghijkl"
_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12).filter(str.strip)
_reason = st.sampled_from(("Peak season", "Because: it's ‘wise’", "日本"))
_moments = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))
_events = st.sampled_from(("deployment.*", "*", "wave.concluded"))
_program = st.lists(_text, min_size=1, max_size=3)
_steps = st.fixed_dictionaries(
    {"name": st.sampled_from(("dns", "billing", "chat")), "create": _program}, optional={"delete": _program}
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | _text | st.floats(-1e14, 1e14),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_text, inner, max_size=2),
    max_leaves=4,
)


def some(draw: Draw, values: Sequence[str], most: int = 3) -> list[str]:
    return draw(st.lists(st.sampled_from(values), unique=True, max_size=most)) if values else []


def one(draw: Draw, values: Sequence[str]) -> str | None:
    return draw(st.sampled_from((None, *values)))


def _organisation(draw: Draw, _: Pool) -> dict[str, Any]:
    return {
        "name": "acme",
        "pipeline_account": draw(st.sampled_from(("9" * 12, "0" * 12))),
        "pipeline_region": draw(st.sampled_from(REGIONS)),
        "connection_arn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/x",
        "event_bus_arn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
        "start_pipelines": draw(st.booleans()),
        "pipeline_starts_per_hour": draw(st.integers(1, 1000)),
        "test_environment_days": draw(st.integers(1, 90)),
        "environment_steps": draw(st.lists(_steps, unique_by=lambda step: str(step["name"]), max_size=2)),
        "identity_center_start_url": draw(st.sampled_from((None, "https://acme.awsapps.com/start"))),
        "identity_center_region": one(draw, REGIONS),
        "read_role": one(draw, ("ReadOnly", "team/Reader")),
    }


def _account(draw: Draw, _: Pool) -> dict[str, Any]:
    tags = draw(st.dictionaries(st.sampled_from(("tier", "owner")), st.sampled_from(("critical", "x y")), max_size=2))
    unit = draw(st.sampled_from((None, "Workloads/Prod", "Deployments")))
    return {"name": f"account-{draw(st.sampled_from(LETTERS))}", "tags": tags, "organizational_unit": unit}


def region(draw: Draw, _: Pool) -> dict[str, Any]:
    return {"time_zone": draw(st.sampled_from(ZONES)), "traffic_weight": draw(st.integers(1, 1000))}


def _calendar(draw: Draw, _: Pool) -> dict[str, Any]:
    days = st.dates(NOW.date(), NOW.date() + timedelta(days=400)).map(str)
    country = draw(st.sampled_from((None, "DE", "IN")))
    return {"country": country, "dates": draw(st.dictionaries(days, _text, max_size=3))}


def _team(draw: Draw, _: Pool) -> dict[str, Any]:
    return {
        "email": draw(st.sampled_from((None, "a@example.com"))),
        "time_zone": draw(st.sampled_from((None, *ZONES))),
        "members": some(draw, ("ada", "grace", "linus torvalds", "日本")),
    }


def _stage(draw: Draw, _: Pool) -> dict[str, Any]:
    return {
        "position": draw(st.integers(1, 12)),
        "production": draw(st.booleans()),
        "on_failure": draw(st.sampled_from((DEFAULT, *OnFailure))),
        "two_persons": draw(st.booleans()),
    }


def _wave(draw: Draw, pool: Pool) -> dict[str, Any]:
    return {
        "stage": draw(st.sampled_from(pool[Kind.STAGE])),
        "position": draw(st.integers(1, 12)),
        "bake_minutes": draw(st.sampled_from((DEFAULT, 0, 240, 720, 10_080))),
        "minimum_data_points": draw(st.sampled_from((DEFAULT, 0, 100, 1_000_000_000))),
        "one_box_percent": draw(st.sampled_from((DEFAULT, 0, 5, 10))),
        "one_box_bake_minutes": draw(st.sampled_from((DEFAULT, 0, 60, 7))),
        "requires_drill": draw(st.booleans()),
    }


def _environment(draw: Draw, pool: Pool) -> dict[str, Any]:
    given = {
        "account": draw(st.sampled_from(pool[Kind.ACCOUNT])),
        "region": draw(st.sampled_from(REGIONS)),
        "wave": draw(st.sampled_from(pool[Kind.WAVE])),
        "team": one(draw, pool[Kind.TEAM]),
        "purpose": draw(st.none() | _text),
    }
    if draw(st.integers(0, 3)) == 0:
        owned = {"kind": "TEST", "owner": "ada", "expires_at": draw(_moments), "extensions": draw(st.integers(0, 2))}
        return given | owned
    return given


def _service(draw: Draw, pool: Pool) -> dict[str, Any]:
    return {
        "repository": f"acme/{draw(st.sampled_from(LETTERS))}",
        "placement": draw(st.lists(st.sampled_from(TERMS), max_size=4)),
        "branch": draw(st.sampled_from(("main", "release/1"))),
        "connection_arn": draw(st.sampled_from((None, "arn:aws:codeconnections:eu-west-1:999999999999:connection/y"))),
        "wave_size": draw(st.none() | st.integers(1, 3)),
        "team": one(draw, pool[Kind.TEAM]),
        "tier": draw(st.none() | st.integers(1, 4)),
        "depends_on": some(draw, pool[Kind.SERVICE], 2),
        "change_kind": draw(st.sampled_from(ChangeKind)),
    }


def _place(draw: Draw, pool: Pool) -> dict[str, Any]:
    if draw(st.booleans()):
        return {"stage": draw(st.sampled_from(pool[Kind.STAGE])), "wave": None}
    return {"wave": draw(st.sampled_from(pool[Kind.WAVE])), "stage": None}


_CHECKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("BAKE", {"minutes": 5}),
    ("EXTERNAL", {}),
    ("ALARM", {"alarmName": "{service}-{region}", "pollSeconds": 30}),
    ("HTTP", {"url": "https://{environment}.example.com/", "headers": {"X-A": "b"}}),
)


def _check(draw: Draw, pool: Pool) -> dict[str, Any]:
    kind, configuration = draw(st.sampled_from(_CHECKS))
    if draw(st.booleans()):
        payload = draw(st.dictionaries(_text, _json, max_size=2))
        kind, configuration = "LAMBDA", {"functionName": "check", "payload": payload}
    whom = draw(st.sampled_from(("service", "services", "team", "")))
    return {
        "kind": kind,
        "configuration": configuration,
        "when": draw(st.sampled_from(CheckWhen)),
        "mode": draw(st.sampled_from(CheckMode)),
        "timeout_minutes": draw(st.integers(1, 10_080)),
        "retries": draw(st.integers(0, 10)),
        "failure_limit": draw(st.integers(0, 1000)),
        "service": one(draw, pool[Kind.SERVICE]) if whom == "service" else None,
        "services": some(draw, GLOBS) if whom == "services" else [],
        "team": one(draw, pool[Kind.TEAM]) if whom == "team" else None,
        **_place(draw, pool),
    }


def _window(draw: Draw, pool: Pool) -> dict[str, Any]:
    return {
        "cron": draw(st.sampled_from(("0 9 * * 1-5", "*/30 8-17 * * *", "0 0 1 * *"))),
        "minutes": draw(st.sampled_from((30, 480, 10_080))),
        "time_zone": draw(st.sampled_from((None, *ZONES))),
        "calendars": some(draw, pool[Kind.CALENDAR], 2),
        "services": some(draw, GLOBS),
        "team": one(draw, pool[Kind.TEAM]),
        **_place(draw, pool),
    }


def _freeze(draw: Draw, pool: Pool) -> dict[str, Any]:
    begins = draw(_moments)
    scope, kind = draw(st.sampled_from((("ORGANISATION", None), ("STAGE", Kind.STAGE), ("ACCOUNT", Kind.ACCOUNT))))
    target = draw(st.sampled_from(pool[kind])) if kind else None
    ends = begins + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=30)))
    return {"scope": scope, "target": target, "starts_at": begins, "ends_at": ends, "reason": draw(_reason)}


def _hold(draw: Draw, pool: Pool) -> dict[str, Any]:
    kind = draw(st.sampled_from(HoldKind))
    return {
        "kind": kind,
        "environment": draw(st.sampled_from(pool[Kind.ENVIRONMENT])),
        "service": one(draw, pool[Kind.SERVICE]),
        "revision": None if kind is HoldKind.HOLD else draw(st.sampled_from(("0123abc", "f" * 40))),
        "reason": draw(_reason),
        "expires_at": draw(st.none() | _moments),
    }


def _route(draw: Draw, pool: Pool) -> dict[str, Any]:
    channels = (
        ("SNS", "arn:aws:sns:eu-west-1:123456789012:x"),
        ("SLACK", "#x"),
        ("EMAIL", "a@example.com, b@example.com"),
        ("WEBHOOK", "https://example.com/"),
    )
    channel, address = draw(st.sampled_from(channels))
    return {
        "channel": channel,
        "address": address,
        "events": draw(st.lists(_events, min_size=1, unique=True)),
        "waiting_minutes": draw(st.integers(5, 20_160)),
        "repeat_minutes": draw(st.integers(0, 10_080)),
        "quiet_hours": draw(st.lists(st.sampled_from(("MON-FRI 20:00-08:00", "22:00-07:00")), unique=True)),
        "time_zone": draw(st.sampled_from((None, "Europe/Berlin"))),
        "stage": one(draw, pool[Kind.STAGE]),
        "services": some(draw, GLOBS),
        "team": one(draw, pool[Kind.TEAM]),
    }


_POLICIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("REQUIRED_TAGS", {"tags": {"team": "*", "cost:center": "42"}}),
    ("ENCRYPTION", {}),
    ("LOG_RETENTION", {"days": 30}),
    ("AUTOSCALING", {"minimumCapacity": 3}),
)


def _policy(draw: Draw, pool: Pool) -> dict[str, Any]:
    kind, configuration = draw(st.sampled_from(_POLICIES))
    return {
        "kind": kind,
        "configuration": configuration,
        "mode": draw(st.sampled_from(PolicyMode)),
        "services": some(draw, GLOBS),
        "team": one(draw, pool[Kind.TEAM]),
    }


def _grant(draw: Draw, pool: Pool) -> dict[str, Any]:
    who = draw(st.sampled_from(({"group": "platform"}, {"group": "*"}, {"person": "ada@example.com"})))
    role = draw(st.sampled_from(("VIEWER", "DEVELOPER", "OPERATOR", "ADMIN")))
    kinds = {"teams": Kind.TEAM, "services": Kind.SERVICE, "stages": Kind.STAGE, "accounts": Kind.ACCOUNT}
    scope = {name: [] if role == "ADMIN" else some(draw, pool[kind], 2) for name, kind in kinds.items()}
    return {"group": None, "person": None, **who, "role": role, "until": draw(st.none() | _moments), **scope}


MAKERS: Mapping[Kind, Callable[[Draw, Pool], dict[str, Any]]] = {
    Kind.ORGANISATION: _organisation,
    Kind.ACCOUNT: _account,
    Kind.REGION: region,
    Kind.CALENDAR: _calendar,
    Kind.TEAM: _team,
    Kind.STAGE: _stage,
    Kind.WAVE: _wave,
    Kind.ENVIRONMENT: _environment,
    Kind.SERVICE: _service,
    Kind.CHECK: _check,
    Kind.WINDOW: _window,
    Kind.FREEZE: _freeze,
    Kind.HOLD: _hold,
    Kind.NOTIFICATION_ROUTE: _route,
    Kind.POLICY: _policy,
    Kind.GRANT: _grant,
}
