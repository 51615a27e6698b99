"""Documents that ask for everything below a field, made from the schema: what is added to it is asked for as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

FIRST = 12


def everything(schema: GraphQLSchema, field: GraphQLField, depth: int) -> str:
    """The selection of all that can be asked without arguments, so many objects deep; pages of FIRST."""
    named: Any = get_named_type(field.type)
    if is_leaf_type(named):
        return ""
    if is_abstract_type(named):
        possible = schema.get_possible_types(named)
        return (
            "{ __typename " + " ".join(f"... on {each.name} {_fields(schema, each, depth)}" for each in possible) + " }"
        )
    return _fields(schema, named, depth)


def _fields(schema: GraphQLSchema, named: Any, depth: int) -> str:
    asked = [_asked(schema, named.name, name, field, depth) for name, field in named.fields.items()]
    return "{ __typename " + " ".join(filter(None, asked)) + " }"


def _asked(schema: GraphQLSchema, owner: str, name: str, field: GraphQLField, depth: int) -> str:
    if any(is_required_argument(each) for each in field.args.values()):
        return ""
    named: Any = get_named_type(field.type)
    alias = f"{owner}_{name}: {name}"  # fields of equal names but different types do not merge
    page = f"(first: {FIRST if depth > 1 else 4})" if "first" in field.args else ""
    if is_leaf_type(named):
        return alias + page
    around = named.name.endswith(("Connection", "Edge", "PageInfo"))
    if depth <= 0 and not around:
        return ""
    if is_abstract_type(named) and depth < 1:
        return ""
    return f"{alias}{page} {everything(schema, field, depth if around else depth - 1)}"


def parts(schema: GraphQLSchema, field: GraphQLField) -> Iterator[str]:
    """Selections for each object below the field's own, and what is below that too, where it is not too much."""
    for around, named in _own(schema, get_named_type(field.type)):
        for name, below in named.fields.items():
            if not is_leaf_type(get_named_type(below.type)):
                for asked in _within_reach(schema, named.name, name, below):
                    yield around.replace(PLACE, asked)


def _within_reach(schema: GraphQLSchema, owner: str, name: str, field: GraphQLField) -> Iterator[str]:
    """A field as deep as one document may ask; of what may be many things, one for each where that is needed."""
    found = next(
        (asked for depth in (2, 1) if len(asked := _asked(schema, owner, name, field, depth)) <= LONGEST), None
    )
    if found is None:
        for each in schema.get_possible_types(get_named_type(field.type)):  # type: ignore[arg-type]  # it is one
            told = next(it for depth in (1, 0) if len(it := _fields(schema, each, depth)) <= LONGEST)
            yield f"{owner}_{name}: {name} {{ ... on {each.name} {told} }}"
    elif found:
        yield found


LONGEST = 6_000
"""Characters of a selection that may still be asked: `scanning.MOST_TOKENS`."""
PLACE = "…"


def _own(schema: GraphQLSchema, named: Any) -> Iterator[tuple[str, Any]]:
    """The objects that a field is about, within pages and edges; with what is asked around them."""
    if is_leaf_type(named):
        return
    if is_abstract_type(named):
        for each in schema.get_possible_types(named):
            yield f"{{ ... on {each.name} {{ {PLACE} }} }}", each
    elif named.name.endswith(("Connection", "Edge")):
        for name, field in named.fields.items():
            for around, each in _own(schema, get_named_type(field.type)):
                yield f"{{ {name} {around} }}", each
    else:
        yield f"{{ {PLACE} }}", named


def arguments(field: GraphQLField, known: Mapping[str, Any]) -> str | None:
    """The field's required arguments, and those that are known; None where a required one is not known."""
    given = {name: known[name] for name in field.args if name in known}
    if any(is_required_argument(each) and name not in given for name, each in field.args.items()):
        return None
    return "(" + ", ".join(f"{name}: {_literal(value)}" for name, value in given.items()) + ")" if given else ""


def _literal(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_literal(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, int):
        return str(value)
    return '"' + str(value) + '"'
