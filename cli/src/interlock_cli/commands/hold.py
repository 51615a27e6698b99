"""`interlock hold`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import click

from interlock_cli import naming
from interlock_cli.acts import Act, carry_out, dry_run_option
from interlock_cli.client import Client, Data
from interlock_cli.confirming import yes_option
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.held import commit, why
from interlock_cli.moments import local
from interlock_cli.naming import ENVIRONMENT, SERVICE
from interlock_cli.organisation.changing import Manner
from interlock_cli.output import format_option, short
from interlock_cli.until import later

LONGEST = 50
"""Characters of a name."""
_COMMIT = re.compile(r"[0-9a-f]{4,64}", re.IGNORECASE)


@click.command("hold")
@click.argument("service", type=SERVICE)
@click.argument("environment", type=ENVIRONMENT)
@click.option("--revision", metavar="COMMIT", help="Pin: let this one revision in, and no other.")
@click.option("--veto", metavar="COMMIT", help="Keep this one revision out, and let others in.")
@click.option("--reason", required=True, metavar="TEXT", help="Why: told to everyone who is held back.")
@click.option(
    "--until",
    "--for",
    "until",
    metavar="TIME",
    help="Until when: 90m, 4h, 2d, or a time in ISO 8601; until released, if unsaid.",
)
@click.option("--name", metavar="NAME", help="Its name; hold-<service>-<environment>, if unsaid.")
@dry_run_option
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    service: str,
    environment: str,
    revision: str | None,
    veto: str | None,
    reason: str,
    until: str | None,
    name: str | None,
    dry_run: bool,
    yes: bool,
    output: str,
) -> None:
    """Keep new revisions of a service out of an environment, or pin it to one.

    What it would hold back now is shown first. The environment keeps what it has, and what is being deployed goes on to
    its end. A wave is entered as a whole: what is held back from one of its environments waits for all of them.
    `interlock release` ends it; `interlock holds` lists what there is.
    """
    kind, named = _kind(revision, veto)
    with Client(connection) as client:
        where = naming.environment(client, environment)
        before = why(client, service, environment)
        whole = commit(client, service, named) if named else None
        expires = later(until, client.now(), "--until") if until else None
        given = {
            "name": name or _named(kind, service, environment),
            "kind": kind,
            "environment": environment,
            "service": service,
            "reason": reason,
            **({"revision": whole} if whole else {}),
            **({"expiresAt": expires.isoformat()} if expires else {}),
        }
        _refuse_another(client, given)
        stage = where["wave"]["stage"]
        act = Act(
            [{"registerHold": given}],
            list(_effect(before, kind, whole, expires)),
            f"Held by {given['name']}. `interlock release {given['name']}` ends it.",
            grave=f"holds {service} back" if stage["production"] else "",
            environment=environment,
            stage=stage["name"],
        )
        carry_out(client, act, Manner(dry_run, yes, reason, output))


def _kind(revision: str | None, veto: str | None) -> tuple[str, str | None]:
    """PIN, VETO or HOLD, and the commit. Raises InputError for two, or for what is no commit."""
    if revision and veto:
        raise InputError("--revision and --veto are given, and a hold is one of both.", "Make a hold for each.")
    named = revision or veto
    if named is not None and not _COMMIT.fullmatch(named):
        raise InputError(f"{named!r} is no commit.", "Give 4 hex digits of it, or more.")
    return ("PIN" if revision else "VETO" if veto else "HOLD"), named


def _named(kind: str, service: str, environment: str) -> str:
    return f"{kind.lower()}-{service}-{environment}"[:LONGEST].rstrip("-")


def _refuse_another(client: Client, given: Data) -> None:
    """A second one of the same kind would hide behind the first."""
    known = list(client.pages("holds", "holds", filter={"archived": False}))
    if taken := next((each for each in known if each["name"] == given["name"]), None):
        until = f" until {local(taken['expiresAt'])}" if taken["expiresAt"] else ""
        raise CommandError(
            f"There is a hold {given['name']} already{until}: {taken['reason'].rstrip('.')}.",
            f"End it with `interlock release {given['name']}`, or give another --name.",
        )


def _effect(before: Data, kind: str, whole: str | None, expires: datetime | None) -> Iterator[str]:
    service, environment = before["service"], before["environment"]
    until = f"until {local(expires)}" if expires else "until it is released"
    there = short((before["deployed"] or {}).get("revision"))
    what = {
        "HOLD": f"Keeps every new revision of {service} out of {environment} {until}.",
        "PIN": f"Lets {short(whole)} of {service} into {environment}, and nothing else, {until}.",
        "VETO": f"Keeps {short(whole)} of {service} out of {environment} {until}.",
    }
    yield what[kind]
    yield f"It has {there or 'nothing'} now, and keeps that."
    coming = before["revision"]
    if not coming or before["progress"] in ("DEPLOYED", "ENDED", "UNKNOWN"):
        yield "Nothing is on its way there."
    elif before["progress"] in ("DEPLOYING", "WATCHED"):
        yield f"Does not stop {short(coming)}, which is there already: it is {before['progress']}."
    elif kind == "HOLD" or (kind == "PIN") != (coming == whole):
        yield f"Holds {short(coming)} back, from all of {before['wave']}."
    else:
        yield f"Does not hold {short(coming)} back, which is next."
