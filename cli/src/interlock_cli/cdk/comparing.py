"""The differences of many environments at once: one synth, one `cdk diff` for each, and what they have in common."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock_cli import programs
from interlock_cli.cdk.assembly import Stack
from interlock_cli.cdk.differences import StackDifference, read_differences
from interlock_cli.cdk.entering import SHOWN
from interlock_cli.cdk.refusals import explained
from interlock_cli.cdk.tool import find_cdk
from interlock_cli.environments import Environment
from interlock_cli.errors import CommandError
from interlock_cli.output import notice
from interlock_cli.working import working

OF_CDK = re.compile(r"(?<=[a-z])[0-9A-F]{8}(?![0-9A-Za-z])")
"""The hash of a construct's path that CDK ends names with."""
AT_ONCE = min(8, 2 * (os.cpu_count() or 1))
"""A `cdk diff` mostly waits for CloudFormation, after a second of one core (measured: CDK CLI 2.1148.1, node 20)."""


@dataclass
class Comparison:
    """An environment's stacks beside what is deployed there. problem: why it could not be compared."""

    environment: Environment
    stacks: list[StackDifference] = field(default_factory=list)
    problem: CommandError | None = None

    @property
    def differs(self) -> bool:
        """Whether a deployment would change anything."""
        return any(stack.differs for stack in self.stacks)

    @property
    def shape(self) -> str:
        """The differences without the environment's name: the same in environments that differ in the same."""
        told = [
            dataclasses.replace(each, text=each.text if each.unread else "", exact=each.exact or not each.loses)
            for each in self.stacks
        ]
        return general(repr(told), self.environment)

    def to_json(self) -> dict[str, Any]:
        """As `-o json` prints it."""
        return {
            "environment": self.environment.name,
            "stage": self.environment.stage,
            "account": self.environment.account,
            "region": self.environment.region,
            "differs": None if self.problem else self.differs,
            "problem": self.problem.message if self.problem else None,
            "stacks": [_stack(stack) for stack in self.stacks],
        }


def general(text: str, environment: Environment) -> str:
    """The text with stars for what is the environment's own: its name, its account, and its Region beside that.

    Another account's id stays, so that environments that trust different ones are never shown as the same.
    """
    account, region = environment.account, environment.region
    names = (environment.name, environment.name.replace("-", ""))
    for own in (*names, f"{region}:{account}", f"{account}-{region}", account):
        text = text.replace(own, "*")
    return OF_CDK.sub("*", text)


def _stack(stack: StackDifference) -> dict[str, Any]:
    return {
        "id": stack.id,
        "name": stack.name,
        "differs": stack.differs,
        "exact": stack.exact,
        "security": stack.security,
        "changes": [
            {
                "effect": each.effect.value,
                "type": each.type,
                "path": each.path,
                "properties": each.properties,
                "security": each.security,
            }
            for each in stack.changes
        ],
        "permissions": stack.permissions,
        "other": stack.other,
    }


def compare(
    app: Path,
    assembly: Path,
    stacks: Mapping[Environment, Sequence[Stack]],
    enter: Callable[[Environment], Mapping[str, str]],
    templates_only: bool = False,
) -> list[Comparison]:
    """Compares all of them, several at once; an environment that cannot be compared says why in its `problem`."""
    entered: dict[Environment, Mapping[str, str]] = {}
    found = {environment: Comparison(environment) for environment in stacks}
    for environment in stacks:  # one after the other: somebody may have to log in
        try:
            entered[environment] = enter(environment)
        except CommandError as problem:
            found[environment].problem = problem
    commands = {each: _command(app, assembly, stacks[each], templates_only) for each in entered}
    for environment, command in commands.items():
        notice(programs.line(command, entered[environment], SHOWN))
    number = len(commands)
    with working(f"Comparing {number} environment{'s' if number > 1 else ''}"), ThreadPoolExecutor(AT_ONCE) as pool:
        jobs = {each: pool.submit(_run, app, commands[each], entered[each]) for each in commands}
        for environment, job in jobs.items():
            _conclude(found[environment], stacks[environment], job.result())
    return list(found.values())


def _run(app: Path, command: Sequence[str], variables: Mapping[str, str]) -> programs.Captured:
    return programs.captured(command, variables, folder=app, say=False)


def _command(app: Path, assembly: Path, stacks: Sequence[Stack], templates_only: bool) -> list[str]:
    method = ("--method", "template") if templates_only else ()
    given = ("--app", str(assembly), "--exclusively", "--no-color", "--no-notices", *method)
    return [str(find_cdk(app)), "diff", *given, *(stack.id for stack in stacks)]


def _conclude(comparison: Comparison, stacks: Sequence[Stack], done: programs.Captured) -> None:
    said = f"{done.stderr}\n{done.stdout}"
    if done.code:
        comparison.problem = explained("cdk diff", comparison.environment, done.code, said)
        return
    comparison.stacks = read_differences(said)
    missing = {stack.id for stack in stacks} - {stack.id for stack in comparison.stacks}
    if missing:
        comparison.problem = CommandError(
            f"`cdk diff` said nothing of {', '.join(sorted(missing))}.", "Run the command above to see what it says."
        )
