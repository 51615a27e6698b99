"""Synthesizing an app with the real CDK CLI, as the pipeline's own build would."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from interlock_cli.cdk.tool import find_cdk, last_words, variables
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError

Say = Callable[[str], None]


def synthesize(app: Path, output: Path, connection: Connection, say: Say) -> None:
    """Writes the app's cloud assembly to `output`. Raises InputError for no app, CommandError when the synth fails.

    The app asks the service for its plan itself, at the address of `connection`. Its credentials of AWS are taken
    away: a synth of a pipeline looks nothing up.
    """
    if not (app / "cdk.json").is_file():
        raise InputError(f"{app} is not a CDK app: it holds no cdk.json.", "Give --app the folder of one.")
    step = [str(find_cdk(app)), "synth", "--quiet", "--no-notices", "--output", str(output)]
    say(f"$ cd {shlex.quote(str(app))} && {shlex.join(step)}")
    done = subprocess.run(
        step, cwd=app, env=environment(os.environ, connection), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(
            f"The app in {app} could not be synthesized (exit {done.returncode}): "
            f"{last_words(done.stderr or done.stdout)}",
            "Run the command above yourself to see all it says.",
        )


def environment(environ: Mapping[str, str], connection: Connection) -> dict[str, str]:
    """What the app runs in: this interpreter first on PATH, the service's address, and no AWS settings."""
    return variables(connection, environ)
