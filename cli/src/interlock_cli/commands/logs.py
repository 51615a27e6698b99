"""`interlock logs`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.naming import ENVIRONMENT, SERVICE
from interlock_cli.output import STYLES, Grid, console, emit, format_option, notice, plain, short
from interlock_cli.said import Said, of_execution, told
from interlock_cli.subjects import subject


@click.command("logs")
@click.argument("what", type=SERVICE, metavar="EXECUTION|DEPLOYMENT|SERVICE")
@click.argument("environment", type=ENVIRONMENT, required=False)
@click.option("--stage", metavar="NAME", help="Only this stage of the pipeline, or this part of a wave's checks.")
@click.option("--action", metavar="NAME", help="Only the action or check of this name.")
@click.option("--all", "every", is_flag=True, help="What succeeded as well, not what failed and goes on alone.")
@click.option("--live", is_flag=True, help="Follow the build's own log to its end, with your access to its account.")
@format_option
@click.pass_obj
def command(
    connection: Connection,
    what: str,
    environment: str | None,
    stage: str | None,
    action: str | None,
    every: bool,
    live: bool,
    output: str,
) -> None:
    """Show what the log of an execution or a deployment said, without access to the account.

    Of each action and check that failed or goes on: its cause, the end of its log that was kept, and where the rest is.
    An execution is named by its id or the beginning of one, by a commit, or by its service: then it is the newest
    one. A deployment is named by its id, or by SERVICE ENVIRONMENT: the newest.
    """
    with Client(connection) as client:
        meant = subject(client, what, environment)
        execution: Data | None = client.ask("logs", execution=meant.execution)["execution"]
        if execution is None:
            raise CommandError(f"There is no execution {meant.execution!r} any more.")
        said = [each for each in of_execution(execution, meant.deployment) if _wanted(each, stage, action)]
        if not said and (stage or action):
            raise _nothing_like_it(execution, meant.deployment, stage, action)
        if live:
            _follow(client, said, every or bool(action))
            return
    shown = [each for each in said if every or each.open or action]
    if output == "table":
        _print(_title(execution), shown)
        _hint(shown, said, execution)
        return
    emit([told(each) for each in shown], output, lambda: [_grid(_title(execution), shown)])


def _follow(client: Client, said: list[Said], every: bool) -> None:
    """The log of the one build among them. Raises CommandError for none, or several."""
    from interlock_cli import live_log  # noqa: PLC0415 - what is kept is shown without boto3
    from interlock_cli.aws.refusals import explained  # noqa: PLC0415

    builds = [each for each in said if each.build and (every or each.open)]
    if len(builds) != 1 or builds[0].build is None:
        names = ", ".join(f"{each.stage}/{each.name}" for each in builds) or "none"
        remedy = "Say which with --action, or --stage." if builds else "With --all builds that succeeded count as well."
        raise CommandError(f"One build has a log to follow, and this has {names}.", remedy)
    build = builds[0].build
    where, boto = live_log.aws(client, build)
    notice(f"Reading the log of {build.id} in account {build.account}, {build.region}. Ctrl-C ends.")
    with explained(where):
        for line in live_log.lines(boto, live_log.id_of(boto, build)):
            click.echo(plain(line))


def _wanted(said: Said, stage: str | None, action: str | None) -> bool:
    return stage in (None, said.stage) and action in (None, said.name)


def _nothing_like_it(execution: Data, deployment: str | None, stage: str | None, action: str | None) -> CommandError:
    there = of_execution(execution, deployment)
    stages, names = (sorted({getattr(each, field) for each in there}) for field in ("stage", "name"))
    if stage and stage not in stages:
        return CommandError(f"The execution has no stage {stage!r}.", f"It has {', '.join(stages)}.")
    return CommandError(f"The execution has no action or check {action!r}.", f"It has {', '.join(names)}.")


def _title(execution: Data) -> str:
    pipeline = execution["pipeline"]
    named = (pipeline["service"] or pipeline)["name"]
    return f"{named} {short(execution['revision']) or ''} ({execution['executionId']}): {execution['status']}"


def _print(title: str, shown: list[Said]) -> None:
    screen = console()
    screen.print(plain(title), soft_wrap=True, markup=False)
    for each in shown:
        screen.print()
        head = f"{each.stage} / {each.name}{f' on {each.place}' if each.place else ''}: {each.status}"
        screen.print(plain(head), style=STYLES.get(each.status, ""), soft_wrap=True, markup=False)
        for line in _lines(each):
            screen.print(plain(f"  {line}"), soft_wrap=True, markup=False)


def _lines(said: Said) -> Iterator[str]:
    if said.cause:
        yield from said.cause.splitlines()
    if said.resource:
        yield f"resource: {said.resource}"
    if said.tail:
        yield "the end of its log:"
        yield from (f"| {line}" for line in said.tail.splitlines())
    yield from (f"{name}: {address}" for name, address in said.links)
    if said.unexplained:
        yield f"AWS could not be asked why: {said.unexplained}"


def _grid(title: str, shown: list[Said]) -> Grid:
    """The same as a table, without the tails."""
    rows = [(each.stage, each.name, each.place, each.status, each.cause) for each in shown]
    return Grid(("STAGE", "WHAT", "WHERE", "STATUS", "CAUSE"), rows, title)


def _hint(shown: list[Said], said: list[Said], execution: Data) -> None:
    if not shown:
        rest = f" `--all` shows {len(said)} that succeeded." if said else ""
        service = (execution["pipeline"]["service"] or {}).get("name")
        before = f" What failed before: `interlock failures {service}`." if service else ""
        notice(f"Nothing has failed and nothing goes on.{rest}{before}")
