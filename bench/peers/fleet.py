"""The fleet that is measured with: 40 accounts, 25 Regions, 300 environments, 500 services, each in all of them.

That is 150,000 targets. Behind them are 25,000 executions of six stages, and the last of each pipeline has deployed to
every environment. A larger fleet has more services and executions, in as many environments: what one service's query
answers stays the same.

A server and its databases live as long as the process that measures, so each size is filled once in a run.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import psycopg
from sqlalchemy import make_url

from bench import server

SERVICES, ENVIRONMENTS, EXECUTIONS, STAGES = 500, 300, 25_000, 6
OPTIONS = ("shared_buffers=512MB", "max_connections=200", "max_wal_size=4GB", "autovacuum=off")
_KEPT = ExitStack()
atexit.register(_KEPT.close)

FILL = """
set session_replication_role = replica;
insert into organisation (id, singleton, name, pipeline_account, pipeline_region, connection_arn, event_bus_arn)
  values (uuidv7(), true, 'acme', '100000000000', 'eu-west-1', 'arn:connection', 'arn:bus');
insert into change (id, number, time, epoch, actor) values (uuidv7(), 1, now(), 1, 'bench');
insert into account (id, name, aws_id)
  select uuidv7(), 'account-' || n, '1' || lpad(n::text, 11, '0') from generate_series(0, 39) n;
insert into stage (id, name, position, production, on_failure)
  select uuidv7(), name, position, name = 'prod', 'ROLLBACK'
  from unnest(array['alpha', 'beta', 'gamma', 'prod']) with ordinality as stage (name, position);
insert into wave (id, stage_id, name, position, bake_minutes, minimum_data_points)
  select uuidv7(), id, name || '-' || n, n, 60, 0 from stage, generate_series(1, 6) n;
insert into environment (id, name, kind, account_id, region_id, wave_id)
  select uuidv7(), 'environment-' || lpad(n::text, 4, '0'), 'SHARED', a.id, r.id, w.id
  from generate_series(0, {environments} - 1) n
  join (select id, row_number() over (order by aws_id) - 1 as place from account) a on a.place = n % 40
  join (select id, row_number() over (order by name) - 1 as place from region) r on r.place = n % 25
  join (select id, row_number() over (order by name) - 1 as place from wave) w on w.place = n % 24;
insert into team (id, name) select uuidv7(), 'team-' || n from generate_series(0, 49) n;
insert into service (id, name, repository, branch, placement, change_kind, team_id)
  select uuidv7(), 'service-' || lpad(n::text, 5, '0'), 'acme/service-' || n, 'main', '{{*}}', 'APPLICATION', t.id
  from generate_series(1, {services}) n join team t on t.name = 'team-' || n % 50;
insert into placement (service_id, environment_id) select s.id, e.id from service s cross join environment e;
insert into pipeline (id, name, arn, account_id, region_name, service_id)
  select uuidv7(), name, 'arn:aws:codepipeline:eu-west-1:111111111111:' || name, '111111111111', 'eu-west-1', id
  from service;
insert into pipeline_execution (id, pipeline_id, execution_id, kind, status, attempt, revision, started_at, ended_at)
  select uuidv7(), p.id, p.name || '-' || n, 'STANDARD', case n % 20 when 0 then 'FAILED' else 'SUCCEEDED' end, 1,
         encode(sha256(convert_to(p.name || '-' || n, 'UTF8')), 'hex'), at, at + interval '2 hours'
  from generate_series(1, {executions} / {services}) n cross join pipeline p
  cross join lateral (select timestamptz '2026-01-01 00:00:00+00' + n * interval '6 hours'
                             + ('x' || substr(md5(p.name), 1, 4))::bit(16)::int * interval '0.1 seconds') as t (at);
insert into stage_execution (id, execution_id, name, position, status, started_at, ended_at)
  select uuidv7(), x.id, s.name, s.position, 'SUCCEEDED', x.started_at, x.ended_at
  from pipeline_execution x cross join unnest(array['Source', 'Build', 'alpha', 'beta', 'gamma', 'prod'])
       with ordinality as s (name, position);
update pipeline set latest_execution_id = x.id from pipeline_execution x
  where x.execution_id = pipeline.name || '-' || ({executions} / {services});
insert into deployment (id, service_id, environment_id, execution_id, revision, status, started_at, ended_at)
  select uuidv7(), p.service_id, e.id, x.id, x.revision, 'SUCCEEDED', x.started_at, x.ended_at
  from pipeline p join pipeline_execution x on x.id = p.latest_execution_id cross join environment e;
"""


def service(number: int) -> str:
    """The name of a service, from 1."""
    return f"service-{number:05}"


def fill(address: str, scale: float = 1, environments: int = ENVIRONMENTS) -> None:
    """A migrated database without a row but AWS's Regions. address: as libpq has it, of somebody who may all."""
    services = max(1, round(SERVICES * scale))
    executions = max(services, round(EXECUTIONS * scale))
    with psycopg.connect(address, autocommit=True) as connection:
        script = FILL.format(services=services, environments=environments, executions=executions)
        connection.execute(script.encode())
        connection.execute("vacuum (freeze, analyze)")


@cache
def database(scale: float = 1) -> str:
    """The address of the fleet in this size, for SQLAlchemy. Nobody writes there: who would, takes a `copy`."""
    url = make_url(_server()).set(database=f"fleet_{scale:g}".replace(".", "_"))
    _make(url.database or "", "interlock")
    fill(libpq(url.render_as_string(hide_password=False)), scale)
    return url.render_as_string(hide_password=False)


@contextmanager
def copy(scale: float = 1) -> Iterator[str]:
    """The address of a database like that, which the block may write to."""
    url = make_url(database(scale))
    copied = url.set(database=f"{url.database}_copy")
    _make(copied.database or "", url.database or "")
    try:
        yield copied.render_as_string(hide_password=False)
    finally:
        with psycopg.connect(libpq(_server()), autocommit=True) as connection:
            connection.execute(f"drop database {copied.database} with (force)")


def libpq(url: str) -> str:
    """An address as libpq has it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@cache
def _server() -> str:
    return _KEPT.enter_context(server.running(OPTIONS))


def _make(name: str, template: str) -> None:
    other = make_url(_server()).set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(libpq(other), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
