"""Who may ask for the schema itself, and is told which name was nearly meant: the one is a way to the other."""

from __future__ import annotations

from graphql import GraphQLError

from graph.context import Context
from models.doors import EVERYBODY


def may_introspect(context: Context | None) -> bool:
    """Whether whoever asks may. Without a context it is the program itself."""
    if context is None or context.settings.introspection == EVERYBODY:
        return True
    viewer = context.viewer
    roles = {*viewer.roles, *(each.role for each in viewer.granted)}
    return bool({each.lower() for each in roles} & set(context.settings.introspection.split(",")))


def refused(context: Context) -> GraphQLError:
    """Why the schema is not told."""
    who = context.settings.introspection.replace(",", " or ")
    return GraphQLError(
        f"{context.viewer.actor} may not ask for the schema, `__schema` and `__type`: {who} may.",
        extensions={
            "code": "INTROSPECTION_REFUSED",
            "remedy": "Read graph/schema.graphql of the release, or have INTERLOCK_INTROSPECTION changed.",
        },
    )
