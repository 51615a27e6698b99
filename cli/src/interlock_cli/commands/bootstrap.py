"""`interlock bootstrap`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from interlock_cli import programs
from interlock_cli.aws.bootstrap import version
from interlock_cli.aws.refusals import explained
from interlock_cli.cdk import bootstrap as bootstrapping
from interlock_cli.cdk.bootstrap import Place, places_of
from interlock_cli.cdk.entering import Entrance
from interlock_cli.client import Client
from interlock_cli.confirming import confirm, yes_option
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.naming import ENVIRONMENT
from interlock_cli.options import by_hand_options
from interlock_cli.output import Grid, emit, format_option, notice
from interlock_cli.permitted import ByHand, record_change, require_permitted


@dataclass
class Row:
    """A place and what came of it. version: of the bootstrap stack, before or after."""

    place: Place
    outcome: str = "NOT_BEGUN"
    version: int | None = None

    @property
    def data(self) -> dict[str, object]:
        """As `-o json` prints it."""
        environment = self.place.environment
        return {
            "account": environment.account,
            "region": environment.region,
            "environment": environment.name,
            "trusts": self.place.trusts,
            "outcome": self.outcome,
            "version": self.version,
        }


@click.command("bootstrap")
@click.argument("names", nargs=-1, required=True, type=ENVIRONMENT, metavar="ACCOUNT|ENV...")
@click.option(
    "--execution-policy",
    "policies",
    multiple=True,
    metavar="ARN",
    help="What CloudFormation may do there; may be repeated. [default: AdministratorAccess]",
)
@click.option("--dry-run", is_flag=True, help="Show which accounts and Regions, and the commands; change nothing.")
@by_hand_options
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    names: tuple[str, ...],
    policies: tuple[str, ...],
    dry_run: bool,
    write: bool,
    reason: str | None,
    yes: bool,
    output: str,
) -> None:
    """Bootstrap accounts and Regions for CDK, so that pipelines can deploy there.

    An environment stands for its account and Region, an account for all Regions in which it has environments. Each
    trusts the account in which pipelines live. Bootstrapping again renews what is there, and is harmless.
    """
    by = ByHand(write, reason)
    with Client(connection) as client:
        entrance = Entrance(client, by.write)
        rows = [Row(place) for place in places_of(client, entrance.organisation, names)]
        if dry_run:
            _show(rows, policies)
            emit([row.data for row in rows], output, lambda: [_grid(rows)])
            notice("Nothing was bootstrapped: this is a dry run.")
            return
        require_permitted(client, [row.place.environment for row in rows], None, by)
        where = ", ".join(f"{row.place.environment.account} in {row.place.environment.region}" for row in rows)
        confirm(f"bootstraps {where}", yes, otherwise="Nothing was bootstrapped.")
        try:
            for row in rows:
                _bootstrap(client, entrance, row, policies, by)
        finally:
            emit([row.data for row in rows], output, lambda: [_grid(rows)])


def _bootstrap(client: Client, entrance: Entrance, row: Row, policies: tuple[str, ...], by: ByHand) -> None:
    place, environment = row.place, row.place.environment
    target = entrance.target(environment)
    variables = entrance.variables(environment)  # a login that is missing comes before a record of what is done
    if by.write:
        record_change(client, target, bootstrapping.command(Path.cwd(), place, policies), None, by)
    row.outcome = "FAILED"
    try:
        bootstrapping.bootstrap(Path.cwd(), place, variables, policies)
        with explained(target, entrance.write):
            row.version = version(entrance.session(environment))
    except KeyboardInterrupt:
        row.outcome = "INTERRUPTED"
        raise
    if row.version is None:
        raise CommandError(
            f"{environment.account} has no bootstrap version in {environment.region} after `cdk bootstrap`.",
            "Look at the stack CDKToolkit there.",
        )
    row.outcome = "BOOTSTRAPPED"


def _show(rows: list[Row], policies: tuple[str, ...]) -> None:
    for row in rows:
        notice(_line(row.place, policies))


def _line(place: Place, policies: tuple[str, ...]) -> str:
    return programs.line(bootstrapping.command(Path.cwd(), place, policies))


def _grid(rows: list[Row]) -> Grid:
    cells = [
        (
            row.place.environment.account,
            row.place.environment.region,
            row.place.environment.name,
            row.place.trusts,
            row.outcome.replace("_", " "),
            row.version,
        )
        for row in rows
    ]
    return Grid(("ACCOUNT", "REGION", "ENVIRONMENT", "TRUSTS", "OUTCOME", "VERSION"), cells, "Bootstrap")
