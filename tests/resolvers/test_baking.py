"""The bake of a wave: judged by what its gate saw and by the team's alarms; kept, told when it changes, and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.checks import Verdict
from domain.configuration import changing
from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Problem
from domain.words import AlarmState, CheckKind, CheckMode, CheckRunStatus, CheckWhen, WaveOutcome
from models.engine import Database
from models.tables import Alarm, CheckRun
from resolvers import baking, checking
from resolvers.baking import BakeNow
from resolvers.pipelines import register_pipeline
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import apply, register, update
from tests.fleet import TESTER, register_fleet, register_payments

BEGIN = stories.BEGIN
EU, US = "prod-eu-west-1", "prod-us-east-1"
ORDERS = str(uuid4())
WORKLOADS = "111111111111"
RUNNING, PASSED, FAILED = CheckRunStatus.RUNNING, CheckRunStatus.PASSED, CheckRunStatus.FAILED
INCONCLUSIVE, CANCELLED = CheckRunStatus.INCONCLUSIVE, CheckRunStatus.CANCELLED


def _signals(service: str, *environments: str) -> dict[str, Any]:
    """A high-severity alarm of the service, the team's aggregate one, and a count of requests in each."""
    requests = {"namespace": "AWS/ApiGateway", "name": "Count", "dimensions": {"ApiId": service}, "stat": "Sum"}
    alarms = [
        {"name": f"{service}-high", "role": "HIGH_SEVERITY"},
        {"name": f"{service}-aggregate", "role": "AGGREGATE"},
    ]
    declared = {"alarms": alarms, "metrics": {"REQUESTS": [requests]}, "oneBox": None}
    return dict.fromkeys(environments, declared)


PAYMENTS_MAP = {**stories.MAP, "signals": _signals("payments", EU, US, "alpha-eu-west-1")}
ORDERS_MAP = {
    **stories.MAP,
    "repository": "acme/orders",
    "stages": [stories.ALPHA, stories.wave("prod-1", "prod", EU)],
    "signals": _signals("orders", EU, "alpha-eu-west-1"),
}


