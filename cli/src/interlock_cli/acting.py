"""Acting on pipelines: which one is meant, what an action would do, and doing it when somebody has agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.confirming import confirm, yes_option
from interlock_cli.errors import CommandError, InputError
from interlock_cli.naming import service_names, unknown
from interlock_cli.output import emit, for_people, format_option, notice, plain, short
from interlock_cli.own_service import service_for
from interlock_cli.terminal import somebody_is_there

NOTHING = "Nothing was done."
MOST = 5
"""Pipelines that are asked for: a service has one, seldom a few; each comes with its executions and their stages."""
Command = TypeVar("Command", bound=Callable[..., Any])
LOOK = "Look at --dry-run, then give --yes."


def pipeline_for(client: Client, name: str | None) -> Data:
    """The pipeline of this name, or of the service of this name, or of this folder's. Raises CommandError.

    It has its last executions, the newest first.
    """
    if name is None:
        name = str(service_for(client, None, Path())["name"])
    for field in ("name", "service"):
        found = list(client.pages("pipelines_acted_on", "pipelines", MOST, filter={field: name}))
        exact = [each for each in found if name in (each["name"], each["service"] and each["service"]["name"])]
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise InputError(f"{name} has several pipelines: {', '.join(each['name'] for each in exact)}.", "Name one.")
    known = service_names(client)
    if name in known:
        raise CommandError(
            f"{name} has no pipeline yet.",
            f"Deploy it once, from its app's folder: `interlock deploy {name} --pipeline`.",
        )
    raise unknown("pipeline or service", name, known, "interlock services")


def execution_of(pipeline: Data, wanted: str | None) -> Data:
    """The execution with this id, or of a revision that begins so; the newest, if unsaid. Raises CommandError."""
    executions: list[Data] = pipeline["executions"]["nodes"]
    if not executions:
        raise CommandError(f"{pipeline['name']} has no executions yet.", "`interlock pipeline start` starts it.")
    if wanted is None:
        return executions[0]
    found = [
        each for each in executions if each["executionId"] == wanted or (each["revision"] or "").startswith(wanted)
    ]
    if not found:
        raise CommandError(
            f"{pipeline['name']} has no execution {wanted!r} among its last {len(executions)}.",
            f"{_lister(pipeline)} lists them; give an id, or the first digits of a revision.",
        )
    return found[0]


def _lister(pipeline: Data) -> str:
    return f"`{' '.join(['interlock executions', *filter(None, [(pipeline['service'] or {}).get('name')])])}`"


def stage_of(execution: Data, wanted: str | None, status: str | None = None) -> str:
    """CodePipeline's name of a stage: the one that is wanted, or the only one with the status. Raises CommandError."""
    stages = execution["stages"]["nodes"]
    names = [each["name"] for each in stages]
    if wanted is not None:
        if wanted not in names:
            raise CommandError(f"This execution has no stage {wanted!r}.", f"It has: {', '.join(names) or 'none'}.")
        return wanted
    found = [each["name"] for each in stages if status in (None, each["status"])]
    if not found:
        raise CommandError(
            f"No stage of the execution {execution['executionId']} is {status}: {_standing(stages)}.",
            "Name one with --stage, or an execution before it with --execution: `interlock executions` lists them.",
        )
    if len(found) > 1:
        raise InputError("Which stage is meant is not clear.", f"Give --stage: {', '.join(found)}.")
    return str(found[0])


def _standing(stages: list[Data]) -> str:
    return ", ".join(f"{each['name']} {each['status']}" for each in stages) or "it has none"


def effect_of(client: Client, verb: str, action: Mapping[str, Any]) -> Data:
    """What the action would do. Raises CommandError with the service's reason and remedy where it is not possible."""
    found: dict[str, Any] = {**client.ask("action_effect", action={verb: dict(action)})["actionEffect"]}
    if found.pop("__typename") != "ActionEffect":
        raise_typed([found])
    if not found["possible"]:
        raise CommandError(" ".join(found["sentences"]), _remedy(found))
    return found


def _remedy(effect: Data) -> str:
    targets = [f"{each['executionId']} ({short(each['revision'])})" for each in effect["targets"] if each["possible"]]
    told = f" Possible targets: {', '.join(targets)}." if targets else ""
    return f"{effect['instead'] or ''}{told}".strip()


def show(sentences: list[str], output: str) -> None:
    """What would happen, before it is asked about: to a person on stdout, else on stderr."""
    for sentence in sentences:
        click.echo(plain(sentence), err=not for_people(output))


def reason_for(given: str | None, yes: bool) -> str:
    """Why, as it is kept with the action: asked for where there is a terminal. Raises InputError."""
    if given and given.strip():
        return given
    if yes or not somebody_is_there():
        raise InputError("A reason is needed: it is kept with the action.", "Give --reason TEXT.")
    return str(click.prompt("Why? It is kept with the action", err=True))


@dataclass(frozen=True)
class Action:
    """Something that is done to an execution.

    verb: the effect's input field, `stop`. asked: that input, which is the mutation's as well. document, field: the
    mutation. what: for the question, after "This". done: what is said when it is taken.
    """

    verb: str
    document: str
    field: str
    asked: Mapping[str, Any]
    what: str
    done: str

    def carry_out(self, client: Client, effect: Data, reason: str | None, yes: bool, output: str) -> None:
        """Asks, does it and says so. Raises CommandError with every reason why it was not done."""
        kept = reason_for(reason, yes)
        where = ", ".join(effect["environments"]) or None
        confirm(self.what, yes, otherwise=NOTHING, environment=where, look=LOOK)
        payload: Data = client.ask_for(self.document, input={**self.asked, "reason": kept})[self.field]
        if payload["errors"]:
            raise_typed(payload["errors"])
        emit({"effect": effect, "execution": payload["execution"]}, output, list)
        notice(f"{self.done} What comes of it: `interlock watch`.")


def consider(client: Client, action: Action, reason: str | None, *, yes: bool, dry_run: bool, output: str) -> None:
    """Shows what the action would do, and carries it out unless this is a dry run."""
    effect = effect_of(client, action.verb, action.asked)
    show(effect["sentences"], output)
    if not dry_run:
        action.carry_out(client, effect, reason, yes, output)
        return
    emit({"effect": effect, "execution": None}, output, list)
    notice("Nothing was done: this is a dry run.")


def acting_options(command: Command) -> Command:
    """`--reason`, `--dry-run`, `--yes` and `--output`, as every action on a pipeline has them."""
    reason = click.option("--reason", metavar="TEXT", help="Why: kept with it. Asked for on a terminal, if unsaid.")
    dry_run = click.option("--dry-run", is_flag=True, help="Show what would happen, and do nothing.")
    return reason(dry_run(yes_option(format_option(command))))
