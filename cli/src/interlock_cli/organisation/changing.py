"""A change of the configuration: shown first, confirmed where it matters, then made whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from interlock_cli.client import Client, Data, typed_error
from interlock_cli.confirming import confirm
from interlock_cli.errors import CommandError
from interlock_cli.organisation.difference import DONE, counts, lines, touched_production
from interlock_cli.output import console, emit, for_people, notice
from interlock_cli.terminal import somebody_is_there

CHANGE_SECONDS = 180.0  # a first load of thousands of entities is one transaction

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be changed, and change nothing.")
reason_option = click.option("--reason", metavar="TEXT", help="Why: kept with the change.")


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
    preview = previewed(client, wanted)
    shown_of = ("baseChange", "entries", "pipelines", "warnings", "lowered")
    answer = {key: preview[key] for key in shown_of} | {"change": None}
    if not preview["entries"]:
        notice(wanted.nothing)
        emit(answer, manner.output, list)
        return
    shown = list(lines(preview, lambda warning: _said(wanted, warning)))
    if for_people(manner.output):
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


def previewed(client: Client, wanted: Wanted) -> Data:
    """What the change would do. Raises CommandError with all that is refused."""
    preview: Data = client.ask("preview_change", input=wanted.given)["previewChange"]
    if preview["errors"]:
        raise refused(wanted, preview["errors"])
    return preview


def refused(wanted: Wanted, errors: Sequence[Data]) -> CommandError:
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
    if somebody_is_there() and not for_people(manner.output):
        _print(shown, console(stderr=True))
    confirm(why, manner.yes, question="Make the change?")


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
    payload = client.change("apply_change", "applyChange", given)
    if payload["errors"]:
        raise refused(wanted, payload["errors"])
    change: Data | None = payload["change"]
    return change
