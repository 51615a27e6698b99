"""`interlock rehearse`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.output import Grid, emit, format_option, notice

try:
    from interlock_cli.rehearsal.assembly import read_assembly
    from interlock_cli.rehearsal.commit import require_commit
    from interlock_cli.rehearsal.emulator import emulator
    from interlock_cli.rehearsal.rehearse import (
        Report,
        Request,
        rehearse,
        require_local,
        require_service,
        terminable,
    )
    from interlock_cli.rehearsal.synthesis import synthesize
    from interlock_cli.rehearsal.walk import ActionOutcome, StageOutcome
except ModuleNotFoundError as error:
    if error.name not in ("boto3", "botocore"):
        raise
    raise CommandError(
        "`interlock rehearse` needs boto3, which is not installed.", "Run `pip install 'interlock-cli[rehearse]'`."
    ) from error


@click.command("rehearse")
@click.option(
    "--app",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="The CDK app, such as examples/payments.",
)
@click.option("--fail-at", metavar="ENVIRONMENT", help="Seed a failure into that environment's stacks.")
@click.option("--commit", metavar="SHA", help="The commit that was pushed. [default: the app's own in git]")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long the validation of one wave may take.",
)
@click.option("--report-to-remote", is_flag=True, help="Allow a service that is not on this machine.")
@format_option
@click.pass_obj
def command(
    connection: Connection,
    app: Path,
    fail_at: str | None,
    commit: str | None,
    timeout: float,
    report_to_remote: bool,
    output: str,
) -> None:
    """Walk a pipeline on a local AWS emulator.

    Synthesizes the app, deploys its pipeline's own stack and then every environment's stacks to the emulator, stage
    by stage, runs the checks, and tells the service what CodePipeline would. Waits and bake times are skipped.

    AWS_ENDPOINT_URL names the emulator, on loopback; without it one is started, and stopped at the end.
    Exit code 1: the pipeline failed, or could not be rehearsed.
    """
    require_local(connection, remote=report_to_remote)
    require_commit(commit)
    with terminable(), tempfile.TemporaryDirectory(prefix="interlock-rehearsal-") as folder:
        require_service(connection)
        synthesize(app, Path(folder) / "cdk.out", connection, notice)
        assembly = read_assembly(Path(folder) / "cdk.out")
        request = Request(app, connection, fail_at, commit, timeout)
        with emulator(os.environ, app, notice) as started:
            report = rehearse(request, assembly, started, notice)
    emit(report.to_json(), output, lambda: grids(report))
    _conclude(report)


def grids(report: Report) -> list[Grid]:
    """What was reached, in order: environments, and the actions that deploy nowhere."""
    rows = [row for stage in report.outcome.stages for row in _rows(stage)]
    title = f"{report.pipeline}: execution {report.execution}"
    return [Grid(("STAGE", "REACHED", "REGION", "STATUS", "TOOK"), rows, title)]


def _rows(stage: StageOutcome) -> list[tuple[str, ...]]:
    """One row for each environment, whose actions add up, and for each other action."""
    grouped: dict[str, list[ActionOutcome]] = {}
    for action in stage.actions:
        grouped.setdefault(action.environment or action.name, []).append(action)
    return [
        (
            stage.name,
            name,
            actions[-1].region,
            actions[-1].status,
            f"{sum(action.seconds for action in actions):.1f} s",
        )
        for name, actions in grouped.items()
    ]


def _conclude(report: Report) -> None:
    """One sentence on stderr, with the reasons of a failure; the exit code. Raises CommandError for a failure."""
    outcome = report.outcome
    if outcome.status == "STOPPED":
        raise KeyboardInterrupt
    environments = {
        (action.environment, action.account)
        for stage in outcome.stages
        for action in stage.actions
        if action.environment and action.status == "SUCCEEDED"
    }
    if report.events.get("onQueue"):
        notice(f"{report.events['onQueue']} events are still on the queue: does the service's intake read it?")
    if outcome.status != "SUCCEEDED":
        reasons = [each.summary for stage in outcome.stages for each in stage.actions if each.status == "FAILED"]
        raise CommandError(f"{report.pipeline} failed in {outcome.stages[-1].name}. {' '.join(reasons)}")
    notice(
        f"{report.pipeline} succeeded: {len(environments)} environments in {outcome.seconds:.1f} s, "
        f"{report.events['emitted']} events."
    )
