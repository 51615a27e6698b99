"""All environments at once: each one's stacks in a thread of its own, what fails in one told without the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import click

from interlock_cli.aws.refusals import explained
from interlock_cli.aws.sessions import session
from interlock_cli.aws.targets import Target
from interlock_cli.errors import CommandError
from interlock_cli.notices import notice
from interlock_cli.resources.stacks import Stack
from interlock_cli.resources.tree import Found, look
from interlock_cli.resources.wanted import Tag, Wanted, tagged, with_tag

AT_ONCE = 8
"""Environments that are asked at the same time: AWS lets an account ask some ten times a second."""


@dataclass(frozen=True)
class Place:
    """An environment and the stacks that the service has there."""

    target: Target
    stacks: Sequence[Stack]


@dataclass(frozen=True)
class Answer:
    """What was found in a place; or why nothing could be asked."""

    place: Place
    found: Sequence[Found] = ()
    error: CommandError | None = None


def everywhere(places: Sequence[Place], wanted: Wanted, tag: Tag | None) -> list[Answer]:
    """In the order of the places. Whoever must log in is asked before anything is."""
    sessions = [_session(place) for place in places]
    context = click.get_current_context(silent=True)

    def one(place: Place, made: Session) -> Answer:
        if isinstance(made, CommandError):
            return Answer(place, error=made)
        if context is None:
            return _one(place, made, wanted, tag)
        with context.scope(cleanup=False):  # `--quiet` is in the context, and a thread has none
            return _one(place, made, wanted, tag)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, places, sessions))


Session = Callable[[str], Any] | CommandError
"""Gives boto3's session for a Region."""


def _session(place: Place) -> Session:
    made: dict[str, Any] = {}
    try:
        for region in {place.target.region, *(stack.region for stack in place.stacks)}:
            made[region] = session(place.target, region=region)
    except CommandError as error:
        return error
    return made.__getitem__


def _one(place: Place, made: Callable[[str], Any], wanted: Wanted, tag: Tag | None) -> Answer:
    try:
        with explained(place.target):
            return Answer(place, [_look(place, stack, made, wanted, tag) for stack in place.stacks])
    except CommandError as error:
        return Answer(place, error=error)


def _look(place: Place, stack: Stack, made: Callable[[str], Any], wanted: Wanted, tag: Tag | None) -> Found:
    boto = made(stack.region)
    found = look(boto.client("cloudformation"), stack.arn, stack.region)
    kept = found.resources
    if tag is not None:
        arns = tagged(boto.client("resourcegroupstaggingapi"), tag)
        if arns is None:
            notice(f"In {place.target.environment} tags of resources cannot be asked: those of {stack.name} are taken.")
        kept = tuple(with_tag(found, tag, arns))
    return replace(found, resources=tuple(each for each in kept if wanted.has(each)))
