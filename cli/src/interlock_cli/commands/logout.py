"""`interlock logout`."""

from __future__ import annotations

import click

from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.login import store
from interlock_cli.login.tokens import Tokens, revoke
from interlock_cli.notices import notice
from interlock_cli.working import working


@click.command("logout")
@click.pass_obj
def command(connection: Connection) -> None:
    """Revoke the token of a login, and forget it.

    An issuer that has no way to revoke a token is not asked: what it granted is then good until its end, for whoever
    has it. It is forgotten here even where the issuer does not answer.
    """
    tokens = _kept(connection.base)
    store.forget(connection.base)
    if tokens is None:
        notice(f"Nobody is logged in to {connection.base}.")
    else:
        notice(_revoked(tokens))


def _kept(url: str) -> Tokens | None:
    """None as well where it cannot be read: it is forgotten all the same."""
    try:
        return store.kept(url)
    except CommandError as error:
        notice(str(error))
        return None


def _revoked(tokens: Tokens) -> str:
    """Tells the issuer; what happened."""
    try:
        with working("Asking the issuer"):
            done = revoke(tokens)
    except CommandError as error:
        return f"The token is forgotten, but not revoked: {error}"
    issuer = tokens.issuer.issuer
    return f"Logged out: {issuer} revoked the token." if done else f"The token is forgotten; {issuer} revokes none."
