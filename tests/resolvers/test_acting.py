"""What a person does to an execution: judged over what was recorded, and kept once CodePipeline has taken it."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.acting import Effect
from domain.configuration.changing import Operation
from domain.configuration.kinds import Kind
from domain.envelopes.returned import TRIGGER
from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.words import ApprovalDecision, OperationKind, RetryMode
from models.engine import Database
from models.event_log import append
from models.tables import Event, Pipeline, PipelineExecution
from resolvers import acting
from resolvers.acting import Approve, Retry, RollBack, Stop, Wanted
from resolvers.configuring import Author
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import URL, apply, update
from tests.fleet import TESTER, register_fleet, register_payments

pytestmark = pytest.mark.database

GOOD = "11111111-6a3e-4f0e-9d52-6f8c6c1d2e3f"
BAD = "22222222-6a3e-4f0e-9d52-6f8c6c1d2e3f"
NOW = stories.BEGIN + timedelta(hours=2)
PROD = ("prod-eu-west-1", "prod-us-east-1")


def _good() -> stories.Story:
    """An execution that has passed prod-1."""
    story = stories.until_prod(execution=GOOD)
    story.good_stage("prod-1", *stories.names_of(stories.PROD_1))
    story.run("SUCCEEDED")
    return story


def _bad() -> stories.Story:
    """A later one, which fails in prod-1."""
    story = stories.failed(execution=BAD, begin=stories.BEGIN + timedelta(hours=1))
    story.envelopes[0]["detail"]["execution-trigger"]["commit-id"] = "bad0bad"
    return story


def _moving() -> stories.Story:
    """One that is deploying to the first environment of prod-1."""
    story = stories.until_prod(execution=BAD, begin=stories.BEGIN + timedelta(hours=1))
    story.stage("prod-1", "STARTED")
    story.action("prod-1", stories.names_of(stories.PROD_1)[0], "STARTED")
    return story


async def _tell(database: Database, *told: stories.Story) -> None:
    async with database.transaction() as session:
        await register_fleet(session)
        await update(session, Kind.STAGE, "prod", on_failure="ROLLBACK")
        await register_payments(session, copy.deepcopy(stories.MAP))
        for story in told:
            await record_envelopes(session, story.envelopes)


def _by(reason: str | None = "the fix is wrong", actor: str = TESTER) -> Author:
    return Author(actor, NOW, URL, reason=reason)


async def _effect(database: Database, wanted: Wanted) -> Effect:
    async with database.snapshot() as session:
        return await acting.effect(session, wanted, actor="tester", now=NOW)


async def _do(database: Database, wanted: Wanted, by: Author | None = None, **done: Any) -> None:
    who = by or _by()
    async with database.snapshot() as session:
        prepared = await acting.prepare(session, who, wanted)
    async with database.transaction() as session:
        await acting.record(session, who, prepared, **done)


async def _told(database: Database, type_: EventType) -> list[tuple[str, dict[str, Any]]]:
    async with database.snapshot() as session:
        rows = await session.execute(select(Event.actor, Event.payload).where(Event.type == type_))
        return [(row[0], row[1]) for row in rows]


async def test_a_stop_names_what_is_in_progress_and_is_kept(database: Database) -> None:
    """With what was in progress then, and why."""
    await _tell(database, _moving())
    effect = await _effect(database, Stop(BAD))
    assert effect.possible
    assert effect.environments == (PROD[0],)
    assert any("alpha-eu-west-1" in each and "stays where it is" in each for each in effect.sentences)
    await _do(database, Stop(BAD, abandon=True))
    [(actor, payload)] = await _told(database, EventType.EXECUTION_STOP_ASKED)
    assert actor == TESTER
    assert payload["abandon"] is True
    assert payload["reason"] == "the fix is wrong"
    assert [(each["stage"], each["environment"]) for each in payload["actions"]] == [("prod-1", PROD[0])]
    assert {"pipeline", "pipelineArn", "service", "executionId", "attempt", "revision"} <= set(payload)


async def test_a_stage_that_has_failed_is_retried(database: Database) -> None:
    """How it is returned, were it to fail again, is said before."""
    await _tell(database, _good(), _bad())
    wanted = Retry(BAD, "prod-1", RetryMode.ALL_ACTIONS)
    effect = await _effect(database, wanted)
    assert effect.possible
    assert "If it fails again, it is rolled back" in effect.sentences[-1]
    await _do(database, wanted)
    [(_, payload)] = await _told(database, EventType.STAGE_RETRY_ASKED)
    assert (payload["pipelineStage"], payload["mode"], payload["attempt"]) == ("prod-1", "ALL_ACTIONS", 1)


async def test_a_stage_is_rolled_back_to_what_passed_it(database: Database) -> None:
    """Whatever the stage does by itself when it fails; the event names both revisions, and who does it."""
    await _tell(database, _good(), _bad())
    effect = await _effect(database, RollBack(BAD, "prod-1"))
    assert [each.passed.execution for each in effect.targets] == [GOOD]
    assert effect.environments == PROD
    await _do(database, RollBack(BAD, "prod-1", GOOD), rollback="33333333-0000-0000-0000-000000000000")
    [(_, payload)] = await _told(database, EventType.STAGE_ROLLBACK_ASKED)
    assert (payload["revision"], payload["targetRevision"]) == ("bad0bad", "9f2c1ab")
    assert (payload["target"], payload["rollback"]) == (GOOD, "33333333-0000-0000-0000-000000000000")
    assert payload["environments"] == list(PROD)


async def test_an_older_execution_is_not_what_is_there(database: Database) -> None:
    """Whoever looks at an old page takes nothing newer back."""
    await _tell(database, _good(), _bad())
    for wanted in (RollBack(GOOD, "prod-1"), Retry(GOOD, "prod-1")):
        effect = await _effect(database, wanted)
        assert (effect.possible, effect.code) == (False, "NOT_LATEST")


async def test_an_approval_that_waits_is_answered_by_a_person(database: Database) -> None:
    """No program of the service answers it."""
    story = _moving()
    story.action("prod-1", "Look", "STARTED")  # of the category Approval, as whatever the stories do not know
    await _tell(database, story)
    wanted = Approve(BAD, "prod-1", "Look", ApprovalDecision.APPROVED)
    assert (await _effect(database, wanted)).possible
    with pytest.raises(Refused, match="a program"):
        await _do(database, wanted, _by(actor="interlock"))
    await _do(database, wanted)
    [(_, payload)] = await _told(database, EventType.APPROVAL_ANSWERED)
    assert (payload["action"], payload["decision"]) == ("Look", "APPROVED")
    deploying = Approve(BAD, "prod-1", stories.names_of(stories.PROD_1)[0], ApprovalDecision.APPROVED)
    assert (await _effect(database, deploying)).code == "NOT_AN_APPROVAL"


async def test_what_is_not_possible_is_refused_as_it_was_said(database: Database) -> None:
    """One judgement: its code, its sentences and its remedy."""
    await _tell(database, _good())
    effect = await _effect(database, Stop(GOOD))
    with pytest.raises(Refused) as refused:
        await _do(database, Stop(GOOD))
    assert (refused.value.code, refused.value.message) == (effect.code, effect.sentences[0])
    assert refused.value.remedy == effect.remedy


@pytest.mark.parametrize("reason", [None, "", "  ", "x" * 2001])
async def test_a_reason_is_given(database: Database, reason: str | None) -> None:
    """A sentence for whoever asks later."""
    await _tell(database, _moving())
    with pytest.raises(InvalidValue, match="reason"):
        await _do(database, Stop(BAD), _by(reason))


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        (Stop("00000000-0000-0000-0000-000000000000"), "execution"),
        (Retry(BAD, "prod-l"), "stage"),
        (RollBack(BAD, "prod-l"), "stage"),
        (Approve(BAD, "prod-1", "Loook", ApprovalDecision.APPROVED), "action"),
    ],
)
async def test_what_there_is_not_is_named(database: Database, wanted: Wanted, kind: str) -> None:
    """With the nearest that there are."""
    await _tell(database, _moving())
    with pytest.raises(NotFound, match=f"There is no {kind}"):
        await _effect(database, wanted)


async def test_a_rollback_that_is_done_has_a_target(database: Database) -> None:
    """Only its effect may be asked for without."""
    await _tell(database, _good(), _bad())
    with pytest.raises(InvalidValue, match="targetExecutionId"):
        await _do(database, RollBack(BAD, "prod-1"))


async def test_a_pipeline_elsewhere_is_not_acted_on(database: Database) -> None:
    """A CI system reports; nobody stops it from here."""
    await _tell(database, _moving())
    async with database.transaction() as session:
        (await session.scalars(select(Pipeline))).one().arn = "interlock:ci:github-actions:acme/payments"
    with pytest.raises(Refused, match="only reports") as refused:
        await _effect(database, Stop(BAD))
    assert refused.value.code == "NOT_CODEPIPELINE"


async def test_what_the_machine_deploys_again_is_not_acted_on(database: Database) -> None:
    """CodePipeline does not know its id: to say that it can be stopped would be a promise that nobody keeps."""
    await _tell(database, _moving())
    async with database.transaction() as session:
        (await session.scalars(select(PipelineExecution))).one().trigger = TRIGGER
    with pytest.raises(Refused, match="by itself") as refused:
        await _effect(database, Stop(BAD))
    assert refused.value.code == "NOT_CODEPIPELINE"


async def _waits_for_an_answer(database: Database) -> None:
    """In production, which needs two persons."""
    story = _moving()
    story.action("prod-1", "Look", "STARTED")
    await _tell(database, story)
    async with database.transaction() as session:
        await update(session, Kind.STAGE, "prod", two_persons=True)


async def _started(database: Database, type_: EventType, subject: str, actor: str, **payload: Any) -> None:
    """As the log has it when somebody has started something."""
    table = {"Pipeline": Pipeline, "PipelineExecution": PipelineExecution}[subject]
    async with database.transaction() as session:
        row = (await session.scalars(select(table))).first()
        assert row is not None
        await append(session, [Happening(type_, subject, row.id, payload)], actor)


@pytest.mark.parametrize(
    ("type_", "subject", "actor", "payload"),
    [
        (EventType.PIPELINE_STARTED, "Pipeline", "interlock", {"executionId": BAD, "askedBy": TESTER}),
        (EventType.STAGE_RETRY_ASKED, "PipelineExecution", TESTER, {"pipelineStage": "alpha"}),
    ],
)
async def test_nobody_approves_what_they_started(
    database: Database, type_: EventType, subject: str, actor: str, payload: dict[str, Any]
) -> None:
    """Where two persons are needed; another one approves it, and whoever started it may reject it."""
    await _waits_for_an_answer(database)
    await _started(database, type_, subject, actor, **payload)
    wanted = Approve(BAD, "prod-1", "Look", ApprovalDecision.APPROVED)
    effect = await _effect(database, wanted)
    assert (effect.possible, effect.code) == (False, "SECOND_PERSON")
    with pytest.raises(Refused, match="anybody else who may approve there"):
        await _do(database, wanted)
    assert (await _effect(database, Approve(BAD, "prod-1", "Look", ApprovalDecision.REJECTED))).possible
    await _do(database, wanted, _by(actor="grace"))


async def test_what_somebody_else_started_is_approved(database: Database) -> None:
    """And what started by itself, or another execution that they did start."""
    await _waits_for_an_answer(database)
    other = {"executionId": GOOD, "askedBy": TESTER}
    await _started(database, EventType.PIPELINE_STARTED, "Pipeline", "interlock", **other)
    await _started(database, EventType.PIPELINE_STARTED, "Pipeline", "interlock", executionId=BAD, askedBy=None)
    await _do(database, Approve(BAD, "prod-1", "Look", ApprovalDecision.APPROVED))


async def test_without_the_rule_one_person_does_both(database: Database) -> None:
    """As it always was."""
    await _waits_for_an_answer(database)
    async with database.transaction() as session:
        operation = Operation(OperationKind.UPDATE, Kind.STAGE, "prod", {"two_persons": False})
        await apply(session, operation, reason="the holidays")
    await _started(database, EventType.STAGE_RETRY_ASKED, "PipelineExecution", TESTER)
    await _do(database, Approve(BAD, "prod-1", "Look", ApprovalDecision.APPROVED))
