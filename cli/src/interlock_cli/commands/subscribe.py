"""`interlock subscribe`."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

import click
import yaml
from graphql import FieldNode, OperationDefinitionNode

from interlock_cli.adhoc import operation_of, read_document, read_variables, refuse_other_than_subscription
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.output import for_people, format_option, notice
from interlock_cli.stream import Subscription, follow

AFTER = "after"


@click.command("subscribe")
@click.argument("document", metavar="[DOCUMENT|@FILE|-]", required=False)
@click.option("-f", "--file", type=click.Path(path_type=Path), metavar="FILE", help="Read the document from a file.")
@click.option("--variables", metavar="JSON|@FILE", help="A JSON object, or @ and a file.")
@click.option(
    "--var", "each", multiple=True, metavar="NAME=VALUE", help="A variable, as JSON or else as text; may be repeated."
)
@click.option("--operation", metavar="NAME", help="Which operation is meant, of several in the document.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after N items.")
@format_option
@click.pass_obj
def command(
    connection: Connection,
    document: str | None,
    file: Path | None,
    variables: str | None,
    each: tuple[str, ...],
    operation: str | None,
    count: int | None,
    output: str,
) -> None:
    """Follow a GraphQL subscription, a JSON object a line.

    Ends with Ctrl-C. A lost connection is made again. Where the document has the variable $after and selects `cursor`,
    it goes on behind the last item: nothing is missed, nothing is printed twice. Else what happens meanwhile is lost.

    interlock subscribe 'subscription ($after: String) { events(after: $after) { cursor type } }'
    """
    text = read_document(document, file)
    values = read_variables(variables, each)
    wanted = operation_of(text, operation)
    refuse_other_than_subscription(wanted)
    after = values.pop(AFTER, None)
    subscription = Subscription("", root_of(wanted), values, after, text=text, operation=operation)
    if not resumable(wanted):
        notice("This subscription does not resume: give it `$after: String`, and select `cursor`.")
    asyncio.run(_follow(connection, subscription, count, output))


def root_of(operation: OperationDefinitionNode) -> str:
    """The name under which the only root field answers. Raises InputError where there is not one."""
    fields = operation.selection_set.selections
    if len(fields) != 1 or not isinstance(fields[0], FieldNode):
        raise InputError("The subscription has not one root field.", "GraphQL allows one; a fragment is none.")
    return (fields[0].alias or fields[0].name).value


def resumable(operation: OperationDefinitionNode) -> bool:
    """Whether it has the variable $after, and its items their `cursor`."""
    declared = any(each.variable.name.value == AFTER for each in operation.variable_definitions or ())
    root = operation.selection_set.selections[0]
    chosen = root.selection_set.selections if isinstance(root, FieldNode) and root.selection_set else ()
    cursor = any(isinstance(each, FieldNode) and each.name.value == "cursor" and not each.alias for each in chosen)
    return declared and cursor


async def _follow(connection: Connection, subscription: Subscription, count: int | None, output: str) -> None:
    printed = 0
    async with aclosing(follow(connection, subscription, notice)) as items:
        async for item in items:
            _print({subscription.root: item}, output)
            printed += 1
            if printed == count:
                return


def _print(data: dict[str, object], output: str) -> None:
    if for_people(output) or output == "json":
        click.echo(json.dumps(data, ensure_ascii=False))
    else:
        click.echo(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, explicit_start=True), nl=False)
