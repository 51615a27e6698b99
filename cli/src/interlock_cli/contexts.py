"""Which service is meant: options, environment, the file of named contexts, the default; in this order.

    --url, --context  >  INTERLOCK_URL, INTERLOCK_CONTEXT  >  `current` of the file  >  http://127.0.0.1:8400

The file is TOML, and may have comments, which stay when the command writes it:

    current = "prod"

    [contexts.prod]
    url = "https://interlock.example.com"
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interlock_cli.connection import DEFAULT_URL, refuse_unusable_url
from interlock_cli.errors import InputError
from interlock_cli.folders import config_file

CONTEXT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
NAMED = "letters, digits, - and _, at most 64"
_WHERE = re.compile(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Configuration:
    """What the file says. contexts: the address of each. current: the one that is asked, if nothing else is said."""

    path: Path
    contexts: Mapping[str, str] = field(default_factory=dict)
    current: str | None = None
    unknown: tuple[str, ...] = ()
    """Keys that this version does not know: left alone."""


@dataclass(frozen=True)
class Place:
    """The service that is asked. origin: what said so, for a person. context: its name in the file, if it has one."""

    url: str
    origin: str
    context: str | None = None


def place(url: str | None, context: str | None, read: Callable[[], Configuration]) -> Place:
    """The service; url and context are the options as given on the command line. Raises InputError."""
    if url and context:
        raise InputError("--url and --context are both given.", "Give one of them: a context stands for an address.")
    if url:
        return Place(url, "--url")
    if context:
        return _named(context, "--context", read())
    if given := os.environ.get("INTERLOCK_URL"):
        return Place(given, "INTERLOCK_URL")
    if given := os.environ.get("INTERLOCK_CONTEXT"):
        return _named(given, "INTERLOCK_CONTEXT", read())
    configuration = read()
    if configuration.current:
        return _named(configuration.current, f"current in {configuration.path}", configuration)
    return Place(DEFAULT_URL, "the default")


def _named(name: str, origin: str, configuration: Configuration) -> Place:
    if name not in configuration.contexts:
        raise unknown_context(name, origin, configuration)
    return Place(configuration.contexts[name], origin, name)


def unknown_context(name: str, origin: str, configuration: Configuration) -> InputError:
    """The failure for a context that the file does not have; origin: what named it."""
    known = ", ".join(sorted(configuration.contexts)) or "none"
    return InputError(
        f"There is no context {name!r} ({origin}); {configuration.path} has: {known}.",
        f"`interlock config set contexts.{name if CONTEXT_NAME.fullmatch(name) else 'NAME'}.url ADDRESS` makes it.",
    )


def read_configuration() -> Configuration:
    """The file, or nothing where there is none. Raises InputError with its place for one that is malformed."""
    path = config_file()
    return checked(path, parsed(path, text_of(path)))


def text_of(path: Path) -> str:
    """The file's text; empty where there is none. Raises InputError."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: {error.reason} at byte {error.start}.", _mend(path)) from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.", _mend(path)) from None


def parsed(path: Path, text: str) -> dict[str, Any]:
    """The tables of TOML. Raises InputError with line and column."""
    if not text:
        return {}
    import tomllib  # noqa: PLC0415 - where there is no file, nothing waits for it

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _WHERE.search(said)
        line, column = (found[1], found[2]) if found and found[1] else _end(text)
        where = f"line {line}, column {column}"
        raise InputError(f"{path}, {where}: {_WHERE.sub('', said).rstrip('.')}.", _mend(path)) from None


def _end(text: str) -> tuple[int, int]:
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1


def _mend(path: Path) -> str:
    return f"Mend it, or put it aside: mv {path} {path}.broken. It was left as it is."


def checked(path: Path, tables: Mapping[str, Any]) -> Configuration:
    """The tables as a configuration. Raises InputError for a key with a value that it may not have."""
    contexts = tables.get("contexts", {})
    if not isinstance(contexts, dict) or not all(isinstance(each, dict) for each in contexts.values()):
        raise InputError(f"{path}: contexts is not a table of tables.", 'Write [contexts.NAME] and url = "…" below it.')
    for name, each in contexts.items():
        _refuse_context(path, name, each)
    current = tables.get("current")
    if current is not None and not isinstance(current, str):
        raise InputError(f"{path}: current is {current!r}.", "It is the name of a context, in quotes.")
    unknown = [key for key in tables if key not in ("current", "contexts")]
    unknown += [f"contexts.{name}.{key}" for name, each in contexts.items() for key in each if key != "url"]
    urls = {name: each["url"] for name, each in contexts.items()}
    return Configuration(path, urls, current or None, tuple(unknown))


def _refuse_context(path: Path, name: str, given: Mapping[str, Any]) -> None:
    if not CONTEXT_NAME.fullmatch(name):
        raise InputError(f"{path}: {name!r} is not the name of a context.", f"Allowed: {NAMED}.")
    url = given.get("url")
    if not isinstance(url, str):
        said = "has no url" if url is None else f"has the url {url!r}"
        raise InputError(f"{path}: the context {name} {said}.", f'Write url = "{DEFAULT_URL}", or its own, below it.')
    refuse_unusable_url(url, f"Correct contexts.{name}.url in {path}: an address such as {DEFAULT_URL}.")
