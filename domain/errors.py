"""Expected failures. Each says what was wrong, the value given, what is allowed and what to do.

    Problem
    ├── InvalidValue      the value can never be right
    ├── NotFound          nothing of that name
    ├── AlreadyExists     the name, or the thing, is taken
    ├── Refused           right in itself, but not in this state
    ├── Conflict          made from a state that is no longer: somebody was faster
    ├── InUse             others depend on it
    ├── CursorTooOld      what lies behind the cursor is no longer in the log
    ├── UpgradeRequired   the asking program is too old or too new
    ├── Unauthenticated, NoRole, IssuerUnavailable   who asks (`domain/authentication/refusals.py`)
    └── Problems          several at once

`graph` turns them into members of a mutation's result; nothing else catches them.
"""

from __future__ import annotations

import difflib
import reprlib
from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.permissions import Denial

LONGEST_SHOWN = 300
"""Characters of a value that a message repeats: nobody reads more, and what was given may be of any size."""


class _Shown(reprlib.Repr):
    """A value as a message repeats it, whatever its depth and size."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 3, LONGEST_SHOWN, LONGEST_SHOWN

    def repr_int(self, value: int, level: int) -> str:
        return repr(value) if value.bit_length() < LONGEST_SHOWN else f"a number of {value.bit_length()} bits"


def shown(value: object) -> str:
    """The value, short enough to be read: an enumeration's word as text, a time as ISO 8601 has it."""
    if isinstance(value, datetime):
        value = value.isoformat()
    return _Shown().repr(str(value) if isinstance(value, str) else value)


class Problem(Exception):
    """An expected failure.

    code: stable, upper case, part of the published contract. path: where in the input, outermost first.
    remedy: one sentence that tells the reader what to do. denial: who was not let do what, where that is the reason.
    """

    code = "PROBLEM"
    denial: Denial | None = None

    def __init__(self, message: str, *, path: Iterable[str] = (), remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = list(path)
        self.remedy = remedy


class InvalidValue(Problem):
    """A value that no state could accept; `allowed` says in words or by example what would be."""

    code = "INVALID_VALUE"

    def __init__(self, field: str, value: object, allowed: str) -> None:
        wrong = f"{field} must be {allowed}." if value is None else f"{field} {shown(value)} is not valid: {allowed}."
        super().__init__(wrong, path=[field], remedy=_remedy(field, allowed))
        self.value = value[:LONGEST_SHOWN] if isinstance(value, str) else shown(value)
        self.allowed = allowed


def _remedy(field: str, allowed: str) -> str:
    """What to do about a value: `allowed` may say that it is to be given at all, or to be left out."""
    if allowed.startswith("given"):
        return f"Give {field}."
    return f"Leave {field} out." if allowed.startswith("left out") else f"Give {field} as {allowed}."


GIVEN = frozenset({"region", "time zone", "country", "event type", "selector field", "field", "section", "change"})
"""Kinds of things that there are, or are not: nobody can register one."""
HAPPENED = frozenset({"check run", "deployment", "execution", "message"})
"""Kinds of things that happen, and have ids."""

MADE = {"incident": "declare", "test environment": "create", "token": "create", "waiver": "grant"}
"""How things come to be that are not registered."""


def _remedy_of_none(kind: str) -> str:
    """What to do where nothing of the kind has the name, or the id, that was given."""
    if kind in HAPPENED:
        return f"Use the id of an existing {kind}."
    made = MADE.get(kind, "register")
    return f"Use the name of an existing {kind}" + ("." if kind in GIVEN else f", or {made} it first.")


class NotFound(Problem):
    """Nothing of that kind has that name; `suggestions` are the nearest names that exist, nearest first."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, value: str, known: Iterable[str] = (), *, field: str = "") -> None:
        self.kind = kind
        self.value = value[:LONGEST_SHOWN]
        self.suggestions = nearest(self.value, known)
        hint = f"did you mean {' or '.join(self.suggestions)}?" if self.suggestions else ""
        super().__init__(
            f"There is no {kind} {shown(value)}" + (f"; {hint}" if hint else "."),
            path=[field] if field else [],
            remedy=_remedy_of_none(kind),
        )


class AlreadyExists(Problem):
    """The name, or the combination that must be unique, is taken; by whom, where the value is not the name."""

    code = "ALREADY_EXISTS"

    def __init__(self, kind: str, value: str, *, field: str, taken_by: str = "") -> None:
        self.kind = kind
        self.value = value
        super().__init__(
            f"{value} is taken by the {kind} {taken_by!r}." if taken_by else f"{kind} {value!r} already exists.",
            path=[field],
            remedy=f"Choose another {field}, or use the {kind} that is there.",
        )


class Refused(Problem):
    """Valid in itself, but not in the state things are in; `code` names the rule."""

    def __init__(self, code: str, message: str, *, remedy: str, path: Iterable[str] = ()) -> None:
        super().__init__(message, path=path, remedy=remedy)
        self.code = code


class Conflict(Problem):
    """An edit of what has changed since it was read; `changes` say what, by whom, when and why."""

    code = "CONFLICT"

    def __init__(self, message: str, changes: Iterable[str], *, path: Iterable[str] = ()) -> None:
        self.changes = list(changes)
        super().__init__(
            " ".join([message, *self.changes]),
            path=path,
            remedy="Read it again, and make the edit from what it is now.",
        )


class InUse(Problem):
    """Others depend on it; `used_by` names them, as `environment prod-eu-west-1`."""

    code = "IN_USE"

    def __init__(self, kind: str, name: str, used_by: Iterable[str], *, path: Iterable[str] = ()) -> None:
        self.kind, self.name = kind, name
        self.used_by = sorted(used_by)
        shown = ", ".join(self.used_by[:5]) + (f" and {len(self.used_by) - 5} more" if len(self.used_by) > 5 else "")
        super().__init__(
            f"The {kind} {name!r} is in use by {shown}.",
            path=path,
            remedy=f"Archive or change what uses it first, or in the same change: {shown}.",
        )


class Problems(Problem):
    """Several expected failures of one request: all of what is wrong, not the first alone."""

    code = "PROBLEMS"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(each.message for each in self.problems))


class CursorTooOld(Problem):
    """A cursor of this log, behind which events are missing: they were dropped. beginning: where it begins now."""

    code = "CURSOR_TOO_OLD"

    def __init__(self, field: str, cursor: str, beginning: str) -> None:
        super().__init__(
            f"{field} {shown(cursor)} lies before the beginning of the log, which is {beginning!r}: some of what came "
            "behind it is kept no longer.",
            path=[field],
            remedy=f"Read anew what you follow, and go on behind {beginning!r} (`logBeginning`); what lies before is in"
            " the archive, if there is one.",
        )
        self.beginning = beginning


class UpgradeRequired(Problem):
    """The asking program and the service do not share a version of the contract."""

    code = "UPGRADE_REQUIRED"


def each(problem: Problem) -> list[Problem]:
    """The failures that a failure is made of."""
    return problem.problems if isinstance(problem, Problems) else [problem]


MOST_COMPARED = 1000
"""Names that are looked at for the nearest; of more, those that sort around the value."""


def nearest(value: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Up to `most` of the known names that look like the value, the most similar first."""
    names = sorted(set(known))
    if len(names) > MOST_COMPARED:
        place = bisect_left(names, value)
        names = names[max(place - MOST_COMPARED // 2, 0) : place + MOST_COMPARED // 2]
    return difflib.get_close_matches(value, names, n=most, cutoff=0.6)
