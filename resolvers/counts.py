"""What became of messages: counted for each of them, so that whoever sent some of a batch learns of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from models.envelopes import RefusedMessage
from resolvers.messages import Message


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the messages: each is one of these. A message that was already set aside is a duplicate.

    ignored: they are for others. reasons: why messages were set aside, those that were already as well.
    """

    accepted: int
    duplicates: int
    set_aside: int
    ignored: int = 0
    reasons: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of messages. accepted: the ids of those that told something new. ignored: of those for others."""

    accepted: list[str]
    ignored: list[str]
    refused: list[RefusedMessage]


_ACCEPTED, _KNOWN, _IGNORED = Counts(1, 0, 0), Counts(0, 1, 0), Counts(0, 0, 0, 1)


def counted(messages: Sequence[Message], outcome: Outcome, new: Collection[str]) -> list[Counts]:
    """What became of each message, in their order. new: the ids of those that were set aside, and not before.

    Of messages with one id the first is the one that was accepted, or set aside; the others are its duplicates.
    """
    accepted, ignored, aside = Counter(outcome.accepted), Counter(outcome.ignored), Counter(new)
    reasons = {each.id: each.reason for each in outcome.refused}

    def became(id_: str) -> Counts:
        for left, counts in ((accepted, _ACCEPTED), (ignored, _IGNORED)):
            if _taken(left, id_):
                return counts
        if id_ not in reasons:
            return _KNOWN
        first = _taken(aside, id_)
        return Counts(0, int(not first), int(first), reasons=(reasons[id_],))

    return [became(each.id) for each in messages]


def _taken(left: Counter[str], id_: str) -> bool:
    """Whether there is one more, which is then no longer left."""
    if not left[id_]:
        return False
    left[id_] -= 1
    return True


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    found = list(counts)
    return Counts(
        accepted=sum(each.accepted for each in found),
        duplicates=sum(each.duplicates for each in found),
        set_aside=sum(each.set_aside for each in found),
        ignored=sum(each.ignored for each in found),
        reasons=tuple(reason for each in found for reason in each.reasons),
    )
