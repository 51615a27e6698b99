"""`interlock config`."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any

import click

from interlock_cli.contexts import (
    CONTEXT_NAME,
    NAMED,
    checked,
    parsed,
    read_configuration,
    text_of,
    unknown_context,
)
from interlock_cli.errors import CommandError, InputError
from interlock_cli.files import locked, write_private
from interlock_cli.folders import config_file, state_folder
from interlock_cli.naming import CONTEXT
from interlock_cli.output import Grid, emit, format_option, notice

KEYS = "Keys are `current` and `contexts.NAME.url`."


@click.group("config")
def command() -> None:
    """Name services in a file, and say which one is asked.

    Which service a command asks is said by --url or --context, else by INTERLOCK_URL or INTERLOCK_CONTEXT, else by
    `current` in this file, else it is http://127.0.0.1:8400. The file is ~/.config/interlock/config.toml, or under
    XDG_CONFIG_HOME, or what INTERLOCK_CONFIG names. Comments in it stay.
    """


@command.command("list")
@format_option
def list_(output: str) -> None:
    """List the contexts: names of services, and their addresses."""
    configuration = read_configuration()
    found = [
        {"context": name, "url": url, "current": name == configuration.current}
        for name, url in sorted(configuration.contexts.items())
    ]
    rows = [(each["context"], "yes" if each["current"] else None, each["url"]) for each in found]
    emit(found, output, lambda: [Grid(("CONTEXT", "CURRENT", "URL"), rows, "Contexts")])


@command.command("path")
def path() -> None:
    """Print where the file is, or would be."""
    click.echo(config_file())


@command.command("get")
@click.argument("key")
def get(key: str) -> None:
    """Print what KEY has, such as contexts.prod.url; ends with 1 if it has nothing."""
    steps = _steps(key)
    configuration = read_configuration()
    value = configuration.current if steps == ["current"] else configuration.contexts.get(steps[1])
    if value is None:
        raise CommandError(f"{key} is not set in {configuration.path}.", f"`interlock config set {key} …` sets it.")
    click.echo(value)


@command.command("set")
@click.argument("key")
@click.argument("value")
def set_(key: str, value: str) -> None:
    """Give KEY a value: `interlock config set contexts.prod.url https://interlock.example.com`."""
    steps = _steps(key)
    if steps == ["current"]:
        _use(value)
    else:
        _changed(lambda document: _put(document, steps, value))
        notice(f"{key} is {value}.")
        if not read_configuration().current:
            notice(f"`interlock config use {steps[1]}` makes it the one that is asked.")


@command.command("unset")
@click.argument("key")
def unset(key: str) -> None:
    """Forget KEY: `current`, contexts.NAME.url or the whole of contexts.NAME."""
    steps = key.split(".") if key.count(".") == 1 and key.startswith("contexts.") else _steps(key)
    _changed(lambda document: _take(document, key, steps[:2]))
    notice(f"{key} is not set any more.")


@command.command("use")
@click.argument("name", type=CONTEXT)
def use(name: str) -> None:
    """Ask the service of the context NAME from now on."""
    _use(name)


def _use(name: str) -> None:
    configuration = read_configuration()
    if name not in configuration.contexts:
        raise unknown_context(name, "as given", configuration)
    _changed(lambda document: _put(document, ["current"], name))
    notice(f"Commands ask {name} from now on: {configuration.contexts[name]}.")


def _steps(key: str) -> list[str]:
    """The key's parts. Raises InputError for one that no file has."""
    steps = key.split(".")
    if steps == ["current"]:
        return steps
    if len(steps) != 3 or steps[0] != "contexts" or steps[2] != "url":
        raise InputError(f"{key!r} is no key of the configuration.", KEYS)
    if not CONTEXT_NAME.fullmatch(steps[1]):
        raise InputError(f"{steps[1]!r} is not the name of a context.", f"Allowed: {NAMED}.")
    return steps


def _changed(change: Callable[[MutableMapping[str, Any]], None]) -> None:
    """Writes the file with the change, if what was there is TOML, and what comes of it is a configuration."""
    import tomlkit  # noqa: PLC0415 - slow to import, and most commands of the group only read

    file = config_file()
    with locked(state_folder() / ".config.lock"):
        text = text_of(file)
        parsed(file, text)
        document = tomlkit.parse(text)
        change(document)
        written = tomlkit.dumps(document)
        checked(file, parsed(file, written))
        write_private(file, written)


def _put(document: MutableMapping[str, Any], steps: Sequence[str], value: str) -> None:
    table = document
    for step in steps[:-1]:
        if step not in table:
            table[step] = {}
        table = table[step]
    table[steps[-1]] = value


def _take(document: MutableMapping[str, Any], key: str, steps: Sequence[str]) -> None:
    """A context without an address is none: with its url goes all of it."""
    table = document if len(steps) == 1 else document.get(steps[0], {})
    if steps[-1] not in table:
        raise CommandError(f"{key} is not set in {config_file()}.", "`interlock config list` shows what is.")
    del table[steps[-1]]
    if len(steps) == 2 and document.get("current") == steps[1]:
        del document["current"]
