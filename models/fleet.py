"""The SQL of the fleet at a glance: every service, and what is in each environment that it is placed in.

The latest deployment and the last that succeeded are looked up in indices, a few rows for each place; history is not
read. What a pipeline has seen since is counted once for each execution whose revision is anywhere.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Subquery,
    Text,
    Uuid,
    bindparam,
    column,
    text,
)

# Begun deployments count before those that are only coming: what is under way somewhere is not hidden by a newer
# revision that has not come so far. What was stopped before it began has changed nothing there.
_CELLS = text("""
    with place as (
        select placement.service_id, placement.environment_id, environment.name as environment,
               row_number() over (order by stage.position, wave.position, environment.name) as number
        from placement
        join service on service.id = placement.service_id
        join environment on environment.id = placement.environment_id
        join wave on wave.id = environment.wave_id
        join stage on stage.id = wave.stage_id
        where service.archived_at is null and environment.archived_at is null
          and (cast(:services as text[]) is null or service.name = any(:services))
    ), found as materialized (
        select place.*, latest.*,
               case latest.status when 'SUCCEEDED' then latest.revision else there.revision end as deployed_revision,
               case latest.status when 'SUCCEEDED' then latest.execution_id else there.execution_id end as deployed_in,
               case latest.status when 'SUCCEEDED' then latest.ended_at else there.ended_at end as deployed_at
        from place
        left join lateral (
            (select id as deployment_id, status, revision, execution_id, started_at, ended_at
             from deployment
             where environment_id = place.environment_id and service_id = place.service_id and started_at is not null
             order by started_at desc limit 1)
            union all
            (select id, status, revision, execution_id, started_at, ended_at
             from deployment
             where environment_id = place.environment_id and service_id = place.service_id and started_at is null
               and status = 'PENDING'
             order by id desc limit 1)
            limit 1
        ) as latest on true
        left join lateral (
            select revision, execution_id, ended_at
            from deployment
            where service_id = place.service_id and environment_id = place.environment_id
              and status = 'SUCCEEDED' and ended_at is not null and latest.status is distinct from 'SUCCEEDED'
            order by ended_at desc limit 1
        ) as there on true
    ), execution as materialized (
        select each.id, each.pipeline_id, each.revision, each.tag, coalesce((
            select min(first.started_at) from pipeline_execution as first
            where first.pipeline_id = each.pipeline_id and first.revision = each.revision and first.kind = 'STANDARD'
        ), each.started_at) as seen_at
        from (select execution_id as id from found union select deployed_in from found) as wanted
        cross join lateral (select * from pipeline_execution where id = wanted.id limit 1) as each
    ), behind as materialized (
        select execution.id, execution.tag, (
            select count(distinct newer.revision) from pipeline_execution as newer
            where newer.pipeline_id = execution.pipeline_id and newer.started_at > execution.seen_at
              and newer.kind = 'STANDARD' and newer.revision <> execution.revision
              and not exists (
                  select from pipeline_execution as earlier
                  where earlier.pipeline_id = newer.pipeline_id and earlier.revision = newer.revision
                    and earlier.kind = 'STANDARD' and earlier.started_at <= execution.seen_at
              )
        ) as commits_behind
        from execution
    )
    select found.service_id, found.number, found.environment, found.deployment_id, found.status, found.revision,
           latest.tag, coalesce(found.ended_at, found.started_at) as changed_at, found.deployed_revision,
           there.tag as deployed_tag, found.deployed_at, there.commits_behind
    from found
    left join execution as latest on latest.id = found.execution_id
    left join behind as there on there.id = found.deployed_in
""").bindparams(bindparam("services", type_=ARRAY(Text)))

_ROWS = text("""
    select service.id, service.name as service, team.name as team, service.tier, service.repository,
           service.change_kind, (
               select arn from pipeline where pipeline.service_id = service.id order by arn limit 1
           ) as pipeline_arn
    from service left join team on team.id = service.team_id
    where service.archived_at is null and (cast(:services as text[]) is null or service.name = any(:services))
""").bindparams(bindparam("services", type_=ARRAY(Text)))


def cells() -> Subquery:
    """A row for each environment of each service that `services`, a parameter, names; of all where it is null.

    number: the environment's place on the way, by stage, wave and name. commits_behind: distinct revisions that
    the pipeline has seen first after it had seen first the one that is there.
    """
    return _CELLS.columns(
        column("service_id", Uuid),
        column("number", Integer),
        column("environment", Text),
        column("deployment_id", Uuid),
        column("status", Text),
        column("revision", Text),
        column("tag", Text),
        column("changed_at", DateTime(timezone=True)),
        column("deployed_revision", Text),
        column("deployed_tag", Text),
        column("deployed_at", DateTime(timezone=True)),
        column("commits_behind", Integer),
    ).subquery("cell")


def rows() -> Subquery:
    """The services that `services`, a parameter, names; all of the fleet where it is null."""
    return _ROWS.columns(
        column("id", Uuid),
        column("service", Text),
        column("team", Text),
        column("tier", Integer),
        column("repository", Text),
        column("change_kind", Text),
        column("pipeline_arn", Text),
    ).subquery("row")
