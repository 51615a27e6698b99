"""What a person does to the safety rules at once – a freeze, a hold – and takes back: its effect first, then asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from interlock_cli.client import Client, Data
from interlock_cli.confirming import confirm
from interlock_cli.organisation.changing import Manner, Wanted, previewed, refused
from interlock_cli.output import emit, for_people, notice, plain
from interlock_cli.terminal import somebody_is_there

dry_run_option = click.option("--dry-run", is_flag=True, help="Show the effect, and change nothing.")


@dataclass(frozen=True)
class Act:
    """One or more operations of a change, made together.

    effect: sentences. grave: what it does, after "This", where it is to be confirmed; empty where it is not.
    environment, stage: where, for the question. done: the sentence for what was made.
    """

    operations: Sequence[Data]
    effect: Sequence[str]
    done: str
    grave: str = ""
    environment: str | None = None
    stage: str | None = None


def carry_out(client: Client, act: Act, manner: Manner) -> None:
    """Shows, asks and makes it. Raises CommandError with all that is refused, with nothing changed.

    A change that somebody else makes meanwhile does not stand in its way: it is about names of its own.
    """
    wanted = Wanted({"operations": list(act.operations)}, "Nothing to change: it is so already.")
    preview = previewed(client, wanted)
    answer: dict[str, Any] = {"effect": list(act.effect), "entries": preview["entries"], "change": None}
    if not preview["entries"]:
        notice(wanted.nothing)
        emit(answer, manner.output, list)
        return
    say(act.effect, manner.output)
    if not manner.dry_run:
        if act.grave:
            confirm(act.grave, manner.yes, environment=act.environment, stage=act.stage)
        answer["change"] = _made(client, wanted, manner.reason)
    emit(answer, manner.output, list)
    notice("Nothing was changed: this is a dry run." if manner.dry_run else act.done)


def say(effect: Sequence[str], output: str) -> None:
    """The sentences: on stdout for a person; on stderr where stdout is a program's and somebody will be asked."""
    if for_people(output) or somebody_is_there():
        for line in effect:
            click.echo(plain(line), err=not for_people(output))


def _made(client: Client, wanted: Wanted, reason: str | None) -> Data | None:
    payload = client.change("apply_change", "applyChange", wanted.given | {"reason": reason})
    if payload["errors"]:
        raise refused(wanted, payload["errors"])
    change: Data | None = payload["change"]
    return change
