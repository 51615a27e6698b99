"""`interlock token`: the token that the command sends, and those of programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.connection import Connection
from interlock_cli.errors import AuthenticationError
from interlock_cli.output import Grid, emit, format_option, notice
from interlock_cli.scopes import scope_of
from interlock_cli.until import end

ROLES = ("viewer", "developer", "operator", "admin", "pipeline")


@click.group("token", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Print the token that the command sends, or make tokens for programs.

    It is that of --token or INTERLOCK_TOKEN, else that of `interlock login`, refreshed if it is about to end:

    \b
        curl -H "Authorization: Bearer $(interlock token)" …

    Whoever reads it is you until it ends: keep it out of files, logs and other people's terminals. A program that
    runs by itself has a token of its own, which may less than you, and can be revoked.
    """
    if ctx.invoked_subcommand is None:
        connection: Connection = ctx.obj
        token = connection.bearer()
        if token is None:
            raise AuthenticationError(f"There is no token for {connection.base}.", "Run `interlock login`.")
        click.echo(token)


@command.command("create")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES, case_sensitive=False),
    multiple=True,
    required=True,
    help="What the program may, no more than you may yourself; give it again for several.",
)
@click.option(
    "--for",
    "lasting",
    default="90d",
    show_default=True,
    metavar="TIME",
    help="Until when: 14d, or a time in ISO 8601. 365 days at most.",
)
@click.option("--team", "teams", multiple=True, metavar="NAME", help="For services of this team alone, or of several.")
@click.option("--service", "services", multiple=True, metavar="NAME", help="For this service alone, or for several.")
@click.option("--stage", "stages", multiple=True, metavar="NAME", help="In this stage alone, or in several.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="In this AWS account alone, or in several.")
@click.pass_obj
def create(
    connection: Connection,
    name: str,
    roles: tuple[str, ...],
    lasting: str,
    teams: tuple[str, ...],
    services: tuple[str, ...],
    stages: tuple[str, ...],
    accounts: tuple[str, ...],
) -> None:
    """Make a token for a program, called NAME for ever, and print it: this once, and nothing else.

    \b
        interlock token create nightly-tests --role developer | gh secret set INTERLOCK_TOKEN
        interlock token create hold-payments --role developer --service payments --stage prod

    What it is narrowed to must hold all at once, and be no more than what was granted to you.
    """
    scope = {"teams": teams, "services": services, "stages": stages, "accounts": accounts}
    with Client(connection) as client:
        until = end(lasting, client.now())
        given = {"name": name, "roles": [role.upper() for role in roles], "expiresAt": until.isoformat()}
        given |= {part: list(names) for part, names in scope.items() if names}
        payload: Data = client.ask("create_api_token", input=given)["createApiToken"]
    if payload["errors"]:
        raise_typed(payload["errors"])
    click.echo(payload["secret"])
    made = payload["apiToken"]
    notice(
        f"{made['name']} may what {' and '.join(made['roles'])} may{_where(made, ' ')}, until {made['expiresAt']}. "
        "It is not shown again."
    )


@command.command("list")
@format_option
@click.pass_obj
def list_(connection: Connection, output: str) -> None:
    """List the tokens of programs, the newest first: those that were revoked and have expired as well."""
    with Client(connection) as client:
        found = list(client.pages("api_tokens", "apiTokens", filter=None))
        emit(found, output, lambda: [_grid(found, client.now())])


def _grid(found: Sequence[Data], now: datetime) -> Grid:
    columns = ("TOKEN", "ROLES", "WHERE", "STANDING", "UNTIL", "LAST USED", "BY")
    return Grid(columns, [_row(each, now) for each in found], "Tokens of programs")


def _row(token: Data, now: datetime) -> tuple[object, ...]:
    until = datetime.fromisoformat(token["expiresAt"])
    standing = "revoked" if token["revokedAt"] else "expired" if until <= now else "good"
    used = token["lastUsedAt"] or "never"
    where = _where(token) or "everywhere"
    return token["name"], ", ".join(token["roles"]), where, standing, token["expiresAt"], used, token["createdBy"]


def _where(token: Data, before: str = "") -> str:
    """`teams money; stages prod`; nothing where it is not narrowed."""
    found = scope_of(token)
    return f"{before}for {found}" if found and before else found


@command.command("revoke")
@click.argument("name")
@click.option("--reason", metavar="TEXT", help="Why: kept with it.")
@click.pass_obj
def revoke(connection: Connection, name: str, reason: str | None) -> None:
    """Revoke the token NAME: what bears it is refused from now on."""
    with Client(connection) as client:
        payload: Data = client.ask("revoke_api_token", input={"name": name, "reason": reason})["revokeApiToken"]
    if payload["errors"]:
        raise_typed(payload["errors"])
    notice(f"{payload['apiToken']['name']} is revoked.")
