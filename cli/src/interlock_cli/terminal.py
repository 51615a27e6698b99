"""What the person wants of the terminal: `--quiet` and `--no-color`, as the running command was called with.

They are kept in click's context, so that they end with the command; outside of one they are off.
"""

from __future__ import annotations

import sys

import click

_QUIET = "interlock.quiet"


def set_manner(ctx: click.Context, quiet: bool, color: bool | None) -> None:
    """Called once, for the group. color: False for none at all; None for what the terminal and `NO_COLOR` say."""
    ctx.meta[_QUIET] = quiet
    ctx.color = color


def quiet() -> bool:
    """Whether the person wants no notices: errors and questions are all that stderr gets."""
    ctx = click.get_current_context(silent=True)
    return bool(ctx and ctx.meta.get(_QUIET))


def colorless() -> bool | None:
    """What rich's Console takes as `no_color`: True for `--no-color`; None where rich looks at `NO_COLOR` itself."""
    ctx = click.get_current_context(silent=True)
    return True if ctx and ctx.color is False else None


def somebody_is_there() -> bool:
    """Whether a question can be asked, and is seen: it is read from stdin and written to stderr.

    The AWS CLI passes its terminal on to a credential_process, and keeps what that writes to stderr: a question there
    would be waited for by somebody who does not see it.
    """
    return sys.stdin.isatty() and sys.stderr.isatty()
