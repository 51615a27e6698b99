"""`interlock approve`."""

from __future__ import annotations

from typing import Any

import click

from interlock_cli.acting import effect_of
from interlock_cli.acts import dry_run_option, say
from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.confirming import confirm, yes_option
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.naming import SERVICE
from interlock_cli.output import emit, format_option, notice, short
from interlock_cli.subjects import subject

WAITS = "IN_PROGRESS"


@click.command("approve")
@click.argument("what", type=SERVICE, metavar="EXECUTION|SERVICE")
@click.option("--reject", is_flag=True, help="Say no: the action fails, and its stage with it.")
@click.option("--stage", metavar="NAME", help="The pipeline's stage, where several wait.")
@click.option("--action", metavar="NAME", help="The action, where several wait.")
@click.option("--reason", required=True, metavar="TEXT", help="Why: kept with the answer, and shown by CodePipeline.")
@dry_run_option
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    what: str,
    reject: bool,
    stage: str | None,
    action: str | None,
    reason: str,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """Answer the action of an execution that waits for a person's approval.

    What the answer does is shown first; it is final. An execution is named by its id or the beginning of one, by a
    commit, or by its service: then it is the newest one.
    """
    with Client(connection) as client:
        execution = _execution(client, subject(client, what).execution)
        given = _waiting(execution, stage, action)
        answer = {
            "executionId": execution["executionId"],
            "stage": given["stage"],
            "action": given["action"],
            "decision": "REJECTED" if reject else "APPROVED",
        }
        effect = effect_of(client, "approve", answer)
        say([f"{_whose(execution)}: {given['action']} waits for an answer.", *effect["sentences"]], output)
        found: dict[str, Any] = {"answer": answer, "effect": effect, "execution": None}
        if not dry_run:
            _confirm(execution, given, effect, reject, yes)
            found["execution"] = _answered(client, answer | {"reason": reason})
    emit(found, output, list)
    done = "Rejected" if reject else "Approved"
    notice(
        "Nothing was answered: this is a dry run." if dry_run else f"{done}: {given['action']} of {_whose(execution)}."
    )


def _execution(client: Client, name: str) -> Data:
    found: Data | None = client.ask("approvals", execution=name)["execution"]
    if found is None:
        raise CommandError(f"There is no execution {name!r} any more.")
    return found


def _whose(execution: Data) -> str:
    pipeline = execution["pipeline"]
    return f"{(pipeline['service'] or pipeline)['name']} {short(execution['revision']) or execution['executionId']}"


def _waiting(execution: Data, stage: str | None, action: str | None) -> Data:
    """The one approval that is meant. Raises CommandError where there is none, or more than one."""
    approvals = [
        {"stage": each["name"], "action": one["name"], "status": one["status"], "of": each["stage"]}
        for each in execution["stages"]["nodes"]
        for one in each["actions"]["nodes"]
        if one["category"] == "Approval" and stage in (None, each["name"]) and action in (None, one["name"])
    ]
    waiting = [each for each in approvals if each["status"] == WAITS]
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        listed = ", ".join(f"{each['action']} in {each['stage']}" for each in waiting)
        raise CommandError(f"Several actions wait for an answer: {listed}.", "Say which with --stage or --action.")
    ended = ", ".join(f"{each['action']} is {each['status']}" for each in approvals[-3:])
    raise CommandError(
        f"Nothing of {_whose(execution)} waits for a person{f': {ended}' if ended else ''}.",
        f"What holds it back: `interlock why {(execution['pipeline']['service'] or {'name': 'SERVICE'})['name']}`.",
    )


def _confirm(execution: Data, given: Data, effect: Data, reject: bool, yes: bool) -> None:
    verb = "rejects" if reject else "approves"
    confirm(
        f"{verb} {given['action']} of {_whose(execution)}",
        yes,
        question="Answer so?",
        otherwise="Nothing was answered.",
        environment=", ".join(effect["environments"]) or None,
        stage=(given["of"] or {}).get("name") or given["stage"],
    )


def _answered(client: Client, given: Data) -> Data:
    payload: Data = client.ask("approve_action", input=given)["approveAction"]
    if payload["errors"]:
        raise_typed(payload["errors"])
    execution: Data = payload["execution"]
    return execution
