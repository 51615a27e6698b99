"""How lists are narrowed and ordered: the predicates behind the graph's filter inputs, and each table's keyset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, inspect, not_, or_, select
from sqlalchemy.orm.util import AliasedClass

from domain.errors import InvalidValue
from models import tables
from models.base import Base
from models.tables.columns import Kept

Alias = AliasedClass[Any]
Predicate = Callable[[Alias, Any], ColumnElement[bool]]

KEYSETS: dict[type[Base], tuple[tuple[str, ...], bool]] = {
    tables.Account: (("name",), False),
    tables.Region: (("name",), False),
    tables.Stage: (("position", "id"), False),
    tables.Wave: (("position", "id"), False),
    tables.Environment: (("name",), False),
    tables.Service: (("name",), False),
    tables.Check: (("name",), False),
    tables.CheckRun: (("id",), False),
    tables.Pipeline: (("name", "id"), False),
    tables.PipelineExecution: (("id",), True),
    tables.StageExecution: (("position", "id"), False),
    tables.ActionExecution: (("position", "id"), False),
    tables.Deployment: (("id",), True),
    tables.Failure: (("id",), True),
    tables.Fingerprint: (("id",), True),
    tables.Event: (("epoch", "xid", "id"), False),
    tables.Override: (("id",), True),
    tables.OverrideUse: (("id",), False),
    tables.Forecast: (("made_at", "id"), True),
    tables.FailureEvidence: (("at", "id"), False),
    tables.Incident: (("id",), True),
    tables.IncidentLink: (("id",), False),
    tables.Waiver: (("id",), True),
    tables.ApiToken: (("id",), True),
    tables.Calendar: (("name",), False),
    tables.Team: (("name",), False),
    tables.Window: (("name",), False),
    tables.Freeze: (("name",), False),
    tables.Hold: (("name",), False),
    tables.NotificationRoute: (("name",), False),
    tables.Notification: (("number",), True),
    tables.Policy: (("name",), False),
    tables.Grant: (("name",), False),
    tables.Change: (("number",), True),
    tables.ChangeEntry: (("position", "id"), False),
    tables.Alarm: (("name", "id"), False),
    tables.AlarmChange: (("changed_at", "id"), True),
    tables.Envelope: (("time", "id"), True),
    tables.SetAside: (("id",), True),
    tables.Work: (("id",), True),
}
"""The columns that order a connection, unique together, and whether the newest comes first."""


def keyset(alias: Alias) -> tuple[tuple[str, ...], bool]:
    """The keyset of the alias's table."""
    return KEYSETS[inspect(alias).mapper.class_]


