"""The decision before a wave, from rows: what holds an execution back, what is kept of it, and what is told."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from domain.envelopes import State
from domain.errors import InvalidValue, NotFound, Refused
from domain.words import BlockerKind, CheckKind, CheckMode, CheckRunStatus, CheckWhen, Decision, FreezeScope, HoldKind
from models.engine import Database
from models.tables import Alarm, CheckRun, Event, Override, WaveEntry
from resolvers import checking
from resolvers.entering import Entered, enter_wave
from resolvers.messages import ANYTHING
from resolvers.recording import record_envelopes
from resolvers.returning import report_rollback
from resolvers.why import why
from tests import stories
from tests.configuring import archive, register, update
from tests.fleet import TESTER, register_fleet, register_payments
from tests.stories import Story

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""A Monday, 13:00 in Berlin; an hour after most of what is told here."""
GOOD = "11111111-6a3e-4f0e-9d52-6f8c6c1d2e3f"
NEWER = "5c1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e40"
HIGH = {"name": "payments-high-severity", "role": "HIGH_SEVERITY"}
TEAM = {"name": "pay-aggregate", "role": "AGGREGATE"}


def entering_map() -> dict[str, Any]:
    """The map of a pipeline that asks before each wave, and declares alarms in prod-1."""
    structure = deepcopy(stories.MAP)
    for stage in structure["stages"]:
        if stage["wave"]:
            stage["actions"].insert(0, {"name": "Enter", "kind": "ENTER", "environment": None})
    structure["signals"] = {"prod-eu-west-1": {"alarms": [HIGH, TEAM]}, "prod-us-east-1": {"alarms": [HIGH]}}
    return structure


def in_prod(**given: Any) -> Story:
    """An execution that has come to prod-1, and asks."""
    story = stories.until_prod(**given)
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "Enter", "STARTED")
    return story


async def tell(database: Database, *told: Story) -> None:
    async with database.transaction() as session:
        for story in told:
            await record_envelopes(session, story.envelopes)


