"""What an alarm has come to: a pure fold over the set of its changes, whatever their order.

CloudWatch's own time of a change, in milliseconds, orders them; of one moment, ALARM counts most.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.envelopes.cloudwatch import AlarmFact
from domain.words import AlarmState

_WEIGHT = {state: weight for weight, state in enumerate(AlarmState)}


def changes(facts: Iterable[AlarmFact]) -> list[AlarmFact]:
    """Each change once, alarm by alarm, in order: the same state at the same moment under another id is the same."""
    found: dict[object, AlarmFact] = {}
    for fact in sorted(set(facts), key=lambda fact: (fact.arn, *_order(fact), fact.event_id)):
        found.setdefault((fact.arn, *_order(fact)), fact)
    return list(found.values())


def is_newer(fact: AlarmFact, changed_at: object, state: AlarmState) -> bool:
    """Whether a change comes after the one that is known."""
    return _order(fact) > (changed_at, _WEIGHT[state])


def _order(fact: AlarmFact) -> tuple[object, ...]:
    return (fact.changed_at, _WEIGHT[fact.state])
