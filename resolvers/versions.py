"""Optimistic concurrency: an edit names what it was made from, and is refused when that has changed since."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import MOST_PROBLEMS, Operation
from domain.errors import Conflict, Problem, Problems, shown
from models import changes
from models.configuration import Stored
from models.tables import Change, ChangeEntry


async def require_current(
    session: AsyncSession, stored: Stored, expected_change: int | None, operations: Sequence[Operation]
) -> None:
    """Raises Conflict where the last change, or the version of an entity, is not the one that the asker knows."""
    if expected_change is not None and expected_change != stored.number:
        message = f"The configuration is at change {stored.number}; this was made from change {expected_change}."
        told = sentences(await changes.since(session, expected_change), of_each=True)
        raise Conflict(message, told, path=["expectedChange"])
    found: list[Problem] = []
    for each in operations:
        if len(found) < MOST_PROBLEMS and (problem := await _conflict(session, stored, each)):
            found.append(problem)
    if found:
        raise Problems(found)


async def _conflict(session: AsyncSession, stored: Stored, edit: Operation) -> Conflict | None:
    """What has changed since the version that an edit was made from; None where nothing has, or there never was one."""
    row, made_from = stored.rows[edit.kind].get(edit.key), edit.expected_version
    if made_from is None or (row and row.version == made_from):
        return None
    if row:
        told, now = await changes.since_version(session, row.id, made_from), f"is at version {row.version}"
    else:
        keepable = "\0" not in edit.key  # no other name is in the history
        told = await changes.last_of(session, edit.kind, edit.key) if keepable else []
        now = "is no longer there"
        if not told:
            return None
    message = f"The {edit.kind.sentence_name} {edit.key!r} {now}; this edit was made from version {made_from}."
    return Conflict(message, sentences(told), path=[*edit.path, "expectedVersion"])


def sentences(history: Sequence[tuple[Change, ChangeEntry]], *, of_each: bool = False) -> list[str]:
    """What changed, by whom, when and why, a sentence each."""
    return [_sentence(change, entry, of_each) for change, entry in history]


def _sentence(change: Change, entry: ChangeEntry, named: bool) -> str:
    subject = f"{entry.kind} {entry.name}: " if named else ""
    before, after = entry.before or {}, entry.after or {}
    differing = [
        f"{name} {shown(before.get(name))} -> {shown(after.get(name))}"
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
    what = {"REGISTER": "registered", "ARCHIVE": "archived"}.get(entry.operation) or ", ".join(differing)
    why = f", because {change.reason!r}" if change.reason else ""
    at = change.time.isoformat(timespec="seconds")
    return f"Change {change.number}: {subject}{what}, by {change.actor} at {at}{why}."
