"""Roles of AWS, as AWS's own tokens and answers name them: IAM User Guide, "IAM ARNs" and "IAM identifiers"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.authentication.refusals import Unauthenticated
from domain.errors import shown
from domain.regions import KNOWN_REGIONS

ACTOR = "aws:"
"""What the log calls a role, before its account and name."""
ACCOUNT = re.compile(r"\d{12}", re.ASCII)
OTHER_PARTITIONS = {
    "cn-north-1": "aws-cn",
    "cn-northwest-1": "aws-cn",
    "us-gov-east-1": "aws-us-gov",
    "us-gov-west-1": "aws-us-gov",
}
SUFFIXES = {"aws-cn": "amazonaws.com.cn"}
"""The end of AWS's host names in a partition, where it is not `amazonaws.com`."""
_ROLE = re.compile(r"arn:(aws[a-z-]{0,20}):iam::(\d{12}):role/((?:[!-.0-~]{1,128}/){0,8}[\w+=,.@-]{1,64})", re.ASCII)
_ASSUMED = re.compile(r"arn:(aws[a-z-]{0,20}):sts::(\d{12}):assumed-role/([\w+=,.@-]{1,64})/[\w+=,.@-]{2,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Principal:
    """A role. role: its name, behind its path where the ARN tells that; an assumed role's ARN does not."""

    partition: str
    account: str
    role: str

    @property
    def actor(self) -> str:
        """What the log calls it: `aws:111122223333:role/interlock-gate-payments-eu-west-1`."""
        return f"{ACTOR}{self.account}:role/{self.role}"


def principal(arn: object) -> Principal:
    """The role that an ARN names, or that was assumed by who it names. Raises Unauthenticated for whoever has none."""
    found = (_ROLE.fullmatch(arn) or _ASSUMED.fullmatch(arn)) if isinstance(arn, str) else None
    if found is None:
        raise Unauthenticated(
            f"{shown(arn)} is no role of AWS: users, and an account's root, are nobody here.",
            remedy="Let it be asked in a role, as a pipeline's function and its builds are.",
        )
    return Principal(found[1], found[2], found[3])


def partition_of(region: str) -> str | None:
    """The partition of a Region; None for what is no Region of AWS."""
    return "aws" if region in KNOWN_REGIONS else OTHER_PARTITIONS.get(region)


def sts_host(region: str) -> str:
    """The host of AWS STS in a Region: made from the name of one that there is, and from nothing else.

    Raises Unauthenticated for any other text.
    """
    partition = partition_of(region)
    if partition is None:
        raise Unauthenticated(f"The proof is of the Region {shown(region)}, and AWS has none of that name.")
    return f"sts.{region}.{SUFFIXES.get(partition, 'amazonaws.com')}"