@pytest.fixture
async def fleet(database: Database) -> Database:
    """The fleet, prod a production stage, and the pipeline of payments, one execution of which waits before prod-1."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.TEAM, name="pay")
        await update(session, Kind.STAGE, "prod", production=True)
        await update(session, Kind.SERVICE, "payments", team="pay")
        await register_payments(session, entering_map())
    await tell(database, in_prod())
    return database


async def enter(database: Database, stage: str = "prod-1", now: datetime = NOW, **given: Any) -> Entered:
    execution = given.pop("execution", stories.EXECUTION)
    async with database.transaction() as session:
        return await enter_wave(session, TESTER, now=now, execution_id=execution, stage=stage, **given)


async def decided(database: Database, **given: Any) -> tuple[Decision, list[tuple[BlockerKind, str]]]:
    entry = (await enter(database, **given)).entry
    return entry.decision, [(each.kind, each.sentence) for each in entry.blockers]


async def made(database: Database) -> list[dict[str, Any]]:
    """The payloads of what was told of decisions."""
    statement = select(Event.payload).where(Event.type == "decision.made").order_by(Event.id)
    async with database.transaction() as session:
        return list(await session.scalars(statement))


async def change(database: Database, of: Kind, /, **fields: Any) -> None:
    async with database.transaction() as session:
        await register(session, of, **fields)


async def test_nothing_against_it(fleet: Database) -> None:
    """It enters; said again, nothing new is told; the row says what was decided, and when it was asked last."""
    assert await decided(fleet) == (Decision.PROCEED, [])
    assert await decided(fleet, now=NOW + timedelta(minutes=1)) == (Decision.PROCEED, [])
    (told,) = await made(fleet)
    assert (told["decision"], told["previous"], told["wave"], told["blockers"]) == ("PROCEED", None, "prod-1", [])
    async with fleet.transaction() as session:
        (entry,) = (await session.scalars(select(WaveEntry))).all()
    assert (entry.decision, entry.since, entry.asked_at) == (Decision.PROCEED, NOW, NOW + timedelta(minutes=1))


async def test_a_window_in_each_regions_time_zone(fleet: Database) -> None:
    """Open in Dublin and closed in Virginia: the wave waits for both, and the sentence has the zone."""
    await change(fleet, Kind.WINDOW, name="office", cron="0 9 * * 1-5", minutes=480, stage="prod")
    decision, [(kind, sentence)] = await decided(fleet)
    assert (decision, kind) == (Decision.WAIT, BlockerKind.WINDOW)
    assert sentence == "the window office opens Mon 09:00 America/New_York for prod-us-east-1"
    assert (await decided(fleet, now=NOW + timedelta(hours=3)))[0] is Decision.PROCEED


async def test_holidays_close_a_window(fleet: Database) -> None:
    """A calendar's country, and its own days, in the window's own zone."""
    await change(fleet, Kind.CALENDAR, name="us", country="US", dates={"2026-11-23": "Inventory"})
    zone = {"time_zone": "America/New_York", "calendars": ["us"]}
    await change(fleet, Kind.WINDOW, name="office", cron="0 6 * * 1-5", minutes=480, stage="prod", **zone)
    _, blockers = await decided(fleet)
    assert "opens Tue 06:00 America/New_York" in blockers[0][1]
    thanksgiving = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
    assert "opens Fri 06:00" in (await decided(fleet, now=thanksgiving))[1][0][1]


async def test_freezes_and_holds(fleet: Database) -> None:
    """Of the team, of an environment; a veto without an end stops the execution."""
    times = {"starts_at": NOW - timedelta(hours=1), "ends_at": NOW + timedelta(days=2)}
    await change(fleet, Kind.FREEZE, name="peak", scope=FreezeScope.TEAM, target="pay", reason="Peak season", **times)
    hold = {"environment": "prod-us-east-1", "service": "payments"}
    await change(fleet, Kind.HOLD, name="audit", kind=HoldKind.HOLD, reason="Audit", **hold)
    entry = (await enter(fleet)).entry
    assert [each.kind for each in entry.blockers] == [BlockerKind.FREEZE, BlockerKind.FREEZE, BlockerKind.HOLD]
    assert (entry.decision, entry.clears_at) == (Decision.WAIT, None)
    await change(fleet, Kind.HOLD, name="bad", kind=HoldKind.VETO, revision="9f2c1ab", reason="Bad", **hold)
    entry = (await enter(fleet)).entry
    assert entry.decision is Decision.STOP
    assert [each["decision"] for each in await made(fleet)] == ["WAIT", "STOP"]


async def alarm(database: Database, name: str, region: str, state: str, account: str = "111111111111") -> None:
    arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"
    row = Alarm(arn=arn, account_id=account, region_name=region, name=name, state=state, changed_at=NOW)
    row.reason = "five faults"
    async with database.transaction() as session:
        session.add(row)


async def test_alarms_by_the_names_that_the_map_declares(fleet: Database) -> None:
    """Of the service and of its team, where the wave is; one of another account or Region is another alarm."""
    await alarm(fleet, "payments-high-severity", "us-east-1", "INSUFFICIENT_DATA")
    await alarm(fleet, "pay-aggregate", "eu-west-1", "ALARM")
    await alarm(fleet, "pay-aggregate", "us-east-1", "ALARM")
    await alarm(fleet, "payments-high-severity", "eu-west-1", "ALARM", account="222222222222")
    assert await decided(fleet) == (
        Decision.WAIT,
        [
            (BlockerKind.ALARM, "the alarm pay-aggregate of the team pay in eu-west-1 is in ALARM: five faults"),
            (
                BlockerKind.ALARM,
                "the alarm payments-high-severity of the service in us-east-1 has no data, so nobody can tell",
            ),
        ],
    )


async def test_what_the_gate_has_just_seen_is_newer_than_what_was_told(fleet: Database) -> None:
    """An alarm that is over, and one that has gone off: the gate's own look counts. Nonsense is refused, and named."""
    await alarm(fleet, "pay-aggregate", "eu-west-1", "ALARM")
    fine = [{**each, "state": "OK", "reason": ""} for each in (HIGH, TEAM)]
    seen = [{"environment": "prod-eu-west-1", "alarms": fine}]
    assert (await decided(fleet, observations=seen))[0] is Decision.PROCEED
    seen[0]["alarms"][0]["state"] = "ALARM"
    assert (await decided(fleet, observations=seen))[0] is Decision.WAIT
    with pytest.raises(NotFound, match="environment of the stage"):
        await enter(fleet, observations=[{"environment": "prod-ap-south-1"}])
    with pytest.raises(InvalidValue, match="observations"):
        await enter(fleet, observations={"all": "fine"})


