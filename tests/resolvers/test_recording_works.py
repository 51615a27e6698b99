"""Recording what all services of AWS tell of one execution, and what is refused, in a real database."""

import asyncio
import json
import random
from collections.abc import Sequence
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from models.engine import Database
from models.tables import Service
from resolvers.counts import Counts
from resolvers.messages import Admission
from resolvers.recording import record_envelopes
from resolvers.set_aside import replay
from tests import mixed, stories
from tests.domain.test_sources import mutated
from tests.fleet import register_fleet, register_payments
from tests.resolvers.test_recording import events, rows, state

pytestmark = pytest.mark.database

LATER = Admission(now=stories.BEGIN + timedelta(hours=1))
KNOWN = Admission(known_accounts=True)


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A database with the fleet and the pipeline that the stories tell of."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    return database


async def record(database: Database, told: Sequence[object], admission: Admission = LATER) -> Counts:
    """Records in a transaction of its own."""
    async with database.transaction() as session:
        return await record_envelopes(session, told, admission=admission)


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All that is folded, without keys that are made up."""
    return await state(database) | {
        "works": await rows(
            database,
            "select arn, kind, account_id, region_name, name, status, state, started_at, ended_at, cause,"
            " failures::text, log_url from work order by arn",
        ),
        "alarms": await rows(database, "select arn, name, state, reason, changed_at from alarm order by arn"),
        "changes": await rows(
            database, "select state, previous, reason, changed_at from alarm_change order by changed_at"
        ),
        "work of actions": await rows(
            database,
            "select a.name, w.arn from action_execution a join work w on w.arn = a.work_arn order by a.name",
        ),
    }


async def test_a_mixed_execution(fleet: Database) -> None:
    """The work behind the actions is there, as their own; the alarm has its history; all envelopes are kept."""
    told = mixed.envelopes()
    assert await record(fleet, told) == Counts(len(told), 0, 0)
    found = await everything(fleet)
    assert [(row[0], row[5]) for row in found["works"]] == sorted(
        [
            (mixed.STACK, "SUCCEEDED"),
            (mixed.OTHER_STACK, "SUCCEEDED"),
            (mixed.BUILD_ARN, "FAILED"),
            (mixed.MACHINE, "FAILED"),
        ]
    )
    assert found["work of actions"] == [
        ("prod-1.Validate", mixed.MACHINE),
        ("prod-eu-west-1.Deploy", mixed.OTHER_STACK),
        ("prod-us-east-1.Deploy", mixed.STACK),
    ]
    assert [row[:2] for row in found["changes"]] == [("ALARM", "OK"), ("OK", "ALARM")]
    assert [row[2] for row in found["alarms"]] == ["OK"]
    kept = await rows(fleet, "select count(*), count(subject), count(execution_id) from envelope")
    assert kept == [(len(told), len(mixed.others().envelopes), len(mixed.pipeline().envelopes))]
    assert await rows(fleet, "select 1 from envelope where body::text like '%hidden-word%'") == []


async def test_what_a_build_or_a_machine_was_given_is_not_set_aside_either(fleet: Database) -> None:
    """A message that is refused is kept without it, also where SNS had wrapped it, and is replayed all the same."""
    told = [each for each in mixed.others().envelopes if "hidden-word" in json.dumps(each)]
    wrapped = {"Type": "Notification", "Message": json.dumps(told[0])}
    counts = await record(fleet, [wrapped, *told[1:]], Admission(now=stories.BEGIN - timedelta(hours=1)))
    assert counts == Counts(0, 0, len(told))
    assert await rows(fleet, "select 1 from set_aside where body like '%hidden-word%' or reason like '%word%'") == []
    async with fleet.transaction() as session:
        assert (await replay(session, "ada", admission=LATER, matching="*")).recorded == len(told)


async def test_secrets_in_what_aws_says_are_masked(fleet: Database) -> None:
    """In no row and no event but the raw envelope: a cause, a summary, an alarm's reason; each is bounded."""
    tale, story = mixed.Told(), stories.until_prod()
    why = f"failed with password=hunter2-and-more {'x' * 5_000}"
    tale.resource(24, mixed.STACK, "Bad", "CREATE_FAILED", why)
    tale.stack(25, mixed.STACK, "UPDATE_ROLLBACK_COMPLETE", why)
    tale.alarm(25, "ALARM", "OK", why)
    tale.machine(45, "FAILED", why)
    story.action("prod-1", "prod-us-east-1.Deploy", "FAILED", id=mixed.STACK, summary=why)
    await record(fleet, [*tale.envelopes, *story.envelopes])
    for table in ("work", "alarm", "alarm_change", "action_execution", "deployment", "failure", "event"):
        found = [row for (row,) in await rows(fleet, f"select each::text from {table} as each")]
        assert not [row for row in found if "hunter2" in row]
        assert any("password=***" in row for row in found)
    longest = await rows(
        fleet, "select max(length(summary)), (select max(length(reason)) from deployment) from action_execution"
    )
    assert longest == [(2_000, 2_000)]


