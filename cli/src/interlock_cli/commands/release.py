"""`interlock release`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from interlock_cli import naming
from interlock_cli.acts import Act, carry_out, dry_run_option
from interlock_cli.client import Client, Data
from interlock_cli.confirming import yes_option
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.frozen import still_held
from interlock_cli.held import subject, why
from interlock_cli.naming import ENVIRONMENT, SERVICE, service_names, unknown
from interlock_cli.organisation.changing import Manner, reason_option
from interlock_cli.output import format_option, short


@click.command("release")
@click.argument("what", type=SERVICE, metavar="NAME|SERVICE")
@click.argument("environment", type=ENVIRONMENT, required=False)
@reason_option
@dry_run_option
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    what: str,
    environment: str | None,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """End the hold NAME, or every hold of SERVICE in ENVIRONMENT.

    What it lets go, and what else holds that back, is shown first. A hold of all services ends by its name alone.
    """
    with Client(connection) as client:
        found = _holds(client, what, environment)
        where = found[0]["environment"]
        stage = where["wave"]["stage"]
        names = [each["name"] for each in found]
        act = Act(
            [{"archiveHold": {"name": name}} for name in names],
            [f"Ends {each['name']}: {each['reason']}" for each in found] + list(_effect(client, found)),
            f"{', '.join(names)} {'holds' if len(names) == 1 else 'hold'} nothing back any more.",
            grave=f"lets revisions of {subject(found[0])} through" if stage["production"] else "",
            environment=where["name"],
            stage=stage["name"],
        )
        carry_out(client, act, Manner(dry_run, yes, reason, output))


def _holds(client: Client, what: str, environment: str | None) -> Sequence[Data]:
    """Those that are meant. Raises CommandError where there are none."""
    known = list(client.pages("holds", "holds", filter={"archived": False}))
    if environment is None:
        if found := [each for each in known if each["name"] == what]:
            return found
        if what in service_names(client):
            raise InputError(f"{what} is a service: in which environment is not said.", "Give it behind the service.")
        raise unknown("hold", what, [each["name"] for each in known], "interlock holds")
    naming.environment(client, environment)
    why(client, what, environment)
    here = [each for each in known if each["environment"]["name"] == environment]
    if found := [each for each in here if each["service"] and each["service"]["name"] == what]:
        return found
    of_all = [each["name"] for each in here if each["service"] is None]
    remedy = f"{', '.join(of_all)} holds all services back there: end it by its name." if of_all else ""
    remedy = remedy or f"`interlock why {what} {environment}` says what does."
    raise CommandError(f"Nothing holds {what} back from {environment} by itself.", remedy)


def _effect(client: Client, found: Sequence[Data]) -> Iterator[str]:
    """Of one service what it lets go; of all services nothing is asked."""
    service, environment = found[0]["service"], found[0]["environment"]["name"]
    if service is None:
        yield f"Lets every service into {environment}, as far as nothing else holds it back."
        return
    now = why(client, service["name"], environment)
    if now["progress"] in ("COMING", "WAITING"):
        yield f"Lets {short(now['revision'])} go to {environment}, as far as nothing else holds it back."
        yield from still_held(client, service["name"], environment, *(each["name"] for each in found))
    else:
        yield "Nothing is on its way there now."
