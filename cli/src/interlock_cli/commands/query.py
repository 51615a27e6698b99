"""`interlock query`."""

from __future__ import annotations

from pathlib import Path

import click

from interlock_cli.adhoc import operation_of, read_document, read_variables, refuse_subscription
from interlock_cli.client import Client, sentences
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.output import Grid, emit, for_people, format_option


@click.command("query")
@click.argument("document", metavar="[DOCUMENT|@FILE|-]", required=False)
@click.option("-f", "--file", type=click.Path(path_type=Path), metavar="FILE", help="Read the document from a file.")
@click.option("--variables", metavar="JSON|@FILE", help="A JSON object, or @ and a file.")
@click.option(
    "--var", "each", multiple=True, metavar="NAME=VALUE", help="A variable, as JSON or else as text; may be repeated."
)
@click.option("--operation", metavar="NAME", help="Which operation is meant, of several in the document.")
@format_option
@click.pass_obj
def command(
    connection: Connection,
    document: str | None,
    file: Path | None,
    variables: str | None,
    each: tuple[str, ...],
    operation: str | None,
    output: str,
) -> None:
    """Send a GraphQL document and print the answer.

    DOCUMENT is the text itself, such as '{ stages { nodes { name } } }'; or a file; or - for standard input.
    A mutation is a document like any other. The table format prints JSON too: an answer may have any shape.
    """
    text = read_document(document, file)
    values = read_variables(variables, each)
    refuse_subscription(operation_of(text, operation))
    with Client(connection) as client:
        result = client.answer(text, values, operation)
    if result.data is not None:
        emit(result.data, "json" if for_people(output) else output, _no_grids)
    if result.errors:
        raise CommandError(f"The service answered with errors: {sentences(result.errors)}")


def _no_grids() -> list[Grid]:
    return []
