"""The worker that explains failures: claims one, asks AWS with no transaction open, writes what it learned.

Several may run, in several processes: a failure is one's at a time, and explained once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from botocore.exceptions import ClientError

from aws.accounts import Accounts, AwsError, UnreachableError, words
from domain.causes import Cause
from domain.failing import source_of
from intake.reasons import look
from models.engine import Database
from models.failures import Described
from models.workers import Worker
from resolvers import failures

AT_ONCE = 4
"""Failures that a process asks about at the same time."""
_GONE = ("ValidationError", "ChangeSetNotFound", "ExecutionDoesNotExist", "ResourceNotFoundException")
"""AWS's codes for what is not there: that the stack, change set or execution was deleted meanwhile is no outage."""
_log = structlog.get_logger("interlock.intake")


def workers(explainer: Explainer) -> list[Worker]:
    """Each takes the next failure as soon as it is done with one: an account that hangs holds up one of them."""
    return [Worker(f"explain failures {number}", explainer.turn) for number in range(1, AT_ONCE + 1)]


class Explainer:
    """Explains failures through the reader role of each account. clock: the time, asked before each thing."""

    def __init__(self, database: Database, accounts: Accounts, clock: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock or database.clock.now

    async def turn(self) -> bool:
        """Explains the failure that has been due for the longest; whether there was one."""
        async with self._database.transaction() as session:
            failure = await failures.claim(session, self._clock())
        if failure is None:
            return False
        by_itself = failure.action is None and failure.pipeline_arn.startswith("arn:")  # others have no rules
        source = source_of(failure.provider, failure.external_id, stage=by_itself)
        if source is None:
            await self._write(failure, None, None)
            return True
        if not failure.known:
            why = f"account {failure.account} is none of the organisation's: it is not asked"
            await self._write(failure, None, why)
            return True
        try:
            cause = await asyncio.to_thread(look, self._accounts, failure, source)
        except (UnreachableError, *AwsError) as error:
            await self._failed(failure, error)
        except Exception as error:  # an answer of a shape that nobody knew: it must not come round for ever
            _log.exception("not understood", failure=str(failure.id), error=str(error))
            await self._put_off(failure, f"AWS's answer was not understood: {type(error).__name__}")
        else:
            await self._write(failure, cause, None)
        return True

    async def _failed(self, failure: Described, error: Exception) -> None:
        why = str(error) if isinstance(error, UnreachableError) else words(error)
        if isinstance(error, ClientError) and error.response["Error"].get("Code") in _GONE:
            await self._write(failure, None, why)
            return
        await self._put_off(failure, why)

    async def _put_off(self, failure: Described, why: str) -> None:
        async with self._database.transaction() as session:
            again = await failures.put_off(session, failure, why, self._clock())
        _log.warning("not explained", failure=str(failure.id), account=failure.account, reason=why, again=again)

    async def _write(self, failure: Described, cause: Cause | None, why: str | None) -> None:
        async with self._database.transaction() as session:
            if cause:
                await failures.explain(session, failure, cause, self._clock())
            else:
                await failures.settle(session, failure, why, self._clock())
        _log.info("explained", failure=str(failure.id), kind=cause.kind if cause else "ACTION", account=failure.account)
