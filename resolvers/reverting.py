"""The operations that take a change back, as long as nothing it touched has changed since."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import MOST_PROBLEMS, Entry, Operation, whole
from domain.errors import Conflict, NotFound, Problem, Problems
from domain.words import OperationKind
from models import changes
from models.configuration import Stored
from resolvers.versions import sentences


async def inverse(session: AsyncSession, stored: Stored, number: int) -> list[Operation]:
    """What takes the change of this number back. Raises NotFound, or Problems with a Conflict for each later change."""
    there = await changes.entries_of(session, number)
    if not there:
        unknown = NotFound("change", str(number), field="revert")
        unknown.remedy = f"Give the number of a change, 1 to {stored.number}: `changes` lists them."
        raise unknown
    found: list[Problem] = []
    for entry, id_, version in there:
        if len(found) == MOST_PROBLEMS or stored.rows[entry.kind].get(entry.key) == (id_, version):
            continue
        later = await changes.since_version(session, id_, version)
        if later:
            message = f"The {entry.kind.sentence_name} {entry.key!r} has changed since change {number}."
            conflict = Conflict(message, sentences(later), path=["revert"])
            conflict.remedy = "Take those changes back first, the newest first, or undo by hand what is left to undo."
            found.append(conflict)
    if found:
        raise Problems(found)
    return [_inverse(entry) for entry, *_ in reversed(there)]


def _inverse(entry: Entry) -> Operation:
    if entry.before is None:
        return Operation(OperationKind.ARCHIVE, entry.kind, entry.key, path=("revert",))
    before = whole(entry.before)
    if entry.after is None:
        return Operation(OperationKind.REGISTER, entry.kind, entry.key, before, path=("revert",))
    after = whole(entry.after)
    differing = {name: value for name, value in before.items() if value != after[name]}
    return Operation(OperationKind.UPDATE, entry.kind, entry.key, differing, path=("revert",))
