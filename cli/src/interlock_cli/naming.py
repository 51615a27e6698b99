"""A name that the service does not know: say so, with the names that look like it."""

from __future__ import annotations

import difflib

from interlock_cli.client import Client
from interlock_cli.errors import CommandError


def unknown_service(client: Client, name: str) -> CommandError:
    """The failure for a service that is not registered; the suggestions are names that are."""
    return unknown("service", name, service_names(client), "interlock services")


def refuse_unknown_service(client: Client, name: str | None) -> None:
    """Called when nothing was found: a misspelt service must not look like one to which nothing happened."""
    if name and name not in (known := service_names(client)):
        raise unknown("service", name, known, "interlock services")


def refuse_unknown_environment(client: Client, name: str | None) -> None:
    """The same for an environment."""
    if name and name not in (known := environment_names(client)):
        raise unknown("environment", name, known, "interlock environments")


def environment_names(client: Client) -> list[str]:
    """Every environment, by name."""
    return sorted(node["name"] for node in client.pages("environments", "environments", filter=None))


def service_names(client: Client) -> list[str]:
    """Every registered service, by name."""
    return sorted(node["name"] for node in client.pages("services", "services", filter=None))


def unknown(kind: str, name: str, known: list[str], lister: str) -> CommandError:
    """`There is no service 'paymets'. Did you mean payments?`; else the command that lists what there is."""
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"`{lister}` lists what there is."
    return CommandError(f"There is no {kind} {name!r}.", remedy)
