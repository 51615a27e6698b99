"""Where an environment is in AWS, and as whom a person enters it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interlock_cli import naming
from interlock_cli.client import Client, Data
from interlock_cli.errors import CommandError

PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
"""Regions that are not of the partition `aws`, by how their names begin."""


@dataclass(frozen=True)
class IdentityCenter:
    """Where IAM Identity Center is. session: the name of its `sso-session` in AWS's configuration."""

    start_url: str
    region: str
    session: str


@dataclass(frozen=True)
class Organisation:
    """How people enter accounts. center: None where they do not enter through IAM Identity Center.

    read_role, write_role: permission sets, or IAM roles where there is no Identity Center; None where nobody said any.
    pipeline_account: the account in which pipelines live.
    """

    name: str
    pipeline_account: str
    pipeline_region: str
    center: IdentityCenter | None = None
    read_role: str | None = None
    write_role: str | None = None


@dataclass(frozen=True)
class Target:
    """One environment in AWS. profile: the name of its profile in AWS's configuration."""

    environment: str
    account: str
    account_name: str
    region: str
    stage: str
    production: bool
    organisation: Organisation
    owner: str | None = None

    @property
    def profile(self) -> str:
        """`acme-prod-eu-west-1`: no name that a person would give another profile."""
        return f"{self.organisation.name}-{self.environment}"

    @property
    def center(self) -> IdentityCenter | None:
        """Where people log in; None where they do not."""
        return self.organisation.center

    @property
    def partition(self) -> str:
        """`aws`, or that of China or the US government."""
        return partition_of(self.region)

    def role(self, write: bool = False) -> str | None:
        """Whose rights a person has there: in production those of reading, unless `write`.

        None where the organisation names no role. Raises CommandError where it names one for reading alone.
        """
        organisation = self.organisation
        if not self.production:
            return organisation.write_role or organisation.read_role
        if not write:
            return organisation.read_role
        if organisation.read_role and not organisation.write_role:
            raise CommandError(
                f"Nobody may change {self.environment} by hand: {organisation.name} has no writeRole.",
                "An ADMIN names one with `interlock apply`: the permission set, or role, that people change with.",
            )
        return organisation.write_role


def partition_of(region: str) -> str:
    """The partition of a Region."""
    return next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")


def target(client: Client, environment: str) -> Target:
    """The environment of this name. Raises CommandError where there is none, or nothing is configured."""
    organisation = organisation_of(client)
    return _target(naming.environment(client, environment), organisation)


def targets(client: Client) -> tuple[Organisation, list[Target]]:
    """How people enter accounts, and every environment, by name."""
    organisation = organisation_of(client)
    found = client.pages("environments", "environments", filter=None)
    return organisation, sorted((_target(each, organisation) for each in found), key=lambda each: each.environment)


def one_for_each_account(every: Iterable[Target]) -> list[Target]:
    """Of the environments in one account and Region the first, in the order given."""
    seen: dict[tuple[str, str], Target] = {}
    for each in every:
        seen.setdefault((each.account, each.region), each)
    return list(seen.values())


def organisation_of(client: Client) -> Organisation:
    """How people enter the accounts of this service. Raises CommandError before the organisation is configured."""
    found = client.ask("aws_organisation")["organisation"]
    if found is None:
        raise CommandError(
            "The service has no organisation yet.", "Describe one in a file and send it: `interlock apply FILE`."
        )
    start_url = found["identityCenterStartUrl"]
    region = found["identityCenterRegion"] or found["pipelineRegion"]
    return Organisation(
        name=found["name"],
        pipeline_account=found["pipelineAccount"],
        pipeline_region=found["pipelineRegion"],
        center=IdentityCenter(start_url, region, f"interlock-{found['name']}") if start_url else None,
        read_role=found["readRole"],
        write_role=found["writeRole"],
    )


def _target(environment: Data, organisation: Organisation) -> Target:
    account, stage = environment["account"], environment["wave"]["stage"]
    return Target(
        environment=environment["name"],
        account=account["awsId"],
        account_name=account["name"],
        region=environment["region"]["name"],
        stage=stage["name"],
        production=stage["production"],
        organisation=organisation,
        owner=environment["owner"],
    )
