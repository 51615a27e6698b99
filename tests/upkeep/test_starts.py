"""Pipelines that are started: AWS's answers are stubbed, because no emulator has CodePipeline; all else is real."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from sqlalchemy import delete, func, select, update

from aws.accounts import Accounts, UnreachableError
from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Refused
from domain.upkeep import token
from models.tables import Pipeline, PipelineStart
from resolvers import upkeep
from resolvers.pipelines import register_pipeline
from tests.configuring import TESTER, URL, archive
from tests.configuring import update as updated
from tests.upkeep.conftest import DAY, EUROPE, NOW, STARTER, World

pytestmark = pytest.mark.database

ACCOUNT = "999999999999"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OLD = "sha256:" + "0" * 64
ANY_START = {"name": ANY, "clientRequestToken": ANY}


class CodePipeline(Accounts):
    """CodePipeline of every account: answers as it is told, in order, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__("interlock-starter", STARTER)
        self.asked: list[dict[str, Any]] = []
        self.stubber: Stubber = None  # type: ignore[assignment]  # of the client below
        self.expect()

    def expect(self) -> None:
        """Forgets the answers that nobody asked for."""
        self._client = boto3.Session("key", "secret", region_name=EUROPE).client("codepipeline")
        self._client.meta.events.register("provide-client-params.*.*", self._ask)  # before the stub answers
        self.stubber = Stubber(self._client)
        self.stubber.activate()

    def _ask(self, params: dict[str, Any], **_: Any) -> None:
        self.asked.append(params)

    def starts(self, *names: str) -> None:
        """The pipelines of these names, in this order, are started."""
        for name in names:
            wanted = {"name": name, "clientRequestToken": ANY}
            answer = {"pipelineExecutionId": f"execution-{name}"}
            self.stubber.add_response("start_pipeline_execution", answer, wanted)

    def refuses(self, code: str, message: str) -> None:
        """The next start is refused."""
        self.stubber.add_client_error("start_pipeline_execution", code, message)

    def session(self, account: str, region: str) -> Any:
        assert (account, region) == (ACCOUNT, EUROPE)
        return self

    def client(self, service: str, **_: Any) -> Any:
        assert service == "codepipeline"
        return self._client

    @property
    def names(self) -> list[str]:
        """The pipelines for which AWS was asked so far."""
        return [each["name"] for each in self.asked]


@pytest.fixture
def aws(world: World) -> CodePipeline:
    """What the world's worker starts pipelines with."""
    world.starter = made = CodePipeline()
    return made


async def organisation(world: World, **given: Any) -> None:
    """The organisation, with what is given."""
    arns = {
        "connection_arn": f"arn:aws:codeconnections:{EUROPE}:{ACCOUNT}:connection/0f5b706a",
        "event_bus_arn": f"arn:aws:events:{EUROPE}:888888888888:event-bus/interlock",
    }
    place = {"pipeline_account": ACCOUNT, "pipeline_region": EUROPE}
    await world.register(Kind.ORGANISATION, **{"name": "acme", **place, **arns, "start_pipelines": True, **given})


async def pipeline(world: World, name: str, *, digest: str = OLD, at: timedelta = timedelta(0)) -> str:
    """A service's pipeline, made from a plan that is no longer; its ARN."""
    async with world.database.transaction() as session:
        made = await register_pipeline(
            session,
            TESTER,
            now=NOW + at,
            name=name,
            account=ACCOUNT,
            region=EUROPE,
            repository=f"acme/{name}",
            plan_digest=digest,
            structure={"stages": []},
            url=URL,
        )
        return made.arn


async def stale(world: World, *names: str) -> list[str]:
    """Services whose pipelines are stale, each a minute later than the one before; their ARNs."""
    arns = []
    for number, name in enumerate(names):
        await world.register(Kind.SERVICE, name=name, repository=f"acme/{name}", placement=["alpha-*"])
        arns.append(await pipeline(world, name, at=number * MINUTE - DAY))
    return arns


async def of(world: World, arn: str) -> Pipeline:
    """Its row."""
    found: list[Pipeline] = await world.scalars(select(Pipeline).where(Pipeline.arn == arn))
    return found[0]


