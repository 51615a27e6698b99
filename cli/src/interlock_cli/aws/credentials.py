"""The credentials with which a person is in an environment's account, and where they come from.

- an emulator: the account's id is the access key, as emulators that know several accounts take it;
- IAM Identity Center: those of the permission set, for the kept login;
- else, where the organisation names roles: those of the role, assumed with the person's own credentials;
- else the person's own, if they are of that account.

They are kept in files that nobody else can read, until shortly before they end; those that write in production never.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from interlock_cli.aws import config_file, identity_center, refusals
from interlock_cli.aws.boto import UNREACHABLE, BotoCoreError, ClientError, Config, new_session
from interlock_cli.aws.emulation import emulated
from interlock_cli.aws.targets import Target
from interlock_cli.errors import AuthenticationError, CommandError
from interlock_cli.files import write_private
from interlock_cli.folders import cache_folder
from interlock_cli.moments import instant
from interlock_cli.terminal import somebody_is_there
from interlock_cli.working import held

SPARE = timedelta(minutes=15)  # credentials that end sooner are got anew: a deployment takes its time


@dataclass(frozen=True)
class Credentials:
    """AWS credentials. token and expires_at: None for those that last."""

    access_key: str
    secret_key: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None

    def lasts(self, now: datetime, spare: timedelta = SPARE) -> bool:
        """Whether they hold for some time yet."""
        return self.expires_at is None or self.expires_at - now > spare

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that carry them to a program."""
        found = {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}
        if self.token:
            found["AWS_SESSION_TOKEN"] = self.token
        if self.expires_at:
            found["AWS_CREDENTIAL_EXPIRATION"] = self.expires_at.isoformat()
        return found


def credentials(target: Target, write: bool = False, spare: timedelta = SPARE) -> Credentials:
    """Those of the person in the environment, kept or new. write: in production, those that may change things.

    On a terminal a login that is missing is offered. Raises AuthenticationError where the person must log in,
    CommandError where AWS refuses.
    """
    if emulated():
        return Credentials(target.account, "emulated")
    path = _path(target, target.role(write))
    kept = _kept(path)
    if kept and kept.lasts(datetime.now(UTC), spare):
        return kept
    found = _got(target, target.role(write))
    if found.expires_at and not (write and target.production):
        _keep(path, found)
    return found


def logged_in(target: Target) -> identity_center.Token:
    """The token of Identity Center, after a login if the person at the terminal wants one. Raises as `credentials`."""
    center = target.center
    if center is None:
        raise CommandError(f"{target.organisation.name} has no IAM Identity Center: there is nothing to log in to.")
    token = identity_center.current_token(center)
    if token is None:
        missing = identity_center.login_needed(center)
        if not somebody_is_there() or not _agrees(f"{missing.message} Log in now?"):
            raise missing
        token = identity_center.log_in(center)
    return token


def _agrees(question: str) -> bool:
    with held():
        return click.confirm(question, default=True, err=True)


def _got(target: Target, role: str | None) -> Credentials:
    if target.center is not None:
        if role is None:
            raise CommandError(
                f"{target.organisation.name} names no permission set to enter {target.environment} with.",
                "An ADMIN gives the organisation a readRole and a writeRole: docs/accounts.md.",
            )
        return _of_permission_set(target, role)
    return _assumed(target, role) if role else _own(target)


def _of_permission_set(target: Target, role: str) -> Credentials:
    assert target.center is not None
    found = identity_center.role_credentials(target.center, logged_in(target), target.account, role)
    ends = datetime.fromtimestamp(found["expiration"] / 1000, UTC)
    return Credentials(found["accessKeyId"], found["secretAccessKey"], found["sessionToken"], ends)


def _assumed(target: Target, role: str) -> Credentials:
    arn = f"arn:{target.partition}:iam::{target.account}:role/{role}"
    try:
        sts = _sts(target)
        given = sts.assume_role(RoleArn=arn, RoleSessionName=_session_name())["Credentials"]
    except ClientError as error:
        raise _role_refused(arn, error) from error
    except BotoCoreError as error:
        raise _no_credentials(target, error) from error
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], given["Expiration"])


