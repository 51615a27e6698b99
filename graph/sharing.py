"""A subscription is executed once for all who ask the same, and the same bytes go to each of them.

The same: one document, the same variables and operation, and the same scope of what the viewer may see. Only a
subscription that begins "from now on" is shared: who joins a running one gets what is published from then on, which is
what was asked for. One that resumes behind a cursor has a past of its own to replay, so it is executed on its own;
the feed itself holds it back there when its socket is slow.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, Protocol, TypeAlias, cast

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_argument_values,
    get_variable_values,
)
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation
from strawberry.types.execution import ExecutionResult, PreExecutionError

from graph.authentication.sockets import KnowingHandler
from graph.context import Context
from graph.deadlines import exceeded
from graph.frames import StrictHandler
from graph.reading import read
from graph.schema import Schema

MOST_WAITING = 1_000
"""Results that wait for one socket before its operation ends with TOO_SLOW; the feed's queue has as many."""
CURSOR = "after"

Key: TypeAlias = tuple[str, str, str | None, str]
"""Document, variables as sorted JSON, the operation's name, the viewer's scope."""
Results: TypeAlias = AsyncGenerator[ExecutionResult | PreExecutionError, None]
Run: TypeAlias = Callable[[], Awaitable[Results]]
Message: TypeAlias = dict[str, Any]
"""One of the protocol's messages, without the operation's id."""

COMPLETE: Message = {"type": "complete"}


class Sharing(Protocol):
    """A view that keeps the running groups. seconds: what one operation may take that is no subscription."""

    groups: dict[Key, Group]
    seconds: float


class Member:
    """One operation of one socket: what it was given and is not sent yet, and how it ends.

    There are as many as sockets, and nearly all wait for nothing: an empty `deque`, as an `asyncio.Event` has one too,
    takes 760 bytes.
    """

    __slots__ = ("_ending", "_stirred", "_waiting")

    def __init__(self) -> None:
        self._waiting: deque[Message] | None = None
        self._ending: Message | None = None
        self._stirred: asyncio.Future[None] | None = None

    def give(self, message: Message) -> bool:
        """Keep a message until the socket takes it. False when too many wait: the operation ends behind them."""
        if self._waiting is None:
            self._waiting = deque()
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(message)
            self._stir()
            return True
        self.end(_too_slow())
        return False

    def end(self, ending: Message) -> None:
        """The last message, behind what waits."""
        self._ending = self._ending or ending
        self._stir()

    async def send(self, operation: Operation[Context, None]) -> None:
        """Send what comes, as fast as the socket takes it, until the end."""
        while True:
            while self._waiting:
                await _send(operation, self._waiting.popleft())
            if self._ending:
                await _send(operation, self._ending)
                return
            self._waiting, self._stirred = None, asyncio.get_running_loop().create_future()
            await self._stirred

    def _stir(self) -> None:
        if self._stirred is not None and not self._stirred.done():
            self._stirred.set_result(None)


class Group:
    """One execution and its members. It lives from the first member to the last, or to its own end."""

    def __init__(self, groups: dict[Key, Group], key: Key, schema: Schema, run: Run) -> None:
        self.members: set[Member] = set()
        self._groups, self._key, self._schema = groups, key, schema
        groups[key] = self
        self._task = asyncio.create_task(self._execute(run), name="execute a shared subscription")

    def join(self) -> Member:
        """A member that gets everything published from now on."""
        member = Member()
        self.members.add(member)
        return member

    async def leave(self, member: Member) -> None:
        """Without a member, the execution is stopped; returns when it has."""
        self.members.discard(member)
        if not self.members:
            self._close(COMPLETE)
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _execute(self, run: Run) -> None:
        ending = COMPLETE
        try:
            async with aclosing(await run()) as results:
                async for result in results:
                    if isinstance(result, PreExecutionError):
                        ending = _errors(result.errors or [])
                        break
                    self._publish(result)
                    if not self.members:
                        self._close(COMPLETE)  # before anything is awaited: nobody joins what has ended
                        break
                    await asyncio.sleep(0)  # the members' turn: without it a burst would overflow quick ones too
        except Exception as failure:  # whatever it was: the members are told, and it is logged
            error = GraphQLError(str(failure), original_error=failure)
            self._schema.process_errors([error])
            ending = _errors([error])
        finally:
            self._close(ending)

    def _publish(self, result: ExecutionResult) -> None:
        """The result is encoded here, once; members too slow for it are let go."""
        payload: Message = {"data": result.data}
        if result.errors:
            payload["errors"] = [error.formatted for error in result.errors]
        if result.extensions:
            payload["extensions"] = result.extensions
        message = {"type": "next", "payload": orjson.Fragment(orjson.dumps(payload))}
        self.members = {member for member in self.members if member.give(message)}

    def _close(self, ending: Message) -> None:
        """Nobody joins any more, and every member ends."""
        if self._groups.get(self._key) is self:
            del self._groups[self._key]
        for member in self.members:
            member.end(ending)


