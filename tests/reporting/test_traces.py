"""Executions become traces in a collector: real rows, a real socket, real protobuf."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from sqlalchemy import text

from domain.configuration.kinds import Kind
from domain.spans import span_id
from domain.words import CheckRunStatus, CheckWhen
from models.engine import Database
from models.settings import Settings
from reporting import run, telemetry
from reporting.sender import TRACES, Refusal, Sender
from reporting.traces import LEASE, LONGEST_BACK_OFF, Traces, again_after
from resolvers import checking
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import register
from tests.fleet import register_fleet, register_payments
from tests.reporting.conftest import Collector

pytestmark = pytest.mark.database
SETTLE = timedelta(seconds=60)
OTHER = "7d0a4c55-3f0e-4a53-8f3f-000000000002"


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A database in which the pipeline of payments is registered, and its wave prod-1 has a check."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await register(
            session,
            Kind.CHECK,
            name="smoke",
            kind="LAMBDA",
            when="AFTER",
            wave="prod-1",
            configuration={"functionName": "smoke"},
        )
    return database


@pytest.fixture
async def sender(collector: Collector) -> AsyncIterator[Sender]:
    """A sender to the collector."""
    async with Sender(f"{collector.url}/v1/traces", {"x-team": "payments"}) as opened:
        yield opened


def later(**passed: float) -> datetime:
    """So long after everything that the test has recorded; the log's times are the database's."""
    return datetime.now(UTC) + timedelta(**passed)


def traces(database: Database, **given: Any) -> Traces:
    """A reporter as `run` makes it."""
    return Traces(database, telemetry.resource(Settings(**given)), SETTLE)


async def tell(database: Database, story: stories.Story) -> None:
    """Record what CodePipeline says."""
    async with database.transaction() as session:
        await record_envelopes(session, story.envelopes)


async def outbox(database: Database) -> list[tuple[Any, ...]]:
    """Every sealed span with its bytes and whether it was sent."""
    async with database.reading() as connection:
        found = await connection.execute(
            text("select trace_id, span_id, body, sent_at is not null from span_outbox order by trace_id, span_id")
        )
        return [tuple(row) for row in found]


def attributes(span: Span) -> dict[str, str]:
    """The attributes that are text."""
    return {each.key: each.value.string_value for each in span.attributes if each.value.HasField("string_value")}


async def test_an_execution_is_one_trace(fleet: Database, collector: Collector, sender: Sender) -> None:
    """Its id is the execution's, every parent is in it, and the run, a deployment, and a check say what they were."""
    await tell(fleet, stories.failed())
    async with fleet.transaction() as session:
        given = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        checks = await checking.start_check_runs(session, "gate", now=stories.BEGIN, **given)
        await checking.finish_check_run(
            session, "gate", now=stories.BEGIN, check_run=checks[0].id, status=CheckRunStatus.PASSED
        )
    reporter = traces(fleet)
    assert await reporter.seal_due(later(seconds=61))
    assert await reporter.send_due(sender, later(seconds=61))
    assert not await reporter.send_due(sender, later(seconds=61))

    found = collector.spans()
    assert len(collector.bodies) == 1
    assert {span.trace_id.hex() for span in found} == {stories.EXECUTION.replace("-", "")}
    by_id = {span.span_id: span for span in found}
    assert len(by_id) == len(found)
    named = {span.name: span for span in found}
    root = named["RUN payments"]
    assert [span.name for span in found if not span.parent_span_id] == ["RUN payments"]
    assert all(span.parent_span_id in by_id for span in found if span is not root)
    assert root.span_id.hex() == span_id(stories.EXECUTION, 1)
    assert root.kind == Span.SPAN_KIND_SERVER
    assert root.status.code == Status.STATUS_CODE_ERROR
    assert root.status.message == f"prod-1/prod-us-east-1.Deploy: {stories.FAILURE}"
    assert attributes(root)["cicd.pipeline.result"] == "failure"
    assert attributes(root)["vcs.ref.head.revision"] == "9f2c1ab"
    deployment = named["prod-us-east-1"]
    assert by_id[deployment.parent_span_id].name == "prod-1"
    assert by_id[named["prod-us-east-1.Deploy"].parent_span_id] is deployment
    assert attributes(deployment)["deployment.environment.name"] == "production"
    assert attributes(deployment)["deployment.status"] == "failed"
    assert attributes(deployment)["cloud.account.id"] == "111111111111"
    assert attributes(named["Synth"])["cicd.pipeline.task.type"] == "build"
    assert by_id[named["smoke prod-1"].parent_span_id].name == "prod-1"
    assert attributes(named["smoke prod-1"])["cicd.pipeline.task.type"] == "test"
    assert root.start_time_unix_nano == int(stories.BEGIN.timestamp()) * 10**9