async def test_an_alarm_where_the_service_is_exposed_already_holds_the_next_wave_back(fleet: Database) -> None:
    """A defect that shows late in Region 1 is seen before Region 2 is entered; where nothing was ever deployed, not."""
    await alarm(fleet, "payments-high-severity", "ap-south-1", "ALARM")
    structure = entering_map()
    structure["signals"]["prod-ap-south-1"] = {"alarms": [HIGH]}
    async with fleet.transaction() as session:
        await register_payments(session, structure)
    assert (await decided(fleet))[0] is Decision.PROCEED
    before = until_gamma_like(NEWER, "b" * 40, stories.BEGIN - timedelta(days=1))
    before.good_stage("prod-1", *stories.names_of(stories.PROD_1))
    before.good_stage("prod-2", *stories.names_of(stories.PROD_2))
    before.run("SUCCEEDED")
    await tell(fleet, before)
    decision, [(kind, sentence)] = await decided(fleet)
    assert (decision, kind) == (Decision.WAIT, BlockerKind.ALARM)
    assert sentence == "the alarm payments-high-severity of the service in ap-south-1 is in ALARM: five faults"


async def test_what_could_not_be_looked_at_is_no_sign_that_all_is_well(fleet: Database) -> None:
    """Where the service is there already; before its first deployment there is nothing to look at."""
    seen = [{"environment": "prod-eu-west-1", "problem": "no answer in 45 s"}]
    assert (await decided(fleet, observations=seen))[0] is Decision.PROCEED
    before = until_gamma_like(NEWER, "b" * 40, stories.BEGIN - timedelta(days=1))
    before.good_stage("prod-1", *stories.names_of(stories.PROD_1))
    before.run("SUCCEEDED")
    await tell(fleet, before)
    decision, blockers = await decided(fleet, observations=seen)
    assert decision is Decision.WAIT
    assert [sentence for _, sentence in blockers] == [
        "the alarm payments-high-severity of the service in eu-west-1 could not be looked at: no answer in 45 s",
        "the alarm pay-aggregate of the team pay in eu-west-1 could not be looked at: no answer in 45 s",
    ]
    await alarm(fleet, "pay-aggregate", "eu-west-1", "OK")
    await alarm(fleet, "payments-high-severity", "eu-west-1", "OK")
    assert (await decided(fleet, observations=seen))[0] is Decision.PROCEED


def until_gamma_like(execution: str, revision: str, begin: datetime) -> Story:
    story = stories.until_prod(execution=execution, begin=begin)
    trigger = {"commit-id": revision, "commit-message": "next", "author-display-name": "Mary"}
    story.envelopes[0]["detail"]["execution-trigger"] = trigger
    return story


async def test_a_newer_revision_that_waits_takes_its_place(fleet: Database) -> None:
    """It has passed all that this one has, and waits for the stage: the older execution stops, for good."""
    await tell(fleet, until_gamma_like(NEWER, "c" * 40, stories.BEGIN + timedelta(hours=1)))
    decision, [(kind, sentence)] = await decided(fleet)
    assert (decision, kind) == (Decision.STOP, BlockerKind.SUPERSEDED)
    assert sentence == "the newer revision cccccccc has passed all that this one has, and takes its place"


async def test_only_one_of_those_that_wait_enters(fleet: Database) -> None:
    """Whoever waits before a wave is not in it; whoever has entered is, from the decision on: nobody waits for ever."""
    other = {**entering_map(), "pipeline": "orders", "repository": "acme/orders"}
    async with fleet.transaction() as session:
        await register(session, Kind.SERVICE, name="orders", repository="acme/orders", placement=["*"])
        await register_orders(session, other)
    story = in_prod(pipeline="orders", execution=NEWER)
    await tell(fleet, story)
    assert (await decided(fleet))[0] is Decision.PROCEED
    decision, blockers = await decided(fleet, execution=NEWER)
    assert decision is Decision.WAIT
    assert [sentence for _, sentence in blockers] == [
        f"payments 9f2c1ab is being deployed to prod-{region}" for region in ("eu-west-1", "us-east-1")
    ]
    deployed = in_prod()
    for name in stories.names_of(stories.PROD_1)[:-1]:
        deployed.action("prod-1", name, "STARTED")
        deployed.action("prod-1", name, "SUCCEEDED")
    await tell(fleet, deployed)
    assert (await decided(fleet, execution=NEWER))[0] is Decision.PROCEED  # payments bakes, and changes nothing