def narrowed(alias: Alias, wanted: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """A predicate for each filter that is given; the names are the graph's. A filter that is null does not narrow.

    What was archived is not there, unless it is asked for.
    """
    table = inspect(alias).mapper.class_
    predicates = FILTERS.get(table, {})
    asked = UNLESS_ASKED.get(table, {}) | {name: value for name, value in wanted.items() if value is not None}
    found = [predicates[name](alias, value) for name, value in asked.items()]
    if table is tables.Event:
        found.append(_readable(alias))
    if issubclass(table, Kept) and not wanted.get("archived"):
        found.append(alias.archived_at.is_(None))
    return found


def _equal(column: str) -> Predicate:
    return lambda alias, value: getattr(alias, column) == value


def _any_of(column: str) -> Predicate:
    return lambda alias, values: getattr(alias, column).in_(values)


def _glob(column: str) -> Predicate:
    """`*` stands for any characters, `?` for one; everything else for itself."""

    def predicate(alias: Alias, pattern: str) -> ColumnElement[bool]:
        return getattr(alias, column).like(like(pattern), escape="\\")  # type: ignore[no-any-return]

    return predicate


def like(glob: str) -> str:
    """The pattern of LIKE, with a backslash to escape, that a glob means."""
    escaped = glob.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_")


def _prefix(column: str) -> Predicate:
    return lambda alias, value: getattr(alias, column).startswith(value, autoescape=True)


def _through(relation: str, table: type[Base], column: str) -> Predicate:
    """Equality with a column of a related row."""
    return lambda alias, value: getattr(alias, relation).has(getattr(table, column) == value)


def _in_stage(alias: Alias, name: str) -> ColumnElement[bool]:
    waves = select(tables.Wave.id).join(tables.Wave.stage).where(tables.Stage.name == name)
    return alias.wave_id.in_(waves)  # type: ignore[no-any-return]


def _of_service(alias: Alias, name: str) -> ColumnElement[bool]:
    pipelines = select(tables.Pipeline.id).join(tables.Pipeline.service).where(tables.Service.name == name)
    return alias.pipeline_id.in_(pipelines)  # type: ignore[no-any-return]


def _readable(alias: Alias) -> ColumnElement[bool]:
    """Nothing may appear behind a cursor that was given out: only events below the oldest running transaction."""
    newest = select(func.max(tables.LogEpoch.epoch)).scalar_subquery()
    oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return or_(alias.epoch < newest, alias.xid < oldest)


def _of_subject(alias: Alias, subject: str) -> ColumnElement[bool]:
    try:
        key = UUID(subject)
    except ValueError:
        raise InvalidValue("subjectId", subject, "an event's subjectId, a UUID") from None
    return alias.subject_id == key  # type: ignore[no-any-return]


def _archived(alias: Alias, archived: bool) -> ColumnElement[bool]:
    return alias.archived_at.is_not(None) if archived else alias.archived_at.is_(None)  # type: ignore[no-any-return]


def _in_force(alias: Alias, wanted: bool) -> ColumnElement[bool]:
    """By the database's clock: what is listed rests on no decision."""
    there = and_(_standing(alias, True), or_(not_(alias.needs_confirmation), alias.confirmed_at.is_not(None)))
    return there if wanted else not_(there)


def _standing(alias: Alias, wanted: bool) -> ColumnElement[bool]:
    """In force, or waiting for a second person: neither expired nor revoked."""
    now = func.now()
    there = and_(alias.revoked_at.is_(None), alias.granted_at <= now, alias.expires_at > now)
    return there if wanted else not_(there)


def _touching(column: str) -> Predicate:
    """Changes that did something to an entity whose column has this value."""
    return lambda alias, value: alias.entries.any(getattr(tables.ChangeEntry, column) == value)


FILTERS: dict[type[Base], dict[str, Predicate]] = {
    tables.Account: {
        "name": _glob("name"),
        "awsId": _equal("aws_id"),
        "organizationalUnit": _glob("organizational_unit"),
        "archived": _archived,
    },
    tables.Environment: {
        "name": _glob("name"),
        "kind": _equal("kind"),
        "stage": _in_stage,
        "wave": _through("wave", tables.Wave, "name"),
        "accountId": _through("account", tables.Account, "aws_id"),
        "region": _through("region", tables.Region, "name"),
        "owner": _equal("owner"),
        "team": _through("team", tables.Team, "name"),
        "archived": _archived,
    },
    tables.Team: {"name": _glob("name"), "archived": _archived},
    tables.Service: {
        "name": _glob("name"),
        "repository": _equal("repository"),
        "team": _through("team", tables.Team, "name"),
        "tier": _equal("tier"),
        "changeKind": _equal("change_kind"),
        "archived": _archived,
    },
    tables.Check: {"kind": _equal("kind"), "when": _equal("when"), "archived": _archived},
    tables.Stage: {"archived": _archived},
    tables.Wave: {"archived": _archived},
    tables.Calendar: {"archived": _archived},
    tables.Window: {"archived": _archived},
    tables.NotificationRoute: {"archived": _archived},
    tables.Policy: {"archived": _archived},
    tables.Grant: {
        "group": _equal("group"),
        "person": _equal("person"),
        "role": _equal("role"),
        "archived": _archived,
    },
    tables.Freeze: {"scope": _equal("scope"), "target": _equal("target"), "archived": _archived},
    tables.Hold: {
        "kind": _equal("kind"),
        "service": _through("service", tables.Service, "name"),
        "environment": _through("environment", tables.Environment, "name"),
        "archived": _archived,
    },
    tables.Pipeline: {
        "name": _glob("name"),
        "service": _through("service", tables.Service, "name"),
        "stale": lambda alias, stale: alias.stale_at.is_not(None) if stale else alias.stale_at.is_(None),
    },
    tables.Change: {"actor": _equal("actor"), "kind": _touching("kind"), "name": _touching("name")},
    tables.PipelineExecution: {
        "status": _any_of("status"),
        "service": _of_service,
        "revision": _prefix("revision"),
    },
    tables.Deployment: {
        "status": _any_of("status"),
        "service": _through("service", tables.Service, "name"),
        "environment": _through("environment", tables.Environment, "name"),
        "revision": _prefix("revision"),
    },
    tables.Incident: {
        "service": _through("service", tables.Service, "name"),
        "severity": _any_of("severity"),
        "open": lambda alias, open_: alias.resolved_at.is_(None) if open_ else alias.resolved_at.is_not(None),
    },
    tables.Override: {
        "inForce": _in_force,
        "standing": _standing,
        "service": _through("service", tables.Service, "name"),
        "environment": _through("environment", tables.Environment, "name"),
        "wave": _through("wave", tables.Wave, "name"),
        "incident": _through("incident", tables.Incident, "name"),
    },
    tables.Waiver: {
        "rule": _equal("rule"),
        "service": _through("service", tables.Service, "name"),
        "revoked": lambda alias, yes: alias.revoked_at.is_not(None) if yes else alias.revoked_at.is_(None),
    },
    tables.ApiToken: {
        "revoked": lambda alias, yes: alias.revoked_at.is_not(None) if yes else alias.revoked_at.is_(None),
    },
    tables.Failure: {
        "kind": _any_of("kind"),
        "service": _through("service", tables.Service, "name"),
        "environment": _through("environment", tables.Environment, "name"),
        "accountId": _equal("account_id"),
        "region": _equal("region_name"),
        "fingerprint": _through("fingerprint", tables.Fingerprint, "digest"),
        "explained": lambda alias, known: alias.explained_at.is_not(None) if known else alias.explained_at.is_(None),
    },
    tables.Fingerprint: {
        "kind": _any_of("kind"),
        "service": lambda alias, name: alias.services.any(tables.Service.name == name),
        "environment": lambda alias, name: alias.environments.any(tables.Environment.name == name),
    },
    tables.Notification: {
        "status": _any_of("status"),
        "route": _through("route", tables.NotificationRoute, "name"),
        "type": _glob("type"),
        "executionId": _equal("thread"),
    },
    tables.Event: {"types": _any_of("type"), "subjectId": _of_subject},
    tables.Alarm: {
        "name": _glob("name"),
        "state": _any_of("state"),
        "accountId": _equal("account_id"),
        "region": _equal("region_name"),
    },
    tables.SetAside: {
        "reason": _glob("reason"),
        "messageId": _equal("message_id"),
        "resolved": lambda alias, yes: alias.resolved_at.is_not(None) if yes else alias.resolved_at.is_(None),
    },
}

UNLESS_ASKED: dict[type[Base], dict[str, Any]] = {tables.SetAside: {"resolved": False}}
"""Filters that hold where nothing else is said."""