async def test_the_request_is_otlp(fleet: Database, collector: Collector) -> None:
    """Protobuf, gzip, the headers and the resource that OpenTelemetry's settings give."""
    await tell(fleet, stories.failed())
    settings = Settings(
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20abc,x-team=payments",
        OTEL_SERVICE_NAME="releases",
        OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test,service.name=overridden",
    )
    reporter = Traces(fleet, telemetry.resource(settings), SETTLE)
    await reporter.seal_due(later(seconds=61))
    async with telemetry.sender(settings, TRACES, settings.exporter("traces").url or "") as sender:
        assert await reporter.send_due(sender, later(seconds=61))
    assert collector.paths == ["/v1/traces"]
    sent = collector.headers[0]
    assert sent["content-type"] == "application/x-protobuf"
    assert sent["content-encoding"] == "gzip"
    assert sent["authorization"] == "Bearer abc"
    resources = [each.resource for request in collector.requests() for each in request.resource_spans]
    assert {each.key: each.value.string_value for each in resources[0].attributes} == {
        "deployment.environment.name": "test",
        "service.name": "releases",
    }


async def test_nothing_is_sealed_before_it_has_settled(fleet: Database) -> None:
    """A late event may still change an execution that ended just now."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    assert not [each for each in [await reporter.seal_due(later(seconds=30))] if await outbox(fleet)]
    assert await reporter.seal_due(later(seconds=61))
    sealed = await outbox(fleet)
    assert sealed
    assert not await reporter.seal_due(later(seconds=90))
    assert await outbox(fleet) == sealed


async def test_a_collector_that_fails_gets_the_same_bytes_again(
    fleet: Database, collector: Collector, sender: Sender
) -> None:
    """Nothing is lost, and what is sent again, after a back-off, is byte for byte what was sent before."""
    await tell(fleet, stories.failed())
    await tell(fleet, stories.failed(execution=OTHER))
    reporter = traces(fleet)
    now = later(seconds=61)
    await reporter.seal_due(now)
    collector.answers = [(503, {}, b""), (200, {}, b""), (400, {}, b"")]
    assert not await reporter.send_due(sender, now)
    assert await reporter.send_due(sender, now)
    assert not await reporter.send_due(sender, now + timedelta(seconds=1))
    assert not await reporter.send_due(sender, now + timedelta(seconds=2))
    assert not await reporter.send_due(sender, now + timedelta(seconds=5))
    assert await reporter.send_due(sender, now + timedelta(seconds=6))
    first, other, second, third = collector.bodies
    assert first == second == third != other
    assert all(sent for *_, sent in await outbox(fleet))


async def test_a_dead_collector_loses_nothing(fleet: Database, collector: Collector) -> None:
    """With nobody listening everything stays due."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    now = later(seconds=61)
    await reporter.seal_due(now)
    sealed = await outbox(fleet)
    async with Sender("http://127.0.0.1:1/v1/traces", {}) as nobody:
        assert not await reporter.send_due(nobody, now)
    assert await outbox(fleet) == sealed
    async with Sender(collector.url, {}) as sender:
        assert await reporter.send_due(sender, now + timedelta(seconds=2))
    assert len(collector.spans()) == len(sealed)


async def test_a_reporter_that_was_killed_while_sending_is_taken_over(
    fleet: Database, collector: Collector, sender: Sender
) -> None:
    """Killed after the collector had it and before it was marked: when the lease is over, the same bytes go again."""
    await tell(fleet, stories.failed())
    killed, other = traces(fleet), traces(fleet, OTEL_SERVICE_NAME="restarted under another name")
    now = later(seconds=61)
    await killed.seal_due(now)
    batch = await killed._claim(now)
    assert batch is not None
    assert await sender.send(batch.body) is None
    assert not await other.send_due(sender, now + LEASE / 2)
    assert await other.send_due(sender, now + LEASE)
    first, second = collector.bodies
    assert first == second


