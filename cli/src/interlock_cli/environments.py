"""The environments that a command is for: asked for by name, by stage, or all that a service is placed in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from interlock_cli import naming
from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.errors import CommandError
from interlock_cli.naming import unknown


@dataclass(frozen=True)
class Environment:
    """One account and Region. owner: whose test environment it is. ends: when, in ISO 8601.

    pipeline: it is where the pipeline itself lives, which is no environment of the fleet.
    """

    name: str
    account: str
    region: str
    stage: str
    wave: str
    production: bool = False
    kind: str = "SHARED"
    owner: str | None = None
    ends: str | None = None
    pipeline: bool = False

    @property
    def test(self) -> bool:
        """Whether it is a developer's own."""
        return self.kind == "TEST"

    @property
    def handle(self) -> str:
        """What a person names it by: where the pipeline lives is no environment, so by its account."""
        return self.account if self.pipeline else self.name

    @property
    def variables(self) -> dict[str, str]:
        """What a program, or an app, reads of it: INTERLOCK_ENVIRONMENT and others."""
        named = {
            "INTERLOCK_ENVIRONMENT": self.name,
            "INTERLOCK_ACCOUNT": self.account,
            "INTERLOCK_REGION": self.region,
            "INTERLOCK_STAGE": self.stage,
            "INTERLOCK_OWNER": self.owner,
        }
        return {name: value for name, value in named.items() if value}

    @property
    def context(self) -> dict[str, str]:
        """The CDK context of a synth for it alone: `app.node.try_get_context("interlock:environment")`."""
        return {
            "interlock:environment": self.name,
            "interlock:account": self.account,
            "interlock:region": self.region,
            "interlock:stage": self.stage,
        }


def environment_of(node: Data) -> Environment:
    """A node of the document `environments`."""
    wave = node["wave"]
    return Environment(
        name=node["name"],
        account=node["account"]["awsId"],
        region=node["region"]["name"],
        stage=wave["stage"]["name"],
        wave=wave["name"],
        production=wave["stage"]["production"],
        kind=node["kind"],
        owner=node["owner"],
        ends=node["expiresAt"],
    )


def named(client: Client, names: Iterable[str]) -> list[Environment]:
    """The environments of these names, each once, in their order. Raises CommandError for one that is not there."""
    return [environment_of(naming.environment(client, name)) for name in dict.fromkeys(names)]


def placed(plan: Data, stage: str | None = None) -> list[Environment]:
    """Where the plan goes, in the order of deployment; in one stage, or in all. Raises CommandError for nowhere."""
    found = [
        Environment(
            name=each["name"],
            account=each["account"],
            region=each["region"],
            stage=of["name"],
            wave=wave["wave"],
            production=of["production"],
            kind=each["kind"],
        )
        for of in plan["stages"]
        for wave in of["waves"]
        for each in wave["environments"]
        if stage in (None, of["name"])
    ]
    if not found:
        if stage is None:
            raise CommandError(f"{plan['service']} is placed nowhere.", "Give it a placement: `interlock apply`.")
        raise unknown("stage", stage, [of["name"] for of in plan["stages"]], "interlock plan show")
    return found


def home_of(plan: Data) -> Environment:
    """Where the plan's pipeline lives."""
    home = plan["pipeline"]
    return Environment(f"{home['name']}'s pipeline", home["account"], home["region"], "pipeline", "", pipeline=True)


def plan_of(client: Client, repository: str) -> Data:
    """The plan of a repository, without the type's name. Raises CommandError with the service's reason."""
    plan: dict[str, Any] = {**client.ask("plan", repository=repository)["plan"]}
    if plan.pop("__typename") != "Plan":
        raise_typed([plan])
    return plan


def placed_in(environments: Sequence[Environment]) -> str:
    """`alpha-eu-west-1 (stage alpha) and beta-us-east-1 (stage beta)`, as a question has them."""
    names = [f"{each.name} (stage {each.stage})" for each in environments]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
