"""Documents, bodies and frames that nobody should send, made from the schema; and what no answer may ever have."""

from __future__ import annotations

import os
import re
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_object_type,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("INTERLOCK_TEST_FUZZ", "40"))
"""Of each test; `make fuzz` has many more. The seed is fixed: what fails once fails again."""
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
STATUSES = {200, 400, 403, 404, 405, 413, 415}
INSIDE = re.compile(r"Traceback|File \"|psycopg|sqlalchemy|\bSELECT\b.*\bFROM\b|/site-packages/|\"INTERNAL\"")
"""What an answer would tell of the inside of the service."""

TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "*", "payments", "prod-eu", "1" * 12, "' or 1=1 --", "\x00", "%s", "{}", "2026-11-30T12:00:00Z"]
    ),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
JSON = st.recursive(
    LEAVES, lambda of: st.one_of(st.lists(of, max_size=4), st.dictionaries(TEXT, of, max_size=4)), max_leaves=12
)


def literal(value: Any) -> str:
    """A JSON value as GraphQL writes it; what is no name becomes the value's text."""
    if isinstance(value, dict):
        return "{" + " ".join(f"{k}: {literal(v)}" for k, v in value.items() if re.fullmatch(r"[_A-Za-z]\w*", k)) + "}"
    if isinstance(value, list):
        return "[" + " ".join(map(literal, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(each):04x}" if not 32 <= ord(each) < 127 or each in '"\\' else each
                             for each in value if ord(each) < 0xD800) + '"'  # fmt: skip
    return {None: "null", True: "true", False: "false"}.get(value, str(value)) if not _number(value) else str(value)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@st.composite
def values(draw: st.DrawFn, of: Any, depth: int = 0) -> str:
    """A literal for a type: now and then one of another type."""
    if draw(st.integers(0, 99)) == 70:
        return literal(draw(JSON))
    if isinstance(of, GraphQLNonNull):
        return draw(values(of.of_type, depth))
    if isinstance(of, GraphQLList):
        count = draw(st.integers(0, 2 if depth < 4 else 0))
        return "[" + " ".join(draw(values(of.of_type, depth + 1)) for _ in range(count)) + "]"
    if isinstance(of, GraphQLEnumType):
        return draw(st.sampled_from(sorted(of.values)))
    if isinstance(of, GraphQLInputObjectType):
        asked = [name for name, field in of.fields.items() if _wanted(draw, field, depth)]
        return "{" + " ".join(f"{name}: {draw(values(of.fields[name].type, depth + 1))}" for name in asked) + "}"
    return literal(draw({"Int": st.integers(-5, 2**31 - 1), "Boolean": st.booleans(), "JSON": JSON}.get(of.name, TEXT)))


def _wanted(draw: st.DrawFn, field: Any, depth: int) -> bool:
    required = isinstance(field.type, GraphQLNonNull)
    return draw(st.integers(0, 99)) != 70 if required else depth < 4 and draw(st.integers(0, 3)) == 0


@st.composite
def selections(draw: st.DrawFn, schema: GraphQLSchema, of: Any, depth: int = 0) -> str:
    """A selection on a type: fields with arguments, and fragments on what the type may be."""
    possible = schema.get_possible_types(of) if not is_object_type(of) else []
    if possible and draw(st.booleans()):
        found = draw(st.sampled_from(sorted(possible, key=str)))
        return f"{{ __typename ... on {found} {draw(selections(schema, found, depth))} }}"
    fields = getattr(of, "fields", {})
    names = draw(st.lists(st.sampled_from(sorted(fields)), max_size=4, unique=True)) if fields else []
    return "{ __typename " + " ".join(draw(_field(schema, fields[name], name, depth)) for name in names) + " }"


@st.composite
def _field(draw: st.DrawFn, schema: GraphQLSchema, field: Any, name: str, depth: int) -> str:
    given = [key for key, argument in field.args.items() if _wanted(draw, argument, depth)]
    arguments = ", ".join(f"{key}: {draw(values(field.args[key].type))}" for key in given)
    asked = f"{name}({arguments})" if arguments else name
    if not is_composite_type(get_named_type(field.type)):
        return asked
    return f"{asked} {draw(selections(schema, get_named_type(field.type), depth + 1))}" if depth < 5 else "__typename"


@st.composite
def documents(draw: st.DrawFn, schema: GraphQLSchema) -> str:
    """An operation of any kind; sometimes a character of it is another one."""
    kind, root = draw(st.sampled_from([("query", schema.query_type)] * 3 + [("mutation", schema.mutation_type)]))
    text = f"{kind} {draw(selections(schema, root))}"
    if draw(st.integers(0, 19)) == 7:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(list('{}()[]$@!:"\\\x00é'))) + text[at + 1 :]
    return text
