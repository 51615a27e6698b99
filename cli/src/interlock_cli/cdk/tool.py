"""The CDK app of a folder, the CDK CLI that is used for it, and the variables that it runs with."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError

CDK_CLI = "2.1148.1"
"""npm's `latest` of aws-cdk is an accidental old build numbered 3.0.0: one is named."""
QUIET = {
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "CDK_DISABLE_CLI_TELEMETRY": "true",
    "NODE_NO_WARNINGS": "1",
}
NOISE = ("at ", "NOTICES", "Subprocess exited")


def require_app(folder: Path) -> Path:
    """The folder, if there is a CDK app in it. Raises InputError, which names the apps just below it."""
    if (folder / "cdk.json").is_file():
        return folder
    below = sorted(each.parent.name for each in folder.glob("*/cdk.json"))[:3]
    remedy = f"Did you mean --app {' or --app '.join(below)}?" if below else "Go to your app's folder, or give --app."
    raise InputError(f"{folder} is not a CDK app: it holds no cdk.json.", remedy)


def find_cdk(app: Path) -> Path:
    """The CDK CLI of the nearest node_modules, above the app or where we are; else the one on PATH.

    Raises CommandError where there is none, or no Node.js to run it.
    """
    here = Path.cwd()
    for folder in (app.resolve(), *app.resolve().parents, here, *here.parents):
        candidate = folder / "node_modules" / ".bin" / "cdk"
        if candidate.is_file():
            return _with_node(candidate)
    found = shutil.which("cdk")
    if found is None:
        raise CommandError(
            "There is no CDK CLI: neither in a node_modules folder nor on PATH.",
            f"Install it with `npm ci`, or `npm install --global aws-cdk@{CDK_CLI}`.",
        )
    return _with_node(Path(found))


def _with_node(cdk: Path) -> Path:
    if shutil.which("node") is None:
        raise CommandError(
            f"There is no Node.js on PATH, which {cdk} needs.", "Install Node.js 20 or newer: https://nodejs.org."
        )
    return cdk


def variables(connection: Connection, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What an app is synthesized with: no AWS settings, as a synth of a pipeline looks nothing up."""
    kept = {name: value for name, value in (environ or os.environ).items() if not name.startswith("AWS_")}
    return kept | with_tools(connection, kept)


def with_tools(connection: Connection, environ: Mapping[str, str]) -> dict[str, str]:
    """What the CDK CLI and an app need beside that: this interpreter first on PATH, and where the service is.

    Raises AuthenticationError for a login that has expired.
    """
    path = os.pathsep.join((str(Path(sys.executable).parent), environ.get("PATH", os.defpath)))
    bearer = connection.bearer()
    token = {"INTERLOCK_TOKEN": bearer} if bearer else {}
    return {"PATH": path, "INTERLOCK_URL": connection.url} | token | QUIET


def last_words(text: str, most: int = 6) -> str:
    """The end of what cdk printed: the app's own sentence stands there, before cdk's about the exit status."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = [line for line in lines if "Subprocess exited" not in line and not line.startswith(NOISE)]
    return " | ".join(kept[-most:])[-1200:] or "it said nothing"
