"""From the log to a target: once, in order, whatever fails in between. A real receiver, and a real database."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from aws.secrets import Secrets
from domain.configuration.kinds import Kind
from domain.events import EventType, Happening
from models.engine import Database
from models.event_log import append
from reporting.channels.addresses import Web
from reporting.notifications import Channels, Dispatcher, Notices, masked
from resolvers.notifying import again_after, request_test
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import archive, register, update
from tests.fleet import register_fleet, register_payments
from tests.reporting.conftest import Collector

pytestmark = pytest.mark.database
URL = "http://127.0.0.1:8400"
KEY = b"a secret key of twenty-four bytes or more"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
ARN = "arn:aws:secretsmanager:eu-west-1:888888888888:secret:hook-AbCdEf"
START = datetime.now(UTC)


@dataclass
class Post:
    """A reporter's notifications, whose clock the test moves, and which a test takes turn by turn."""

    database: Database
    channels: Channels
    now: datetime = START
    dispatchers: list[Dispatcher] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.notices = Notices(self.database, URL, self.clock)
        self.sender = Dispatcher(self.database, self.channels, self.clock)

    def clock(self) -> datetime:
        return self.now

    async def read(self) -> None:
        """Everything in the log becomes what it means, and notifications."""
        while await self.notices.derive():
            pass
        while await self.notices.enqueue():
            pass

    async def send(self) -> None:
        """Everything that is due is sent, or tried once."""
        while await self.sender.turn():
            pass
        await self.sender.finish()

    async def all(self) -> None:
        await self.read()
        await self.send()

    async def rows(self, columns: str = "status, attempts, title") -> list[tuple[Any, ...]]:
        async with self.database.reading() as connection:
            found = await connection.execute(text(f"select {columns} from notification order by number"))
            return [tuple(row) for row in found]

    async def events(self, *types: EventType) -> list[tuple[str, dict[str, Any]]]:
        async with self.database.reading() as connection:
            statement = text("select type, payload from event where type = any(:types) order by id")
            found = await connection.execute(statement, {"types": [each.value for each in types]})
            return [(row.type, row.payload) for row in found]


@asynccontextmanager
async def _channels(*, loopback: bool = True, secret: str = SECRET, slack: str = URL) -> AsyncIterator[Channels]:
    with ThreadPoolExecutor(4) as threads:
        web = Web(loopback=loopback)
        yield Channels(web, Secrets(lambda _: secret), threads, slack, None, URL)
        await web.close()


@pytest.fixture
async def post(database: Database) -> AsyncIterator[Post]:
    """A fleet whose log has been read up to now."""
    async with database.transaction() as session:
        await register_fleet(session)
        await update(session, Kind.STAGE, "prod", production=True)
        await register(session, Kind.TEAM, name="pay", email="pay@example.com")
        await update(session, Kind.SERVICE, "payments", team="pay")
        await register_payments(session)
    async with _channels() as channels:
        made = Post(database, channels)
        await made.read()
        yield made


async def route(database: Database, address: str, name: str = "all", **given: Any) -> None:
    fields = {"channel": "WEBHOOK", "events": ["pipeline.*", "rollback.*", "execution.waiting"], **given}
    async with database.transaction() as session:
        await register(session, Kind.NOTIFICATION_ROUTE, name=name, address=address, **fields)


async def tell(database: Database, story: stories.Story, *, until: int | None = None) -> None:
    async with database.transaction() as session:
        await record_envelopes(session, story.envelopes[:until])


async def happen(database: Database, *happenings: Happening) -> None:
    async with database.transaction() as session:
        await append(session, happenings, "tester")


def alarm(state: str, name: str = "errors") -> Happening:
    return Happening(EventType.ALARM_CHANGED, "Alarm", UUID(int=7), {"alarm": name, "state": state, "previous": None})


def told(collector: Collector) -> list[dict[str, Any]]:
    return [orjson.loads(body) for body in collector.bodies]


