"""The JSON Schema of an organisation's file, which the service's entities make and this package ships.

It says which fields there are and of which type; what a value must be like beyond that, the service alone decides.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

Schema = dict[str, Any]


@cache
def text() -> str:
    """The file as it is shipped."""
    return resources.files("interlock_cli").joinpath("organisation", "schema.json").read_text("utf-8")


@cache
def whole() -> Schema:
    """The file's own schema; its properties are the sections."""
    schema: Schema = json.loads(text())
    return schema


def resolved(schema: Schema) -> Schema:
    """The schema that a `$ref` to one of our definitions stands for; any other as it is."""
    while "$ref" in schema:
        schema = whole()["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def kind_of(schema: Schema) -> str:
    """The kind of entity that a `$ref` names, or empty."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def type_of(schema: Schema) -> str:
    """One of JSON Schema's types; `any` where it says none. A type that may be null is the other one."""
    given = schema.get("type", "any")
    if isinstance(given, list):
        return next((str(each) for each in given if each != "null"), "null")
    return str(given)


def sections() -> dict[str, Schema]:
    """The sections in their order, each with its schema."""
    return dict(whole()["properties"])


def kind_of_section(section: str) -> str:
    """The kind that a section holds: `account` for `accounts`, `organisation` for itself."""
    schema = sections().get(section, {})
    return kind_of(schema.get("items", schema))


def properties(schema: Schema) -> dict[str, Schema]:
    """The fields of an object in their order; none when any are allowed."""
    return dict(schema.get("properties", {}))