async def test_a_stale_pipeline_is_started_once(world: World, aws: CodePipeline) -> None:
    """For each plan that is wanted: with a token of its own, an event, and no second time."""
    await organisation(world)
    (arn,) = await stale(world, "payments")
    aws.starts("payments")
    await world.turn()
    await world.turn(DAY)
    row = await of(world, arn)
    assert row.wanted_digest is not None
    assert (row.started_for, row.started_at) == (row.wanted_digest, NOW)
    assert aws.asked == [{"name": "payments", "clientRequestToken": token(arn, row.wanted_digest, NOW)}]
    said = {"pipeline": "payments", "pipelineArn": arn, "service": "payments", "wantedDigest": row.wanted_digest}
    more = {"executionId": "execution-payments", "askedBy": None, "reason": None}
    assert await world.told("pipeline.started") == [("pipeline.started", {**said, **more})]


async def test_another_plan_is_another_start(world: World, aws: CodePipeline) -> None:
    """And a plan that comes back later, after the pipeline was built from another one, is one again."""
    await organisation(world)
    (arn,) = await stale(world, "payments")
    digests = []
    for number in range(3):
        aws.starts("payments")
        await world.turn(HOUR)
        digest = (await of(world, arn)).wanted_digest
        assert digest is not None
        digests.append(digest)
        await pipeline(world, "payments", digest=digest)
        assert (await of(world, arn)).stale_at is None
        async with world.database.transaction() as session:
            await updated(session, Kind.SERVICE, "payments", branch="main" if number % 2 else "next")
    assert digests[0] == digests[2] != digests[1]
    assert len({each["clientRequestToken"] for each in aws.asked}) == 3


@pytest.mark.parametrize("given", [{"start_pipelines": False}, None])
async def test_nothing_is_started_unless_the_organisation_says_so(
    world: World, aws: CodePipeline, given: dict[str, Any] | None
) -> None:
    """Nor before there is one; what was to be started is not, when it says so no longer."""
    if given is not None:
        await organisation(world, **given)
    await stale(world, "payments")
    await world.turn()
    assert aws.asked == []
    assert await world.scalars(select(PipelineStart.id)) == []


async def test_an_hour_has_its_limit_and_the_oldest_comes_first(world: World, aws: CodePipeline) -> None:
    """Counted in the database: a worker that is started anew starts no more of them."""
    await organisation(world, pipeline_starts_per_hour=2)
    await stale(world, "orders", "basket", "payments", "users", "search")
    for names in (("orders", "basket"), ("payments", "users"), ("search",)):
        aws.starts(*names)
        await world.turn()
        await world.turn(HOUR - MINUTE)
        aws.stubber.assert_no_pending_responses()
        world.now += MINUTE
    assert aws.names == ["orders", "basket", "payments", "users", "search"]


async def test_in_no_hour_are_there_more(world: World, aws: CodePipeline) -> None:
    """The hour slides: one that was started at its beginning makes room for one, not for all."""
    await organisation(world, pipeline_starts_per_hour=2)
    await stale(world, "orders")
    aws.starts("orders")
    await world.turn()
    await stale(world, "basket", "payments", "users")
    aws.starts("basket")
    await world.turn(HOUR / 2)
    aws.starts("payments")
    await world.turn(HOUR / 2)
    assert aws.names == ["orders", "basket", "payments"]


Freezing = tuple[str, str | None]


@pytest.mark.parametrize("frozen", [("ORGANISATION", None), ("SERVICE", "orders"), ("TEAM", "payments")])
async def test_a_freeze_holds_back_until_it_ends(world: World, aws: CodePipeline, frozen: Freezing) -> None:
    """Others are started meanwhile, unless it is of everything."""
    await organisation(world)
    await stale(world, "orders", "basket")
    async with world.database.transaction() as session:
        await updated(session, Kind.SERVICE, "orders", team="payments")
    scope, target = frozen
    times = {"starts_at": NOW - HOUR, "ends_at": NOW + HOUR, "reason": "Peak season"}
    await world.register(Kind.FREEZE, name="peak", scope=scope, target=target, **times)
    others = [] if target is None else ["basket"]
    aws.starts(*others)
    await world.turn(HOUR - MINUTE)
    assert aws.names == others
    aws.starts("orders", *(["basket"] if target is None else []))
    await world.turn(MINUTE)
    assert aws.names == [*others, "orders", *(["basket"] if target is None else [])]


