"""What a person writes by hand: GraphQL documents and variables, from arguments, files and standard input."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
)

from interlock_cli.errors import InputError

_DOCUMENT = "Give a document such as '{ stages { nodes { name } } }', a file, or - for standard input."
_VARIABLES = """Give an object such as '{"name": "payments"}', or @ and a file that holds one."""


def read_document(argument: str | None, file: Path | None = None) -> str:
    """The text of the document: standard input for `-`, else the argument if it is one, else a file, @ or not."""
    if (argument is None) == (file is None):
        both = "are both given" if file else "are both missing"
        raise InputError(f"A document and --file {both}.", _DOCUMENT)
    if file is not None:
        return _from_file(str(file))
    assert argument is not None
    if argument == "-":
        return sys.stdin.read()
    if "{" in argument:
        return argument
    if not argument.strip():
        raise InputError("The document is empty.", _DOCUMENT)
    return _from_file(argument.removeprefix("@"))


def _from_file(name: str) -> str:
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise InputError(
            f"{name!r} is neither a GraphQL document nor a file that can be read ({_why(error)}).", _DOCUMENT
        ) from error


def read_variables(argument: str | None, each: Sequence[str] = ()) -> dict[str, Any]:
    """The variables: a JSON object or @ and a file, then NAME=VALUE one by one, whose values are JSON or else text."""
    values = _object(argument) if argument is not None else {}
    for given in each:
        name, equals, value = given.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"{given!r} is not NAME=VALUE.", "Give --var first=5, or --var name=payments.")
        values[name] = _value(value)
    return values


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _object(argument: str) -> dict[str, Any]:
    try:
        text = Path(argument[1:]).read_text("utf-8") if argument.startswith("@") else argument
        values = json.loads(text)
    except (OSError, ValueError) as error:
        raise InputError(f"--variables cannot be read: {_why(error)}.", _VARIABLES) from error
    if not isinstance(values, dict):
        raise InputError(f"--variables is a JSON {type(values).__name__}, not an object.", _VARIABLES)
    return values


def operation_of(text: str, name: str | None) -> OperationDefinitionNode:
    """The operation that is meant. Raises InputError for what is not GraphQL, and where it is not clear which."""
    found = [each for each in _tree(text).definitions if isinstance(each, OperationDefinitionNode)]
    names = [each.name.value for each in found if each.name]
    if name is not None:
        found = [each for each in found if each.name and each.name.value == name]
    if len(found) != 1:
        what = f"no operation {name!r}" if name else f"{len(found)} operations" if found else "no operation"
        raise InputError(
            f"The document has {what}.", f"Name one with --operation: {', '.join(names) or 'none has one'}."
        )
    return found[0]


def _tree(text: str) -> DocumentNode:
    try:
        return parse(text)
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        where = f" at line {place.line}, column {place.column}" if place else ""
        raise InputError(
            f"The document is not GraphQL{where}: {error.message.rstrip('.')}.", "Nothing was sent."
        ) from error


def refuse_subscription(operation: OperationDefinitionNode) -> None:
    """A subscription is not for POST."""
    if operation.operation == OperationType.SUBSCRIPTION:
        raise InputError("The document is a subscription, which `query` does not follow.", "Use `interlock subscribe`.")


def refuse_other_than_subscription(operation: OperationDefinitionNode) -> None:
    """A query has one answer, and ends."""
    if operation.operation != OperationType.SUBSCRIPTION:
        raise InputError(
            f"The document is a {operation.operation.value}, which has one answer.", "Use `interlock query`."
        )


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
