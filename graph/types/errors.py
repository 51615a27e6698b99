"""Expected failures, as members of a result. `domain.errors` has the rules behind them."""

from __future__ import annotations

from typing import Any

import strawberry

from domain import errors


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


@strawberry.type(description="The asking program and the service do not share a version of the contract.")
class UpgradeRequired(Error):
    """One of the two is too old."""


def published(problem: errors.Problem) -> InvalidValue | NotFound | AlreadyExists | Refused | UpgradeRequired:
    """The failure as a member of a result."""
    said: dict[str, Any] = {
        "code": problem.code,
        "message": problem.message,
        "path": problem.path,
        "remedy": problem.remedy,
    }
    match problem:
        case errors.InvalidValue():
            return InvalidValue(**said, value=problem.value, allowed=problem.allowed)
        case errors.NotFound():
            return NotFound(**said, kind=problem.kind, value=problem.value, suggestions=problem.suggestions)
        case errors.AlreadyExists():
            return AlreadyExists(**said, kind=problem.kind, value=problem.value)
        case errors.UpgradeRequired():
            return UpgradeRequired(**said)
    return Refused(**said)