async def test_a_broken_pipeline_is_told_with_its_cause(post: Post, collector: Collector) -> None:
    """Root cause, committer, owner and place; signed as Standard Webhooks says; in a CloudEvent of its own id."""
    await route(post.database, collector.url + "/hook", secret_arn=ARN)
    await tell(post.database, stories.failed())
    await post.all()
    (event,) = told(collector)
    assert event["specversion"] == "1.0"
    assert event["type"] == "interlock.pipeline.broken"
    assert event["data"]["text"] == stories.FAILURE
    assert event["data"]["urgent"] is True
    facts = {each["name"]: each["value"] for each in event["data"]["facts"]}
    assert facts["Environment"] == "prod-us-east-1"
    assert (facts["Committer"], facts["Owner"]) == ("Mary", "pay <pay@example.com>")
    headers = collector.headers[0]
    assert headers["webhook-id"] == event["id"]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + collector.bodies[0]
    expected = base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert await post.rows("status, attempts, error") == [("SENT", 1, None)]


async def test_a_pipeline_breaks_stays_broken_and_recovers(post: Post, collector: Collector) -> None:
    """Each failure is told, with since when; the next revision that goes through is the recovery, told once."""
    await route(post.database, collector.url)
    other, third = (f"0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e{each}" for each in ("aa", "bb"))
    await tell(post.database, stories.failed())
    await post.all()
    await tell(post.database, stories.failed(execution=other, begin=stories.BEGIN + timedelta(hours=1)))
    await post.all()
    await tell(post.database, stories.retried(execution=third, begin=stories.BEGIN + timedelta(hours=2)))
    await post.all()
    found = [(event["data"]["title"], event["data"]["thread"]) for event in told(collector)]
    assert found == [
        ("payments is broken: it failed in prod-us-east-1", stories.EXECUTION),
        ("payments is still broken: it failed in prod-us-east-1", other),
        ("payments has recovered", third),
    ]
    events = await post.events(EventType.PIPELINE_BROKEN, EventType.PIPELINE_RECOVERED)
    assert [payload["again"] for type_, payload in events if type_ == "pipeline.broken"] == [False, True]
    assert events[-1][1]["since"] == events[0][1]["since"]


async def test_the_reason_follows_in_the_same_thread(post: Post, collector: Collector) -> None:
    """Who is told that it broke is told why; the same fingerprint once."""
    await route(post.database, collector.url, events=["pipeline.broken"], stage="prod")
    await tell(post.database, stories.failed())
    await post.read()
    async with post.database.transaction() as session:
        key = (await session.execute(text("select id from pipeline_execution"))).scalar_one()
        payload = {"service": "payments", "executionId": stories.EXECUTION, "cause": "The limit of 5 is reached.",
                   "fingerprint": "f1", "stage": "prod-1", "environment": None}  # fmt: skip
        explained = Happening(EventType.FAILURE_EXPLAINED, "PipelineExecution", key, payload)
        await append(session, [explained, explained], "interlock")
    await post.all()
    assert [(each["type"], each["data"]["thread"]) for each in told(collector)] == [
        ("interlock.pipeline.broken", stories.EXECUTION),
        ("interlock.failure.explained", stories.EXECUTION),
    ]
    assert told(collector)[1]["data"]["text"] == "The limit of 5 is reached."


async def test_a_stage_of_a_pipeline_is_told_to_those_of_ours(post: Post, collector: Collector) -> None:
    """What happens to a stage or an action is told to the routes of the stage that its row has."""
    await route(post.database, collector.url, "alpha", events=["stage.changed", "action.changed"], stage="alpha")
    await tell(post.database, stories.failed())
    await post.read()
    found = {row[0]["attributes"]["stage"] for row in await post.rows("document")}
    assert found == {"alpha-1"}


