"""What registering an AWS organization's accounts means: operations for what is missing or differs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock_cli.organisation.aws import ACTIVE, Member

LONGEST_NAME = 50
IMPORTED = ("organizationalUnit", "tags")  # what follows AWS; a name is given once and stays

Operation = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Import:
    """The operations in the order of account ids, and sentences for the person."""

    operations: list[Operation]
    told: list[str]


def imported(members: Sequence[Member], document: Mapping[str, Any]) -> Import:
    """Operations that make the accounts of a configuration's document those of AWS. None of them archives one."""
    known = {account["awsId"]: account for account in document.get("accounts") or ()}
    active = sorted((member for member in members if member.state == ACTIVE), key=lambda member: member.aws_id)
    missing = [member for member in active if member.aws_id not in known]
    names, told = _named(missing, {account["name"] for account in known.values()})
    registered = {member.aws_id: _registered(member, names[member.aws_id]) for member in missing}
    updated = {member.aws_id: _updated(member, known[member.aws_id]) for member in active if member.aws_id in known}
    operations = [registered[each.aws_id] if each.aws_id in registered else updated[each.aws_id] for each in active]
    return Import([each for each in operations if each], [*_left_out(members), *_elsewhere(members, known), *told])


def _registered(member: Member, name: str) -> Operation:
    facts = {"awsId": member.aws_id, "name": name, "organizationalUnit": member.unit, "tags": member.tags}
    return {"registerAccount": {key: value for key, value in facts.items() if value}}


def _updated(member: Member, known: Mapping[str, Any]) -> Operation:
    """Only the fields that differ; empty when none does."""
    wanted: dict[str, Any] = {"organizationalUnit": member.unit, "tags": member.tags}
    differs = {key: wanted[key] for key in IMPORTED if (wanted[key] or None) != (known.get(key) or None)}
    return {"updateAccount": {"awsId": member.aws_id, **differs}} if differs else {}


def _left_out(members: Sequence[Member]) -> list[str]:
    return [
        f"Account {member.aws_id} ({member.name}) is {member.state} in AWS and left out."
        for member in members
        if member.state != ACTIVE
    ]


def _elsewhere(members: Sequence[Member], known: Mapping[str, Any]) -> list[str]:
    there = {member.aws_id for member in members}
    return [
        f"Account {aws_id} ({account['name']}) of the service is not in this AWS organization and stays as it is."
        for aws_id, account in known.items()
        if aws_id not in there
    ]


def _named(missing: Sequence[Member], taken: set[str]) -> tuple[dict[str, str], list[str]]:
    """A name for each, valid and unlike any other, and the sentences for those that are not AWS's."""
    names: dict[str, str] = {}
    told = []
    for member in missing:
        name = unique(valid(member.name, member.aws_id), member.aws_id, taken | set(names.values()))
        names[member.aws_id] = name
        if name != member.name:
            told.append(f"Account {member.aws_id} is called {member.name!r} in AWS, and {name!r} here.")
    return names, told


def valid(name: str, aws_id: str) -> str:
    """The name in lower-case letters, digits and single hyphens, beginning with a letter, 50 characters at most."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    if not words:
        return f"account-{aws_id}"
    return _cut(words if words[0].isalpha() else f"account-{words}", LONGEST_NAME)


def unique(name: str, aws_id: str, taken: set[str]) -> str:
    """The name, or with the account's last four digits, or with all twelve, which no two accounts share."""
    endings = ["", f"-{aws_id[-4:]}", f"-{aws_id}"]
    names = [f"{_cut(name, LONGEST_NAME - len(ending))}{ending}" for ending in endings]
    return next((each for each in names if each not in taken), names[-1])


def _cut(name: str, longest: int) -> str:
    return name[:longest].rstrip("-")
