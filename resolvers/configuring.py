"""The one door through which the configuration changes: every mutation, batch, file, revert, and preview of one.

A change is drafted by `domain.configuration`, from what is kept and what is asked; a preview ends there. Changes take
turns, so what was drafted is still true when it is written: rows, placements, history, events, and the pipelines whose
plan is another now, in one transaction. What is only computed, from frozen values, is computed in a thread: a whole
fleet takes a second, in which others are answered.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import MOST_PROBLEMS, Entry, Operation, changed, entries
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Calendar
from domain.configuration.kinds import Kind
from domain.configuration.targets import Asked as Wanted
from domain.configuration.targets import of_kind, of_operation
from domain.configuration.wanted import operations
from domain.errors import InvalidValue, Problem, Problems
from domain.permissions import EVERYTHING, Permission
from domain.two_persons import require_reason
from models import changes
from models.configuration import WRITTEN, Row, Stored, Written, current
from models.configuration_writing import write
from models.event_log import append
from models.queries import take_turns
from models.tables import Change
from resolvers import scores, telling
from resolvers.calendars import public_holidays
from resolvers.permitting import Permit
from resolvers.placing import place
from resolvers.repeating import fingerprint, made_before, require_keepable
from resolvers.reverting import inverse
from resolvers.staleness import mark_stale
from resolvers.versions import require_current

CONFIGURATION = "configuration"
BEFORE = "What was there before changes were kept."


@dataclass(frozen=True, slots=True)
class Author:
    """Who asks for a change, when, from where and why. url: where pipelines reach this service, which plans say.

    permit: what says whether they may; None for the service's own programs, and for what has been asked.
    """

    actor: str
    now: datetime
    url: str
    source: str | None = None
    reason: str | None = None
    idempotency_key: str | None = None
    permit: Permit | None = None

    async def may(self, session: AsyncSession, *wanted: Wanted, needed: Iterable[Permission] = ()) -> None:
        """Asks whether they may; what a use-case does first. Raises Denied, or what is told of what they do not see."""
        if self.permit is not None:
            await self.permit.at(session, self.now, wanted, needed)

    @property
    def narrowed(self) -> bool:
        """Whether they see a part of the fleet alone, and are told no names of the rest."""
        return self.permit is not None and self.permit.viewer.narrowed

    @property
    def allowed(self) -> Author:
        """The same, for a use-case within one that has asked."""
        return replace(self, permit=None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: operations, the document that is to hold, or the number of a change to revert.

    expected_change: the last change that the asker knows of; with later ones it is refused.
    """

    operations: tuple[Operation, ...] | None = None
    document: Any = None
    prune: bool = False
    revert: int | None = None
    expected_change: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that is not made yet: what is kept, what would be, and what differs."""

    stored: Stored
    after: Configuration
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A change that was made. id, number: the change's; None and the last one's where nothing differs."""

    id: UUID | None
    number: int
    rows: Mapping[Kind, Mapping[str, Row]] = field(default_factory=dict)


async def draft(session: AsyncSession, asked: Asked, now: datetime) -> Draft:
    """What the change would be. Raises Problems with all that is wrong with it, or Conflict."""
    stored = await current(session)
    await require_current(session, stored, asked.expected_change, asked.operations or ())
    wanted, wrong = await _operations(session, stored, asked)
    after = await to_thread(changed, stored.configuration, wanted, now, wrong)
    differing = entries(stored.configuration, after, [(each.kind, each.key) for each in wanted])
    _require_known_holidays(differing, {(each.kind, each.key): each.path for each in wanted}, now)
    return Draft(stored, after, tuple(differing))


def _require_known_holidays(
    differing: Sequence[Entry], paths: Mapping[tuple[Kind, str], tuple[str, ...]], now: datetime
) -> None:
    """Raises Problems for calendars of countries, or parts of them, whose holidays nobody knows."""
    found = []
    for each in differing:
        if isinstance(each.after, Calendar) and each.after.country:
            try:
                public_holidays(each.after.country, each.after.subdivision, [now.year])
            except Problem as problem:
                problem.path = [*paths[each.kind, each.key], *problem.path]
                found.append(problem)
    if found:
        raise Problems(found[:MOST_PROBLEMS])