async def test_nobody_enters_where_an_assembly_is_being_deployed_again(fleet: Database) -> None:
    """What it restores is told at its end alone: from its beginning nobody else may deploy there."""
    failed = stories.failed(execution=NEWER, begin=stories.BEGIN - timedelta(hours=2))
    good = stories.until_prod(execution=str(uuid4()), begin=stories.BEGIN - timedelta(hours=4))
    good.good_stage("prod-1", *stories.names_of(stories.PROD_1))
    failed.envelopes[0]["detail"]["execution-trigger"]["commit-id"] = "bad0bad"
    await tell(fleet, good, failed)
    async with fleet.transaction() as session:
        await report_rollback(
            session,
            TESTER,
            admission=ANYTHING,
            now=NOW,
            execution_id=NEWER,
            stage="prod-1",
            attempt=1,
            target=good.execution,
            state=State.STARTED,
        )
    decision, blockers = await decided(fleet)
    assert decision is Decision.WAIT
    assert [sentence for kind, sentence in blockers if kind is BlockerKind.IN_FLIGHT] == [
        f"payments 9f2c1ab is being deployed to prod-{region}" for region in ("eu-west-1", "us-east-1")
    ]


async def register_orders(session: AsyncSession, structure: dict[str, Any]) -> None:
    from resolvers.pipelines import register_pipeline

    for stage in structure["stages"]:
        for action in stage["actions"]:
            action["stack"] = None
    await register_pipeline(
        session,
        TESTER,
        now=stories.BEGIN,
        name="orders",
        account=stories.ACCOUNT,
        region=stories.REGION,
        repository="acme/orders",
        plan_digest="sha256:" + "0" * 64,
        structure=structure,
    )


def baking(execution: str, revision: str, begin: datetime) -> Story:
    """An execution that is deployed to prod-1, and watched."""
    story = until_gamma_like(execution, revision, begin)
    story.stage("prod-1", "STARTED")
    for name in stories.names_of(stories.PROD_1)[:-1]:
        story.action("prod-1", name, "STARTED")
        story.action("prod-1", name, "SUCCEEDED")
    story.action("prod-1", "prod-1.Validate", "STARTED")
    return story


async def test_the_wave_before_has_not_passed(database: Database) -> None:
    """It is named with what is missing, and with when its bake time is over; its own end lets the next one begin."""
    async with database.transaction() as session:
        await register_fleet(session)
        await update(session, Kind.STAGE, "prod", production=True)
        await update(session, Kind.WAVE, "prod-1", bake_minutes=720)
        await register_payments(session, {**entering_map(), "signals": {}})
    await tell(database, baking(stories.EXECUTION, "c" * 40, stories.BEGIN))
    async with database.transaction() as session:
        given = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        (run,) = await checking.start_check_runs(session, TESTER, now=NOW - timedelta(hours=9), **given)
    entry = (await enter(database, "prod-2")).entry
    (blocker,) = entry.blockers
    assert (blocker.kind, blocker.clears_at) == (BlockerKind.PRIOR_WAVE, NOW + timedelta(hours=3))
    assert blocker.sentence == "prod-1 has not passed: bake 3 h 0 min left"
    async with database.transaction() as session:
        row = await session.get(CheckRun, run.id)
        assert row
        row.detail = {"reasons": ["bake 2 h 59 min left", "41 of 100 requests in prod-eu-west-1"]}
    _, [(_, sentence)] = await decided(database, stage="prod-2")
    assert sentence == "prod-1 has not passed: bake 2 h 59 min left; 41 of 100 requests in prod-eu-west-1"
    async with database.transaction() as session:
        passed = CheckRunStatus.PASSED
        end = NOW + timedelta(hours=4)
        await checking.finish_check_run(session, TESTER, now=end, check_run=run.id, status=passed)
    assert (await decided(database, stage="prod-2"))[0] is Decision.PROCEED


async def test_dependencies_are_waited_for_where_they_are_placed(fleet: Database) -> None:
    """ledger goes to Ireland alone, and has never been there."""
    async with fleet.transaction() as session:
        await register(session, Kind.SERVICE, name="ledger", repository="acme/ledger", placement=["*-eu-west-1"])
        await update(session, Kind.SERVICE, "payments", depends_on=("ledger",))
    assert await decided(fleet) == (
        Decision.WAIT,
        [
            (
                BlockerKind.DEPENDENCY,
                "ledger, which payments depends on, has not been deployed to prod-eu-west-1",
            )
        ],
    )


