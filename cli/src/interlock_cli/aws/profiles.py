"""The profiles of AWS's configuration through which a person enters environments."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

from interlock_cli.aws.config_file import Section
from interlock_cli.aws.targets import Organisation, Target
from interlock_cli.connection import Connection

SCOPE = "sso:account:access"
Assigned = Mapping[str, set[str]]
"""The permission sets that a person has, by account."""


def role_of(target: Target, assigned: Assigned | None = None) -> str | None:
    """Whose rights the profile has: never those that change production, as a profile is used without a reason.

    assigned: None where that is not known. Returns None where the person has none of the roles, or none is named.
    """
    organisation = target.organisation
    wanted = [organisation.read_role] if target.production else [organisation.write_role, organisation.read_role]
    has = None if assigned is None else assigned.get(target.account, set())
    return next((role for role in wanted if role and (has is None or role in has)), None)


def enterable(targets: Sequence[Target], assigned: Assigned | None) -> list[Target]:
    """Those that the person may enter; all, where that is not known."""
    if assigned is None:
        return list(targets)
    return [each for each in targets if role_of(each, assigned)]


def sections(
    organisation: Organisation, targets: Sequence[Target], assigned: Assigned | None, connection: Connection
) -> list[Section]:
    """The sections of the organisation's block, by name; none without an environment."""
    profiles = [_profile(each, assigned, connection) for each in sorted(targets, key=lambda each: each.profile)]
    center = organisation.center
    if center is None or not profiles:
        return profiles
    settings = {
        "sso_start_url": center.start_url,
        "sso_region": center.region,
        "sso_registration_scopes": SCOPE,
    }
    return [Section("sso-session", center.session, settings), *profiles]


def _profile(target: Target, assigned: Assigned | None, connection: Connection) -> Section:
    role = role_of(target, assigned)
    if target.center and role:
        settings = {
            "sso_session": target.center.session,
            "sso_account_id": target.account,
            "sso_role_name": role,
            "region": target.region,
        }
    else:
        settings = {"credential_process": process(target, connection), "region": target.region}
    return Section("profile", target.profile, settings)


def process(target: Target, connection: Connection) -> str:
    """The line that gets the credentials of an environment: this command, by its name if the PATH has it.

    It names the service: which one is asked must not depend on who calls it.
    """
    program = ["interlock"] if shutil.which("interlock") else [sys.executable, "-m", "interlock_cli"]
    where = ["--context", connection.context] if connection.context else ["--url", connection.base]
    return _line([*program, *where, "credentials", target.environment])


def _line(words: Sequence[str]) -> str:
    """As AWS's readers take it apart: like a shell, and on Windows like Windows, to which `'` quotes nothing."""
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
