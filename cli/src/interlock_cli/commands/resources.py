"""`interlock resources`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import click

from interlock_cli.aws.targets import Target, target, targets
from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.fleet import environments
from interlock_cli.held import why
from interlock_cli.moments import ago
from interlock_cli.naming import ENVIRONMENT, SERVICE, refuse_unknown_service
from interlock_cli.notices import notice
from interlock_cli.output import Grid, emit, format_option
from interlock_cli.resources.looking import Answer, Place, everywhere
from interlock_cli.resources.stacks import stacks
from interlock_cli.resources.wanted import Wanted, tag
from interlock_cli.working import working


@click.command("resources")
@click.argument("service", type=SERVICE)
@click.argument("environment", type=ENVIRONMENT, required=False)
@click.option("--all-environments", "everywhere_", is_flag=True, help="In every environment that it goes to, at once.")
@click.option(
    "--type", "type_", metavar="TYPE", help="Only of this type: a part or a glob, such as sqs or 'AWS::SQS::*'."
)
@click.option("--name", metavar="NAME", help="Only with this logical or physical id: a part or a glob.")
@click.option("--tag", "tagged", metavar="KEY[=VALUE]", help="Only with this tag.")
@format_option
@click.pass_obj
def command(
    connection: Connection,
    service: str,
    environment: str | None,
    everywhere_: bool,
    type_: str | None,
    name: str | None,
    tagged: str | None,
    output: str,
) -> None:
    """List what a service has in AWS: stacks, nested stacks and their resources, with links to the console.

    Which stacks those are is known from its deployments; what is in them is asked of AWS, in the environment's account
    with your own access. DRIFT is what CloudFormation said when somebody looked last.
    """
    if (environment is None) != everywhere_:
        raise InputError("Say where to look, once.", "Give an environment, or --all-environments.")
    wanted, by_tag = Wanted(type_, name), tag(tagged) if tagged else None
    with Client(connection) as client:
        refuse_unknown_service(client, service)
        places = [
            Place(each, stacks(client, service, each.environment)) for each in _targets(client, service, environment)
        ]
        now = client.now()
    known = [place for place in places if place.stacks]
    if not known:
        where = environment or "any environment"
        raise CommandError(
            f"No stack of {service} in {where} is known: no deployment there has named one yet.",
            f"See `interlock deployments {service}`.",
        )
    with working("Asking AWS"):
        answers = everywhere(known, wanted, by_tag)
    if all(answer.error for answer in answers):
        raise answers[0].error or CommandError("Nothing was asked.")
    searched = any((type_, name, tagged))
    emit([_told(each) for each in answers], output, lambda: _grids(service, answers, now, searched))
    _failed(answers)


def _targets(client: Client, service: str, environment: str | None) -> list[Target]:
    """The environment; else all that the service goes to, in the order in which revisions reach them."""
    if environment is not None:
        found = target(client, environment)
        why(client, service, environment)  # refuses one that it does not go to
        return [found]
    row: Sequence[Data] = client.ask("fleet", services=[service])["fleet"]
    placed = {cell["environment"] for each in row for cell in each["cells"]}
    known = {each.environment: each for each in targets(client)[1]}
    return [known[each["name"]] for each in environments(client) if each["name"] in placed and each["name"] in known]


def _told(answer: Answer) -> Data:
    where = answer.place.target
    return {
        "environment": where.environment,
        "stage": where.stage,
        "account": where.account,
        "region": where.region,
        "error": str(answer.error) if answer.error else None,
        "stacks": [asdict(found) | {"tags": dict(found.tags)} for found in answer.found],
    }


def _grids(service: str, answers: list[Answer], now: datetime, searched: bool) -> list[Grid]:
    """The stacks, of a search those in which something was found, and what is in them."""
    held = [
        (answer.place.target.environment, found)
        for answer in answers
        for found in answer.found
        if found.resources or not searched
    ]
    stack_rows = [
        (where, each.name, each.status, each.drift, ago(each.changed_at, now), each.url) for where, each in held
    ]
    rows = [
        (where, each.stack, each.logical_id, each.type, each.status, each.drift, each.physical_id)
        for where, found in held
        for each in found.resources
    ]
    return [
        Grid(("ENVIRONMENT", "STACK", "STATUS", "DRIFT", "CHANGED", "CONSOLE"), stack_rows, f"{service}: stacks"),
        Grid(
            ("ENVIRONMENT", "STACK", "LOGICAL ID", "TYPE", "STATUS", "DRIFT", "PHYSICAL ID"),
            rows,
            f"{service}: resources",
        ),
    ]


def _failed(answers: list[Answer]) -> None:
    """Says what could not be asked, and ends with 1: what is missing may be what is looked for."""
    failed = [answer for answer in answers if answer.error]
    for answer in failed:
        notice(str(answer.error))
    if failed:
        names = ", ".join(answer.place.target.environment for answer in failed)
        raise CommandError(f"{len(failed)} of {len(answers)} environments could not be asked: {names}.")
