"""What AWS's refusals mean to a person: which role, which action, and whom to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from interlock_cli.aws.boto import BotoCoreError, ClientError
from interlock_cli.aws.targets import Target
from interlock_cli.errors import AuthenticationError, CommandError

DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Client.UnauthorizedOperation",
    "UnauthorizedOperation",
    "NotAuthorized",
    "403",
}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
UNKNOWN = {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"}
SKEWED = {"RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException", "RequestInTheFuture"}


@contextmanager
def explained(target: Target, write: bool = False) -> Iterator[None]:
    """Turns what botocore raises in the block into a CommandError that says what to do."""
    try:
        yield
    except ClientError as error:
        raise explanation(target, error, write) from error
    except BotoCoreError as error:
        raise unreachable(target, error) from error


def unreachable(target: Target, error: BotoCoreError) -> CommandError:
    """The sentence for what AWS never answered."""
    return CommandError(
        f"AWS cannot be asked in {target.environment} ({target.account}, {target.region}): "
        f"{' '.join(str(error).split()).rstrip('.')}.",
        "Look at the network and its proxy, and at AWS_ENDPOINT_URL if that is set.",
    )


def explanation(target: Target, error: ClientError, write: bool = False) -> CommandError:
    """The sentence for AWS's answer: a denial, credentials that hold no longer, a clock that is wrong, or its own."""
    code, said = (str(error.response.get("Error", {}).get(key, "")) for key in ("Code", "Message"))
    where = f"{target.environment} (account {target.account}, {target.region})"
    if code in DENIED:
        return denial(target, said, error.operation_name, write)
    if code in EXPIRED or code in UNKNOWN:
        remedy = "Log in with `interlock profiles login`." if target.center else "Get your own AWS credentials anew."
        return AuthenticationError(f"AWS does not take your credentials in {where} ({code}).", remedy)
    if code in SKEWED:
        return CommandError(
            f"AWS does not take the signature of {error.operation_name} in {where} ({code}): {said}",
            "This machine's clock is probably wrong: `interlock doctor --aws` compares it with AWS's.",
        )
    return CommandError(f"AWS refused {error.operation_name} in {where} ({code}): {said}".rstrip(": "))


def denial(target: Target, said: str, operation: str, write: bool = False) -> CommandError:
    """Which role may not do which action, and whom to ask. said: AWS's message; operation: the API's name for it."""
    found = re.search(r"perform: ([\w-]+:\w+)", said)
    action = found[1] if found else operation
    role = target.role(write) or "the role behind your credentials"
    what = f"{role} may not {action} in {target.environment} (account {target.account}, {target.region})"
    return CommandError(f"{what}.{_why(said)}", f"{_whom(target, role, action)}{_or_write(target, write)}")


def _why(said: str) -> str:
    """The kind of policy, where AWS names it."""
    if "service control policy" in said:
        return " A service control policy of the organization denies it."
    if "permissions boundary" in said:
        return " A permissions boundary does not allow it."
    if "explicit deny" in said:
        return " A policy denies it explicitly."
    return ""


def _whom(target: Target, role: str, action: str) -> str:
    if target.center:
        return f"Ask whoever administers IAM Identity Center ({target.center.start_url}) for {action} in {role}."
    return f"Ask whoever administers the account {target.account_name} for {action} in {role}."


def _or_write(target: Target, write: bool) -> str:
    """Production is entered to read, unless it is said otherwise."""
    if write or not target.production or not target.organisation.write_role:
        return ""
    return (
        f" Production is entered to read: to change something by hand as {target.organisation.write_role}, give "
        "--write --reason, which is recorded."
    )


def code_of(error: Any) -> str:
    """The code of a ClientError, such as `ValidationError`."""
    return str(error.response.get("Error", {}).get("Code", ""))
