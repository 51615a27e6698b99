"""Who may change what: the permission of every mutation, required in one place, before anything of it is done.

What nobody may who asks, wherever it is, is refused here. Whether they may do it to what it is done to is asked by the
use-case, in its transaction (`resolvers/permitting.py`): only there it is known what is concerned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLResolveInfo, get_named_type

from domain.configuration.fields import camel
from domain.configuration.targets import of_kind
from domain.errors import Problem
from domain.permissions import EVERYTHING, Permission, require
from graph.context import Context
from graph.mutations.inputs import MEMBERS
from graph.refusing import told

_CONFIGURING = {camel(name): of_kind(kind) for name, (_, kind) in MEMBERS.items()}


def _of_change(given: Mapping[str, Any]) -> set[Permission]:
    """What a change of many operations needs: what each of them would by itself; a document or a revert, all."""
    operations = given.get("operations")
    if operations is None or given.get("document") is not None or given.get("revert") is not None:
        return {Permission.CONFIGURE}
    return {_CONFIGURING[name] for each in operations for name in each} or {Permission.CONFIGURE}


_NAMED = {
    "startPipeline": Permission.START_PIPELINE,
    "stopExecution": Permission.STOP_EXECUTION,
    "retryStage": Permission.RETRY_STAGE,
    "rollBackStage": Permission.ROLL_BACK,
    "approveAction": Permission.APPROVE,
    "createTestEnvironment": Permission.MANAGE_TEST_ENVIRONMENTS,
    "extendTestEnvironment": Permission.MANAGE_TEST_ENVIRONMENTS,
    "deleteTestEnvironment": Permission.MANAGE_TEST_ENVIRONMENTS,
    "recordManualChange": Permission.RECORD_MANUAL_CHANGE,
    "declareIncident": Permission.DECLARE_INCIDENT,
    "linkIncident": Permission.DECLARE_INCIDENT,
    "resolveIncident": Permission.DECLARE_INCIDENT,
    "reopenIncident": Permission.DECLARE_INCIDENT,
    "grantOverride": Permission.GRANT_OVERRIDE,
    "revokeOverride": Permission.GRANT_OVERRIDE,
    "grantWaiver": Permission.GRANT_WAIVER,
    "revokeWaiver": Permission.GRANT_WAIVER,
    "testNotificationRoute": Permission.OPERATE,
    "replaySetAside": Permission.OPERATE,
    "dismissSetAside": Permission.OPERATE,
    "setClock": Permission.OPERATE,
    "createApiToken": Permission.MANAGE_TOKENS,
    "revokeApiToken": Permission.MANAGE_TOKENS,
    "revokeSessions": Permission.MANAGE_TOKENS,
    "registerPipeline": Permission.REPORT,
    "reportEvents": Permission.REPORT,
    "reportExecution": Permission.REPORT,
    "enterWave": Permission.REPORT,
    "observeBake": Permission.REPORT,
    "startCheckRuns": Permission.REPORT,
    "finishCheckRun": Permission.REPORT,
    "concludeWave": Permission.REPORT,
    "planRollback": Permission.REPORT,
    "reportRollback": Permission.REPORT,
    "planDrill": Permission.REPORT,
    "revertChange": Permission.CONFIGURE,
}
OF_MUTATION: Mapping[str, Permission | Callable[[Mapping[str, Any]], set[Permission]]] = {
    **_CONFIGURING,
    **_NAMED,
    "applyChange": _of_change,
}
"""What each mutation needs; where that depends on its input, by that."""
OF_THE_WHOLE = frozenset({"testNotificationRoute", "replaySetAside", "dismissSetAside", "setClock", "revokeSessions"})
"""Mutations that are of no part of the fleet: needed everywhere, and asked here alone."""
REPORTED = frozenset(name for name, permission in _NAMED.items() if permission is Permission.REPORT)
"""What pipelines say and ask: their use-cases know the pipeline, and take no author."""


class NoPermissionError(Exception):
    """A mutation of which nobody has said who may do it: the service does not start with one."""


def guard(mutation: GraphQLObjectType) -> None:
    """From now on every mutation asks first whether the viewer may, and answers with the refusal where not."""
    missing = sorted(set(mutation.fields) - set(OF_MUTATION))
    if missing:
        raise NoPermissionError(f"graph/permitting.py names no permission for {', '.join(missing)}.")
    for name, field in mutation.fields.items():
        field.resolve = _guarded(name, field)


def needed(name: str, given: Mapping[str, Any]) -> set[Permission]:
    """The permissions that a mutation needs with this input."""
    known = OF_MUTATION[name]
    return {known} if isinstance(known, Permission) else known(given)


def fixed(name: str) -> frozenset[Permission]:
    """The permission that a mutation needs whatever its input is; none where the use-case finds it in its input."""
    known = OF_MUTATION[name]
    return frozenset({known}) if isinstance(known, Permission) else frozenset()


def _guarded(name: str, field: GraphQLField) -> Any:
    resolve: Any = field.resolve
    payload: Any = get_named_type(field.type).extensions["strawberry-definition"].origin

    async def guarded(source: Any, info: GraphQLResolveInfo[Context], **given: Any) -> Any:
        context, wanted = info.context, needed(name, given["input"])
        try:
            require(context.viewer, wanted, name)
            if name in OF_THE_WHOLE:
                require(context.viewer, wanted, name, EVERYTHING)
        except Problem as refused:
            return payload(errors=await told(context, refused))
        return await resolve(source, info, **given)

    return guarded