async def test_an_address_that_is_none_of_a_page(fleet: Database) -> None:
    """Somebody may follow it: `javascript:` and the like are left out."""
    story, tale = stories.until_prod(), mixed.Told()
    story.action("prod-1", "prod-us-east-1.Deploy", "FAILED", id=mixed.STACK, summary="no")
    story.envelopes[-1]["detail"]["execution-result"]["external-execution-url"] = "javascript:alert(1)"
    tale.build(9, "FAILED")
    tale.envelopes[-1]["detail"]["additional-information"]["logs"]["deep-link"] = "javascript:alert(1)"
    assert (await record(fleet, [*story.envelopes, *tale.envelopes])).set_aside == 0
    assert await rows(fleet, "select log_url from work") == [(None,)]
    assert await rows(fleet, "select 1 from action_execution where external_url like 'java%'") == []


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_in_any_batches(fleet: Database, seed: int) -> None:
    """In random batches that mix sources, out of order and repeated, it comes to the same rows."""
    told = mixed.envelopes()
    await record(fleet, told)
    whole = await everything(fleet)
    async with fleet.transaction() as session:
        of_executions = ("failure", "action_execution", "deployment", "stage_execution")
        for table in ("alarm_change", "alarm", "work", *of_executions, "envelope", "envelope_receipt"):
            await session.execute(text(f"delete from {table}"))
        await session.execute(text("delete from pipeline_execution"))
    chance = random.Random(seed)
    left = chance.sample(told, len(told)) + chance.choices(told, k=12)
    accepted = 0
    while left:
        size = chance.randint(1, 15)
        accepted += (await record(fleet, left[:size])).accepted
        left = left[size:]
    assert accepted == len(told)
    assert await everything(fleet) == whole


async def test_batches_at_the_same_time(fleet: Database) -> None:
    """Batches that mix sources, recorded at once, neither lose anything nor wait for each other in a circle."""
    told = mixed.envelopes()
    random.Random(5).shuffle(told)
    counts = await asyncio.gather(*(record(fleet, [*told[start::5], *told[:5]]) for start in range(5)))
    assert sum(count.accepted for count in counts) == len(told)
    at_once = await everything(fleet)
    await record(fleet, told)
    assert await everything(fleet) == at_once
    assert [row[5] for row in at_once["works"]].count("SUCCEEDED") == 2


async def test_events_of_works_and_alarms(fleet: Database) -> None:
    """What begins and ends is told with its state before and after; what comes again is told no more."""
    told = mixed.others().envelopes
    for envelope in told:
        await record(fleet, [envelope])
    stack = [each for each in await events(fleet, "work.changed") if each["work"] == mixed.STACK]
    assert [(each["status"], each["previous"]) for each in stack] == [
        ("IN_PROGRESS", None),
        ("FAILED", "IN_PROGRESS"),
        ("IN_PROGRESS", "FAILED"),
        ("SUCCEEDED", "IN_PROGRESS"),
    ]
    assert stack[1]["cause"] == mixed.CAUSE
    about = {"alarm": "payments-5xx", "account": mixed.WORKLOADS, "region": "us-east-1"}
    changes = await events(fleet, "alarm.changed")
    assert changes[0] == about | {"state": "ALARM", "previous": "OK", "reason": "Threshold Crossed: 12.0 > 1.0"}
    assert (changes[1]["state"], changes[1]["previous"]) == ("OK", "ALARM")
    assert await rows(fleet, "select distinct actor from event where type in ('alarm.changed', 'work.changed')") == [
        ("aws",)
    ]
    logged = await rows(fleet, "select count(*) from event")
    assert await record(fleet, told) == Counts(0, len(told), 0)
    assert await rows(fleet, "select count(*) from event") == logged


