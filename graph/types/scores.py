"""Safety scores of services. `domain.safety.score` has the rules."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from domain.safety import score
from domain.safety.score_rules import RULES, SafetyRule
from graph.planner.mapping import OBJECTS
from graph.types.relay import word
from models.clock import now_of
from resolvers import scores

word(SafetyRule)
POINTS = len(RULES)
"""How many a score has at most."""


@strawberry.type(description="The waiver for a rule that is missing: the one in force, or the last one that was.")
class PointWaiver:
    name: str
    reason: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime
    expired: bool = strawberry.field(description="Its time is over: the rule is missing like any other.")


@strawberry.type(description="One rule of the safety score, as it stands for a service.")
class SafetyPoint:
    rule: SafetyRule
    sentence: str = strawberry.field(description="What it asks.")
    source: str = strawberry.field(description="Where it comes from.")
    met: bool
    points: int = strawberry.field(description="What it gives: `of`, or nothing.")
    of: int
    kept: bool = strawberry.field(description="Whether it may be lost only with a waiver, once it is met.")
    missing: str | None = strawberry.field(description="What is missing; null where it is met.")
    remedy: str | None = strawberry.field(description="What to do about that; null where it is met.")
    waiver: PointWaiver | None = strawberry.field(description="What allows it to be missing, or did; null for none.")


@strawberry.type(description="How safely a service reaches production: docs/safety-score.md.")
class Safety:
    score: int = strawberry.field(description="The points of the rules that are met: what is waived is not.")
    of: int = strawberry.field(description="The points of all rules that have something to say of the service.")
    waived: int = strawberry.field(description="The points that are missing, and that a waiver in force allows to be.")
    points: list[SafetyPoint] = strawberry.field(
        description="The rules that have something to say of it.", metadata={OBJECTS: POINTS}
    )


@strawberry.type(description="The safety score of one service.")
class ServiceSafety:
    service: str
    safety: Safety


def shown(found: score.Score) -> Safety:
    """The domain's value as the graph shows it."""
    points = [_point(each, found.at) for each in found.points]
    return Safety(score=found.score, of=found.of, waived=found.waived, points=points)


def _point(each: score.Point, at: datetime) -> SafetyPoint:
    rule = each.rule
    return SafetyPoint(
        rule=rule.rule,
        sentence=rule.rule.sentence,
        source=rule.source,
        met=each.met,
        points=each.points,
        of=rule.points,
        kept=rule.ratchet,
        missing=each.said or None,
        remedy=None if each.met else rule.remedy,
        waiver=_waiver(each.waiver, at) if each.waiver else None,
    )


def _waiver(waiver: score.Waiver, at: datetime) -> PointWaiver:
    return PointWaiver(
        name=waiver.name,
        reason=waiver.reason,
        granted_by=waiver.granted_by,
        granted_at=waiver.granted_at,
        expires_at=waiver.expires_at,
        expired=not waiver.in_force(at),
    )


async def of_services(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """rows: with the service's `name`. None for one that is no longer in the fleet."""
    found = await scores.by_service(session, now_of(session), [row.name for row in rows])
    return [asdict(shown(found[row.name])) if row.name in found else None for row in rows]