class SharingHandler(StrictHandler, KnowingHandler):
    """graphql-transport-ws, whose equal subscriptions are one execution."""

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """An operation is a member of its group, or is executed on its own, with whatever is wrong with it."""
        schema = cast("Schema", self.schema)
        key = _key(schema._schema, operation, self.context.scope)  # noqa: SLF001 - the only way to it
        if key is None:
            await self._alone(operation)
            return
        groups = cast("Sharing", self.view).groups
        group = groups.get(key) or Group(groups, key, schema, partial(self._execution, operation))
        member = group.join()
        try:
            await member.send(operation)
        except WebSocketDisconnected:
            pass  # the reader is gone: the socket's own loop ends, too
        except Exception as failure:
            await self.handle_task_exception(failure)
            raise
        finally:
            await group.leave(member)

    async def _alone(self, operation: Operation[Context, None]) -> None:
        """What is not shared; all but a subscription has its time."""
        lasts = read(operation.query).kind(operation.operation_name) is OperationType.SUBSCRIPTION
        seconds = None if lasts else cast("Sharing", self.view).seconds
        try:
            async with asyncio.timeout(seconds):
                await super().run_operation(operation)
        except TimeoutError:
            with suppress(WebSocketDisconnected):
                await _send(operation, _errors([exceeded(seconds or 0)]))

    def _execution(self, operation: Operation[Context, None]) -> Awaitable[Results]:
        return self.schema.subscribe(
            operation.query,
            variable_values=operation.variables,
            context_value=self.context,
            operation_name=operation.operation_name,
        )


def _key(schema: GraphQLSchema, operation: Operation[Context, None], scope: str) -> Key | None:
    """What equal subscriptions have in common; None for what is executed on its own.

    Shared is what may resume behind a cursor, and does not: it begins from now on. The arguments' values tell, however
    they were given. What cannot be judged (no text, no document) finds its error when it is executed.
    """
    try:
        if not _begins_now(schema, read(operation.query).document, operation):
            return None
        variables = json.dumps(operation.variables or {}, sort_keys=True)
    except (GraphQLError, RecursionError, TypeError, ValueError, AttributeError):
        return None
    return operation.query, variables, operation.operation_name, scope


def _begins_now(schema: GraphQLSchema, document: DocumentNode, operation: Operation[Context, None]) -> bool:
    """Whether each root field takes a cursor and is given none. Without a name, the first operation counts."""
    name, root = operation.operation_name, schema.subscription_type
    operations = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    asked = next((each for each in operations if name is None or (each.name and each.name.value == name)), None)
    if root is None or asked is None or asked.operation is not OperationType.SUBSCRIPTION:
        return False
    values = get_variable_values(schema, asked.variable_definitions or (), operation.variables or {})
    if isinstance(values, list):
        return False
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    fields = [(root.fields.get(node.name.value), node) for node in _root_fields(asked.selection_set, fragments)]
    return all(
        field is not None and CURSOR in field.args and get_argument_values(field, node, values).get(CURSOR) is None
        for field, node in fields
    )


def _root_fields(selected: SelectionSetNode, unseen: dict[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """Every field of the root type, in fragments too, skipped ones included."""
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, unseen)
        elif isinstance(node, FragmentSpreadNode) and (fragment := unseen.pop(node.name.value, None)):
            yield from _root_fields(fragment.selection_set, unseen)


async def _send(operation: Operation[Context, None], message: Message) -> None:
    await operation.send_operation_message(cast("Any", {"id": operation.id, **message}))


def _errors(errors: Sequence[GraphQLError]) -> Message:
    return {"type": "error", "payload": [error.formatted for error in errors]}


def _too_slow() -> Message:
    remedy = "Subscribe again, with the cursor of the last result that you got as `after`: nothing is lost."
    message = f"More than {MOST_WAITING:,} results waited for this subscription to take them."
    return _errors([GraphQLError(message, extensions={"code": "TOO_SLOW", "remedy": remedy})])
