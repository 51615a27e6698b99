"""`interlock deploy`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from interlock_cli.aws.refusals import explained
from interlock_cli.aws.targets import Target
from interlock_cli.cdk.assembly import by_environment, pipeline_stack, read_stacks
from interlock_cli.cdk.deploying import Deployment, Outcome, Part
from interlock_cli.cdk.entering import Entrance
from interlock_cli.cdk.standing import standing
from interlock_cli.cdk.synthesis import synthesize_for, synthesize_pipeline
from interlock_cli.cdk.tool import require_app
from interlock_cli.client import Client, Data
from interlock_cli.confirming import confirm, yes_option
from interlock_cli.connection import Connection
from interlock_cli.environments import Environment, home_of, named, placed, placed_in, plan_of
from interlock_cli.errors import CommandError
from interlock_cli.naming import ENVIRONMENT, SERVICE
from interlock_cli.options import app_option, by_hand_options
from interlock_cli.output import emit, format_option, notice
from interlock_cli.own_service import service_for
from interlock_cli.permitted import ByHand, record_change, require_permitted


@click.command("deploy")
@click.argument("service", required=False, type=SERVICE)
@click.option(
    "--env",
    "--environment",
    "names",
    multiple=True,
    type=ENVIRONMENT,
    metavar="ENV",
    help="An environment; may be given several times.",
)
@click.option("--pipeline", is_flag=True, help="The pipeline's own stack, in place of environments.")
@app_option
@by_hand_options
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    *,
    service: str | None,
    names: tuple[str, ...],
    pipeline: bool,
    app: Path,
    write: bool,
    reason: str | None,
    yes: bool,
    output: str,
) -> None:
    """Deploy a service's stacks to environments outside production.

    SERVICE is its name, or owner/name of its repository; the one of this folder's git remote, if unsaid. Its CDK app is
    synthesized once, for these environments alone, and each environment's stacks are deployed with the CDK CLI in that
    environment's account, one environment after the other. Test environments of your own and shared environments
    outside production are for your hand; production is the pipeline's.

    With --pipeline the stack of the pipeline itself is deployed: once, as later commits keep it up to date.
    """
    if bool(names) == pipeline:
        raise click.UsageError("Give --env ENV, once or several times, or --pipeline.")
    require_app(app)
    by = ByHand(write, reason)
    with Client(connection) as client:
        chosen = service_for(client, service, app)
        plan = plan_of(client, chosen["repository"])
        environments = [_home(client, plan)] if pipeline else named(client, names)
        require_permitted(client, environments, chosen, by)
        entrance = Entrance(client, by.write)
        for each in environments:
            entrance.variables(each)  # a login that is missing comes before the synth
        deployment = _prepared(app, plan, environments, connection)
        confirm(_what(chosen, deployment), yes, otherwise="Nothing was deployed.", look=_LOOK)
        deployment.run(
            entrance.variables,
            lambda part, program: _record(client, entrance.target(_recorded(part, plan)), program, chosen, by),
        )
    _tell(deployment, entrance, output)


_LOOK = "Look at `interlock diff` first, then give --yes."


def _prepared(app: Path, plan: Data, environments: list[Environment], connection: Connection) -> Deployment:
    """Synthesized, with the stacks of each environment; nothing is deployed yet."""
    if environments[0].pipeline:
        assembly = synthesize_pipeline(app, plan, connection)
        stack = pipeline_stack(read_stacks(assembly), plan["pipeline"]["name"])
        return Deployment(app, assembly, [Part(environments[0], [stack])])
    assembly = synthesize_for(app, plan, environments, connection, "deploy")
    found = by_environment(read_stacks(assembly), environments)
    return Deployment(app, assembly, [Part(each, stacks) for each, stacks in found.items()])


def _what(service: Data, deployment: Deployment) -> str:
    environments = [part.environment for part in deployment.parts]
    if environments[0].pipeline:
        return f"deploys the pipeline of {service['name']} to {environments[0].account}, {environments[0].region}"
    number = sum(len(part.stacks) for part in deployment.parts)
    return f"deploys {number} stack{'s' if number > 1 else ''} of {service['name']} to {placed_in(environments)}"


def _home(client: Client, plan: Data) -> Environment:
    """Where the pipeline lives: once it is there it is production, as it deploys to that."""
    there = list(client.pages("pipelines_acted_on", "pipelines", 1, filter={"service": plan["service"]}))
    return replace(home_of(plan), production=bool(there))


def _recorded(part: Part, plan: Data) -> Environment:
    """The environment of which a change by hand is recorded: for the pipeline's own stack the first in production."""
    if not part.environment.pipeline:
        return part.environment
    every = placed(plan)
    return next((each for each in every if each.production), every[0])


def _record(client: Client, target: Target, program: Sequence[str], service: Data, by: ByHand) -> None:
    if by.write:
        record_change(client, target, program, service, by)


def _tell(deployment: Deployment, entrance: Entrance, output: str) -> None:
    """The report, whatever came of it; raises what went wrong."""
    emit([part.to_json() for part in deployment.parts], output, lambda: [deployment.grid()])
    for part in deployment.parts:
        if part.outcome is Outcome.INTERRUPTED:
            _tell_interrupted(part, entrance)
    deployment.conclude()


def _tell_interrupted(part: Part, entrance: Entrance) -> None:
    """CloudFormation does not stop with the CDK CLI: what it says of the stacks."""
    try:
        with explained(entrance.target(part.environment)):
            for sentence in standing(entrance.session(part.environment), [stack.name for stack in part.stacks]):
                notice(sentence)
    except CommandError as problem:
        notice(f"What became of {part.environment.name} is not known: {problem}")
