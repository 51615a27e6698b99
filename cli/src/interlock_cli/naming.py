"""Names of services, environments and contexts: completed in a shell, and explained when nobody knows them.

An argument or option for one has its type, as `type=SERVICE`: that is what completes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from interlock_cli.errors import CommandError, InputError
from interlock_cli.lazy import near_names

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from interlock_cli.client import Client, Data


class Name(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5 on
    """Any text; a shell completes it with the names of this kind. kind: `services`, `environments` or `contexts`."""

    name = "name"

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so; none where they cannot be had at once."""
        from click import shell_completion as completed  # noqa: PLC0415 - a command that runs completes nothing

        from interlock_cli.completing import names  # noqa: PLC0415

        return [completed.CompletionItem(each) for each in names(ctx, self.kind) if each.startswith(incomplete)]


SERVICE, ENVIRONMENT, CONTEXT = Name("services"), Name("environments"), Name("contexts")


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


def environment(client: Client, name: str) -> Data:
    """The node of the environment of exactly this name. Raises CommandError for one that is not there."""
    found = client.pages("environments", "environments", filter={"name": name})
    node = next((each for each in found if each["name"] == name), None)  # the filter takes globs
    if node is None:
        raise unknown("environment", name, environment_names(client), "interlock environments")
    return node


def environment_names(client: Client) -> list[str]:
    """Every environment, by name."""
    return sorted(node["name"] for node in client.pages("environments", "environments", filter=None))


def service_names(client: Client) -> list[str]:
    """Every registered service, by name."""
    return sorted(node["name"] for node in client.pages("services", "services", filter=None))


def refuse_unknown_team(client: Client, name: str | None) -> None:
    """The same for a team."""
    if name and name not in (known := sorted(node["name"] for node in client.pages("teams", "teams", filter=None))):
        raise unknown("team", name, known, "interlock query '{ teams { nodes { name } } }'")


def refuse_unknown_stage(client: Client, name: str | None) -> None:
    """The same for a stage."""
    if name and name not in (known := [node["name"] for node in client.pages("stages", "stages")]):
        raise unknown("stage", name, known, "interlock environments")


def refuse_unknown_wave(client: Client, name: str | None) -> None:
    """The same for a wave."""
    if name and name not in (known := [node["name"] for node in client.pages("waves", "waves")]):
        raise unknown("wave", name, known, "interlock environments")


def unknown_word(kind: str, given: str, known: Sequence[str]) -> InputError:
    """`There is no rule 'ROLBACK'. Did you mean ROLLBACK?`; else all that there are."""
    near = near_names(given.upper(), known)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"Give one of: {', '.join(known)}."
    return InputError(f"There is no {kind} {given!r}.", remedy)


def unknown(kind: str, name: str, known: list[str], lister: str) -> CommandError:
    """`There is no service 'paymets'. Did you mean payments?`; else the command that lists what there is."""
    near = near_names(name, known)
    remedy = f"Did you mean {' or '.join(near)}?" if near else f"`{lister}` lists what there is."
    return CommandError(f"There is no {kind} {name!r}.", remedy)
