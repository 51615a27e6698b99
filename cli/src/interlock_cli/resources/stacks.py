"""Which stacks a service has in an environment: those that its newest deployments there have touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from interlock_cli.client import Client, Data

DEPLOYMENTS = 10
"""The newest, which are looked at: one that failed early has touched some of the stacks only."""
_STACK = re.compile(r"arn:[a-z-]+:cloudformation:([a-z0-9-]+):(\d{12}):stack/([\w-]+)/[\w-]+")


@dataclass(frozen=True)
class Stack:
    """A stack by its ARN, which names its account and Region as well."""

    arn: str
    account: str
    region: str
    name: str


def stacks(client: Client, service: str, environment: str) -> list[Stack]:
    """By name; of one that was made anew, the latest. None where no deployment has said any."""
    asked = {"service": service, "environment": environment, "first": DEPLOYMENTS}
    found: dict[tuple[str, str, str], Stack] = {}
    for deployment in client.ask("deployed_stacks", **asked)["deployments"]["nodes"]:
        for action in deployment["actions"]["nodes"]:
            for stack in _of(action):
                found.setdefault((stack.account, stack.region, stack.name), stack)
    return sorted(found.values(), key=lambda stack: (stack.region, stack.name))


def _of(action: Data) -> Iterator[Stack]:
    """The stack that an action names: as its work, as itself, or in the address of its change set."""
    work = action["work"] or {}
    for text in (work.get("arn"), action["externalId"], unquote(action["externalUrl"] or "")):
        if match := _STACK.search(text or ""):
            yield Stack(match[0], match[2], match[1], match[3])
            return
