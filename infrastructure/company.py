"""What a company says of itself, once, as frozen values. Nothing here knows CDK, or the file that it comes from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from infrastructure.reading import Scalar

SECRETS = {
    "INTERLOCK_OIDC_CLIENT_SECRET": "serve",
    "INTERLOCK_INTAKE_KEY": "serve",
    "INTERLOCK_SMTP_URL": "report",
}
"""The settings that are secrets of the company's, and the program that reads each."""


@dataclasses.dataclass(frozen=True, slots=True)
class SignIn:
    """The issuer by which people are known."""

    issuer: str
    client_id: str
    browser_client_id: str | None
    role_groups: str


@dataclasses.dataclass(frozen=True, slots=True)
class Network:
    """The VPC. zones: three of the Region, two at least; nat_gateways: one for each zone, or fewer, and cheaper."""

    cidr: str
    zones: tuple[str, ...]
    nat_gateways: int


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """Who reaches what. api_from: networks that reach the cluster's API; none: it is private.

    internet: whether the service's address is one of the internet's; service_from: the networks that reach it.
    administrators: roles of IAM that may do everything in the cluster.
    """

    internet: bool
    service_from: tuple[str, ...]
    api_from: tuple[str, ...]
    administrators: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Data:
    """The database, and what outlives it. Capacities in ACU.

    copy_to: the Region of the backups' copies. Days of 0: the archive is not locked, events are kept for ever.
    """

    least_capacity: float
    most_capacity: float
    readers: int
    backup_days: int
    copy_to: str | None
    archive_lock_days: int
    keep_events_days: int


@dataclasses.dataclass(frozen=True, slots=True)
class Members:
    """The other accounts. units: of all accounts that pipelines deploy to; test_units: those with test environments.

    federation: whether AWS signs who pipelines are; where an organization forbids that, they prove it.
    """

    units: tuple[str, ...]
    test_units: tuple[str, ...]
    regions: tuple[str, ...]
    federation: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Company:
    """One installation of Interlock: the account and Region that it is in, and all that it has to know.

    repository: in which the company keeps this app, as owner/name; its pipeline begins there. secrets: setting -> the
    name of a secret in Secrets Manager.
    """

    organization: str
    repository: str
    account: str
    region: str
    pipeline_account: str
    domain: str
    zone_id: str
    zone_name: str
    image: str
    alarms_to: str
    database_certificates: str
    sign_in: SignIn
    pipeline_issuers: str | None
    network: Network
    reach: Reach
    data: Data
    members: Members
    settings: Mapping[str, Scalar]
    secrets: Mapping[str, str]
    collector: str

    @property
    def url(self) -> str:
        """The address at which the service is reached."""
        return f"https://{self.domain}"

    @property
    def bus_arn(self) -> str:
        """The hub's event bus, by its fixed name: member accounts know it before it exists."""
        return f"arn:{self.partition}:events:{self.region}:{self.account}:event-bus/interlock"

    @property
    def partition(self) -> str:
        """AWS's partition, which follows from the Region."""
        special = {"cn": "aws-cn", "us-gov": "aws-us-gov"}
        return next((name for prefix, name in special.items() if self.region.startswith(f"{prefix}-")), "aws")

    def secrets_of(self, program: str) -> dict[str, str]:
        """The company's secrets that a program reads: setting -> name."""
        return {setting: name for setting, name in self.secrets.items() if SECRETS[setting] == program}

    def role_arn(self, program: str) -> str:
        """The role that a program of the service has: serve, intake, report or upkeep."""
        return f"arn:{self.partition}:iam::{self.account}:role/interlock-{program}"