def _own(target: Target) -> Credentials:
    """The person's own credentials. Raises CommandError where they are of another account: nothing is guessed."""
    try:
        account = _sts(target).get_caller_identity()["Account"]
        frozen = base_session(target.organisation.name).get_credentials().get_frozen_credentials()
    except ClientError as error:
        raise _role_refused(target.environment, error) from error
    except BotoCoreError as error:
        raise _no_credentials(target, error) from error
    if account != target.account:
        raise CommandError(
            f"Your credentials are of the account {account}; {target.environment} is in {target.account} "
            f"({target.account_name}).",
            f"Take those of that account; or an ADMIN gives {target.organisation.name} a readRole and a writeRole, "
            "which are then assumed: docs/accounts.md.",
        )
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


def base_session(organisation: str) -> Any:
    """A session with the person's own credentials: the variables, AWS_PROFILE, or the default profile.

    A profile of ours is never one's own: it would ask this command for the credentials that it is getting.
    """
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")
    ours = config_file.block(config_file.read(config_file.path()), organisation) or ""
    return new_session(profile=None if f"[profile {profile}]" in ours.splitlines() else profile)


def _sts(target: Target) -> Any:
    session = base_session(target.organisation.name)
    return session.client("sts", region_name=target.region, config=Config(retries={"mode": "standard"}))


def _session_name() -> str:
    """Who it is, as CloudTrail shows it."""
    try:
        who = getpass.getuser()
    except (KeyError, OSError):
        who = "somebody"
    return re.sub(r"[^\w+=,.@-]", "-", f"interlock-{who}", flags=re.ASCII)[:64]


def _role_refused(what: str, error: ClientError) -> CommandError:
    code, said = (error.response.get("Error", {}).get(key, "") for key in ("Code", "Message"))
    if code in ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"):
        return AuthenticationError(f"Your own AWS credentials hold no longer ({code}).", "Get them anew.")
    return CommandError(
        f"AWS refused {error.operation_name} for {what} ({code}): {said}".rstrip(": "),
        "The role must exist in that account, and its trust policy must name who you are: "
        "`aws sts get-caller-identity` says that. Ask whoever administers the account.",
    )


def _no_credentials(target: Target, error: BotoCoreError) -> CommandError:
    if isinstance(error, UNREACHABLE):
        return refusals.unreachable(target, error)
    return CommandError(
        f"There are no AWS credentials of your own to begin with: {' '.join(str(error).split()).rstrip('.')}.",
        "Give some in AWS_PROFILE or in the default profile of ~/.aws/config.",
    )


def _path(target: Target, role: str | None) -> Path:
    """Named by all that makes credentials other ones."""
    own = [os.environ.get(name, "") for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL")]
    center = asdict(target.center) if target.center else {}
    parts = json.dumps([target.account, target.partition, role, center, own if not center else own[2:]])
    return cache_folder() / "credentials" / f"{hashlib.sha256(parts.encode()).hexdigest()}.json"


def _kept(path: Path) -> Credentials | None:
    try:
        found = json.loads(path.read_text("utf-8"))
        return Credentials(found["accessKey"], found["secretKey"], found["token"], instant(found["expiresAt"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, found: Credentials) -> None:
    """Without a place to keep them, they are got anew each time."""
    assert found.expires_at is not None
    kept = {"accessKey": found.access_key, "secretKey": found.secret_key, "token": found.token}
    text = json.dumps({**kept, "expiresAt": found.expires_at.isoformat()})
    try:
        write_private(path, text)
    except CommandError:
        path.unlink(missing_ok=True)


def forget() -> None:
    """Deletes what is kept."""
    for file in (cache_folder() / "credentials").glob("*.json"):
        file.unlink(missing_ok=True)
