"""What CDK's and AWS's refusals mean: one sentence, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable

from interlock_cli.cdk.tool import last_words
from interlock_cli.environments import Environment
from interlock_cli.errors import AuthenticationError, CommandError

NOT_BOOTSTRAPPED = re.compile(
    r"Has the environment been bootstrapped|/cdk-bootstrap/\S+ not found|No bucket named 'cdk-|"
    r"Unable to fetch parameters \[/cdk-bootstrap/"
)
TOO_OLD = re.compile(r"requires bootstrap stack version '?(?P<wanted>\d+)'?, (?:but )?found '?(?P<found>\d+)")
DENIED = re.compile(
    r"(?:User: )?(?P<who>arn:[\w-]+:\S+) is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"(?: on resource: (?P<resource>arn:[^\s,]+))?"
)
EXPIRED = re.compile(
    r"ExpiredToken|security token included in the request is (?:expired|invalid)|SSO session .*expired"
)
NOT_ASSUMED = re.compile(
    r"could not be used to assume '(?P<role>[^']+)'|Could not assume role|unable to assume role", re.IGNORECASE
)
NO_CREDENTIALS = re.compile(
    r"no credentials have been configured|Unable to resolve AWS account|Could not load credentials"
)
OTHER_ACCOUNT = re.compile(
    r"Need to perform AWS calls for account (?P<wanted>\d+), but the current credentials are for (?P<found>\d+)"
)
BUSY = re.compile(r"is in (?P<state>\w+_IN_PROGRESS) state and can ?not be updated")
PAUSED = re.compile(r"(?P<stack>\S+) is in (?P<state>\w*ROLLBACK_FAILED|REVIEW_IN_PROGRESS|DELETE_FAILED)")

RESOURCE = re.compile(
    r"_FAILED\s*\| (?P<type>AWS::\S+)\s*\| (?P<path>\S+) \(\S+\) (?!Resource \w+ cancelled)(?P<reason>\S.*)"
)


def explained(what: str, environment: Environment, code: int, said: str) -> CommandError:
    """The failure of `what` – `cdk deploy` – in an environment; said is what it printed."""
    for pattern, meaning in MEANINGS:
        if found := pattern.search(said):
            return meaning(environment, found)
    return CommandError(
        f"{what} failed in {environment.name} (exit {code}): {last_words(said, 2)}",
        "Its own output above says all it knows; `interlock doctor` looks at the rest.",
    )


def not_bootstrapped(environment: Environment) -> CommandError:
    """The account and Region have never been bootstrapped."""
    return CommandError(
        f"{environment.account} is not bootstrapped in {environment.region}, where {environment.name} is.",
        f"Run `interlock bootstrap {environment.handle}` once.",
    )


def _not_bootstrapped(environment: Environment, _: re.Match[str]) -> CommandError:
    return not_bootstrapped(environment)


def _too_old(environment: Environment, found: re.Match[str]) -> CommandError:
    return CommandError(
        f"The bootstrap stack of {environment.account}, {environment.region} is version {found['found']}, and the app "
        f"needs {found['wanted']}.",
        f"Run `interlock bootstrap {environment.handle}` to renew it.",
    )


def _denied(environment: Environment, found: re.Match[str]) -> CommandError:
    on = f" on {found['resource']}" if found["resource"] else ""
    return CommandError(
        f"AWS denies {found['action']}{on} to {found['who']} in {environment.name} ({environment.account}).",
        f"Ask whoever administers the account {environment.account} to allow it, or the organisation's ADMIN for "
        f"another role; if it is a cdk- role, `interlock bootstrap {environment.handle}` renews its rights.",
    )


def _expired(environment: Environment, _: re.Match[str]) -> CommandError:
    return AuthenticationError(
        f"Your credentials for {environment.name} ({environment.account}) are no longer valid.",
        "Log in again: `interlock profiles login`.",
    )


def _not_assumed(environment: Environment, found: re.Match[str]) -> CommandError:
    role = found["role"] or "a role that `cdk bootstrap` makes"
    return CommandError(
        f"Your credentials may not assume {role} in {environment.account}, {environment.region}.",
        f"Run `interlock bootstrap {environment.handle}` if it was never done; else ask whoever administers the "
        "account to let your role assume `cdk-*` roles (sts:AssumeRole).",
    )


def _no_credentials(environment: Environment, _: re.Match[str]) -> CommandError:
    return AuthenticationError(
        f"There are no credentials for {environment.name} ({environment.account}).",
        "Log in with `interlock profiles login`.",
    )


def _other_account(environment: Environment, found: re.Match[str]) -> CommandError:
    return CommandError(
        f"Your credentials are for the account {found['found']}, and {environment.name} is in {found['wanted']}.",
        "Unset AWS_ACCESS_KEY_ID and AWS_PROFILE, and log in with `interlock profiles login`.",
    )


def _busy(environment: Environment, found: re.Match[str]) -> CommandError:
    return CommandError(
        f"Something else deploys to {environment.name} now: a stack is in {found['state']}.",
        f"Wait for its end (`interlock status --environment {environment.name}`), and try again.",
    )


def _paused(environment: Environment, found: re.Match[str]) -> CommandError:
    return CommandError(
        f"{found['stack']} is in {found['state']}: CloudFormation changes it no more in {environment.name}.",
        "Look at its events for the first failure, then run `cdk rollback` or delete it: `interlock events`.",
    )


def _resource(environment: Environment, found: re.Match[str]) -> CommandError:
    """The first resource that failed: those after it were cancelled because of it."""
    return CommandError(
        f"{found['path']} ({found['type']}) failed in {environment.name}: {found['reason'].strip().rstrip('.')}.",
        "CloudFormation takes its stack back to what it was. Mend it, and deploy again.",
    )


MEANINGS: tuple[tuple[re.Pattern[str], Callable[[Environment, re.Match[str]], CommandError]], ...] = (
    (NOT_BOOTSTRAPPED, _not_bootstrapped),
    (TOO_OLD, _too_old),
    (EXPIRED, _expired),
    (OTHER_ACCOUNT, _other_account),
    (NO_CREDENTIALS, _no_credentials),
    (DENIED, _denied),
    (NOT_ASSUMED, _not_assumed),
    (BUSY, _busy),
    (RESOURCE, _resource),
    (PAUSED, _paused),
)
"""In the order in which one explains the others: an expired token makes every role unassumable."""
