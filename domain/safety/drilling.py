"""Upgrade and downgrade, tried before production: "the upgrade-downgrade test" of the Builders' Library.

"Ensuring rollback safety during deployments" asks that a fleet be taken to the new version and back to the one before,
so that neither meets what the other has left behind for the first time when customers wait. Ours takes an environment
before production back to each revision that a later wave would return to, and forward again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.safety.entering import same_revision
from domain.safety.returning import KEPT, Good

MOST_PAIRS = 3
"""Revisions that one drill goes back to: each costs two deployments."""


def targets(upgrade_to: str, candidates: Iterable[Good], at: datetime) -> list[Good]:
    """To which revisions a drill of another goes back, the most wanted first.

    candidates: to what the waves that demand a certificate would return, then to what the drilled stage itself would.
    A revision counts once, and only where its assembly is kept still.
    """
    found: list[Good] = []
    for each in candidates:
        there = [upgrade_to, *(one.revision or "" for one in found)]
        kept = each.built_at is not None and at < each.built_at + KEPT
        if each.revision and kept and not any(same_revision(each.revision, one) for one in there):
            found.append(each)
    return found[:MOST_PAIRS]


def steps(execution: str, upgrade_to: str, back: Sequence[Good]) -> list[tuple[str, str]]:
    """(execution, revision) of each assembly that is deployed in turn: back, and forward again, for each."""
    forward = (execution, upgrade_to)
    return [step for each in back for step in ((each.execution, each.revision or ""), forward)]