@pytest.fixture
async def team(database: Database) -> Database:
    """Payments and orders of one team, each with an execution on its way through prod-1, which bakes for an hour."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.TEAM, name="money")
        await register(session, Kind.SERVICE, name="orders", repository="acme/orders", team="money", placement=["*"])
        await update(session, Kind.SERVICE, "payments", team="money")
        await update(session, Kind.WAVE, "prod-1", bake_minutes=60, minimum_data_points=100)
        await register_payments(session, PAYMENTS_MAP)
        home = {"account": stories.ACCOUNT, "region": stories.REGION, "plan_digest": "sha256:" + "0" * 64}
        given = {**home, "name": "orders", "repository": "acme/orders", "structure": ORDERS_MAP}
        await register_pipeline(session, TESTER, now=BEGIN, **given)
        await record_envelopes(session, stories.until_prod().envelopes)
        await record_envelopes(session, stories.until_prod(pipeline="orders", execution=ORDERS).envelopes)
    return database


def _at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def _seen(environment: str, service: str = "payments", requests: float | None = 500, **changed: Any) -> dict[str, Any]:
    alarms = [
        {"name": f"{service}-high", "role": "HIGH_SEVERITY", "state": changed.get("high", "OK")},
        {"name": f"{service}-aggregate", "role": "AGGREGATE", "state": changed.get("aggregate", "OK"), "reason": "5xx"},
    ]
    numbers = {"requests": requests, "faults": 0, "latency": 80}
    times = {"before": {"minutes": 60, **numbers}, "since": {"minutes": 30, **numbers}}
    return {"environment": environment, "alarms": alarms, **times}


async def _bake(database: Database, execution: str = stories.EXECUTION) -> CheckRun:
    async with database.transaction() as session:
        place = {"execution_id": execution, "stage": "prod-1", "when": CheckWhen.AFTER}
        runs = await checking.start_check_runs(session, TESTER, now=BEGIN, **place)
        return next(run for run in runs if run.kind is CheckKind.BAKE)


async def _look(database: Database, run: CheckRun, minutes: float, *seen: Any) -> BakeNow:
    return await _tell(database, run, minutes, list(seen))


async def _tell(database: Database, run: CheckRun, minutes: float, observations: Any) -> BakeNow:
    async with database.transaction() as session:
        given = {"check_run": run.id, "observations": observations}
        return await baking.observe_bake(session, TESTER, now=_at(minutes), **given)


async def _run(database: Database, run: CheckRun) -> CheckRun:
    async with database.transaction() as session:
        found = await session.get(CheckRun, run.id)
        assert found is not None
        return found


async def _events(database: Database, kind: str) -> list[dict[str, Any]]:
    async with database.transaction() as session:
        found = await session.execute(text("select payload from event where type = :kind order by id"), {"kind": kind})
        return [row.payload for row in found]


async def _conclude(database: Database, cancelled_by: Any = None) -> Verdict:
    async with database.transaction() as session:
        place = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        return await checking.conclude_wave(session, TESTER, now=_at(9), cancelled_by=cancelled_by, **place)


async def test_it_is_watched_until_time_and_data_are_there(team: Database) -> None:
    """While it runs it says what is missing; when nothing is, it has passed, and its run has ended."""
    run = await _bake(team)
    now = await _look(team, run, 20, _seen(EU, requests=41), _seen(US))
    assert now == BakeNow(RUNNING, ["bake 40 min left", "41 of 100 requests in prod-eu-west-1"], 60, 41)
    assert (await _look(team, run, 59.5, _seen(EU), _seen(US))).ask_again_seconds == 30
    now = await _look(team, run, 60, _seen(EU), _seen(US))
    assert now == BakeNow(PASSED, [], 0, 500)
    ended = await _run(team, run)
    assert (ended.status, ended.ended_at, ended.cause) == (PASSED, _at(60), None)
    assert await _look(team, run, 61, _seen(EU, high="ALARM"), _seen(US)) == now


async def test_the_newest_look_is_kept(team: Database) -> None:
    """What was seen, what it came to, and when it is over: `why` needs no other."""
    run = await _bake(team)
    await _look(team, run, 20, _seen(EU), {"environment": US, "problem": "token=hunter2 AccessDenied"})
    detail = (await _run(team, run)).detail
    assert detail is not None
    kept = {name: value for name, value in detail.items() if name != "observations"}
    assert kept == {
        "status": "RUNNING",
        "reasons": [
            "bake 40 min left",
            "prod-us-east-1 could not be looked at: token=*** AccessDenied",
            "0 of 100 requests in prod-us-east-1",
        ],
        "kinds": ["DATA", "TIME", "UNSEEN"],
        "dataPoints": 0,
        "minimumDataPoints": 100,
        "endsAt": _at(60).isoformat(),
        "oneBoxEndsAt": None,
        "exposed": "ALL",
        "askAgainSeconds": 60,
        "observedAt": _at(20).isoformat(),
    }
    assert [each["environment"] for each in detail["observations"]] == [EU, US]


async def test_only_what_is_new_is_an_event(team: Database) -> None:
    """Not every minute: when the status changes, or what the reasons are about."""
    run = await _bake(team)
    for minutes in (1, 2, 3):
        await _look(team, run, minutes, _seen(EU, requests=minutes), _seen(US))
    await _look(team, run, 4, _seen(EU), _seen(US))
    told = [(each["kinds"], each["dataPoints"]) for each in await _events(team, "bake.observed")]
    assert told == [(["DATA", "TIME"], 1), (["TIME"], 500)]
    await _look(team, run, 60, _seen(EU), _seen(US))
    assert len(await _events(team, "bake.observed")) == 2
    assert [each["status"] for each in await _events(team, "check_run.changed") if each["check"] == "bake"] == [
        "RUNNING",
        "PASSED",
    ]


async def test_an_alarm_ends_it_at_once(team: Database) -> None:
    """The run has failed with the alarm's reason; its failure is explained, and the wave is concluded with it."""
    run = await _bake(team)
    now = await _look(team, run, 5, _seen(EU, high="ALARM"), _seen(US))
    assert (now.status, now.reasons) == (FAILED, ["payments-high is in ALARM in prod-eu-west-1"])
    assert [each["cause"] for each in await _events(team, "failure.explained")] == now.reasons
    verdict = await _conclude(team)
    assert (verdict.outcome, verdict.reasons) == (
        WaveOutcome.FAILED,
        ["bake on prod-1 failed: payments-high is in ALARM in prod-eu-west-1"],
    )


