"""IAM Identity Center: the login in the browser, the token that is kept of it, and a role's credentials for it.

The token is kept where and how the AWS CLI, the SDKs and cdk keep theirs, `~/.aws/sso/cache/<SHA-1 of the session's
name>.json`: whoever logs in with one of them has logged in with all.
"""

from __future__ import annotations

import hashlib
import json
import time
import webbrowser
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from interlock_cli.aws.boto import UNSIGNED, BotoCoreError, ClientError, Config, new_session
from interlock_cli.aws.targets import IdentityCenter
from interlock_cli.errors import AuthenticationError, CommandError
from interlock_cli.files import write_private
from interlock_cli.moments import instant
from interlock_cli.notices import needed, notice

SCOPE = "sso:account:access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
REFRESH_BEFORE = timedelta(minutes=5)  # a token that ends during a command is renewed before it
POLL_SECONDS = 5.0  # RFC 8628: where the answer names no interval, and what is added for SlowDown
ATTEMPTS = 3
NOT_ASSIGNED = ("ForbiddenException", "ResourceNotFoundException")
AT_ONCE = 8  # Identity Center throttles; its own clients ask for a few accounts at a time


@dataclass(frozen=True)
class Token:
    """An access token. expires_at: when it ends; kept: all that its file says."""

    access_token: str
    expires_at: datetime
    kept: dict[str, Any]


def token_path(center: IdentityCenter) -> Path:
    """Where the token of this session is kept."""
    name = hashlib.sha1(center.session.encode(), usedforsecurity=False).hexdigest()
    return Path.home() / ".aws" / "sso" / "cache" / f"{name}.json"


def kept_token(center: IdentityCenter) -> Token | None:
    """What was kept of the last login at this Identity Center, whether it still holds or not; None for nothing."""
    try:
        kept = json.loads(token_path(center).read_text("utf-8"))
        if kept["startUrl"].rstrip("/#") != center.start_url.rstrip("/#"):
            return None
        return Token(kept["accessToken"], instant(kept["expiresAt"]), kept)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def current_token(center: IdentityCenter, now: datetime | None = None) -> Token | None:
    """The token that holds now, renewed where that can be done without the person; None where they must log in."""
    now = now or datetime.now(UTC)
    token = kept_token(center)
    if token is None or token.expires_at - now > REFRESH_BEFORE:
        return token
    return _renewed(center, token, now) or (token if token.expires_at > now else None)


def log_in(center: IdentityCenter, open_browser: bool = True, sleep: Callable[[float], None] = time.sleep) -> Token:
    """The device flow: a code that the person confirms in a browser, on this machine or on another.

    Raises AuthenticationError where they refuse it or let it expire, CommandError where AWS cannot be asked.
    """
    client = _oidc(center)
    try:
        registered = client.register_client(clientName="interlock", clientType="public", scopes=[SCOPE])
        identity = {"clientId": registered["clientId"], "clientSecret": registered["clientSecret"]}
        asked = client.start_device_authorization(**identity, startUrl=center.start_url)
        _show(asked, open_browser)
        answer = _awaited(client, identity, asked, sleep)
    except ClientError as error:
        raise _refused(center, error) from error
    except BotoCoreError as error:
        raise _unreachable(center, error) from error
    registration = {**identity, "registrationExpiresAt": _moment(registered["clientSecretExpiresAt"])}
    return _keep(center, answer, registration)


def log_out(center: IdentityCenter) -> bool:
    """Forgets the token, here and at AWS. False where there was none."""
    token = kept_token(center)
    if token is None:
        return False
    token_path(center).unlink(missing_ok=True)
    try:
        _portal(center).logout(accessToken=token.access_token)
    except (ClientError, BotoCoreError):
        notice("AWS could not be told; the token is deleted here, and ends by itself.")
    return True


def role_credentials(center: IdentityCenter, token: Token, account: str, role: str) -> dict[str, Any]:
    """AWS's answer: accessKeyId, secretAccessKey, sessionToken, and expiration in milliseconds.

    Raises AuthenticationError for a token that AWS takes no more, CommandError for a role that the person has not.
    """
    try:
        answer = _portal(center).get_role_credentials(roleName=role, accountId=account, accessToken=token.access_token)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "UnauthorizedException":
            raise login_needed(center) from error
        if code not in NOT_ASSIGNED:
            raise _refused(center, error) from error
        raise CommandError(
            f"IAM Identity Center gives you no credentials of {role} in the account {account} ({code}).",
            f"Ask whoever administers {center.start_url} to assign you the permission set {role} for it; "
            "`interlock profiles list` shows what you may enter.",
        ) from error
    except BotoCoreError as error:
        raise _unreachable(center, error) from error
    found: dict[str, Any] = answer["roleCredentials"]
    return found


