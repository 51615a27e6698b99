"""The cloud assembly of an app, synthesized once for a command, which leaves it beside the app's own `cdk.out`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from interlock_cli import programs
from interlock_cli.cdk.plans import limited
from interlock_cli.cdk.tool import find_cdk, last_words, require_app, variables
from interlock_cli.connection import Connection
from interlock_cli.environments import Environment
from interlock_cli.errors import CommandError
from interlock_cli.snapshot import write_snapshot

FOLDER = Path("cdk.out") / "interlock"
"""Below what every CDK app leaves out of git; apart from it, because it may hold only some environments."""
PLAN = "plan.json"
SHOWN = ("INTERLOCK_PLAN", "INTERLOCK_URL", "CDK_DEFAULT_ACCOUNT", "CDK_DEFAULT_REGION")


def synthesize_for(
    app: Path, plan: Mapping[str, Any], environments: Sequence[Environment], connection: Connection, purpose: str
) -> Path:
    """The assembly with these environments' stacks. purpose: `diff`, `deploy`: each has a folder of its own."""
    folder = _folder(require_app(app), purpose)
    file = folder / PLAN
    write_snapshot(file, limited(dict(plan), environments))
    more = {"INTERLOCK_PLAN": str(file)}
    if len({(each.account, each.region) for each in environments}) == 1:
        more |= {"CDK_DEFAULT_ACCOUNT": environments[0].account, "CDK_DEFAULT_REGION": environments[0].region}
    if len(environments) > 1:
        return synthesize(app, folder / "assembly", connection, more)
    (one,) = environments
    return synthesize(app, folder / "assembly", connection, more | one.variables, one.context)


def synthesize_pipeline(app: Path, plan: Mapping[str, Any], connection: Connection) -> Path:
    """The assembly with the whole plan: the pipeline's own stack as its build would write it."""
    folder = _folder(require_app(app), "pipeline")
    file = folder / PLAN
    write_snapshot(file, dict(plan))
    return synthesize(app, folder / "assembly", connection, {"INTERLOCK_PLAN": str(file)})


def synthesize(
    app: Path,
    output: Path,
    connection: Connection,
    more: Mapping[str, str] | None = None,
    context: Mapping[str, str] | None = None,
) -> Path:
    """Writes the app's assembly to `output`, with the variables `more` and the CDK context.

    Raises InputError for no app, CommandError when the synth fails.
    """
    cdk = find_cdk(require_app(app))
    given = [word for key, value in (context or {}).items() for word in ("--context", f"{key}={value}")]
    step = [str(cdk), "synth", "--quiet", "--no-notices", "--output", str(output), *given]
    done = programs.captured(step, variables(connection) | dict(more or {}), folder=app, shown=SHOWN if more else ())
    if done.code:
        raise CommandError(
            f"The app in {app} could not be synthesized (exit {done.code}): {last_words(done.stderr or done.stdout)}",
            "Run the command above in the app's folder to see all it says.",
        )
    return output


def _folder(app: Path, purpose: str) -> Path:
    folder = app.resolve() / FOLDER / purpose
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(
            f"{folder} cannot be made: {error.strerror}.", "The assembly is written there: let yourself write to it."
        ) from error
    return folder