async def test_what_aws_refuses_is_told_and_tried_later_and_later(world: World, aws: CodePipeline) -> None:
    """In its words, once for each cause; the same start under the same token; and the limit is not used up by it."""
    await organisation(world, pipeline_starts_per_hour=1)
    (arn,) = await stale(world, "payments")
    waits = []
    for _ in range(3):
        aws.refuses("ConcurrentPipelineExecutionsLimitExceededException", "Too many executions")
        await world.turn()
        (due,) = await world.scalars(select(PipelineStart.next_at))
        waits.append((due - world.now).total_seconds())
        await world.turn(due - world.now - timedelta(seconds=1))
        world.now += timedelta(seconds=1)
    assert waits == [60, 120, 240]
    ((_, said),) = await world.told("pipeline.start_failed")
    assert said["cause"] == "ConcurrentPipelineExecutionsLimitExceededException: Too many executions"
    assert (await of(world, arn)).started_for is None
    aws.starts("payments")
    await world.turn()
    assert len(await world.told("pipeline.started")) == 1
    assert len({each["clientRequestToken"] for each in aws.asked}) == 1


async def test_one_that_is_refused_stops_no_other(world: World, aws: CodePipeline) -> None:
    """Nor an account that cannot be reached."""
    await organisation(world)
    await stale(world, "orders", "basket")
    aws.refuses("PipelineNotFoundException", "There is no such pipeline")
    aws.starts("basket")
    await world.turn()
    assert [said["pipeline"] for _, said in await world.told("pipeline.started")] == ["basket"]

    def unreachable(*_: str) -> Any:
        raise UnreachableError("account 999999999999 cannot be reached: AccessDenied")

    aws.session = unreachable  # type: ignore[method-assign]
    await world.turn(HOUR)
    causes = [said["cause"] for _, said in await world.told("pipeline.start_failed")]
    assert causes[-1] == "account 999999999999 cannot be reached: AccessDenied"


async def test_what_a_dead_worker_began_is_asked_for_again_under_its_token(world: World, aws: CodePipeline) -> None:
    """AWS then answers with the execution that there is already; it counts once."""
    await organisation(world, pipeline_starts_per_hour=2)
    (arn,) = await stale(world, "payments")
    async with world.database.transaction() as session:
        await upkeep.ask_for_stale(session, NOW)
        wanted = await upkeep.claim_start(session, NOW)
    assert wanted is not None
    await world.turn(MINUTE)
    assert aws.asked == []
    aws.starts("payments")
    await world.turn(upkeep.LEASE)
    assert aws.asked[0]["clientRequestToken"] == token(arn, wanted.digest, wanted.asked_at)
    assert await world.scalars(select(func.count(PipelineStart.id))) == [1]


async def test_a_pipeline_that_is_current_again_is_not_started(world: World, aws: CodePipeline) -> None:
    """A freeze held it back until the plan was the old one again; or its service went."""
    await organisation(world)
    await stale(world, "payments", "orders")
    times = {"starts_at": NOW, "ends_at": NOW + HOUR, "reason": "Peak season"}
    await world.register(Kind.FREEZE, name="peak", scope="ORGANISATION", **times)
    await world.turn()
    assert len(await world.scalars(select(PipelineStart.id))) == 2
    async with world.database.transaction() as session:
        await session.execute(update(Pipeline).where(Pipeline.name == "payments").values(stale_at=None))
        await archive(session, Kind.SERVICE, "orders")
    await world.turn(HOUR)
    assert aws.asked == []
    assert await world.scalars(select(PipelineStart.id)) == []


async def request(world: World, arn: str, **given: Any) -> None:
    """Somebody wants it started."""
    async with world.database.transaction() as session:
        await upkeep.request_start(session, world.by(**given), arn)


