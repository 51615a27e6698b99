"""The schema: the types, how they are executed, and how failures are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import orjson
import strawberry
import structlog
from graphql import GraphQLError, GraphQLObjectType
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.execution import ExecutionContext

from domain.errors import Problem
from graph import request_ids
from graph.clock import ClockMutations
from graph.cost import Reading
from graph.mutations.acting import ActingMutations
from graph.mutations.api_tokens import ApiTokenMutations
from graph.mutations.baking import BakingMutations
from graph.mutations.configuring import ConfiguringMutations
from graph.mutations.entering import EnteringMutations
from graph.mutations.incidents import IncidentMutations
from graph.mutations.intake import IntakeMutations
from graph.mutations.manual_changes import ManualChangeMutations
from graph.mutations.notifications import NotificationMutations
from graph.mutations.overrides import OverrideMutations
from graph.mutations.reporting import ReportingMutations
from graph.mutations.returning import ReturningMutations
from graph.mutations.sessions import SessionMutations
from graph.mutations.test_environments import TestEnvironmentMutations
from graph.mutations.waivers import WaiverMutations
from graph.permitting import guard
from graph.queries import Query
from graph.subscriptions import Subscription
from graph.types import checks, errors, events, executions, fleet, intake, services
from graph.types.times import DATE_TIME
from models.faults import unavailable
from models.queries import UNKEEPABLE
from subscriptions.feed import FeedClosed

UNAVAILABLE = "UNAVAILABLE"
"""The code of what may pass by itself; over HTTP the status is 503 then."""

log = structlog.get_logger()


@strawberry.type
class Mutation(
    ConfiguringMutations,  # type: ignore[misc]  # made at run time
    TestEnvironmentMutations,
    ActingMutations,
    IncidentMutations,
    ManualChangeMutations,
    OverrideMutations,
    WaiverMutations,
    NotificationMutations,
    BakingMutations,
    ReportingMutations,
    ReturningMutations,
    EnteringMutations,
    IntakeMutations,
    ClockMutations,
    ApiTokenMutations,
    SessionMutations,
):
    """What may be changed. Each is one transaction, with its events."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Passes a planned answer on as it is: PostgreSQL has built its JSON."""

    def complete_value(self, return_type: Any, *rest: Any) -> Any:
        """`rest` is graphql-core's: field details, info, path, the result, the position."""
        if isinstance(rest[3], orjson.Fragment):
            return rest[3]
        return super().complete_value(return_type, *rest)


class Schema(strawberry.Schema):
    """Strawberry's schema, whose unexpected failures are logged and masked."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Expected failures get their code; unexpected ones lose their message and go to the log."""
        for error in errors:
            _tell(error)
            error.extensions = request_ids.extensions(error.extensions)


def _tell(error: GraphQLError) -> None:
    cause = error.original_error
    if isinstance(cause, Problem):
        error.extensions = {"code": cause.code, "remedy": cause.remedy}
    elif isinstance(cause, UNKEEPABLE):
        log.warning("a value that cannot be kept", path=error.path, error=type(cause).__name__)
        error.message = "A value that was given cannot be kept: text without the character NUL, integers of 64 bits."
        error.extensions = {"code": "INVALID_VALUE", "remedy": "Leave the character or the number out."}
    elif isinstance(cause, CannotGetOperationTypeError):
        error.message = "The document has no operation of this name."
        error.extensions = {"code": "OPERATION_NAME_UNKNOWN"}
    elif (reason := _passing(cause)) is not None:
        log.warning("the database is not available", path=error.path, error=type(cause).__name__, reason=reason)
        error.message = f"The service cannot answer now. {reason}"
        remedy = "Ask again in a few seconds. A change is done whole or not at all; an idempotencyKey does it once."
        error.extensions = {"code": UNAVAILABLE, "remedy": remedy}
    elif cause is not None and not isinstance(cause, GraphQLError):
        log.error("unexpected failure", path=error.path, exc_info=cause)
        error.message = "Something went wrong in the service; its log has the reason."
        error.extensions = {"code": "INTERNAL"}
    elif not error.path and "code" not in (error.extensions or {}):
        error.extensions = {"code": "INVALID_VARIABLES"}  # what they are read by gives it no other mark


def _passing(cause: Exception | None) -> str | None:
    return "The service is being stopped." if isinstance(cause, FeedClosed) else unavailable(cause)


def _types() -> Sequence[type]:
    """Types that are reached through interfaces only."""
    return (
        errors.InvalidValue,
        errors.NotFound,
        errors.AlreadyExists,
        errors.Refused,
        errors.Conflict,
        errors.InUse,
        errors.SafetyLowered,
        errors.UpgradeRequired,
        fleet.Wave,
        executions.StageExecution,
        executions.ActionExecution,
        checks.CheckRun,
        events.Event,
        services.Service,
        intake.AlarmChange,
        intake.Envelope,
    )


def build() -> Schema:
    """The schema that the service serves and `graph/schema.graphql` shows."""
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=_types(),
        execution_context_class=Executor,
        extensions=[Reading],
        config=StrawberryConfig(auto_camel_case=True, scalar_map={datetime: DATE_TIME}),
    )
    guard(cast("GraphQLObjectType", schema._schema.mutation_type))  # noqa: SLF001 - the only way to it
    return schema
