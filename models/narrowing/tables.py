"""What of each table a narrowed viewer sees: a condition for each row, all of it with a reason, or none of it.

The conditions read what `seeing` sets: objects of keys and bits (`domain.sight`), as settings of the session. Each is
an uncorrelated subquery, which PostgreSQL evaluates once in a statement. A subquery over another table that is named
here sees what the viewer sees of it: what hangs below something unseen is unseen. They are scalar and correlated,
because PostgreSQL might hash an EXISTS, and read the whole table for one row.
"""

# ruff: noqa: S608 - every part of a condition is a constant of this module

from __future__ import annotations

from collections.abc import Mapping

OPEN: Mapping[str, str] = {
    "organisation": "One row, which every plan has in it.",
    "region": "AWS's Regions.",
    "stage": "The company's way to production: everybody's.",
    "wave": "The same.",
    "calendar": "Days on which nothing is deployed.",
    "archive_part": "Where the log begins: ranges and counts.",
    "log_epoch": "Numbers: without them no cursor can be read.",
}
"""Tables whose every row is everybody's, and why."""

UNREAD: Mapping[str, str] = {
    "browser_session": "The service's own; has who has signed in.",
    "clock": "Read beside requests.",
    "envelope_receipt": "The service's own; has all envelopes in it.",
    "lease": "The service's own.",
    "metric_point": "The service's own; has all pipelines in it.",
    "reader": "The service's own.",
    "schema_support": "The service's own.",
    "span_outbox": "The service's own; has all traces in it.",
    "total": "Sums over all pipelines, for /metrics.",
    "used_proof": "The service's own.",
}
"""Tables that the role may not read at all: what asks for them is refused."""

CLOSED: Mapping[str, str] = {
    "api_token": "Tokens are for all of the service.",
    "role_grant": "Who may what is for those who give it; one's own are told by `viewer`.",
    "grant_team": "The same.",
    "grant_service": "The same.",
    "grant_stage": "The same.",
    "grant_account": "The same.",
    "set_aside": "Whose message it is cannot be told: it was not understood.",
}
"""Tables of which nothing is seen; but the graph's statements name them."""


def carried(setting: str, key: str) -> str:
    """The bits that a key carries, 0 where it carries none."""
    return f"coalesce(((select current_setting('interlock.{setting}')::jsonb) ->> ({key})::text)::bigint, 0)"


def carried_if_any(setting: str, key: str) -> str:
    """The same; all bits for no key: it is not narrowed by it."""
    return f"case when {key} is null then -1 else {carried(setting, key)} end"


def within(setting: str, key: str) -> str:
    """Whether a key carries any bit: an index over it is of use."""
    return f"{key} = any ((select current_setting('interlock.{setting}')::uuid[])::uuid[])"


def _service(key: str) -> str:
    return carried("services", key)


def _environment(key: str) -> str:
    return carried("environments", key)


def _listed(key: str) -> str:
    return f"(select current_setting('interlock.listed')::jsonb) ? ({key})::text"


_NAMELESS = "(select current_setting('interlock.nameless')::bigint)"
_WIDE = "(select current_setting('interlock.wide')::bigint)"
_ANY_SERVICE = carried_if_any("services", "service_id")
_ANY_ENVIRONMENT = carried_if_any("environments", "environment_id")
_ANY_STAGE = carried_if_any("stages", "stage_id")


def _wave(table: str) -> str:
    """The bits of the stage of a row's wave; all where it has none."""
    return (
        f"case when wave_id is null then -1 else (select {carried('stages', 'w.stage_id')} from wave w"
        f" where w.id = {table}.wave_id) end"
    )


def _execution(key: str) -> str:
    """The bits of an execution's service; none where it is unseen."""
    return (
        f"coalesce((select {_service('p.service_id')} from pipeline_execution e join pipeline p on p.id = e.pipeline_id"
        f" where e.id = {key}), 0)"
    )


def _seen(table: str, condition: str) -> str:
    return f"coalesce((select true from {table} seen where {condition} limit 1), false)"


_OF_ACTION = (
    f"coalesce((select {_service('p.service_id')} & {carried_if_any('stages', 's.stage_id')} from stage_execution s"
    " join pipeline_execution e on e.id = s.execution_id join pipeline p on p.id = e.pipeline_id"
    " where s.id = action_execution.stage_execution_id), 0)"
)
_LOOKED_AT = (
    "case when subject = part or subject = (select w.name from wave w where w.id = check_run.wave_id) then -1"
    f" else coalesce((select {_environment('v.id')} from environment v where v.name = check_run.subject), 0) end"
)
_OF_ENVELOPE = (
    f"coalesce((select {_service('p.service_id')} from pipeline_execution e join pipeline p on p.id = e.pipeline_id"
    " where e.execution_id = envelope.execution_id and p.arn = envelope.pipeline_arn), 0)"
)
_PLACED = f"{_ANY_ENVIRONMENT} & {_ANY_STAGE}"