async def test_without_data_it_cannot_tell(team: Database) -> None:
    """As long as it baked it waits for data; then it is inconclusive, and so is the wave."""
    run = await _bake(team)
    assert (await _look(team, run, 119, _seen(EU, requests=None), _seen(US))).status is RUNNING
    now = await _look(team, run, 120, _seen(EU, requests=None), _seen(US))
    assert (now.status, now.reasons) == (INCONCLUSIVE, ["0 of 100 requests in prod-eu-west-1"])
    verdict = await _conclude(team)
    assert (verdict.passed, verdict.outcome) == (False, WaveOutcome.INCONCLUSIVE)


async def test_an_observation_that_leaves_a_declared_alarm_out_passes_nothing(team: Database) -> None:
    """Requests alone are no evidence, whatever the gate that sends them."""
    run = await _bake(team)
    silent = {**_seen(EU), "alarms": []}
    now = await _look(team, run, 60, silent, _seen(US))
    assert (now.status, now.reasons[0]) == (
        RUNNING,
        "nothing was said of the alarm payments-aggregate in prod-eu-west-1",
    )


async def test_what_declares_no_requests_is_not_waited_for(team: Database) -> None:
    """No waiting brings a metric about: at the end of the time nobody can tell, and the reason says what to declare."""
    async with team.transaction() as session:
        await register_payments(session, stories.MAP)
    run = await _bake(team)
    assert (await _look(team, run, 59, {"environment": EU}, {"environment": US})).status is RUNNING
    now = await _look(team, run, 60, {"environment": EU}, {"environment": US})
    assert now.status is INCONCLUSIVE
    assert now.reasons[0] == "0 of 100 requests in prod-eu-west-1, which declares no metric of its requests"


async def test_while_the_one_box_bakes_nothing_else_is_exposed(team: Database) -> None:
    """The wave's own time begins when all of it is exposed: its one-box's began with the deployment."""
    signals = {name: {**found, "oneBox": {"percent": 10, "bakeMinutes": 30, "how": "a canary"}}
               for name, found in PAYMENTS_MAP["signals"].items()}  # fmt: skip
    async with team.transaction() as session:
        await register_payments(session, {**PAYMENTS_MAP, "signals": signals})
    run = await _bake(team)
    now = await _look(team, run, 10, _seen(EU), _seen(US))
    assert now.reasons == ["one-box bake 20 min left, and nothing else is exposed", "bake 1 h 20 min left"]
    assert (await _run(team, run)).detail["exposed"] == "ONE_BOX"  # type: ignore[index]
    await _look(team, run, 30, _seen(EU), _seen(US))
    assert (await _run(team, run)).detail["exposed"] == "ALL"  # type: ignore[index]
    assert (await _look(team, run, 89, _seen(EU), _seen(US))).status is RUNNING
    assert (await _look(team, run, 90, _seen(EU), _seen(US))).status is PASSED


TEAM_ALARM = "the aggregate alarm orders-aggregate of team money is in ALARM in eu-west-1"


async def _tell_alarm(database: Database, name: str, state: AlarmState, region: str = "eu-west-1") -> None:
    async with database.transaction() as session:
        arn = f"arn:aws:cloudwatch:{region}:{WORKLOADS}:alarm:{name}"
        given = {"arn": arn, "account_id": WORKLOADS, "region_name": region, "name": name, "state": state}
        session.add(Alarm(**given, reason="5xx", changed_at=_at(4)))


async def test_a_teams_alarm_rolls_back_every_bake_in_the_region(team: Database) -> None:
    """Whoever set it off: told by CloudWatch's event, it fails the bake of another service of the team there."""
    run = await _bake(team)
    await _tell_alarm(team, "orders-aggregate", AlarmState.ALARM)
    now = await _look(team, run, 5, _seen(EU), _seen(US))
    assert (now.status, now.reasons) == (FAILED, [f"{TEAM_ALARM}: 5xx"])
    assert (await _run(team, run)).detail["kinds"] == ["TEAM_ALARM"]  # type: ignore[index]


