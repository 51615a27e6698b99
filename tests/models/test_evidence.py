"""The evidence of failure that SQL finds is what a plain reading of the same history finds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen, DeploymentStatus
from models.engine import Database
from models.tables import FailureEvidence
from tests.deliveries import EU, US, History

pytestmark = pytest.mark.database

SUCCEEDED, FAILED, STOPPED = DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED, DeploymentStatus.STOPPED
Found = set[tuple[UUID, str, UUID | None]]


@dataclass(frozen=True)
class Told:
    """One deployment as the history was told."""

    key: UUID
    execution: str
    service: str
    environment: str
    ended: float
    status: DeploymentStatus
    revision: str | None
    touched: bool
    target: str | None
    rollback: bool


async def tell(history: History, random: Random, executions: int) -> list[Told]:
    """Executions one after the other, now and then a rollback, to some environments, with all kinds of ends."""
    told: list[Told] = []
    for number in range(executions):
        service = random.choice(["payments", "orders"])
        earlier = [each for each in told if each.service == service]
        rollback = bool(earlier) and random.random() < 0.35
        target = random.choice(earlier).execution if rollback and random.random() < 0.7 else None
        known = target is None or random.random() < 0.5
        revision = random.choice(["one", "two", "three"]) if known else None
        untouched = random.random() < 0.2
        places = random.sample([EU, US], random.randint(1, 2))
        reached = [
            (each, 10 * number + random.randint(1, 9), random.choice([SUCCEEDED, SUCCEEDED, FAILED, STOPPED]))
            for each in places
        ]
        name = f"e{number}"
        await history.run(
            name,
            *reached,
            service=service,
            revision=revision,
            rolls_back_to=target,
            rollback=rollback,
            before_deploying=untouched,
        )
        told += [
            Told(
                key=history.deployments[name, environment],
                execution=name,
                service=service,
                environment=environment,
                ended=ended,
                status=status,
                revision=revision or (None if target else f"revision-of-{name}"),
                touched=status is SUCCEEDED or (status is FAILED and not untouched),
                target=target,
                rollback=rollback,
            )
            for environment, ended, status in reached
        ]
    return told


def read(told: list[Told]) -> Found:
    """What shows a failure, one sentence of docs/delivery.md after the other."""
    found: Found = {(each.key, "DEPLOYMENT", None) for each in told if each.status is FAILED and each.touched}
    for rollback in (each for each in told if each.rollback):
        before = [
            each
            for each in told
            if (each.service, each.environment) == (rollback.service, rollback.environment)
            and each.touched
            and each.ended < rollback.ended
        ]
        last = max(before, key=lambda each: each.ended, default=None)
        if last is None or last.execution == rollback.target:
            continue
        if None in (last.revision, rollback.revision) or last.revision != rollback.revision:
            found.add((last.key, "ROLLBACK", rollback.key))
    return found


@pytest.mark.parametrize("seed", range(4))
async def test_evidence_is_what_a_plain_reading_finds(database: Database, seed: int) -> None:
    """Of forty executions, some of them rollbacks, that succeeded, failed or were stopped; with runs of checks."""
    history = await History(database).begin()
    random = Random(seed)
    told = await tell(history, random, 40)
    expected = read(told)
    for each in told:
        if random.random() < 0.3:
            given = {
                "kind": random.choice([CheckKind.ALARM, CheckKind.LAMBDA]),
                "mode": random.choice([CheckMode.BLOCKING, CheckMode.SHADOW]),
                "when": random.choice([CheckWhen.AFTER, CheckWhen.AFTER, CheckWhen.BEFORE]),
            }
            status = random.choice([CheckRunStatus.FAILED, CheckRunStatus.FAILED, CheckRunStatus.ERRORED])
            name = f"check-{len(expected)}-{each.key}"
            run = await history.check(name, each.execution, each.environment, each.ended + 1, status, **given)
            says_no = status is CheckRunStatus.FAILED and given["mode"] is CheckMode.BLOCKING
            if says_no and given["when"] is CheckWhen.AFTER and each.touched:
                expected.add((each.key, "ALARM" if given["kind"] is CheckKind.ALARM else "CHECK", run))
    table = FailureEvidence.__table__.c
    async with database.reading() as connection:
        rows = (await connection.execute(select(FailureEvidence.__table__))).all()
        ids = (await connection.execute(select(table.id))).scalars().all()
    assert {(row.deployment_id, row.kind, row.check_run_id or row.rollback_id) for row in rows} == expected
    assert len(rows) == len(expected) == len(set(ids))
