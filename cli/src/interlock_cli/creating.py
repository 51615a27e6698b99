"""Creating a test environment: the service, the account's bootstrap, the organisation's steps, a first deployment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock_cli.aws.bootstrap import version
from interlock_cli.aws.refusals import explained
from interlock_cli.cdk import bootstrap
from interlock_cli.cdk.assembly import read_stacks, stacks_of
from interlock_cli.cdk.bootstrap import Place
from interlock_cli.cdk.deleting import delete_tagged
from interlock_cli.cdk.deploying import Deployment, Part
from interlock_cli.cdk.entering import Entrance
from interlock_cli.cdk.synthesis import synthesize_for
from interlock_cli.client import Client, Data
from interlock_cli.environment_steps import EnvironmentStep, run_step, told
from interlock_cli.environments import Environment, environment_of, plan_of
from interlock_cli.errors import CommandError
from interlock_cli.test_environments import changed
from interlock_cli.undoing import Left, Outcome, Step, Work
from interlock_cli.working import working


@dataclass(frozen=True)
class Wish:
    """What is wanted. given: the mutation's input; steps: the organisation's; service: what is deployed, or None."""

    given: Mapping[str, Any]
    steps: Sequence[EnvironmentStep]
    service: Data | None
    app: Path


class Creation:
    """The steps of one test environment, each with what takes it back."""

    def __init__(self, client: Client, wish: Wish) -> None:
        """Does nothing yet. Raises CommandError where the service does not know how people enter accounts."""
        self._client, self._wish = client, wish
        self._entrance = Entrance(client)
        self.node: Data = {}
        self.work = Work([Step("register", self._register, self._unregister), Step("bootstrap", self._bootstrap)])
        self.work.steps += [self._own(each) for each in wish.steps]
        if wish.service is not None:
            self.work.steps.append(Step(f"deploy {wish.service['name']}", self._deploy, self._destroy))

    @property
    def environment(self) -> Environment:
        """What the service has registered."""
        return environment_of(self.node)

    @property
    def stays(self) -> bool:
        """Whether it did not come to its end, and the environment is there all the same."""
        outcomes = [step.outcome for step in self.work.steps]
        return bool(self.node) and outcomes[0] in (Outcome.DONE, Outcome.LEFT) and set(outcomes) != {Outcome.DONE}

    @property
    def uncertain(self) -> bool:
        """Whether it was interrupted while the service was asked, whose answer nobody has read."""
        return not self.node and self.work.steps[0].outcome is Outcome.INTERRUPTED

    def to_json(self) -> dict[str, Any]:
        """As `-o json` prints it."""
        return {"environment": self.node or None, "steps": [step.to_json() for step in self.work.steps]}

    def _register(self) -> str:
        self.node = changed(self._client, "create", self._wish.given)
        made = self.environment
        return f"{made.name} in {made.account}, {made.region}"

    def _unregister(self) -> str:
        changed(self._client, "delete", {"name": self.node["name"], "reason": "Its creation failed."})
        return "registered no more, as soon as the service has seen that nothing is left"

    def _bootstrap(self) -> str:
        environment = self.environment
        with explained(self._entrance.target(environment)):
            there = version(self._entrance.session(environment))
        if there is not None:
            return f"was bootstrapped before, version {there}"
        organisation = self._entrance.organisation
        own = environment.account == organisation.pipeline_account
        place = Place(environment, None if own else organisation.pipeline_account)
        bootstrap.bootstrap(self._wish.app, place, self._entrance.variables(environment))
        return f"{place.address}; it stays when the environment goes"

    def _own(self, step: EnvironmentStep) -> Step:
        def run(verb: str) -> str:
            service = self._wish.service["name"] if self._wish.service else None
            return run_step(step, verb, told(self.node), self._entrance.variables(self.environment), service)

        return Step(step.name, lambda: run("create"), (lambda: run("delete")) if step.delete else None)

    def _deploy(self) -> str:
        assert self._wish.service is not None
        environment, app = self.environment, self._wish.app
        plan = plan_of(self._client, self._wish.service["repository"])
        assembly = synthesize_for(app, plan, [environment], self._client.connection, "deploy")
        part = Part(environment, stacks_of(read_stacks(assembly), environment))
        deployment = Deployment(app, assembly, [part])
        deployment.run(self._entrance.variables)
        try:
            deployment.conclude()
        except CommandError as problem:
            raise type(problem)(problem.message, f"{problem.remedy} {self._rest_destroyed()}".strip()) from problem
        return ", ".join(stack.name for stack in part.stacks)

    def _rest_destroyed(self) -> str:
        """What a failed deployment has left is deleted before the steps before it are taken back; says what stays."""
        try:
            self._destroy()
        except (CommandError, Left) as rest:
            return f"What it has made {rest}" if isinstance(rest, Left) else f"What it has made may stay: {rest}"
        return ""

    def _destroy(self) -> str:
        return destroy(self._entrance, self.environment)


def destroy(entrance: Entrance, environment: Environment) -> str:
    """Deletes what carries the environment's tag, and says what that was. Raises Left where something stays."""
    with explained(entrance.target(environment)), working("Deleting stacks"):
        gone, left = delete_tagged(entrance.session(environment), environment.name)
    if left:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in left.items())
        raise Left(f"stays for now, and the service goes on with it when the environment has ended: {reasons}")
    return f"deleted {', '.join(gone)}" if gone else "nothing was deployed"
