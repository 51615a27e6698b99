"""`interlock rehearse`."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.output import emit, format_option, notice

try:
    from interlock_cli.rehearsal.assembly import read_assembly
    from interlock_cli.rehearsal.clock import FASTEST, SPEED, clock_for
    from interlock_cli.rehearsal.commit import require_commit
    from interlock_cli.rehearsal.emulator import emulator, shared
    from interlock_cli.rehearsal.exposure import STACK, said
    from interlock_cli.rehearsal.fault_options import Wanted, faults_of, options
    from interlock_cli.rehearsal.rehearse import Request, rehearse, require_local, require_service, terminable
    from interlock_cli.rehearsal.report import Report, grids
    from interlock_cli.rehearsal.synthesis import synthesize
except ModuleNotFoundError as error:
    if error.name not in ("boto3", "botocore"):
        raise
    raise CommandError(
        "`interlock rehearse` needs boto3, which is not installed.", "Run `pip install 'interlock-cli[rehearse]'`."
    ) from error


@click.command("rehearse")
@click.option(
    "--app",
    "apps",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="A CDK app, such as examples/payments; several are rehearsed side by side.",
)
@click.option(
    "--commit", multiple=True, metavar="SHA", help="A commit that was pushed. [default: the app's own in git]"
)
@click.option(
    "--commits", "count", type=click.IntRange(1, 20), metavar="N", help="So many commits, made up but the last."
)
@click.option(
    "--every",
    type=click.FloatRange(0, 525_600),
    default=0,
    metavar="MIN",
    help="Simulated minutes between two commits. [default: 0]",
)
@click.option("--in-turn", is_flag=True, help="Push a commit when all that came of the one before has ended.")
@click.option(
    "--speed",
    type=click.FloatRange(1, FASTEST),
    default=SPEED,
    show_default=True,
    help="Simulated seconds in a real one.",
)
@click.option(
    "--start-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]),
    metavar="TIME",
    help="The simulated time at which it begins, UTC: 2027-01-30T21:00.",
)
@click.option("--real-time", is_flag=True, help="Wait as long as AWS would, with any service.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=1),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="How long a state machine may take, in real time.",
)
@click.option(
    "--stay",
    is_flag=True,
    help="Go on when all is over, until Ctrl-C: stages can be retried and rolled back.",
)
@click.option(
    "--codepipeline-port",
    "port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Where CodePipeline's API answers. [default: the port after the service's]",
)
@options
@click.option("--report-to-remote", is_flag=True, help="Allow a service that is not on this machine.")
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    apps: tuple[Path, ...],
    commit: tuple[str, ...],
    count: int | None,
    every: float,
    in_turn: bool,
    speed: float,
    start_at: datetime | None,
    real_time: bool,
    timeout: float,
    stay: bool,
    port: int | None,
    report_to_remote: bool,
    output: str,
    **wanted: Any,
) -> None:
    """Walk pipelines on a local AWS emulator.

    Synthesizes each app, deploys its pipeline's own stack and then every environment's stacks to the emulator, stage
    by stage, runs the checks, and tells the service what CodePipeline would. Time is compressed: the service must have
    been started with INTERLOCK_REHEARSAL=1. Options make things go wrong; WHERE is an environment or a wave.

    AWS_ENDPOINT_URL names the emulator, on loopback; without it one is started, and stopped at the end.
    Exit code 1: a pipeline failed, or could not be rehearsed.
    """
    require_local(connection, remote=report_to_remote)
    for each in commit:
        require_commit(each)
    if commit and count:
        raise click.UsageError("--commit names commits, and --commits makes them up: give one of them.")
    faults, seed = faults_of(Wanted(**wanted))
    pushes = (commit, count or 1, timedelta(minutes=every), in_turn)
    request = Request(apps, connection, faults, seed, *pushes, timeout, stay, port)
    begin = start_at.replace(tzinfo=UTC) if start_at else None
    with terminable(), tempfile.TemporaryDirectory(prefix="interlock-rehearsal-") as folder:
        require_service(connection)
        shared(os.environ)  # an address that cannot be is refused before anything is synthesized
        clock = clock_for(connection, speed, begin, real_time=real_time)
        assemblies = [_assembly(app, Path(folder) / str(number), connection) for number, app in enumerate(apps)]
        with emulator(os.environ, apps[0], notice, clock.wait_scale) as started, clock:
            report = rehearse(request, assemblies, started, clock, notice)
    emit(report.to_json(), output, lambda: grids(report))
    _conclude(report)


def _assembly(app: Path, folder: Path, connection: Connection) -> Any:
    synthesize(app, folder / "cdk.out", connection, notice)
    return read_assembly(folder / "cdk.out")


def _conclude(report: Report) -> None:
    """One sentence for each pipeline on stderr, with the reasons of a failure; the exit code.

    Raises CommandError for a failure, KeyboardInterrupt where the person ended it.
    """
    if report.interrupted:
        raise KeyboardInterrupt
    for note in (note for played in report.played for note in played.notes):
        notice(note)
    for started in (started for played in report.played for started in played.started):
        notice(f"{started.sentence.rstrip('.')}.")
    if report.events.get("onQueue"):
        notice(f"{report.events['onQueue']} events are still on the queue: does the service's intake read it?")
    failures = [sentence for played in report.played for each in played.outcomes if (sentence := _failed(played, each))]
    if failures:
        raise CommandError(" ".join(failures))
    for played in report.played:
        reached = {each.environment for each in played.exposures if each.means != STACK}
        notice(
            f"{played.pipeline} succeeded: {len(reached)} environments in {said(report.ended - report.began)} of "
            f"simulated time, {report.seconds:.1f} s of real time, {report.events['emitted']} events."
        )


def _failed(played: Any, outcome: Any) -> str:
    """Why an execution did not go through; empty where it did, or a newer one overtook it."""
    if outcome.status not in ("FAILED", "STOPPED"):
        return ""
    last = outcome.stages[-1].name if outcome.stages else "before its first stage"
    word = "failed" if outcome.status == "FAILED" else "was stopped"
    which = f" {outcome.revision[:8]}" if len(played.outcomes) > 1 else ""
    reasons = " ".join(each if each.endswith((".", "!", "?")) else f"{each}." for each in outcome.reasons)
    return (
        f"{played.pipeline}{which} {word} in {last}: {reasons}" if reasons else f"{played.pipeline} {word} in {last}."
    )