NARROWED: Mapping[str, str] = {
    # what is of services, and where they go
    "service": within("service_keys", "id"),
    "placement": f"{_service('service_id')} & {_environment('environment_id')} <> 0",
    "dependency": f"{_service('service_id')} <> 0 and {_service('depends_on_id')} <> 0",
    "pipeline": within("service_keys", "service_id"),
    "pipeline_execution": _seen("pipeline", "seen.id = pipeline_execution.pipeline_id"),
    "stage_execution": f"{_execution('stage_execution.execution_id')} & {_ANY_STAGE} <> 0",
    "action_execution": f"{_OF_ACTION} & {_ANY_ENVIRONMENT} <> 0",
    "deployment": (
        f"{within('service_keys', 'service_id')} and {_service('service_id')} & {_environment('environment_id')} <> 0"
    ),
    "check_run": f"{_execution('check_run.execution_id')} & {_wave('check_run')} & {_LOOKED_AT} <> 0",
    "wave_entry": f"{_execution('wave_entry.execution_id')} & {_wave('wave_entry')} <> 0",
    "forecast": f"{_execution('forecast.execution_id')} & {_wave('forecast')} <> 0",
    "drill": f"{_service('service_id')} & {carried('stages', 'stage_id')} <> 0",
    "failure": (
        f"{within('service_keys', 'service_id')} and {_service('service_id')} & {_ANY_ENVIRONMENT} <> 0"
        f" and (stage_execution_id is null or {_seen('stage_execution', 'seen.id = failure.stage_execution_id')})"
        f" and (check_run_id is null or {_seen('check_run', 'seen.id = failure.check_run_id')})"
    ),
    "fingerprint": _seen("failure", "seen.fingerprint_id = fingerprint.id"),
    "incident": within("service_keys", "service_id"),
    "incident_link": (
        _seen("incident", "seen.id = incident_link.incident_id")
        + " and "
        + _seen("deployment", "seen.id = incident_link.deployment_id")
    ),
    "override": f"{_ANY_SERVICE} & {_ANY_ENVIRONMENT} & {_wave('override')} <> 0",
    "override_use": (
        _seen("override", "seen.id = override_use.override_id")
        + f" and {_execution('override_use.execution_id')} & {_environment('environment_id')} <> 0"
    ),
    "waiver": f"{_ANY_SERVICE} & {_ANY_STAGE} & {_wave('waiver')} <> 0",
    "hold": f"{_ANY_SERVICE} & {_environment('environment_id')} <> 0",
    "run_end": _seen("pipeline_execution", "seen.id = run_end.execution_id"),
    "execution_poll": _seen("pipeline_execution", "seen.id = execution_poll.execution_id"),
    "pipeline_start": _seen("pipeline", "seen.id = pipeline_start.pipeline_id"),
    # where they go
    "environment": f"{_environment('id')} <> 0",
    "cleaning": f"{_environment('environment_id')} <> 0",
    "account": _listed("id"),
    "team": _listed("id"),
    # rules: those that are about what is seen
    "check": _listed("id"),
    "deployment_window": _listed("id"),
    "window_calendar": _listed("window_id"),
    "freeze": _listed("id"),
    "policy": _listed("id"),
    "notification_route": _listed("id"),
    "notification_target": _listed("route_id"),
    # what AWS told, and what was told to people
    "work": _seen("action_execution", "seen.work_arn = work.arn"),
    "alarm": f"{_NAMELESS} & {carried('accounts', 'account_id')} <> 0",
    "alarm_change": _seen("alarm", "seen.id = alarm_change.alarm_id"),
    "envelope": (
        f"{_OF_ENVELOPE} & {_WIDE} <> 0 or subject is not null and ("
        + _seen("work", "seen.arn = envelope.subject")
        + " or "
        + _seen("alarm", "seen.arn = envelope.subject")
        + ")"
    ),
    "notification": (
        f"case when event_id is null then {_listed('route_id')} else "
        + _seen("event", "seen.id = notification.event_id")
        + " end"
    ),
    # what was done
    "event": (
        f"case audience when 'OPEN' then true when 'LISTED' then {_listed('subject_id')}"
        f" when 'PLACED' then {_service('service_id')} & {_PLACED} <> 0"
        f" when 'SHARED' then {_ANY_SERVICE} & {_PLACED} <> 0"
        f" when 'ACCOUNT' then {_NAMELESS} & {carried('accounts', 'account_id')} <> 0 else false end"
    ),
    "change": _seen("change_entry", "seen.change_id = change.id"),
    "change_entry": (
        "case kind when 'organisation' then true when 'region' then true when 'calendar' then true"
        f" when 'stage' then true when 'wave' then true when 'service' then {_service('entity_id')} <> 0"
        f" when 'environment' then {_environment('entity_id')} <> 0"
        f" when 'hold' then {_seen('hold', 'seen.id = change_entry.entity_id')} else {_listed('entity_id')} end"
    ),
    **dict.fromkeys(CLOSED, "false"),
}
"""Tables of which rows are seen, and which. A table that is nowhere here cannot be read by the role."""

COLUMNS: Mapping[str, frozenset[str]] = {"api_token": frozenset({"digest"})}
"""Columns that the role may not even name."""