async def test_an_override_lets_it_in(fleet: Database) -> None:
    """What it passes stays named; when it has expired, the blocker holds again, and that is told."""
    await change(fleet, Kind.WINDOW, name="night", cron="0 3 * * 1-5", minutes=60, stage="prod", time_zone="UTC")
    assert (await decided(fleet))[0] is Decision.WAIT
    times = {"granted_at": NOW, "expires_at": NOW + timedelta(hours=1)}
    async with fleet.transaction() as session:
        session.add(Override(name="override-1", kinds=["WINDOW"], reason="Sev 1", granted_by="ana", **times))
    entered = await enter(fleet)
    assert entered.entry.decision is Decision.PROCEED
    assert {each.override for each in entered.entry.blockers} == {"override-1"}
    assert (await decided(fleet, now=NOW + timedelta(hours=1)))[0] is Decision.WAIT
    assert [each["decision"] for each in await made(fleet)] == ["WAIT", "PROCEED", "WAIT"]


async def finish(database: Database, run: CheckRun, status: CheckRunStatus, now: datetime = NOW) -> None:
    async with database.transaction() as session:
        await checking.finish_check_run(session, TESTER, now=now, check_run=run.id, status=status, cause="because")


async def test_checks_before_the_wave_run_when_all_else_is_clear(fleet: Database) -> None:
    """Started once, waited for, and believed for an hour, by the clock as it is; a no stops the execution."""
    before = {"when": CheckWhen.BEFORE, "stage": "prod", "kind": CheckKind.EXTERNAL}
    await change(fleet, Kind.CHECK, name="approval", **before)
    await change(fleet, Kind.CHECK, name="canary", mode=CheckMode.SHADOW, **before)
    hold = {"environment": "prod-us-east-1", "kind": HoldKind.HOLD, "reason": "Audit"}
    await change(fleet, Kind.HOLD, name="audit", **hold)
    assert (await enter(fleet)).check_runs == ()
    async with fleet.transaction() as session:
        await archive(session, Kind.HOLD, "audit")
    first = await enter(fleet)
    assert first.entry.decision is Decision.WAIT
    assert [each.sentence for each in first.entry.blockers] == ["approval on prod-1 has not reported"]
    runs = {run.name: run for run in first.check_runs}
    assert set(runs) == {"approval", "canary"}
    assert {run.id for run in (await enter(fleet)).check_runs} == {run.id for run in runs.values()}
    await finish(fleet, runs["approval"], CheckRunStatus.PASSED)
    only = await enter(fleet)
    assert (only.entry.decision, [run.name for run in only.check_runs]) == (Decision.PROCEED, ["canary"])
    await finish(fleet, runs["canary"], CheckRunStatus.FAILED)
    done = await enter(fleet, now=NOW + timedelta(minutes=59))
    assert (done.entry.decision, done.check_runs) == (Decision.PROCEED, ())
    for later in (NOW + timedelta(minutes=61), NOW - timedelta(hours=2)):
        anew = await enter(fleet, now=later)
        assert (anew.entry.decision, len(anew.check_runs)) == (Decision.WAIT, 2)
        for run in anew.check_runs:
            await finish(fleet, run, CheckRunStatus.PASSED, NOW)
    last = await enter(fleet, now=NOW + timedelta(hours=3))
    for run in last.check_runs:
        await finish(fleet, run, CheckRunStatus.FAILED, NOW + timedelta(hours=3))
    assert await decided(fleet, now=NOW + timedelta(hours=3)) == (
        Decision.STOP,
        [(BlockerKind.CHECK, "approval on prod-1 failed: because")],
    )


async def test_a_rollback_is_never_held_back(fleet: Database) -> None:
    """Neither by a hold nor by checks before the wave."""
    await change(fleet, Kind.CHECK, name="approval", when=CheckWhen.BEFORE, stage="prod", kind=CheckKind.EXTERNAL)
    hold = {"environment": "prod-us-east-1", "kind": HoldKind.HOLD, "reason": "Audit"}
    await change(fleet, Kind.HOLD, name="audit", **hold)
    story = Story(execution=NEWER)
    started = story.tell("Pipeline", "STARTED", **{"execution-trigger": {"trigger-type": "AutomatedRollback"}})
    started["detail"]["rollback-metadata"] = {"rollback-target-pipeline-execution-id": GOOD}
    story.stage("prod-1", "STARTED")
    good = stories.until_prod(execution=GOOD, begin=stories.BEGIN - timedelta(days=1))
    good.good_stage("prod-1", *stories.names_of(stories.PROD_1))
    await tell(fleet, good, story)
    entered = await enter(fleet, execution=NEWER)
    assert (entered.entry.decision, entered.check_runs) == (Decision.PROCEED, ())