def assignments(center: IdentityCenter, token: Token, accounts: Collection[str]) -> dict[str, set[str]]:
    """The permission sets that the person has in each of these accounts; several accounts are asked for at once.

    Raises AuthenticationError for a token that AWS takes no more, CommandError where it does not answer.
    """
    portal = _portal(center)

    def roles(account: str) -> set[str]:
        pages = portal.get_paginator("list_account_roles").paginate(accessToken=token.access_token, accountId=account)
        return {role["roleName"] for page in pages for role in page["roleList"]}

    try:
        pages = portal.get_paginator("list_accounts").paginate(accessToken=token.access_token)
        entered = sorted({each["accountId"] for page in pages for each in page["accountList"]} & set(accounts))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return dict(zip(entered, pool.map(roles, entered), strict=True))
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") == "UnauthorizedException":
            raise login_needed(center) from error
        raise _refused(center, error) from error
    except BotoCoreError as error:
        raise _unreachable(center, error) from error


def login_needed(center: IdentityCenter) -> AuthenticationError:
    """What is raised where the person must log in."""
    return AuthenticationError(
        f"You are not logged in to IAM Identity Center ({center.start_url}), or no longer.",
        "Log in with `interlock profiles login`.",
    )


def _show(asked: dict[str, Any], open_browser: bool) -> None:
    address = asked.get("verificationUriComplete") or asked["verificationUri"]
    needed(f"Confirm the code {asked['userCode']} at {address}")
    if open_browser:
        webbrowser.open(address)


def _awaited(
    client: Any, identity: dict[str, str], asked: dict[str, Any], sleep: Callable[[float], None]
) -> dict[str, Any]:
    """AWS's answer once the person has confirmed the code, asked for as often as RFC 8628 lets."""
    seconds = float(asked.get("interval", POLL_SECONDS))
    while True:
        try:
            answer: dict[str, Any] = client.create_token(
                **identity, grantType=DEVICE_GRANT, deviceCode=asked["deviceCode"]
            )
        except client.exceptions.AuthorizationPendingException:
            sleep(seconds)
        except client.exceptions.SlowDownException:
            seconds += POLL_SECONDS
            sleep(seconds)
        else:
            return answer


def _renewed(center: IdentityCenter, token: Token, now: datetime) -> Token | None:
    """A new token for the kept refresh token; None where there is none, or AWS does not take it."""
    kept = token.kept
    try:
        registration = {name: kept[name] for name in ("clientId", "clientSecret", "registrationExpiresAt")}
        if instant(registration["registrationExpiresAt"]) <= now:
            return None
        answer = _oidc(center).create_token(
            clientId=registration["clientId"],
            clientSecret=registration["clientSecret"],
            grantType="refresh_token",
            refreshToken=kept["refreshToken"],
        )
    except (KeyError, ValueError, ClientError, BotoCoreError):
        return None
    return _keep(center, {"refreshToken": kept["refreshToken"], **answer}, registration)


def _keep(center: IdentityCenter, answer: dict[str, Any], registration: dict[str, str]) -> Token:
    """Writes it as the AWS CLI does."""
    ends = datetime.now(UTC) + timedelta(seconds=answer["expiresIn"])
    kept = {
        "startUrl": center.start_url,
        "region": center.region,
        "accessToken": answer["accessToken"],
        "expiresAt": _moment(ends.timestamp()),
        **registration,
    }
    if answer.get("refreshToken"):
        kept["refreshToken"] = answer["refreshToken"]
    write_private(token_path(center), json.dumps(kept))
    return Token(kept["accessToken"], ends, kept)


def _moment(seconds: float) -> str:
    """As the AWS CLI writes times: 2027-01-31T12:00:00Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _oidc(center: IdentityCenter) -> Any:
    return new_session().client("sso-oidc", region_name=center.region, config=_unsigned())


def _portal(center: IdentityCenter) -> Any:
    return new_session().client("sso", region_name=center.region, config=_unsigned())


def _unsigned() -> Config:
    """Identity Center's calls carry a token instead of a signature."""
    return Config(signature_version=UNSIGNED, retries={"mode": "standard", "max_attempts": ATTEMPTS})


def _refused(center: IdentityCenter, error: ClientError) -> CommandError:
    code = error.response.get("Error", {}).get("Code", "")
    if code in ("ExpiredTokenException", "AccessDeniedException"):
        how = "was not confirmed in time" if code == "ExpiredTokenException" else "was refused"
        return AuthenticationError(f"The login {how}.", "Begin it again with `interlock profiles login`.")
    said = error.response.get("Error", {}).get("Message") or error.response.get("error_description") or ""
    return CommandError(
        f"IAM Identity Center refused {error.operation_name} ({code}): {said}".rstrip(": "),
        f"Compare the organisation's identityCenterStartUrl ({center.start_url}) and identityCenterRegion "
        f"({center.region}) with what the console of Identity Center shows.",
    )


def _unreachable(center: IdentityCenter, error: BotoCoreError) -> CommandError:
    return CommandError(
        f"IAM Identity Center in {center.region} cannot be asked: {' '.join(str(error).split()).rstrip('.')}.",
        "Look at the network and its proxy, and at the organisation's identityCenterRegion.",
    )