async def test_a_new_installation_announces_no_past(database: Database, collector: Collector) -> None:
    """What happened before the first turn is told to nobody."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    await route(database, collector.url, events=["*"])
    await tell(database, stories.failed())
    async with _channels() as channels:
        made = Post(database, channels)
        await made.all()
        assert await made.rows() == []


async def test_what_a_dead_reporter_had_in_hand_is_sent_again_under_its_id(post: Post, collector: Collector) -> None:
    """Between the sending and the writing down: after its lease it is due, and the receiver knows it by its id."""
    await route(post.database, collector.url)
    await tell(post.database, stories.failed())
    await post.read()
    claimed = await post.sender._claim()
    assert claimed is not None
    await post.channels.send(claimed, post.now)  # and dies here
    await post.send()
    assert len(collector.bodies) == 1
    post.now += timedelta(minutes=3)
    await post.send()
    first, second = told(collector)
    assert first["id"] == second["id"]
    assert collector.headers[0]["webhook-id"] == collector.headers[1]["webhook-id"]
    assert [row[0] for row in await post.rows()] == ["SENT"]


async def test_reading_the_log_twice_makes_nothing_twice(post: Post, collector: Collector) -> None:
    """After a restore of the cursor the same ids come again, and are there already."""
    await route(post.database, collector.url, events=["alarm.changed"], repeat_minutes=0)
    async with post.database.reading() as connection:
        before = (await connection.execute(text("select cursor from reader where name = 'notifications'"))).scalar_one()
    await happen(post.database, alarm("ALARM"), alarm("OK"))
    await post.read()
    ids = await post.rows("id")
    async with post.database.transaction() as session:
        await session.execute(text("update reader set cursor = :at where name = 'notifications'"), {"at": before})
    await post.all()
    assert await post.rows("id") == ids
    assert len(collector.bodies) == 2


async def test_reporters_side_by_side_send_each_once(post: Post, collector: Collector) -> None:
    """Two dispatchers and twenty notifications: each arrives once, in order."""
    await route(post.database, collector.url, events=["alarm.changed"])
    await happen(post.database, *(alarm("ALARM", f"a{number}") for number in range(20)))
    await post.read()
    other = Dispatcher(post.database, post.channels, post.clock)
    for _ in range(30):
        await asyncio.gather(post.sender.turn(), other.turn())
        await asyncio.gather(post.sender.finish(), other.finish())
    assert [each["data"]["title"] for each in told(collector)] == [f"Alarm a{number}: ALARM" for number in range(20)]


async def test_many_are_sent_without_a_pause(post: Post, collector: Collector) -> None:
    """More than are sent in a row: the target's turn comes again at once, and none is left claimed."""
    await route(post.database, collector.url, events=["alarm.changed"])
    await happen(post.database, *(alarm("ALARM", f"a{number}") for number in range(45)))
    await post.read()
    for _ in range(3):
        await post.send()
    assert set(await post.rows("status, attempts")) == {("SENT", 1)}
    assert len(collector.bodies) == 45


async def test_a_failing_target_holds_nobody_else_back(post: Post, collector: Collector) -> None:
    """One target cannot be reached: the other has its notification; the failure is told once in the log."""
    await route(post.database, "http://127.0.0.1:1/", "dead")
    await route(post.database, collector.url, "alive")
    await tell(post.database, stories.failed())
    await post.all()
    assert len(collector.bodies) == 1
    for _ in range(3):
        post.now += timedelta(minutes=5)
        await post.send()
    states = dict(await post.rows("(select name from notification_route where id = route_id), status"))
    assert states == {"dead": "FAILING", "alive": "SENT"}
    events = await post.events(EventType.NOTIFICATION_FAILING)
    assert [payload["route"] for _, payload in events] == ["dead"]


async def test_a_target_that_hangs_holds_nobody_else_back(post: Post, collector: Collector) -> None:
    """While one is being waited for, the others are sent to."""
    collector.may_answer.clear()
    hanging = asyncio.create_task(asyncio.to_thread(collector.arrived.wait, 30))
    await route(post.database, collector.url, "hangs")
    await tell(post.database, stories.failed())
    await post.read()
    assert not await post.sender.turn()
    await hanging
    await route(post.database, "http://127.0.0.1:1/", "other", events=["alarm.changed"])
    await happen(post.database, alarm("ALARM"))
    await post.read()
    assert not await post.sender.turn()
    await asyncio.wait(post.sender._tasks, return_when=asyncio.FIRST_COMPLETED)
    assert [row[0] for row in await post.rows()] == ["PENDING", "FAILING"]
    collector.may_answer.set()
    await post.sender.finish()
    assert [row[0] for row in await post.rows()] == ["SENT", "FAILING"]


