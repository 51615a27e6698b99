"""`interlock login`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.login.session import Flow, log_in
from interlock_cli.moments import local
from interlock_cli.notices import notice


@click.command("login")
@click.option("--browser", "flow", flag_value="browser", help="Log in with a browser on this machine.")
@click.option("--device", "flow", flag_value="device", help="Log in with a code, in a browser anywhere.")
@click.option("--aws", is_flag=True, help="Log in to IAM Identity Center instead, as `interlock profiles login`.")
@click.pass_obj
def command(connection: Connection, flow: str | None, aws: bool) -> None:
    """Say who you are, in a browser, and keep the token.

    The service names the issuer of tokens, such as your company's single sign-on. Without an option a browser opens
    here if one can, else a code is shown. The token is kept for this service: in the system's keyring, if
    interlock-cli[keyring] is installed, else in a file that only you can read. It is refreshed when it is about to
    end. A token of --token or INTERLOCK_TOKEN goes before it.
    """
    if aws:
        from interlock_cli.commands.profiles import login  # noqa: PLC0415 - which needs boto3

        login.log_in(connection, open_browser=flow != "device")
        return
    if connection.token:
        raise InputError(
            "A token is given by --token or INTERLOCK_TOKEN, which goes before that of a login.",
            "Unset INTERLOCK_TOKEN first.",
        )
    tokens, where = log_in(connection.base, Flow(flow) if flow else None)
    until = local(datetime.fromtimestamp(tokens.expires_at, UTC))
    again = "and is refreshed by itself" if tokens.refresh_token else "and then you log in again"
    notice(f"Logged in to {connection.base} as {tokens.subject or 'somebody without a name'}.")
    notice(f"The token is good until {until}, {again}. It is kept in {where}.")
