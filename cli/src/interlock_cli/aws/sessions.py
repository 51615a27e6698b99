"""A boto3 session in an environment's account: the right one whatever the person's own settings say, and heard.

    with refusals.explained(target):
        session(target).client("cloudformation").describe_stacks()

Its Region is the environment's; AWS_ENDPOINT_URL is honoured, as boto3 does. Each call is said on stderr.
"""

from __future__ import annotations

from typing import Any

from interlock_cli.aws import spoken
from interlock_cli.aws.boto import LastingCredentials, RefreshableCredentials, new_session
from interlock_cli.aws.credentials import Credentials, credentials
from interlock_cli.aws.targets import Target
from interlock_cli.notices import notice


def session(target: Target, *, write: bool = False, region: str | None = None, say: bool = True) -> Any:
    """A boto3 session, whose credentials are got before this returns, and renewed while it is used.

    write: in production, with the role that may change things; record that first (`manual_changes.record`).
    region: another one than the environment's. say: whether each call is printed to stderr as the `aws` line that
    does the same; one that is made again, as a waiter or a paginator does, is printed once.
    Raises AuthenticationError where the person must log in, CommandError where AWS refuses.
    """
    first = credentials(target, write)
    made = new_session(region=region or target.region, provider=_Provider(target, write, first))
    if say:
        _heard(made, target, write)
    return made


class _Provider:
    """A credential provider of botocore's that has one answer."""

    METHOD = "interlock"
    CANONICAL_NAME = "interlock"

    def __init__(self, target: Target, write: bool, first: Credentials) -> None:
        self._target, self._write, self._first = target, write, first

    def load(self) -> Any:
        """Called by botocore, once."""
        first = self._first
        if first.expires_at is None:
            return LastingCredentials(first.access_key, first.secret_key, first.token, self.METHOD)
        return RefreshableCredentials(
            first.access_key, first.secret_key, str(first.token), first.expires_at, self._renewed, self.METHOD
        )

    def _renewed(self) -> dict[str, Any]:
        found = credentials(self._target, self._write)
        return {
            "access_key": found.access_key,
            "secret_key": found.secret_key,
            "token": found.token,
            "expiry_time": found.expires_at.isoformat() if found.expires_at else None,
        }


def _heard(made: Any, target: Target, write: bool) -> None:
    """Prints each distinct call before it is made."""
    said: set[str] = set()

    def say(params: Any, model: Any, context: Any, **_: Any) -> None:
        line = spoken.line(target, model, params, write, (context or {}).get("client_region"))
        if line not in said:
            said.add(line)
            notice(line)

    made.events.register_first("before-parameter-build.*.*", say)
