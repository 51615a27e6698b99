"""`interlock schema`."""

from __future__ import annotations

import json

import click
from graphql import build_client_schema, get_introspection_query, print_schema

from interlock_cli.client import Client, sentences
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError


@click.command("schema")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["sdl", "json"]),
    default="sdl",
    show_default=True,
    help="The schema definition language, or the answer to an introspection.",
)
@click.pass_obj
def command(connection: Connection, output: str) -> None:
    """Print the service's GraphQL schema.

    What an editor or a generator of clients wants to know: every type and field, with its description.
    """
    with Client(connection) as client:
        result = client.answer(get_introspection_query(descriptions=True, input_value_deprecation=True))
    if result.errors or result.data is None:
        raise CommandError(f"The service does not tell its schema: {sentences(result.errors)}")
    if output == "json":
        click.echo(json.dumps(result.data, indent=2, ensure_ascii=False))
    else:
        click.echo(print_schema(build_client_schema(result.data)))  # type: ignore[arg-type]  # it is checked there