async def test_a_reporter_that_was_killed_while_sealing_seals_all_or_nothing(
    fleet: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The spans and the cursor are one transaction: afterwards the next one seals the whole, once."""
    await tell(fleet, stories.failed())

    async def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("models.readers.move", killed)
        with pytest.raises(KeyboardInterrupt):
            await traces(fleet).seal_due(later(seconds=61))
    assert await outbox(fleet) == []
    await traces(fleet).seal_due(later(seconds=61))
    assert len({span for _, span, *_ in await outbox(fleet)}) == len(await outbox(fleet)) > 0


async def test_reporters_side_by_side_seal_and_send_once(fleet: Database, collector: Collector, sender: Sender) -> None:
    """Whoever holds the cursor works, the others look again later."""
    for number in range(4):
        await tell(fleet, stories.failed(execution=f"7d0a4c55-3f0e-4a53-8f3f-00000000000{number}"))
    reporters = [traces(fleet), traces(fleet), traces(fleet)]
    now = later(seconds=61)
    while any(await asyncio.gather(*(each.seal_due(now) for each in reporters))):
        pass
    while any(await asyncio.gather(*(each.send_due(sender, now) for each in reporters))):
        pass
    found = collector.spans()
    assert len({span.trace_id for span in found}) == 4
    assert len({(span.trace_id, span.span_id) for span in found}) == len(found) == len(await outbox(fleet))


async def test_a_retry_adds_a_run_to_the_trace(fleet: Database, collector: Collector, sender: Sender) -> None:
    """What was sealed of the first attempt stays as it was; the second has its own spans, linked."""
    story = stories.failed()
    await tell(fleet, story)
    reporter = traces(fleet)
    await reporter.seal_due(later(seconds=61))
    before = await outbox(fleet)
    await tell(fleet, stories.retried())
    await reporter.seal_due(later(seconds=61))
    after = await outbox(fleet)
    assert set(before) < set(after)
    while await reporter.send_due(sender, later(seconds=61)):
        pass
    runs = {span.span_id.hex(): span for span in collector.spans() if span.name == "RUN payments"}
    first, second = span_id(stories.EXECUTION, 1), span_id(stories.EXECUTION, 2)
    assert runs.keys() == {first, second}
    assert [link.span_id.hex() for link in runs[second].links] == [first]
    assert runs[second].status.code == Status.STATUS_CODE_UNSET
    assert len([span for span in collector.spans() if span.name == "Synth"]) == 1


async def test_a_partial_success_is_not_sent_again(fleet: Database, collector: Collector, sender: Sender) -> None:
    """OTLP: what a collector rejected of an accepted request must not be retried."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    await reporter.seal_due(later(seconds=61))
    answer = ExportTraceServiceResponse()
    answer.partial_success.rejected_spans = 2
    answer.partial_success.error_message = "too old"
    collector.answers = [(200, {}, answer.SerializeToString())]
    assert await reporter.send_due(sender, later(seconds=61))
    assert not await reporter.send_due(sender, later(hours=1))
    assert len(collector.bodies) == 1


async def test_what_comes_after_sealing_changes_no_trace(fleet: Database) -> None:
    """A late fact changes rows, and an end is told again: not a span is added, not a byte is changed."""
    story = stories.failed()
    late = story.envelopes[3]
    told = [each for each in story.envelopes if each is not late]
    async with fleet.transaction() as session:
        await record_envelopes(session, told[:-1])
        await record_envelopes(session, told[-1:])
    reporter = traces(fleet)
    await reporter.seal_due(later(seconds=61))
    sealed = await outbox(fleet)
    async with fleet.transaction() as session:
        await record_envelopes(session, [late])
        await session.execute(text("update pipeline_execution set revision = null"))
    stopped = stories.Story(execution=stories.EXECUTION, begin=stories.BEGIN + timedelta(hours=1))
    stopped.tell("Pipeline", "STOPPED")["id"] = "an end that comes late"
    await tell(fleet, stopped)
    await reporter.seal_due(later(seconds=61))
    assert await outbox(fleet) == sealed


async def test_an_attempt_that_was_never_sealed_is_not_linked_to(
    fleet: Database, collector: Collector, sender: Sender
) -> None:
    """Retried within the settling time, then retried again after it was sealed: the link leads to what there is."""
    story = stories.failed()
    await tell(fleet, story)
    await traces(fleet).seal_due(later(seconds=61))
    for _ in range(2):
        story.retry()
        story.stage("prod-1", "RESUMED")
        story.action("prod-1", "prod-us-east-1.Deploy", "STARTED")
        story.action("prod-1", "prod-us-east-1.Deploy", "FAILED", summary=stories.FAILURE)
        story.stage("prod-1", "FAILED")
        story.run("FAILED")
    await tell(fleet, story)
    reporter = traces(fleet)
    await reporter.seal_due(later(seconds=61))
    while await reporter.send_due(sender, later(seconds=61)):
        pass
    runs = {span.span_id.hex(): span for span in collector.spans() if span.name == "RUN payments"}
    first, third = span_id(stories.EXECUTION, 1), span_id(stories.EXECUTION, 3)
    assert runs.keys() == {first, third}
    assert [link.span_id.hex() for link in runs[third].links] == [first]
    assert {each.key: each.value.string_value for each in runs[third].links[0].attributes} == {
        "interlock.link": "retry_of"
    }


async def test_a_retry_that_nobody_counts_is_another_run(fleet: Database, collector: Collector, sender: Sender) -> None:
    """Where a sender tells no attempts, what began after the sealed end is the next one."""
    await tell(fleet, stories.failed(attempt=None))
    reporter = traces(fleet)
    await reporter.seal_due(later(seconds=61))
    await tell(fleet, stories.retried(attempt=None))
    await reporter.seal_due(later(seconds=61))
    await reporter.seal_due(later(seconds=61))
    while await reporter.send_due(sender, later(seconds=61)):
        pass
    runs = [span.span_id.hex() for span in collector.spans() if span.name == "RUN payments"]
    assert sorted(runs) == sorted([span_id(stories.EXECUTION, 1), span_id(stories.EXECUTION, 2)])


async def test_what_is_refused_for_ever_holds_nobody_back(
    fleet: Database, collector: Collector, sender: Sender
) -> None:
    """A batch that a collector will never take waits by itself, longer each time; it is kept, and others go."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    now = later(seconds=61)
    await reporter.seal_due(now)
    collector.answers = [(400, {}, b"no")] * 8
    for _ in range(8):
        assert not await reporter.send_due(sender, now)
        assert not await reporter.send_due(sender, now)  # it has backed off, so nothing is due
        now += LONGEST_BACK_OFF
    await tell(fleet, stories.failed(execution=OTHER))
    await reporter.seal_due(later(seconds=61))
    collector.answers = [(200, {}, b""), (400, {}, b"no")]
    assert await reporter.send_due(sender, later(seconds=62))
    sent = {trace: sent for trace, _, _, sent in await outbox(fleet)}
    assert sent == {OTHER.replace("-", ""): True, stories.EXECUTION.replace("-", ""): False}


async def test_a_batch_that_is_too_large_goes_in_halves(fleet: Database, collector: Collector, sender: Sender) -> None:
    """413 until it is small enough: every span arrives once, and each span's bytes are what was sealed."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    now = later(seconds=61)
    await reporter.seal_due(now)
    collector.answers = [(413, {}, b""), (413, {}, b""), (200, {}, b""), (413, {}, b"")]
    turns = 0
    while await reporter.send_due(sender, now + timedelta(seconds=turns)):
        turns += 1
    assert len(collector.bodies) == turns == 7
    sealed = await outbox(fleet)
    assert all(sent for *_, sent in sealed)
    accepted = [body for number, body in enumerate(collector.bodies) if number not in {0, 1, 3}]
    assert max(len(gzip.decompress(body)) for body in accepted) < sum(len(bytes(row[2])) for row in sealed)
    assert sum(len(gzip.decompress(body)) for body in accepted) == sum(len(bytes(row[2])) for row in sealed)


async def test_a_span_that_is_too_large_alone_backs_off(fleet: Database, collector: Collector, sender: Sender) -> None:
    """There is nothing left to cut: it waits like every other refusal, and the rest has gone."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    now = later(seconds=61)
    await reporter.seal_due(now)
    async with fleet.transaction() as session:
        await session.execute(
            text("delete from span_outbox where span_id <> :run"), {"run": span_id(stories.EXECUTION, 1)}
        )
    collector.answers = [(413, {}, b"")]
    assert not await reporter.send_due(sender, now)
    assert not await reporter.send_due(sender, now)
    assert await reporter.send_due(sender, now + timedelta(seconds=2))


async def test_a_collector_that_is_ill_for_a_while_loses_nothing(
    fleet: Database, collector: Collector, sender: Sender
) -> None:
    """500, then "leave me alone for a minute", then a hang: afterwards everything is there once, the same bytes."""
    for number in range(3):
        await tell(fleet, stories.failed(execution=f"7d0a4c55-3f0e-4a53-8f3f-00000000000{number}"))
    reporter = traces(fleet)
    now = later(seconds=61)
    await reporter.seal_due(now)
    sealed = await outbox(fleet)
    collector.answers = [(500, {}, b""), (429, {"retry-after": "60"}, b""), (502, {}, b"")]
    for _ in range(3):
        assert not await reporter.send_due(sender, now)
    assert not await reporter.send_due(sender, now)
    for seconds in (2, 59):  # one of them was asked to wait for a minute
        while await reporter.send_due(sender, now + timedelta(seconds=seconds)):
            pass
    assert len({trace for trace, _, _, sent in await outbox(fleet) if not sent}) == 1
    assert await reporter.send_due(sender, now + timedelta(seconds=60))
    assert [row[:3] for row in await outbox(fleet)] == [row[:3] for row in sealed]
    bodies = collector.bodies
    assert sorted(bodies[:3]) == sorted(bodies[3:])


async def test_sent_spans_are_removed_and_a_retry_is_still_told_apart(
    fleet: Database, collector: Collector, sender: Sender
) -> None:
    """A week after it was sent a span is gone, a thousand a turn; what was not sent stays; nothing is sealed again."""
    await tell(fleet, stories.failed())
    await tell(fleet, stories.failed(execution=OTHER))
    reporter = traces(fleet)
    now = later(seconds=61)
    await reporter.seal_due(now)
    assert await reporter.send_due(sender, now)
    assert not await reporter.prune_due(now)
    assert await reporter.prune_due(now + timedelta(seconds=1))
    assert not await reporter.prune_due(now + timedelta(seconds=1))
    left = await outbox(fleet)
    assert len({trace for trace, *_ in left}) == 1
    assert not any(sent for *_, sent in left)
    async with fleet.transaction() as session:
        await session.execute(text("update reader set cursor = 'of-another-log'"))
    await reporter.seal_due(now)
    assert await outbox(fleet) == left
    while await reporter.send_due(sender, now):
        pass
    await reporter.prune_due(now + timedelta(seconds=1))
    await tell(fleet, stories.retried())
    await reporter.seal_due(later(seconds=61))
    runs = {span for _, span, *_ in await outbox(fleet)}
    assert span_id(stories.EXECUTION, 2) in runs
    assert span_id(stories.EXECUTION, 1, "stage", "Source") not in runs


async def test_a_cursor_of_another_log_begins_again(fleet: Database) -> None:
    """After a restore the log is read from its beginning; what was sealed is sealed."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    await reporter.seal_due(later(seconds=61))
    sealed = await outbox(fleet)
    async with fleet.transaction() as session:
        await session.execute(text("update reader set cursor = 'of-another-log'"))
    await reporter.seal_due(later(seconds=61))
    assert await outbox(fleet) == sealed


async def test_a_clock_that_was_wrong_binds_nobody(fleet: Database, collector: Collector) -> None:
    """Spans that were put off by a clock a year ahead are sent soon after it is right again."""
    await tell(fleet, stories.failed())
    reporter = traces(fleet)
    async with telemetry.sender(Settings(), TRACES, collector.url) as sender:
        await reporter.seal_due(later(days=365))
        assert not await reporter.send_due(sender, later())
        while await reporter.send_due(sender, later()):
            pass
    assert {each[3] for each in await outbox(fleet)} == {True}


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"), [(1, 0, 2), (3, 0, 8), (3, 20, 20), (50, 0, 300), (1, 9000, 300)]
)
def test_the_back_off_doubles_up_to_a_bound(attempts: int, asked: float, seconds: float) -> None:
    """What the collector asks for is respected within the bound."""
    assert again_after(attempts, Refusal("HTTP 503", asked)) == timedelta(seconds=seconds) <= LONGEST_BACK_OFF


async def test_it_runs_until_it_is_asked_to_stop(fleet: Database, collector: Collector) -> None:
    """`run` sends what is there, and ends by itself when the event is set."""
    await tell(fleet, stories.failed())
    stop = asyncio.Event()
    settings = Settings(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{collector.url}/traces", settle_seconds=0)
    task = asyncio.create_task(run(fleet, settings, stop, lambda: later(seconds=1)))
    assert await asyncio.to_thread(collector.arrived.wait, 60)
    stop.set()
    await task
    assert collector.paths == ["/traces"]
    assert all(sent for *_, sent in await outbox(fleet))


async def test_without_an_endpoint_spans_are_kept(fleet: Database) -> None:
    """Whoever sets one later gets them all."""
    await tell(fleet, stories.failed())
    stop = asyncio.Event()

    def now() -> datetime:
        stop.set()
        return later(seconds=61)

    await run(fleet, Settings(), stop, now)
    kept = await outbox(fleet)
    assert kept
    assert not any(sent for *_, sent in kept)
