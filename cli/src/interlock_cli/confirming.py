"""The question before something dangerous is done: what it does, and in which environment and stage."""

from __future__ import annotations

import click

from interlock_cli.errors import CommandError, InputError
from interlock_cli.notices import plain
from interlock_cli.terminal import somebody_is_there
from interlock_cli.working import held

yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


def confirm(
    what: str,
    yes: bool,
    *,
    question: str = "Go on?",
    otherwise: str = "Nothing was changed.",
    environment: str | None = None,
    stage: str | None = None,
    look: str = "Look at --dry-run, then give --yes.",
) -> None:
    """Returns when the person agrees, or has with `--yes`.

    what: what would be done, after "This", as `archives 2 entities`. environment, stage: where, which is said as well.
    look: what to do where nobody can be asked. Raises CommandError with `otherwise` for a no, InputError where there
    is no terminal.
    """
    if yes:
        return
    said = f"This {what}{_where(environment, stage)}"
    if not somebody_is_there():
        raise InputError(f"{said}, and nobody can be asked here.", look)
    with held():
        agreed = click.confirm(plain(f"{said}. {question}"), err=True)
    if not agreed:
        raise CommandError(otherwise)


def _where(environment: str | None, stage: str | None) -> str:
    """` in prod-eu-west-1 (stage prod)`, ` in stage prod`, or nothing."""
    if environment:
        return f" in {environment} (stage {stage})" if stage else f" in {environment}"
    return f" in stage {stage}" if stage else ""
