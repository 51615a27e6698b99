"""`interlock env`."""

from __future__ import annotations

import click

from interlock_cli.lazy import LazyGroup

LISTED = {
    "create": "Create a test environment, with all that belongs to it.",
    "delete": "Delete a test environment, with all that was deployed to it.",
    "extend": "Put the end of a test environment off.",
    "list": "List test environments.",
}


@click.group("env", cls=LazyGroup, package=__name__, listed=LISTED)
def command() -> None:
    """Create, extend, list and delete test environments.

    A test environment is an account and Region of a stage outside production, with an owner and an end.
    """