async def test_what_another_bake_of_the_team_saw_counts(team: Database) -> None:
    """No event has come: the gate of the one service saw the alarm, and the bakes of the others end with theirs."""
    payments, orders = await _bake(team), await _bake(team, ORDERS)
    found = await _look(team, orders, 5, _seen(EU, "orders", aggregate="ALARM"))
    assert found.status is FAILED
    now = await _look(team, payments, 6, _seen(EU), _seen(US))
    assert (now.status, now.reasons) == (FAILED, [f"{TEAM_ALARM}: 5xx"])


async def test_newer_knowledge_counts(team: Database) -> None:
    """The event of an alarm that is over has been lost, or is late: its own gate has seen since then that it is OK."""
    payments, orders = await _bake(team), await _bake(team, ORDERS)
    await _tell_alarm(team, "orders-aggregate", AlarmState.ALARM)
    await _look(team, orders, 5, _seen(EU, "orders"))
    assert (await _look(team, payments, 6, _seen(EU), _seen(US))).status is RUNNING


async def test_what_was_seen_long_ago_says_nothing(team: Database) -> None:
    """After ten minutes without another look, what a gate saw is history."""
    payments, orders = await _bake(team), await _bake(team, ORDERS)
    await _look(team, orders, 5, _seen(EU, "orders", aggregate="ALARM"))
    assert (await _look(team, payments, 16, _seen(EU), _seen(US))).status is RUNNING


@pytest.mark.parametrize(
    ("alarm", "region"),
    [
        ("orders-high", "eu-west-1"),  # it is the service's own, not the team's
        ("orders-aggregate", "us-east-1"),  # no environment of orders is there
        ("stranger-aggregate", "eu-west-1"),  # nobody declares it
    ],
)
async def test_other_alarms_touch_nobody(team: Database, alarm: str, region: str) -> None:
    """Only what a service of the team declares as aggregate, in the Region, rolls its deployments back."""
    run = await _bake(team)
    await _tell_alarm(team, alarm, AlarmState.ALARM, region)
    assert (await _look(team, run, 5, _seen(EU), _seen(US))).status is RUNNING


async def test_another_teams_alarm_touches_nobody(team: Database) -> None:
    """Orders has left the team."""
    async with team.transaction() as session:
        await register(session, Kind.TEAM, name="shop")
        await update(session, Kind.SERVICE, "orders", team="shop")
    run = await _bake(team)
    await _tell_alarm(team, "orders-aggregate", AlarmState.ALARM)
    assert (await _look(team, run, 5, _seen(EU), _seen(US))).status is RUNNING


async def test_an_alarm_that_only_a_shadow_check_watches_never_counts(team: Database) -> None:
    """It is on trial: nobody has declared it."""
    async with team.transaction() as session:
        configured = {"alarmName": "orders-p99"}
        given = {"name": "trial", "kind": CheckKind.ALARM, "stage": "prod", "mode": CheckMode.SHADOW}
        await apply(session, changing.register(Kind.CHECK, {**given, "configuration": configured}))
    run = await _bake(team)
    await _tell_alarm(team, "orders-p99", AlarmState.ALARM)
    assert (await _look(team, run, 5, _seen(EU), _seen(US))).status is RUNNING


async def test_an_own_alarm_that_could_not_be_read_is_known_from_its_event(team: Database) -> None:
    """The gate may not look; CloudWatch told."""
    run = await _bake(team)
    await _tell_alarm(team, "payments-high", AlarmState.ALARM)
    now = await _look(team, run, 5, {"environment": EU, "problem": "AccessDenied"}, _seen(US))
    assert (now.status, now.reasons) == (FAILED, ["payments-high of payments is in ALARM in eu-west-1: 5xx"])