async def test_who_is_to_stop_begins_no_other(post: Post, collector: Collector) -> None:
    """What is on its way is finished; what waits behind it, for the same target, is left to the next reporter."""
    collector.may_answer.clear()
    arrived = asyncio.create_task(asyncio.to_thread(collector.arrived.wait, 30))
    await route(post.database, collector.url, events=["alarm.changed"])
    await happen(post.database, *(alarm("ALARM", f"a{number}") for number in range(3)))
    await post.read()
    async with _channels() as channels, Dispatcher(post.database, channels, post.clock) as stopping:
        await stopping.turn()
        await arrived
        asyncio.get_running_loop().call_later(0.05, collector.may_answer.set)
    assert [row[0] for row in await post.rows()] == ["SENT", "PENDING", "PENDING"]


async def test_a_refusal_is_tried_again_when_the_target_says(post: Post, collector: Collector) -> None:
    """Retry-After is kept; the same body comes again; then the recovery of the target is in the log."""
    await route(post.database, collector.url, secret_arn=ARN)
    collector.answers = [(503, {"retry-after": "120"}, b""), (429, {}, b"")]
    await tell(post.database, stories.failed())
    await post.all()
    post.now += timedelta(seconds=119)
    await post.send()
    assert len(collector.bodies) == 1
    for _ in range(2):
        post.now += timedelta(minutes=10)
        await post.send()
    assert len(collector.bodies) == 3
    assert len(set(collector.bodies)) == 1
    assert len({each["webhook-timestamp"] for each in collector.headers}) == 3
    assert await post.rows("status, attempts, error") == [("SENT", 3, None)]
    both = await post.events(EventType.NOTIFICATION_FAILING, EventType.NOTIFICATION_RECOVERED)
    assert [type_ for type_, _ in both] == ["notification.failing", "notification.recovered"]


async def test_a_clock_that_was_wrong_binds_nobody(post: Post, collector: Collector) -> None:
    """A lease and a back-off of next year are none: the next reporter, whose clock is right, goes on."""
    await route(post.database, collector.url, events=["alarm.changed"])
    collector.answers = [(500, {}, b"")]
    await happen(post.database, alarm("ALARM"))
    await post.read()
    right, post.now = post.now, post.now + timedelta(days=365)
    await post.send()
    await post.sender._claim()  # and dies
    post.now = right
    await post.send()
    assert await post.rows("status") == [("SENT",)]


async def test_a_thread_is_told_in_order(post: Post, collector: Collector) -> None:
    """What follows in a thread waits for what comes before it; another thread does not."""
    await route(post.database, collector.url, events=["pipeline.*", "alarm.changed"])
    collector.answers = [(500, {}, b"")]
    await tell(post.database, stories.failed())
    await post.all()
    story = stories.retried()
    await tell(post.database, story)
    await happen(post.database, alarm("ALARM"))
    await post.read()
    for _ in range(4):
        post.now += timedelta(minutes=10)
        await post.send()
    titles = [each["data"]["title"] for each in told(collector)][1:]
    assert titles.index("payments is broken: it failed in prod-us-east-1") < titles.index("payments has recovered")
    assert len(titles) == 3


async def test_a_target_that_is_gone_is_left_alone(post: Post, collector: Collector) -> None:
    """After 410 nothing is sent, and it is shown; a route that is changed is tried again."""
    await route(post.database, collector.url, events=["alarm.changed"])
    collector.answers = [(410, {}, b"")]
    await happen(post.database, alarm("ALARM"))
    await post.all()
    post.now += timedelta(hours=1)
    await happen(post.database, alarm("OK"))
    await post.all()
    assert len(collector.bodies) == 1
    async with post.database.reading() as connection:
        shown = (await connection.execute(text("select disabled_at, error from notification_target"))).one()
    assert shown.disabled_at is not None
    assert shown.error == "HTTP 410"
    async with post.database.transaction() as session:
        await update(session, Kind.NOTIFICATION_ROUTE, "all", address=collector.url + "/new")
    await post.send()
    assert collector.paths == ["/", "/new", "/new"]


async def test_what_nobody_takes_is_given_up_after_a_day(post: Post) -> None:
    """And forgotten after 30 more; what is not given up stays."""
    await route(post.database, "http://127.0.0.1:1/", events=["alarm.changed"])
    await happen(post.database, alarm("ALARM"))
    await post.all()
    post.now += timedelta(hours=25)
    await post.notices.clear()
    assert [row[0] for row in await post.rows()] == ["EXPIRED"]
    await post.send()
    post.now += timedelta(days=31)
    await post.notices.clear()
    assert await post.rows() == []


