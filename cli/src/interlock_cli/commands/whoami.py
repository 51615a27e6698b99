"""`interlock whoami`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import click
from click.core import ParameterSource

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.login import store
from interlock_cli.login.tokens import Tokens
from interlock_cli.output import Grid, emit, format_option
from interlock_cli.scopes import scope_of


@click.command("whoami")
@format_option
@click.pass_context
def command(ctx: click.Context, output: str) -> None:
    """Show who the service takes you for, and what you may do.

    With it: which service that is, and where the token comes from and when it ends.
    """
    connection: Connection = ctx.obj
    with Client(connection) as client:
        viewer = client.ask("viewer")["viewer"]
    found = {**viewer, "service": connection.base, "serviceFrom": connection.origin, "token": _token(ctx, connection)}
    emit(found, output, lambda: [Grid(("YOU", ""), _rows(found))])


def _token(ctx: click.Context, connection: Connection) -> dict[str, Any] | None:
    """Where it is from, its end where that is known, and who the issuer says it is for; None without one."""
    if connection.token:
        given = ctx.find_root().get_parameter_source("token") == ParameterSource.COMMANDLINE
        return {"from": "--token" if given else "INTERLOCK_TOKEN", "expiresAt": None, "subject": None, "issuer": None}
    tokens = store.kept(connection.base)
    return _of_login(tokens) if tokens else None


def _of_login(tokens: Tokens) -> dict[str, Any]:
    end = datetime.fromtimestamp(tokens.expires_at, UTC).isoformat(timespec="seconds")
    return {"from": "login", "expiresAt": end, "subject": tokens.subject, "issuer": tokens.issuer.issuer}


def _rows(found: dict[str, Any]) -> list[tuple[str, object]]:
    token = found["token"] or {}
    return [
        ("Actor", found["actor"]),
        ("Roles", ", ".join(found["roles"]) or "none everywhere"),
        *(("Granted", f"{each['role']} for {scope_of(each) or 'all'}") for each in found["grants"]),
        ("May", ", ".join(found["permissions"])),
        ("Service", f"{found['service']} (by {found['serviceFrom']})"),
        ("Token", _said(token) if token else "none"),
    ]


def _said(token: dict[str, Any]) -> str:
    if token["from"] != "login":
        return f"of {token['from']}"
    end = datetime.fromisoformat(token["expiresAt"])
    left = int((end.timestamp() - time.time()) // 60)
    when = f"ends in {left} min" if left >= 0 else "has ended"
    return f"of a login at {token['issuer']} as {token['subject'] or 'somebody without a name'}; {when}"
