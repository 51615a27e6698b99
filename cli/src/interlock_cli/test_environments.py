"""The mutations of test environments, and the one that a command is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_cli.client import Client, Data, raise_typed
from interlock_cli.errors import CommandError
from interlock_cli.naming import unknown


def changed(client: Client, verb: str, wanted: Mapping[str, Any]) -> Data:
    """The environment after `create`, `extend` or `delete`. Raises CommandError with the service's reasons."""
    given = {name: value for name, value in wanted.items() if value is not None}
    payload = client.change_for(f"{verb}_test_environment", f"{verb}TestEnvironment", given)
    if payload["errors"]:
        raise_typed(payload["errors"])
    environment: Data = payload["environment"]
    return environment


def one_of_name(client: Client, name: str) -> Data:
    """The node of the test environment of this name. Raises CommandError for none, or a shared one."""
    found = {each["name"]: each for each in client.pages("test_environments", "environments", filter={"name": name})}
    if name not in found:
        every = client.pages("test_environments", "environments", filter={"kind": "TEST"})
        raise unknown("test environment", name, [each["name"] for each in every], "interlock env list")
    node: Data = found[name]
    if node["kind"] != "TEST":
        raise CommandError(
            f"{name} is a shared environment, and no test environment.",
            "It is part of the configuration: an ADMIN changes that with `interlock apply`.",
        )
    return node
