"""Synthesizing an app with the real CDK CLI, as the pipeline's own build would."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError

Say = Callable[[str], None]
QUIET = {
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
}


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
            f"The app in {app} could not be synthesized (exit {done.returncode}): {_said(done.stderr or done.stdout)}",
            "Run the command above yourself to see all it says.",
        )


def find_cdk(app: Path) -> Path:
    """The CDK CLI of the nearest node_modules, above the app or where we are; else the one on PATH."""
    here = Path.cwd()
    for folder in (app.resolve(), *app.resolve().parents, here, *here.parents):
        candidate = folder / "node_modules" / ".bin" / "cdk"
        if candidate.is_file():
            return candidate
    found = shutil.which("cdk")
    if found is None:
        raise CommandError(
            "There is no CDK CLI: neither in a node_modules folder nor on PATH.",
            "Install it with `npm ci`, or `npm install --global aws-cdk@2.1148.1`.",
        )
    return Path(found)


def environment(environ: Mapping[str, str], connection: Connection) -> dict[str, str]:
    """What the app runs in: this interpreter first on PATH, the service's address, and no AWS settings."""
    kept = {name: value for name, value in environ.items() if not name.startswith("AWS_")}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept.get("PATH", os.defpath)))
    token = {"INTERLOCK_TOKEN": connection.token} if connection.token else {}
    return kept | {"PATH": path, "INTERLOCK_URL": connection.url} | token | QUIET


def _said(text: str) -> str:
    """The end of what cdk printed: the app's own sentence stands there, before cdk's about the exit status."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if "Subprocess exited" not in line and not line.startswith(("at ", "NOTICES"))]
    return " | ".join(kept[-6:])[-1200:] or "it said nothing"
