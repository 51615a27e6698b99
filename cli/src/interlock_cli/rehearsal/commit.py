"""The commit that a rehearsal pretends was pushed: the app's own, or one that is named."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from interlock_cli.errors import InputError
from interlock_cli.rehearsal.assembly import Assembly, Stage
from interlock_cli.rehearsal.envelopes import Trigger

SHA = re.compile(r"^[0-9a-f]{7,40}$")


def triggers_of(assembly: Assembly, app: Path, commits: Sequence[str], count: int, now: datetime) -> list[Trigger]:
    """What was pushed, the oldest first: the commits that are named, or `count` of which the last is the app's own."""
    if commits:
        return [trigger_of(assembly, app, commit, now) for commit in commits]
    last = trigger_of(assembly, app, None, now)
    made_up = [
        replace(last, commit=_sha1(f"{last.commit}:{number}"), message=f"Rehearsal {number} of {count}")
        for number in range(1, count)
    ]
    return [*made_up, last]


def trigger_of(assembly: Assembly, app: Path, commit: str | None, now: datetime) -> Trigger:
    """Who pushed what where: the pipeline's source action, and git's word on the commit where git knows it.

    Without git the commit is the SHA-1 of the pipeline's template, so that the same app gives the same one.
    """
    require_commit(commit)
    known = _git(app, commit or "HEAD")
    sha, author, email, date, message = known or (
        commit or _sha1(repr(assembly.template)),
        "rehearsal",
        "rehearsal@localhost",
        now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Rehearsal",
    )
    source = _source(assembly.stages)
    return Trigger(
        repository=source.get("FullRepositoryId", ""),
        branch=source.get("BranchName", "main"),
        commit=sha,
        message=message,
        author=author,
        email=email,
        date=date,
        connection=source.get("ConnectionArn", ""),
    )


def require_commit(commit: str | None) -> None:
    """Refuses what cannot be a commit. Raises InputError."""
    if commit is not None and not SHA.match(commit):
        raise InputError(f"{commit!r} is not a commit.", "Give --commit 7 to 40 hexadecimal digits, in lower case.")


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _source(stages: tuple[Stage, ...]) -> dict[str, str]:
    for stage in stages:
        for action in stage.actions:
            if action.category == "Source":
                return {name: value for name, value in action.configuration.items() if isinstance(value, str)}
    return {}


def _git(folder: Path, commit: str) -> tuple[str, str, str, str, str] | None:
    """Hash, author, address, date and first line of a commit; None where git does not know it."""
    layout = "%H%x00%an%x00%ae%x00%aI%x00%s"
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "show", "--no-patch", f"--format={layout}", f"{commit}^{{commit}}"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    fields = done.stdout.rstrip("\n").split("\0")
    return (
        (fields[0], fields[1], fields[2], fields[3], fields[4]) if done.returncode == 0 and len(fields) == 5 else None
    )
