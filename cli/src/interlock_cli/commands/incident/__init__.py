"""`interlock incident`: a group whose commands are the modules of this package."""

from __future__ import annotations

import click

from interlock_cli.lazy import LazyGroup

LISTED = {
    "link": "Say which deployments brought an incident about, and which ended it.",
    "list": "List incidents, the newest first.",
    "open": "Declare an incident of a service.",
    "reopen": "Say that an incident is not over.",
    "resolve": "Say that customers no longer notice an incident.",
}


@click.group("incident", cls=LazyGroup, package=__name__, listed=LISTED)
def command() -> None:
    """Declare incidents, link deployments to them, and resolve them.

    A deployment that is linked as a cause is a failed one, and one that is linked as a fix was unplanned: so
    `interlock metrics` counts them.
    """
