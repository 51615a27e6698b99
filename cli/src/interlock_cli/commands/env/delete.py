"""`interlock env delete`."""

from __future__ import annotations

import click

from interlock_cli.cdk.entering import Entrance
from interlock_cli.client import Client, Data
from interlock_cli.confirming import confirm, yes_option
from interlock_cli.connection import Connection
from interlock_cli.creating import destroy
from interlock_cli.environment_steps import EnvironmentStep, run_step, steps_of, told
from interlock_cli.environments import environment_of
from interlock_cli.naming import ENVIRONMENT
from interlock_cli.output import emit, format_option, notice
from interlock_cli.permitted import require_own
from interlock_cli.test_environments import changed, one_of_name
from interlock_cli.undoing import Step, Work


@click.command("delete")
@click.argument("name", type=ENVIRONMENT)
@click.option("--reason", metavar="TEXT", help="Why: kept with the change.")
@yes_option
@format_option
@click.pass_obj
def command(connection: Connection, name: str, reason: str | None, yes: bool, output: str) -> None:
    """Delete a test environment, with all that was deployed to it.

    First the stacks that carry its tag are deleted, then the organisation's own steps are taken back, the last first,
    and then it is ended in the service, which archives it. Stacks that cannot be deleted at once are told, and the
    service goes on with them. Interrupted, or when a step fails, the command can be given again.
    """
    with Client(connection) as client:
        node = one_of_name(client, name)
        environment = environment_of(node)
        asked = client.ask("environment_steps")
        require_own(asked["viewer"], environment)
        steps = [each for each in steps_of(asked["organisation"]) if each.delete]
        confirm(
            _what(name, node, steps),
            yes,
            otherwise="Nothing was deleted.",
            environment=environment.name,
            stage=environment.stage,
            look="Give --yes.",
        )
        work = _work(client, node, steps, reason)
        try:
            work.run()
        finally:
            emit([step.to_json() for step in work.steps], output, lambda: [work.grid(f"{name}'s end")])
    notice(f"{name} is ended. The service archives it as soon as it has seen that nothing is left.")


def _what(name: str, node: Data, steps: list[EnvironmentStep]) -> str:
    programs = f", and runs on this machine {'; '.join(_sentence(each) for each in reversed(steps))}," if steps else ""
    return f"deletes {node['owner']}'s test environment {name} and every stack with its tag{programs}"


def _sentence(step: EnvironmentStep) -> str:
    return EnvironmentStep(step.name, step.delete).sentence


def _work(client: Client, node: Data, steps: list[EnvironmentStep], reason: str | None) -> Work:
    """The steps, none of which takes another back: what is deleted stays deleted."""
    environment, entrance = environment_of(node), Entrance(client)

    def end() -> str:
        changed(client, "delete", {"name": environment.name, "reason": reason})
        return "its end is now"

    def take_back(step: EnvironmentStep) -> Step:
        return Step(step.name, lambda: run_step(step, "delete", told(node), entrance.variables(environment), None))

    return Work(
        [
            Step("stacks", lambda: destroy(entrance, environment)),
            *(take_back(each) for each in reversed(steps)),
            Step("end", end),
        ]
    )
