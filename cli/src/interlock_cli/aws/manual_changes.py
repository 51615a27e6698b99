"""Changing production by hand: with a reason, the role for it, and a record in the service before anything is done."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from interlock_cli import masking
from interlock_cli.aws.emulation import emulated
from interlock_cli.aws.read_only import only_reads
from interlock_cli.aws.targets import Target
from interlock_cli.client import Client, typed_error
from interlock_cli.errors import CommandError, InputError
from interlock_cli.naming import SERVICE
from interlock_cli.notices import notice


@dataclass(frozen=True)
class Manner:
    """How an environment is entered. write: to change something; then with a reason, which is recorded."""

    write: bool
    reason: str | None
    service: str | None


def manner_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options --write, --reason and --service, which stand before the environment's name."""
    for option in (
        click.option("--service", metavar="NAME", type=SERVICE, help="With --write: the service that it is for."),
        click.option("--reason", metavar="TEXT", help="With --write: why it cannot go through the pipeline; recorded."),
        click.option("--write", is_flag=True, help="In production: with the role that may change things."),
    ):
        command = option(command)
    return command


def manner(write: bool, reason: str | None, service: str | None) -> Manner:
    """What the options say. Raises InputError where one is missing or says nothing without the other."""
    if write and not (reason or "").strip():
        raise InputError(
            "A change by hand has a reason.", "Say it before the environment's name: --write --reason 'why'."
        )
    if not write and (reason or service):
        raise InputError("--reason and --service say nothing without --write.", "Give --write as well, or neither.")
    return Manner(write, reason, service)


def begin(client: Client, target: Target, how: Manner, program: Sequence[str], *, reads: bool | None = None) -> None:
    """Called before anything is done: records a change, and refuses what nothing else keeps from changing production.

    program: what is to be run. reads: whether it only reads; judged by the program, if unsaid.
    Raises CommandError where the service does not record it, InputError for what needs --write.
    """
    if how.write:
        record(client, target, how, program)
        return
    protected = target.role() is not None and not emulated()
    if not target.production or protected or (only_reads(program) if reads is None else reads):
        return
    raise InputError(
        f"{target.environment} is in production, which is entered to read, and `{shlex.join(masking.masked(program))}` "
        "is not known to only read.",
        "To change something by hand, say so before the environment's name: --write --reason 'why'. It is recorded. "
        "docs/accounts.md lists what reads.",
    )


def record(client: Client, target: Target, how: Manner, program: Sequence[str]) -> None:
    """The event environment.changed_by_hand. Raises CommandError where it is not recorded: then nothing is done."""
    given = {
        "environment": target.environment,
        "service": how.service,
        "role": None if emulated() else target.role(write=True),
        "reason": how.reason,
        "command": shlex.join(masking.masked(program)),
    }
    payload = client.ask("record_manual_change", input=given)["recordManualChange"]
    if payload["errors"]:
        reasons = "\n".join(typed_error(each) for each in payload["errors"])
        raise CommandError(f"Nothing was done, as it could not be recorded: {reasons}")
    notice(f"Recorded as a change of {target.environment} by hand.")
