"""Bootstrapping: what `cdk bootstrap` puts into an account and Region so that pipelines and people can deploy there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interlock_cli import programs
from interlock_cli.aws.targets import Organisation, partition_of
from interlock_cli.cdk.entering import SHOWN
from interlock_cli.cdk.refusals import explained
from interlock_cli.cdk.tool import find_cdk
from interlock_cli.client import Client
from interlock_cli.environments import Environment, environment_of
from interlock_cli.errors import InputError
from interlock_cli.naming import unknown


@dataclass(frozen=True)
class Place:
    """An account and Region to bootstrap. environment: one that is there, as which it is entered."""

    environment: Environment
    trusts: str | None

    @property
    def address(self) -> str:
        """As the CDK CLI names it."""
        return f"aws://{self.environment.account}/{self.environment.region}"

    @property
    def policy(self) -> str:
        """What CloudFormation may do there, if nobody says another policy: all, as `cdk bootstrap` itself would."""
        return f"arn:{partition_of(self.environment.region)}:iam::aws:policy/AdministratorAccess"


def places_of(client: Client, organisation: Organisation, names: Sequence[str]) -> list[Place]:
    """Each account and Region of the named environments and accounts, once. Raises CommandError for unknown names.

    An account's Regions are those in which it has environments; the pipelines' account has that of the pipelines too.
    """
    nodes = list(client.pages("environments", "environments", filter=None))
    every = [environment_of(node) for node in nodes]
    accounts = {node["account"]["awsId"]: node["account"]["name"] for node in nodes}
    found = [each for name in names for each in _meant(name, every, accounts, organisation)]
    return list(_once(found, organisation))


def _meant(
    name: str, every: Sequence[Environment], accounts: Mapping[str, str], organisation: Organisation
) -> list[Environment]:
    exact = [each for each in every if each.name == name]
    if exact:
        return exact
    account = next((id_ for id_, called in accounts.items() if name in (id_, called)), name)
    found = [each for each in every if each.account == account]
    if account == organisation.pipeline_account:
        home = Environment("the pipelines", account, organisation.pipeline_region, "pipelines", "", pipeline=True)
        found.append(home)
    if found:
        return found
    if name.isdecimal():
        raise InputError(
            f"No environment is in the account {name}, so it is not known for which Regions to bootstrap it.",
            "Give an environment, or an account that has some: `interlock environments` lists them.",
        )
    known = [*(each.name for each in every), *accounts.values()]
    raise unknown("environment or account", name, known, "interlock environments")


def _once(environments: Iterable[Environment], organisation: Organisation) -> Iterable[Place]:
    """A shared environment before others, as which the place is entered; production, if any there is in production."""
    by_place: dict[tuple[str, str], Environment] = {}
    for each in environments:
        there = by_place.get((each.account, each.region))
        if there is None or (each.production and not there.production):
            by_place[each.account, each.region] = each
    for environment in by_place.values():
        own = environment.account == organisation.pipeline_account
        yield Place(environment, None if own else organisation.pipeline_account)


def command(app: Path, place: Place, policies: Sequence[str]) -> list[str]:
    """`cdk bootstrap` of a place: it trusts the pipelines' account, and CloudFormation may what the policies say."""
    trust = ("--trust", place.trusts) if place.trusts else ()
    given = policies or (place.policy,)
    return [
        str(find_cdk(app)),
        "bootstrap",
        *("--no-notices", "--progress", "events"),
        *trust,
        *(word for policy in given for word in ("--cloudformation-execution-policies", policy)),
        place.address,
    ]


def bootstrap(app: Path, place: Place, variables: Mapping[str, str], policies: Sequence[str] = ()) -> None:
    """Runs it. Raises CommandError with what AWS refused."""
    done = programs.streamed(command(app, place, policies), variables, folder=app, shown=SHOWN)
    if done.code:
        raise explained("cdk bootstrap", place.environment, done.code, done.stderr)