async def test_a_late_change_of_an_alarm(fleet: Database) -> None:
    """It belongs to the history, and is no change of what the alarm is now."""
    went_off, came_back = (each for each in mixed.others().envelopes if "alarmName" in each["detail"])
    await record(fleet, [came_back])
    await record(fleet, [went_off])
    assert [each["state"] for each in await events(fleet, "alarm.changed")] == ["OK"]
    found = await everything(fleet)
    assert ([row[2] for row in found["alarms"]], len(found["changes"])) == (["OK"], 2)


async def test_statements_do_not_grow_with_the_batch(fleet: Database) -> None:
    """Hundreds of envelopes of a stack take the same few statements as one."""
    from sqlalchemy import event

    tale = mixed.Told()
    for number in range(300):
        tale.resource(number % 50, mixed.STACK, f"R{number}", "CREATE_FAILED", "no")
    statements: list[str] = []
    event.listen(fleet.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert (await record(fleet, tale.envelopes)).accepted == 300
    assert len(statements) <= 8


async def test_times_in_the_future(fleet: Database) -> None:
    """What says that it will happen is set aside, whatever its source; our clock may be some minutes late."""
    told = [mixed.pipeline().envelopes[0], *(deepcopy(each) for each in mixed.others().envelopes[-3:])]
    at = stories.BEGIN - timedelta(minutes=11)
    counts = await record(fleet, told, Admission(now=at))
    assert counts == Counts(0, 0, len(told))
    assert "at most 10 minutes after it was received" in counts.reasons[0]
    assert await record(fleet, told, Admission(now=at + timedelta(minutes=5))) == Counts(len(told), 0, 0)


async def test_unknown_accounts(fleet: Database) -> None:
    """Where only known accounts are heard, another's envelope is set aside with what to do about it."""
    known = mixed.others().envelopes
    strange = deepcopy(known[-1])
    strange["account"] = "222222222222"
    strange["resources"] = [strange["resources"][0].replace(stories.ACCOUNT, "222222222222")]
    strange["detail"]["executionArn"] = strange["resources"][0]
    counts = await record(fleet, [*known, strange], KNOWN)
    assert counts == Counts(len(known), 0, 1)
    assert "'222222222222' is not registered" in counts.reasons[0]
    assert await record(fleet, [strange | {"id": "again"}]) == Counts(1, 0, 0)


async def test_while_no_account_is_registered(database: Database) -> None:
    """Nobody is unknown before anybody is known: a pipeline is discovered all the same."""
    assert (await record(database, mixed.envelopes(), KNOWN)).set_aside == 0


async def test_a_pipeline_whose_service_was_archived(fleet: Database) -> None:
    """What it had begun goes on being recorded; what it begins afterwards is set aside, with what to do about it."""
    story = stories.failed()
    await record(fleet, story.envelopes[:5])
    archived = stories.BEGIN + timedelta(seconds=3)
    async with fleet.transaction() as session:
        await session.execute(update(Service).values(archived_at=archived))
    assert (await record(fleet, story.envelopes)).accepted == len(story.envelopes) - 5
    newer = stories.failed(execution="22222222-6a3e-4f0e-9d52-6f8c6c1d2e3f")
    counts = await record(fleet, newer.envelopes[5:8])
    assert counts == Counts(0, 0, 3)
    assert "'payments', which was archived at" in counts.reasons[0]


async def test_what_is_for_others(fleet: Database) -> None:
    """A pipeline's own call for an EXTERNAL check is neither recorded nor set aside."""
    call = {"detail-type": "Interlock External Check", "source": "interlock.pipelinekit", "detail": {}}
    assert await record(fleet, [call]) == Counts(0, 0, 0, ignored=1)


@given(told=st.lists(mutated() | st.sampled_from(mixed.envelopes()), min_size=1, max_size=6), known=st.booleans())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_arrives(fleet: Database, told: list[object], known: bool) -> None:
    """Real envelopes of which anything may be anything are recorded or set aside, and nothing crashes."""
    counts = await record(fleet, told, Admission(LATER.now, known_accounts=known))
    assert counts.accepted + counts.duplicates + counts.set_aside + counts.ignored == len(told)