async def test_somebody_may_ask_for_a_start(world: World, aws: CodePipeline) -> None:
    """Of a current pipeline too, and where the organisation starts none by itself; the event says who and why."""
    await organisation(world, start_pipelines=False)
    (arn,) = await stale(world, "payments")
    await request(world, arn, reason="once more", idempotency_key="k")
    await request(world, arn, reason="me too")
    aws.starts("payments")
    await world.turn()
    await request(world, arn, reason="once more", idempotency_key="k")
    await world.turn(HOUR)
    ((_, said),) = await world.told("pipeline.started")
    assert (said["askedBy"], said["reason"]) == (TESTER, "once more")
    await request(world, arn, idempotency_key="k2")
    aws.starts("payments")
    await world.turn(HOUR)
    assert len({each["clientRequestToken"] for each in aws.asked}) == 2


async def test_a_request_is_held_back_like_any_start(world: World, aws: CodePipeline) -> None:
    """By the hour's limit and by freezes; and it makes what waits for its next try due at once."""
    await organisation(world, pipeline_starts_per_hour=1)
    first, second = await stale(world, "orders", "basket")
    aws.refuses("Throttling", "Rate exceeded")
    aws.starts("basket")
    await world.turn()
    await request(world, first)
    await world.turn(timedelta(seconds=1))
    assert aws.names == ["orders", "basket"]
    await request(world, second)
    aws.starts("orders")
    await world.turn(HOUR)
    assert aws.names == ["orders", "basket", "orders"]


async def test_requests_and_the_worker_at_the_same_time(world: World, aws: CodePipeline) -> None:
    """Nobody waits for ever for another, and nothing stays undone."""
    await organisation(world)
    arns = await stale(world, "orders", "basket")
    for _ in range(8):  # a request that comes after the start is another start
        aws.stubber.add_response("start_pipeline_execution", {"pipelineExecutionId": "e"}, ANY_START)
    await asyncio.gather(*(request(world, arn) for arn in arns * 3), world.turn(), world.turn())
    await world.turn()
    assert await world.scalars(select(PipelineStart.id).where(PipelineStart.ended_at.is_(None))) == []
    assert {"orders", "basket"} == set(aws.names)
    assert await world.told("pipeline.start_failed") == []


async def test_a_request_that_cannot_be_is_refused(world: World) -> None:
    """Unknown pipelines, those that nobody registered, and a key that was used for another one."""
    (arn,) = await stale(world, "payments")
    with pytest.raises(NotFound) as unknown:
        await request(world, arn + "s")
    assert unknown.value.suggestions == [arn]
    await request(world, arn, idempotency_key="k")
    (other,) = await stale(world, "orders")
    with pytest.raises(Refused) as reused:
        await request(world, other, idempotency_key="k")
    assert reused.value.code == "IDEMPOTENCY_KEY_REUSED"
    async with world.database.transaction() as session:
        await session.execute(delete(PipelineStart))
        await session.execute(update(Pipeline).where(Pipeline.arn == other).values(service_id=None))
    with pytest.raises(Refused) as foreign:
        await request(world, other)
    assert foreign.value.code == "NOT_REGISTERED"


async def test_what_a_dead_worker_began_is_not_begun_again_when_nobody_wants_it(
    world: World, aws: CodePipeline
) -> None:
    """The organisation starts none any more, or the pipeline is current: only what a person asked for goes on."""
    await organisation(world)
    await stale(world, "payments", "orders")
    async with world.database.transaction() as session:
        await upkeep.ask_for_stale(session, NOW)
        for _ in range(2):
            assert await upkeep.claim_start(session, NOW) is not None
    async with world.database.transaction() as session:
        await session.execute(update(Pipeline).where(Pipeline.name == "payments").values(stale_at=None))
    await organisation(world, start_pipelines=False)
    await world.turn(upkeep.LEASE)
    assert aws.asked == []
    await organisation(world)
    aws.starts("orders")
    await world.turn()
    assert aws.names == ["orders"]


async def test_a_reason_is_one_that_can_be_kept(world: World) -> None:
    """As of any change: not of megabytes, and without NUL."""
    (arn,) = await stale(world, "payments")
    for reason in ("x" * 5_000_000, "\0"):
        with pytest.raises(InvalidValue):
            await request(world, arn, reason=reason)
