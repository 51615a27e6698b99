"""A change of the configuration: shown first, confirmed where it matters, then made whole or not at all."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from interlock_cli.client import Client, Data, typed_error
from interlock_cli.errors import CommandError, InputError, RequestRefusedError
from interlock_cli.organisation.difference import DONE, counts, lines, touched_production
from interlock_cli.output import console, emit, notice

CHANGE_SECONDS = 180.0  # a first load of thousands of entities is one transaction

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be changed, and change nothing.")
reason_option = click.option("--reason", metavar="TEXT", help="Why: kept with the change.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask before archiving, or before touching production.")


@dataclass(frozen=True)
class Wanted:
    """A change to be made. given: of the ChangeInput, `document` and `prune`, or `operations`.

    located: where an error's or a warning's path leads for the person, as `organisation.yaml, line 3: `; or empty.
    nothing: the sentence for a change that changes nothing.
    """

    given: dict[str, Any]
    nothing: str
    located: Callable[[Sequence[str]], str] = lambda path: ""


@dataclass(frozen=True)
class Manner:
    """How the person wants it made."""

    dry_run: bool
    yes: bool
    reason: str | None
    output: str


def make(client: Client, wanted: Wanted, manner: Manner) -> None:
    """Previews, shows, asks and applies. Raises CommandError with all that is refused, with nothing changed."""
    preview = _previewed(client, wanted)
    answer = {key: preview[key] for key in ("baseChange", "entries", "pipelines", "warnings")} | {"change": None}
    if not preview["entries"]:
        notice(wanted.nothing)
        emit(answer, manner.output, list)
        return
    shown = list(lines(preview, lambda warning: _said(wanted, warning)))
    if manner.output == "table":
        _print(shown, console())
    if not manner.dry_run:
        _confirm(client, preview, shown, manner)
        answer["change"] = _applied(client, wanted, preview, manner.reason)
    emit(answer, manner.output, list)
    if manner.dry_run:
        notice("Nothing was changed: this is a dry run.")
    elif answer["change"] is not None:
        notice(f"Change {answer['change']['number']}: {counts(preview['entries'], DONE)}.")


def _print(shown: list[Text], screen: Console) -> None:
    for line in shown:
        screen.print(line, soft_wrap=True)


def _previewed(client: Client, wanted: Wanted) -> Data:
    preview: Data = client.ask("preview_change", input=wanted.given)["previewChange"]
    if preview["errors"]:
        raise refused(wanted, preview["errors"])
    return preview


def refused(wanted: Wanted, errors: list[Data]) -> CommandError:
    """Every error with its place, a line each; for a conflict, what to do instead of what a program would."""
    said = [_said(wanted, error) for error in errors if error["code"] != "CONFLICT"]
    conflicts = [str(error["message"]) for error in errors if error["code"] == "CONFLICT"]
    remedy = "Nothing was changed."
    if conflicts:
        remedy += " Run the command again: it shows the difference to what is there now."
    return CommandError("\n".join(dict.fromkeys([*said, *conflicts, remedy])))


def _said(wanted: Wanted, error: Mapping[str, Any]) -> str:
    return wanted.located(error["path"]) + typed_error(dict(error))


def _confirm(client: Client, preview: Data, shown: list[Text], manner: Manner) -> None:
    """Returns when nothing must be confirmed, or it was. Raises CommandError when it was not or nobody is there."""
    if manner.yes or not (why := _grave(client, preview)):
        return
    if not sys.stdin.isatty():
        raise InputError(f"This {why}, and nobody can be asked here.", "Look at --dry-run, then give --yes.")
    if manner.output != "table":
        _print(shown, Console(stderr=True, highlight=False))
    if not click.confirm(f"This {why}. Make the change?", err=True):
        raise CommandError("Nothing was changed.")


def _grave(client: Client, preview: Data) -> str:
    """What makes the change one to confirm, as `archives 2 entities and touches production (prod)`; or empty."""
    archived = sum(entry["operation"] == "ARCHIVE" for entry in preview["entries"])
    stages = touched_production(preview, client.ask("configuration", asOf=None)["configuration"]["document"])
    parts = [f"archives {archived} {'entity' if archived == 1 else 'entities'}"] if archived else []
    parts += [f"touches production ({', '.join(stages)})"] if stages else []
    return " and ".join(parts)


def _applied(client: Client, wanted: Wanted, preview: Data, reason: str | None) -> Data | None:
    """The change that was made; None where somebody else had made the same meanwhile."""
    given = wanted.given | {"reason": reason, "expectedChange": preview["baseChange"]}
    payload = _sent(client, {**given, "idempotencyKey": str(uuid.uuid4())})["applyChange"]
    if payload["errors"]:
        raise refused(wanted, payload["errors"])
    change: Data | None = payload["change"]
    return change


def _sent(client: Client, given: dict[str, Any]) -> Data:
    """Sent once more when the answer is lost: under the same key the service does it once."""
    try:
        return client.ask("apply_change", input=given)
    except RequestRefusedError:
        raise
    except CommandError as error:
        notice(f"{error.message} Asking again.")
        return client.ask("apply_change", input=given)