@pytest.mark.parametrize("named", [{"commit-id": "bad0bad"}, {}])
async def test_what_never_was_there_is_no_rollback(fleet: Database, named: dict[str, str]) -> None:
    """Whatever is told of it: a revision, or a target, that has not passed the stage is held back as any other."""
    hold = {"environment": "prod-us-east-1", "kind": HoldKind.HOLD, "reason": "Audit"}
    await change(fleet, Kind.HOLD, name="audit", **hold)
    story = Story(execution=NEWER)
    trigger = {"trigger-type": "AutomatedRollback", **named}
    started = story.tell("Pipeline", "STARTED", **{"execution-trigger": trigger})
    started["detail"]["rollback-metadata"] = {"rollback-target-pipeline-execution-id": stories.EXECUTION}
    story.stage("prod-1", "STARTED")
    await tell(fleet, story)
    assert (await enter(fleet, execution=NEWER)).entry.decision is Decision.WAIT


async def test_what_is_not_known(fleet: Database) -> None:
    """Unknown executions and stages, and a map without waves, are told apart from a no."""
    with pytest.raises(NotFound) as unknown:
        await enter(fleet, execution=NEWER)
    assert unknown.value.path == ["executionId"]
    with pytest.raises(NotFound) as stage:
        await enter(fleet, "prod-11")
    assert (stage.value.path, stage.value.suggestions[0]) == (["stage"], "prod-1")
    async with fleet.transaction() as session:
        await register_payments(session, {**stories.MAP, "stages": stories.MAP["stages"][:2]})
    with pytest.raises(NotFound) as empty:
        await enter(fleet)
    assert (empty.value.path, empty.value.suggestions) == (["stage"], [])


@pytest.mark.parametrize(
    ("state", "waited", "code"),
    [
        ("STOPPED", True, "EXECUTION_ENDED"),
        ("STOPPED", False, "NOT_RESUMED"),
        ("SUPERSEDED", False, "EXECUTION_ENDED"),
        ("CANCELED", True, "EXECUTION_ENDED"),
    ],
)
async def test_an_execution_that_has_ended(fleet: Database, state: str, waited: bool, code: str) -> None:
    """Who waited before its end is a machine that was left running; another may be a retry that is not told yet."""
    hold = {"environment": "prod-us-east-1", "kind": HoldKind.HOLD, "reason": "Audit"}
    await change(fleet, Kind.HOLD, name="audit", **hold)
    if waited:
        await enter(fleet)
    story = in_prod()
    story.run(state)
    await tell(fleet, story)
    with pytest.raises(Refused) as refused:
        await enter(fleet)
    assert refused.value.code == code


async def test_what_has_left_the_fleet(fleet: Database) -> None:
    """Nothing is decided for a wave that was archived, and nothing proceeds."""
    async with fleet.transaction() as session:
        await archive(session, Kind.ENVIRONMENT, "prod-ap-south-1")
        await archive(session, Kind.WAVE, "prod-2")
    with pytest.raises(Refused) as refused:
        await enter(fleet, "prod-2")
    assert refused.value.code == "WAVE_ARCHIVED"


async def test_a_clock_that_jumps_back(fleet: Database) -> None:
    """Asking again is always within half a minute and five, and the decision is that of the time given."""
    await change(fleet, Kind.WINDOW, name="night", cron="0 3 * * 1-5", minutes=60, stage="prod", time_zone="UTC")
    for now in (NOW, NOW - timedelta(days=400), NOW + timedelta(days=400)):
        entered = await enter(fleet, now=now)
        assert timedelta(seconds=30) <= entered.entry.ask_again(now) <= timedelta(minutes=5)
        assert entered.entry.decision is Decision.WAIT


async def test_the_statements_are_few(fleet: Database) -> None:
    """Whatever there is to look at: asked again, a decision takes at most twenty, and an explanation as many."""
    await enter(fleet)
    counted: list[str] = []
    event.listen(fleet.engine.sync_engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    await enter(fleet)
    entering = len(counted)
    async with fleet.snapshot() as session:
        await why(session, "payments", "prod-eu-west-1", now=NOW)
    assert (entering <= 20, len(counted) - entering <= 20) == (True, True), counted
