"""`interlock plan`."""

from __future__ import annotations

import click

from interlock_cli.lazy import LazyGroup, near_names

LISTED = {
    "diff": "Show what has changed in a service's plan.",
    "pull": "Write the plan of a service's pipeline to a file.",
    "show": "Show the plan of a service's pipeline.",
}


class PlanGroup(LazyGroup):
    """`interlock plan payments` is `interlock plan show payments`, as it was before there were others."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, and the arguments left for it."""
        bare = not args[0].startswith("-") and not near_names(args[0], self.listed)
        return super().resolve_command(ctx, ["show", *args] if bare else args)


@click.group("plan", cls=PlanGroup, package=__name__, listed=LISTED)
def command() -> None:
    """Show, keep and compare the plans of pipelines.

    A plan says what goes where, in which order, and behind which checks.
    """
