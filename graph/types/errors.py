"""Expected failures, as members of a result. `domain.errors` has the rules behind them."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import errors
from domain.safety import score


@strawberry.interface(description="An expected failure: what was wrong, and what to do.")
class Error:
    """The part that every failure has."""

    code: str = strawberry.field(description="Stable: programs may compare it.")
    message: str = strawberry.field(description="What was wrong, the value given, and what is allowed.")
    path: list[str] = strawberry.field(description="Where in the input, outermost first.")
    remedy: str = strawberry.field(description="What to do.")


@strawberry.type(description="A value that can never be right.")
class InvalidValue(Error):
    value: str = strawberry.field(description="The value given.")
    allowed: str = strawberry.field(description="What would be right.")


@strawberry.type(description="Nothing of that kind has that name.")
class NotFound(Error):
    kind: str
    value: str = strawberry.field(description="The name given.")
    suggestions: list[str] = strawberry.field(description="The nearest names that exist, the nearest first.")


@strawberry.type(description="The name, or the combination that must be unique, is taken.")
class AlreadyExists(Error):
    kind: str
    value: str


@strawberry.type(description="Right in itself, but not in the state things are in.")
class Refused(Error):
    """`code` names the rule."""


@strawberry.type(description="Made from a state that is no longer: somebody was faster.")
class Conflict(Error):
    changes: list[str] = strawberry.field(description="What changed since, by whom, when and why, a sentence each.")


@strawberry.type(description="Others depend on it.")
class InUse(Error):
    used_by: list[str] = strawberry.field(description="Who does, as `environment prod-eu-west-1`.")


@strawberry.type(description="Services would keep fewer rules of their safety scores, and no waiver allows it.")
class SafetyLowered(Error):
    services: list[str] = strawberry.field(description="Which services, by name.")
    rules: list[str] = strawberry.field(description="Which rules: docs/safety-score.md.")
    lowered: list[str] = strawberry.field(description="What each service would lose, a sentence each, 100 at most.")


@strawberry.type(description="The asking program and the service do not share a version of the contract.")
class UpgradeRequired(Error):
    """One of the two is too old."""


Published = InvalidValue | NotFound | AlreadyExists | Refused | Conflict | InUse | SafetyLowered | UpgradeRequired


def published(problem: errors.Problem) -> Published:
    """The failure as a member of a result."""
    said: dict[str, Any] = {
        "code": problem.code,
        "message": problem.message,
        "path": problem.path,
        "remedy": problem.remedy,
    }
    published_as, more = next((each[1:] for each in _PUBLISHED if isinstance(problem, each[0])), (Refused, ()))
    return published_as(**said, **{name: getattr(problem, name) for name in more})


_PUBLISHED: tuple[tuple[type[errors.Problem], type[Any], tuple[str, ...]], ...] = (
    (errors.InvalidValue, InvalidValue, ("value", "allowed")),
    (errors.NotFound, NotFound, ("kind", "value", "suggestions")),
    (errors.AlreadyExists, AlreadyExists, ("kind", "value")),
    (errors.Conflict, Conflict, ("changes",)),
    (errors.InUse, InUse, ("used_by",)),
    (score.SafetyLowered, SafetyLowered, ("services", "rules", "lowered")),
    (errors.UpgradeRequired, UpgradeRequired, ()),
)
"""Which type a failure is, and what it has of its own."""