async def change(session: AsyncSession, author: Author, asked: Asked) -> Done:
    """Makes the change, or raises Problems with all that is wrong with it, Conflict, or SafetyLowered.

    Then nothing has changed.

    Asked again under the same idempotency key, it answers what it did then.
    """
    require_keepable(author)
    await take_turns(session, CONFIGURATION)
    await _require_permitted(session, author, asked)
    if known := await made_before(session, author, asked):
        return Done(known.id, known.number, await _rows_of(session, known.number))
    drafted = await draft(session, asked, author.now)
    if any(each.kind is Kind.GRANT for each in drafted.entries):  # a document, or a revert, may have some
        await author.may(session, Wanted(EVERYTHING), needed={Permission.MANAGE_GRANTS})
    if not drafted.entries:
        return Done(None, drafted.stored.number, drafted.stored.rows)
    weighing = await scores.weigh(session, drafted.stored.configuration, drafted.after, author.now)
    if weighing.problem:
        raise weighing.problem
    require_reason(drafted.stored.configuration, drafted.after, author.reason)
    number = await _with_what_was_there(session, drafted.stored, author.now) + 1
    written, rows = await write(session, drafted.stored, drafted.entries, author.now)
    made = Change(
        number=number,
        time=author.now,
        actor=author.actor,
        source=author.source,
        reason=author.reason,
        reverts=asked.revert,
        idempotency_key=author.idempotency_key,
        fingerprint=fingerprint(asked),
    )
    await changes.record(session, made, written)
    await append(session, telling.happenings(made, written), author.actor)
    await place(session, author.actor, drafted.stored.configuration, drafted.after, drafted.stored.rows, rows)
    await mark_stale(session, author, number, drafted.stored.configuration, drafted.after)
    await scores.tell(session, author.actor, weighing, change=number)
    session.info[WRITTEN] = Stored(drafted.after, rows, number, made.id)
    return Done(made.id, number, rows | _gone(written, rows))


async def _require_permitted(session: AsyncSession, author: Author, asked: Asked) -> None:
    """Each operation by itself, where it does what it does; a document and a revert are all there is."""
    if author.permit is None:
        return
    if asked.operations is None or asked.document is not None or asked.revert is not None:
        await author.may(session, Wanted(EVERYTHING), needed={Permission.CONFIGURE})
    configuration = (await current(session)).configuration
    if asked.operations is not None and not asked.operations:
        await author.may(session, Wanted(EVERYTHING), needed={Permission.CONFIGURE})
    for each in asked.operations or ():
        await author.may(session, *of_operation(configuration, each), needed={of_kind(each.kind)})


async def _rows_of(session: AsyncSession, number: int) -> Mapping[Kind, Mapping[str, Row]]:
    """The rows of what a change did, as they were after it."""
    rows: dict[Kind, dict[str, Row]] = {}
    for entry, id_, version in await changes.entries_of(session, number):
        rows.setdefault(entry.kind, {})[entry.key] = Row(id_, version)
    return rows


def _gone(written: list[Written], rows: Mapping[Kind, Mapping[str, Row]]) -> dict[Kind, dict[str, Row]]:
    """Rows with those that were archived: an answer may still show them."""
    kinds = {each.entry.kind for each in written if each.entry.after is None}
    found = {kind: dict(rows[kind]) for kind in kinds}
    for each in written:
        if each.entry.after is None:
            found[each.entry.kind][each.entry.key] = each.row
    return found


async def _operations(
    session: AsyncSession, stored: Stored, asked: Asked
) -> tuple[Sequence[Operation], Sequence[Problem]]:
    """What to do, and what is wrong with the document that says so."""
    if sum(each is not None for each in (asked.operations, asked.document, asked.revert)) != 1:
        raise InvalidValue("operations", None, "given alone, or `document` alone, or `revert` alone")
    if asked.document is not None:
        return await to_thread(operations, stored.configuration, asked.document, prune=asked.prune)
    if asked.revert is not None:
        return await inverse(session, stored, asked.revert), ()
    return asked.operations or (), ()


async def _with_what_was_there(session: AsyncSession, stored: Stored, now: datetime) -> int:
    """The number of the last change; of a first one, which keeps what older versions wrote, where there is none."""
    there = [
        Written(Entry(kind, key, None, entity), stored.rows[kind][key])
        for kind in Kind
        if kind is not Kind.REGION
        for key, entity in stored.configuration.of(kind).items()
    ]
    if stored.number or not there:
        return stored.number
    await changes.record(session, Change(number=1, time=now, actor="interlock", reason=BEFORE), there)
    return 1