def _of(**changed: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda seen: [{**seen, **changed}]


@pytest.mark.parametrize(
    ("made", "problem", "words"),
    [
        (lambda _: {"environment": EU}, InvalidValue, "a list of objects"),
        (lambda _: [7], InvalidValue, r"observations\[0\] 7 is not valid: an object"),
        (_of(environment="prod-eu-wset-1"), NotFound, "did you mean prod-eu-west-1"),
        (_of(environment="alpha-eu-west-1"), NotFound, "environment of the stage"),
        (lambda seen: [seen, seen], InvalidValue, "not in the list already"),
        (_of(since={"requests": "many"}), InvalidValue, r"observations\[0\].since.requests 'many' is not valid"),
        (_of(since={"requests": -1}), InvalidValue, "a number from 0"),
        (_of(since={"requests": True}), InvalidValue, "a number from 0"),
        (_of(since={"requests": float("nan")}), InvalidValue, "a number from 0"),
        (_of(weather="fine"), InvalidValue, "a newer pipelinekit needs a newer service"),
        (_of(alarms=[{"name": "a", "role": "CANARY", "state": "OK"}]), InvalidValue, "one of HIGH_SEVERITY"),
        (_of(alarms=[{"name": "a", "role": "AGGREGATE", "state": "SNOOZED"}]), InvalidValue, "one of OK"),
        (_of(alarms=[{"role": "AGGREGATE"}]), InvalidValue, "the name of an alarm"),
        (_of(problem=7), InvalidValue, "text, or null"),
    ],
)
async def test_what_is_no_observation_is_refused(
    team: Database, made: Callable[[dict[str, Any]], Any], problem: type[Problem], words: str
) -> None:
    """With its place and what is allowed; it is never counted as data, and the bake goes on as it was."""
    run = await _bake(team)
    observations = made(_seen(EU))
    with pytest.raises(problem, match=words):
        await _tell(team, run, 5, observations)
    assert (await _run(team, run)).detail is None


async def test_only_a_bake_is_observed(team: Database) -> None:
    """An unknown run, and one of another kind."""
    with pytest.raises(NotFound, match="check run"):
        await _tell(team, CheckRun(id=uuid4()), 0, [])
    async with team.transaction() as session:
        given = {"name": "pentest", "kind": CheckKind.EXTERNAL, "stage": "prod", "when": CheckWhen.AFTER}
        await apply(session, changing.register(Kind.CHECK, given))
        place = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        runs = await checking.start_check_runs(session, TESTER, now=BEGIN, **place)
    other = next(run for run in runs if run.kind is CheckKind.EXTERNAL)
    with pytest.raises(InvalidValue, match="a run of kind BAKE"):
        await _look(team, other, 1)


async def test_a_stopped_execution_bakes_no_longer(team: Database) -> None:
    """Its run is cancelled, with the reason: nothing is watched for a revision that nobody waits for."""
    run = await _bake(team)
    async with team.transaction() as session:
        await record_envelopes(session, stories.cut_short("STOPPED").envelopes)
    now = await _look(team, run, 5, _seen(EU), _seen(US))
    assert (now.status, now.reasons) == (CANCELLED, ["the execution is STOPPED"])
    assert await _events(team, "failure.explained") == []


async def test_other_runs_are_cancelled_when_the_bake_said_no(team: Database) -> None:
    """The pipeline left them: each says why, and the verdict names the no before them."""
    async with team.transaction() as session:
        given = {"name": "pentest", "kind": CheckKind.EXTERNAL, "stage": "prod", "when": CheckWhen.AFTER}
        await apply(session, changing.register(Kind.CHECK, {**given, "retries": 3}))
    run = await _bake(team)
    with pytest.raises(InvalidValue, match="a blocking run that is FAILED"):
        await _conclude(team, run.id)
    with pytest.raises(NotFound, match="check run"):
        await _conclude(team, uuid4())
    await _look(team, run, 5, _seen(EU, high="ALARM"), _seen(US))
    verdict = await _conclude(team, run.id)
    assert verdict.outcome is WaveOutcome.FAILED
    assert sorted(verdict.reasons) == [
        "bake on prod-1 failed: payments-high is in ALARM in prod-eu-west-1",
        "pentest on prod-1 was cancelled: bake on prod-1 said no",
    ]
    assert (await _conclude(team, run.id)).reasons == verdict.reasons
    assert [each["outcome"] for each in await _events(team, "wave.concluded")] == ["FAILED", "FAILED"]


@pytest.mark.parametrize(
    ("look", "status"), [(None, INCONCLUSIVE), (20, INCONCLUSIVE), ("alarm", FAILED), ("none needed", PASSED)]
)
async def test_that_it_passed_is_not_for_the_pipeline_to_say(
    team: Database, look: object, status: CheckRunStatus
) -> None:
    """An older pipeline only waits: what it reports counts where nothing else was demanded, or speaks against it."""
    if look == "none needed":
        async with team.transaction() as session:
            await update(session, Kind.WAVE, "prod-1", minimum_data_points=0)
            await register_payments(session, stories.MAP)
    run = await _bake(team)
    if isinstance(look, int):
        await _look(team, run, look, _seen(EU), _seen(US, high="INSUFFICIENT_DATA"))
    if look == "alarm":
        await _tell_alarm(team, "orders-aggregate", AlarmState.ALARM)
    async with team.transaction() as session:
        ended = await checking.finish_check_run(session, TESTER, now=_at(61), check_run=run.id, status=PASSED)
    assert ended.status is status


@pytest.mark.parametrize("detail", [None, {"observations": [_seen(EU), _seen(US)], "observedAt": _at(60).isoformat()}])
async def test_what_was_seen_long_ago_or_is_only_claimed_passes_no_bake(team: Database, detail: object) -> None:
    """The service judges by what it was told while the wave baked: lately, and as an observation."""
    run = await _bake(team)
    if detail is None:
        await _look(team, run, 20, _seen(EU), _seen(US))
    async with team.transaction() as session:
        given = {"check_run": run.id, "status": PASSED, "detail": detail}
        ended = await checking.finish_check_run(session, TESTER, now=_at(61), **given)
    assert ended.status is INCONCLUSIVE
    assert "prod-eu-west-1 has not been looked at" in (ended.cause or "")


async def test_a_rollback_does_not_bake(team: Database) -> None:
    """It is the way out: the checks after the wave run, and no time is waited for."""
    rollback = str(uuid4())
    async with team.transaction() as session:
        for name, kind in (("pentest", CheckKind.EXTERNAL), ("soak", CheckKind.BAKE)):
            configured = {"minutes": 60} if kind is CheckKind.BAKE else {}
            given = {"name": name, "kind": kind, "stage": "prod", "when": CheckWhen.AFTER, "configuration": configured}
            await apply(session, changing.register(Kind.CHECK, given))
        good = stories.until_prod(execution=str(uuid4()), begin=BEGIN - timedelta(days=1))
        good.good_stage("prod-1", *stories.names_of(stories.PROD_1))
        await record_envelopes(session, good.envelopes)
        await record_envelopes(session, stories.rolled_back(rollback).envelopes)
        place = {"execution_id": rollback, "stage": "prod-1", "when": CheckWhen.AFTER}
        runs = await checking.start_check_runs(session, TESTER, now=BEGIN, **place)
        await record_envelopes(session, _claimed(claimed := str(uuid4())).envelopes)
        runs_of_claimed = await checking.start_check_runs(
            session, TESTER, now=BEGIN, **{**place, "execution_id": claimed}
        )
    assert [run.name for run in runs] == ["pentest"]
    assert sorted(run.name for run in runs_of_claimed) == ["bake", "pentest", "soak"]


def _claimed(execution: str) -> stories.Story:
    """A rollback, as is told, to a revision that never was there."""
    story = stories.rolled_back(execution)
    story.envelopes[0]["detail"]["execution-trigger"]["commit-id"] = "bad0bad"
    return story


async def test_a_bake_has_the_time_that_it_needs(team: Database) -> None:
    """Its own, as long again for data that are missing, and a little more; it knows when the deployment began."""
    run = await _bake(team)
    assert run.timeout_minutes == 60 + 60 + 15
    assert run.configuration == {
        "minutes": 60,
        "minimumDataPoints": 100,
        "oneBoxMinutes": 0,
        "deployedFrom": BEGIN.isoformat(),
        "bakesFrom": BEGIN.isoformat(),
    }
