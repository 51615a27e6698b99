"""The two-person rule, in the stages that have it: what it concerns, and who may be the second person.

Actors are compared without regard to case: an issuer may write one person's address in both ways.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from domain.authentication import machines, principals
from domain.configuration.configuration import Configuration
from domain.errors import InvalidValue, Refused

PROGRAMS = frozenset({"interlock", "aws", "aws.codepipeline"})
"""Actors that are nobody: what the service's own programs do, they do by its rules."""


def is_program(actor: str) -> bool:
    """Whether it is no person: one of the service's own, one with a token, or a role of AWS."""
    return actor in PROGRAMS or actor.startswith((machines.ACTOR, principals.ACTOR))


def same(one: str, other: str) -> bool:
    """Whether two actors are one person, as far as their names tell."""
    return one.strip().casefold() == other.strip().casefold()


def concerned(configuration: Configuration, stages: Collection[str]) -> list[str]:
    """The stages with the rule, of these; of all that there are, where none of them is known."""
    known = [name for name in stages if name in configuration.stages] or list(configuration.stages)
    return [name for name in known if configuration.stages[name].two_persons]


def lifted(before: Configuration, after: Configuration) -> list[str]:
    """The stages that have the rule no more: changed, or archived."""
    had = [name for name, stage in before.stages.items() if stage.two_persons]
    return sorted(name for name in had if name not in after.stages or not after.stages[name].two_persons)


def require_reason(before: Configuration, after: Configuration, reason: str | None) -> None:
    """Raises InvalidValue where the rule is taken from a stage, and nobody says why."""
    if not (reason or "").strip() and (stages := lifted(before, after)):
        allowed = f"given: the stage {', '.join(stages)} needs two persons, and would no more"
        raise InvalidValue("reason", reason, allowed)


def holds(needs_confirmation: bool, confirmed_at: datetime | None, at: datetime) -> bool:
    """Whether what was granted has effect at a time, as far as this rule goes."""
    return not needs_confirmation or (confirmed_at is not None and confirmed_at <= at)


def require_second(person: str, granted_by: str, what: str) -> None:
    """Raises Refused for a program, and for whoever granted it. what: `the override 'override-7'`."""
    if is_program(person) or same(person, granted_by):
        raise Refused(
            "SECOND_PERSON",
            f"{person} may not confirm {what}: {granted_by} has granted it, and a second person confirms it.",
            remedy="Ask another person, who may grant the same there.",
        )


def started_it(person: str, starters: Iterable[str]) -> bool:
    """Whether a person is among those who started something."""
    return any(same(person, each) for each in starters)
