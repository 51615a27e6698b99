"""`interlock pipeline`."""

from __future__ import annotations

import click

from interlock_cli.lazy import LazyGroup

LISTED = {
    "retry": "Try a stage that has failed again.",
    "rollback": "Return a stage to an earlier revision.",
    "start": "Start a pipeline with its branch's last commit.",
    "stop": "Stop an execution.",
}


@click.group("pipeline", cls=LazyGroup, package=__name__, listed=LISTED)
def command() -> None:
    """Start, stop, retry and roll back pipelines.

    What would happen is shown first, as the service judges it, and asked about. A pipeline is named by its service, or
    by its own name; the service of this folder's git remote, if unsaid.
    """
