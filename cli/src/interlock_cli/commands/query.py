"""`interlock query`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from graphql import GraphQLSyntaxError, OperationDefinitionNode, OperationType, parse

from interlock_cli.client import Client, sentences
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.output import Grid, emit, format_option


@click.command("query")
@click.argument("document", metavar="DOCUMENT|FILE|-")
@click.option("--variables", metavar="JSON|@FILE", help="A JSON object, or @ and a file.")
@format_option
@click.pass_obj
def command(connection: Connection, document: str, variables: str | None, output: str) -> None:
    """Send a GraphQL document and print the answer.

    DOCUMENT is the text itself, such as '{ stages { nodes { name } } }'; or a file; or - for standard input.
    A mutation is a document like any other. The table format prints JSON too: an answer may have any shape.
    """
    text = read_document(document)
    values = read_variables(variables)
    refuse_unspoken(text)
    with Client(connection) as client:
        result = client.answer(text, values)
    if result.data is not None:
        emit(result.data, "json" if output == "table" else output, _no_grids)
    if result.errors:
        raise CommandError(f"The service answered with errors: {sentences(result.errors)}")


def _no_grids() -> list[Grid]:
    return []


def read_document(argument: str) -> str:
    """The text of the document: standard input for `-`, else the argument if it is one, else a file."""
    if argument == "-":
        return sys.stdin.read()
    if "{" in argument:
        return argument
    if not argument.strip():
        raise InputError("The document is empty.", _DOCUMENT)
    try:
        return Path(argument).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{argument!r} is neither a GraphQL document nor a file that can be read ({_why(error)}).",
            _DOCUMENT,
        ) from error


_DOCUMENT = "Give a document such as '{ stages { nodes { name } } }', a file, or - for standard input."


def read_variables(argument: str | None) -> dict[str, Any]:
    """The variables as a mapping; refuses what is no JSON object."""
    if argument is None:
        return {}
    try:
        text = Path(argument[1:]).read_text("utf-8") if argument.startswith("@") else argument
        values = json.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(f"--variables cannot be read: {_why(error)}.", _VARIABLES) from error
    if not isinstance(values, dict):
        raise InputError(f"--variables is a JSON {type(values).__name__}, not an object.", _VARIABLES)
    return values


_VARIABLES = """Give an object such as '{"name": "payments"}', or @ and a file that holds one."""


def refuse_unspoken(text: str) -> None:
    """Refuses what is not GraphQL before anything is sent, and a subscription, which is not for POST."""
    try:
        tree = parse(text)
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        where = f" at line {place.line}, column {place.column}" if place else ""
        raise InputError(
            f"The document is not GraphQL{where}: {error.message.rstrip('.')}.", "Nothing was sent."
        ) from error
    operations = [each for each in tree.definitions if isinstance(each, OperationDefinitionNode)]
    if any(each.operation == OperationType.SUBSCRIPTION for each in operations):
        raise InputError(
            "The document is a subscription, which `query` does not follow.",
            "Use `interlock watch`, or /graphiql.",
        )


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