async def test_quiet_hours_hold_back_what_can_wait(post: Post, collector: Collector) -> None:
    """Until they are over, in the route's zone; what breaks in production passes them."""
    quiet = {"quiet_hours": ["20:00-08:00"], "time_zone": "Europe/Berlin"}
    await route(post.database, collector.url, events=["alarm.changed", "pipeline.broken"], **quiet)
    post.now = datetime(2027, 3, 27, 22, 0, tzinfo=UTC)  # 23:00; clocks change in the night
    await happen(post.database, alarm("ALARM"))
    await post.all()
    assert collector.bodies == []
    await tell(post.database, stories.failed())
    await post.all()
    assert [each["type"] for each in told(collector)] == ["interlock.pipeline.broken"]
    post.now = datetime(2027, 3, 28, 5, 59, tzinfo=UTC)
    await post.send()
    assert len(collector.bodies) == 1
    post.now = datetime(2027, 3, 28, 6, 0, tzinfo=UTC)  # 08:00 in summer time
    await post.send()
    assert len(collector.bodies) == 2


async def test_the_same_news_is_told_once(post: Post, collector: Collector) -> None:
    """Within the window, and while nothing else was told of it: a state that changed and came back is news."""
    await route(post.database, collector.url, events=["alarm.changed"])
    await happen(post.database, alarm("ALARM"), alarm("ALARM"), alarm("OK"), alarm("ALARM"))
    await post.all()
    assert [each["data"]["title"][-5:] for each in told(collector)] == ["ALARM", "s: OK", "ALARM"]
    assert await post.rows("repeats") == [(1,), (0,), (0,)]
    post.now += timedelta(minutes=61)
    await happen(post.database, alarm("ALARM"))
    await post.all()
    assert len(collector.bodies) == 4


async def test_news_that_was_given_up_is_told_when_it_comes_again(post: Post, collector: Collector) -> None:
    """Nobody was told it: it is no repetition, however long the same is told once."""
    await route(post.database, "http://127.0.0.1:1/", events=["alarm.changed"], repeat_minutes=10_080)
    await happen(post.database, alarm("ALARM"))
    await post.all()
    post.now += timedelta(hours=25)
    await post.notices.clear()
    async with post.database.transaction() as session:
        await update(session, Kind.NOTIFICATION_ROUTE, "all", address=collector.url)
    await happen(post.database, alarm("ALARM"))
    await post.all()
    assert [row[0] for row in await post.rows("status")] == ["EXPIRED", "SENT"]


async def test_what_waits_is_told_once_for_each_number_of_minutes(post: Post, collector: Collector) -> None:
    """An execution in progress in which nothing moves, at the minutes that the route asks for."""
    await route(post.database, collector.url, "soon", waiting_minutes=30)
    await route(post.database, collector.url, "late", waiting_minutes=90)
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "prod-eu-west-1.Prepare", "STARTED")
    await tell(post.database, story)
    last = stories.BEGIN + timedelta(seconds=len(story.envelopes) - 1)
    for minutes, expected in ((29, 0), (31, 1), (45, 1), (91, 2), (500, 2)):
        post.now = last + timedelta(minutes=minutes)
        await post.notices.tell_waiting()
        await post.read()
        assert len(await post.rows()) == expected
    events = await post.events(EventType.EXECUTION_WAITING)
    assert [(each["minutes"], each["stage"], each["action"]) for _, each in events] == [
        (30, "prod", "prod-eu-west-1.Prepare"),
        (90, "prod", "prod-eu-west-1.Prepare"),
    ]
    await tell(post.database, stories.failed())
    post.now = last + timedelta(minutes=9000)
    await post.notices.tell_waiting()
    assert len(await post.events(EventType.EXECUTION_WAITING)) == 2


