"""`interlock freeze`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.acts import Act, carry_out, dry_run_option
from interlock_cli.client import Client, Data
from interlock_cli.confirming import yes_option
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.frozen import Scope, effect, within
from interlock_cli.naming import SERVICE, refuse_unknown_service, refuse_unknown_stage, refuse_unknown_team
from interlock_cli.organisation.changing import Manner
from interlock_cli.output import format_option
from interlock_cli.until import end, later

LONGEST = 50
"""Characters of a name."""


@click.command("freeze")
@click.argument("name", required=False)
@click.option(
    "--until", "--for", "until", required=True, metavar="TIME", help="Until when: 90m, 4h, 2d, or a time in ISO 8601."
)
@click.option("--from", "begin", metavar="TIME", help="From when, likewise; from now on, if unsaid.")
@click.option("--reason", required=True, metavar="TEXT", help="Why: told to everyone who is held back.")
@click.option("--stage", metavar="NAME", help="Only what goes to this stage.")
@click.option("--team", metavar="NAME", help="Only this team's services.")
@click.option("--region", metavar="REGION", help="Only what goes to this Region.")
@click.option("--service", type=SERVICE, metavar="NAME", help="Only this service.")
@click.option("--account", metavar="ID", help="Only what goes to this AWS account, by its twelve digits.")
@dry_run_option
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    name: str | None,
    until: str,
    begin: str | None,
    reason: str,
    dry_run: bool,
    yes: bool,
    output: str,
    **targets: str | None,
) -> None:
    """Hold everything back, or all of one stage, team, Region, service or account, until a time.

    What it would hold back now is shown first. What is being deployed goes on to its end. NAME is how it is spoken of;
    freeze-<what>-<date>, if unsaid. `interlock unfreeze` ends it early; `interlock freezes` lists what there is.
    """
    scope = _scope(targets)
    with Client(connection) as client:
        now = client.now()
        starts = end(begin, now) if begin else None
        ends = later(until, now, "--until")
        if starts and ends <= starts:
            raise InputError(f"--until {until!r} is not after --from {begin!r}.", "Both count from now on.")
        _refuse_unknown(client, scope)
        found = within(client, scope)
        given = _given(name or _named(scope, starts or now), scope, starts or now, ends)
        given = {**given, "reason": reason}
        act = Act(
            [{"registerFreeze": given}],
            list(effect(scope, found, starts, ends)),
            f"Frozen by {given['name']}. `interlock unfreeze {given['name']}` ends it.",
            grave=_grave(found.production),
        )
        carry_out(client, act, Manner(dry_run, yes, reason, output))


def _scope(targets: dict[str, str | None]) -> Scope:
    """The one that is given. Raises InputError for several."""
    given = [(kind, target) for kind, target in targets.items() if target]
    if len(given) > 1:
        options = " and ".join(f"--{kind}" for kind, _ in given)
        raise InputError(f"{options} are given, and a freeze has one scope.", "Make a freeze for each.")
    return Scope(given[0][0].upper(), given[0][1]) if given else Scope("ORGANISATION")


def _refuse_unknown(client: Client, scope: Scope) -> None:
    """With names that look like it; Regions and accounts are for the service to know."""
    check = {"SERVICE": refuse_unknown_service, "TEAM": refuse_unknown_team, "STAGE": refuse_unknown_stage}
    if scope.kind in check:
        check[scope.kind](client, scope.target)


def _named(scope: Scope, starts: datetime) -> str:
    what = re.sub(r"[^a-z0-9]+", "-", (scope.target or "all").lower()).strip("-")
    date = starts.strftime("%m%d-%H%M")
    return f"freeze-{what[: LONGEST - len(date) - 8].rstrip('-')}-{date}"


def _given(name: str, scope: Scope, starts: datetime, ends: datetime) -> Data:
    target = {"target": scope.target} if scope.target else {}
    return {"name": name, "scope": scope.kind, **target, "startsAt": starts.isoformat(), "endsAt": ends.isoformat()}


def _grave(production: Sequence[str]) -> str:
    return f"freezes production (stage {', '.join(production)})" if production else ""
