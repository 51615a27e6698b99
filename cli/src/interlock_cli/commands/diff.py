"""`interlock diff`."""

from __future__ import annotations

from pathlib import Path

import click

from interlock_cli.cdk.assembly import by_environment, read_stacks
from interlock_cli.cdk.comparing import Comparison, compare
from interlock_cli.cdk.comparison_shown import full, grids
from interlock_cli.cdk.entering import Entrance
from interlock_cli.cdk.synthesis import synthesize_for
from interlock_cli.cdk.tool import require_app
from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.environments import Environment, named, placed, plan_of
from interlock_cli.errors import CommandError, Exit
from interlock_cli.naming import ENVIRONMENT, SERVICE
from interlock_cli.options import app_option
from interlock_cli.output import emit, for_people, format_option
from interlock_cli.own_service import service_for


@click.command("diff")
@click.argument("service", required=False, type=SERVICE)
@click.option(
    "--env",
    "--environment",
    "names",
    multiple=True,
    type=ENVIRONMENT,
    metavar="ENV",
    help="An environment; may be given several times.",
)
@click.option("--stage", metavar="NAME", help="All environments of this stage that the service goes to.")
@click.option("--all", "every", is_flag=True, help="All environments that the service goes to.")
@click.option("--exit-code", is_flag=True, help="End with 1 where anything differs.")
@click.option("--templates-only", is_flag=True, help="Ask CloudFormation for no change set: faster, less exact.")
@click.option("--full", "whole", is_flag=True, help="Print CDK's own words for what differs as well.")
@app_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    service: str | None,
    names: tuple[str, ...],
    stage: str | None,
    every: bool,
    exit_code: bool,
    templates_only: bool,
    whole: bool,
    app: Path,
    output: str,
) -> int:
    """Show what a deployment would change, in one or many environments.

    SERVICE is its name, or owner/name of its repository; the one of this folder's git remote, if unsaid. Its CDK app is
    synthesized once, and compared with what is deployed in each environment, several at once. What is replaced or
    deleted comes first, what changes permissions or security groups is marked, environments that differ in the same
    are shown together. Production may be compared as well: a read-only change set is made and deleted, where your role
    may; else the templates are compared, which is said.
    """
    if bool(names) + bool(stage) + every != 1:
        raise click.UsageError("Give --env ENV, once or several times, or --stage NAME, or --all.")
    require_app(app)
    with Client(connection) as client:
        plan = plan_of(client, service_for(client, service, app)["repository"])
        environments = named(client, names) if names else placed(plan, stage)
        entrance = Entrance(client)
    comparisons = _compared(app, plan, environments, connection, entrance, templates_only)
    emit([each.to_json() for each in comparisons], output, lambda: grids(comparisons))
    if whole and for_people(output):
        _print_whole(comparisons, output)
    _require_all(comparisons)
    differs = any(each.differs for each in comparisons)
    return int(Exit.FAILED) if exit_code and differs else int(Exit.OK)


def _compared(
    app: Path,
    plan: Data,
    environments: list[Environment],
    connection: Connection,
    entrance: Entrance,
    templates_only: bool,
) -> list[Comparison]:
    assembly = synthesize_for(app, plan, environments, connection, "diff")
    stacks = by_environment(read_stacks(assembly), environments)
    return compare(app, assembly, stacks, entrance.variables, templates_only)


def _print_whole(comparisons: list[Comparison], output: str) -> None:
    for text in full(comparisons):
        click.echo(f"\n```text\n{text}```" if output == "markdown" else f"\n{text}", nl=output == "markdown")


def _require_all(comparisons: list[Comparison]) -> None:
    """Raises CommandError where an environment could not be compared: what is not known is no `no difference`."""
    problems = [each.problem for each in comparisons if each.problem]
    if problems:
        known = {str(each): each for each in problems}
        raise CommandError("\n".join(known), f"{len(problems)} of {len(comparisons)} environments were not compared.")