async def test_a_rollback_is_told_when_it_begins_and_ends(post: Post, collector: Collector) -> None:
    """As soon as it is known to be one. It does not count as the pipeline's recovery."""
    await route(post.database, collector.url)
    await tell(post.database, stories.failed())
    await post.read()
    back = stories.Story(execution="0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2eff", begin=stories.BEGIN + timedelta(hours=1))
    back.tell("Pipeline", "STARTED", **{"execution-type": "ROLLBACK"})
    back.stage("prod-1", "STARTED")
    async with post.database.transaction() as session:
        await record_envelopes(session, back.envelopes[1:])  # the stage's beginning comes first
    await post.read()
    assert not await post.events(EventType.ROLLBACK_STARTED)
    await tell(post.database, back)
    await post.read()
    assert len(await post.events(EventType.ROLLBACK_STARTED)) == 1
    back.tell("Pipeline", "SUCCEEDED", **{"execution-type": "ROLLBACK"})
    await tell(post.database, back)
    await post.all()
    types = [
        type_
        for type_, _ in await post.events(*EventType)
        if type_.startswith(("rollback", "pipeline.b", "pipeline.rec"))
    ]
    assert types == ["pipeline.broken", "rollback.started", "rollback.ended"]
    assert len(collector.bodies) == 3


async def test_an_archived_route_is_sent_nothing(post: Post, collector: Collector) -> None:
    """Not even what was made before."""
    await route(post.database, collector.url, events=["alarm.changed"])
    await happen(post.database, alarm("ALARM"))
    await post.read()
    async with post.database.transaction() as session:
        await archive(session, Kind.NOTIFICATION_ROUTE, "all")
    await post.send()
    assert collector.bodies == []


async def test_a_test_passes_quiet_hours_and_back_off(post: Post, collector: Collector) -> None:
    """It is tried once, at once; a target that takes it is no longer failing."""
    await route(post.database, collector.url, events=["alarm.changed"], quiet_hours=["MON-SUN 00:00-23:59"])
    collector.answers = [(410, {}, b"")]
    async with post.database.transaction() as session:
        await request_test(session, "mary", post.now, "all", URL)
        await request_test(session, "mary", post.now, "all", URL)  # the one that waits
    await post.send()
    assert await post.rows("status, error") == [("EXPIRED", "HTTP 410")]
    async with post.database.transaction() as session:
        await request_test(session, "mary", post.now, "all", URL)
    await post.send()
    assert (await post.rows("status"))[1] == ("SENT",)
    assert told(collector)[1]["type"] == "interlock.notification.test"


async def test_no_secret_is_kept(post: Post, collector: Collector, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever fails: neither the key nor the address of a Slack webhook is in a row, an event or the log."""
    for secret, channel, address in (
        (f"http://127.0.0.1:1/services/T/{'B' * 10}", "SLACK", "#x"),
        ("whsec_dG9vIHNob3J0", "WEBHOOK", collector.url),
    ):
        async with _channels(secret=secret) as channels:
            given = {"channel": channel, "secret_arn": ARN, "events": ["alarm.changed"]}
            await route(post.database, address, channel.lower(), **given)
            made = Post(post.database, channels)
            await happen(post.database, alarm("ALARM", channel))
            await made.all()
    async with post.database.reading() as connection:
        rows = [row[0] for table in ("notification", "notification_target", "event")
                for row in await connection.execute(text(f"select {table}::text from {table}"))]  # fmt: skip
    seen = "\n".join([*rows, *capsys.readouterr()])
    assert "BBBB" not in seen
    assert "dG9v" not in seen
    assert "FAILING" in seen


def test_a_secret_is_masked() -> None:
    """The whole of it, and an address without its scheme."""
    assert masked("could not reach hooks.slack.com/x", "https://hooks.slack.com/x") == "could not reach ***"
    assert masked("xoxb-1 is wrong", "xoxb-1") == "*** is wrong"
    assert masked("nothing", None) == "nothing"


@pytest.mark.parametrize(
    ("failures", "asked", "seconds"), [(1, 0, 2), (4, 0, 16), (99, 0, 600), (1, 120, 120), (1, 1e9, 3600), (99, 5, 600)]
)
def test_the_back_off_doubles_up_to_a_bound(failures: int, asked: float, seconds: float) -> None:
    """Or is what the target asked for, an hour at most."""
    assert again_after(failures, asked) == timedelta(seconds=seconds)
