"""Commands that other distributions bring: their entry points in the group `interlock.commands`, loaded when called.

    [project.entry-points."interlock.commands"]
    audit-report = "acme_interlock.report:command"

Each names a click command. Where they are is read from the distributions' own files: `importlib.metadata` takes longer
to import than `interlock --help` may take altogether (`python -m bench command`).
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import click

from interlock_cli.errors import CommandError

GROUP = "interlock.commands"
METADATA = ".dist-info"


@dataclass(frozen=True)
class Plugin:
    """A command's name, where it is, as `package.module:command`, and whose it is, as `acme-interlock 1.2`."""

    name: str
    place: str
    distribution: str

    def load(self) -> click.Command:
        """The command. Raises CommandError, which names the distribution, for whatever keeps it from being loaded."""
        module, _, attribute = self.place.partition(":")
        try:
            found: object = importlib.import_module(module)
            for step in attribute.split("."):
                found = getattr(found, step)
        except Exception as error:  # whatever it is, it is the plugin's
            what = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            raise self._broken(what) from error
        if not isinstance(found, click.Command):
            raise self._broken(f"{self.place} is no click command but of type {type(found).__name__}")
        return found

    def _broken(self, what: str) -> CommandError:
        name = self.distribution.partition(" ")[0]
        return CommandError(
            f"The command {self.name} of {self.distribution} cannot be loaded ({what}).",
            f"Update it, or remove it: pip uninstall {name}.",
        )


@cache
def plugins() -> dict[str, Plugin]:
    """By name, sorted; of two with one name, that of the first folder on Python's path."""
    found: dict[str, Plugin] = {}
    for folder in sys.path:
        for plugin in _in_folder(folder or "."):
            found.setdefault(plugin.name, plugin)
    return dict(sorted(found.items()))


def _in_folder(folder: str) -> Iterator[Plugin]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(METADATA))  # noqa: PTH208 - names, at once
    except OSError:  # a zip file, or nothing
        return
    for name in names:
        try:
            with open(os.path.join(folder, name, "entry_points.txt"), encoding="utf-8") as file:  # noqa: PTH118, PTH123
                text = file.read()
        except (OSError, ValueError):
            continue
        if GROUP in text:
            distribution, _, version = name.removesuffix(METADATA).partition("-")
            yield from _of_group(text, f"{distribution.replace('_', '-')} {version}")


def _of_group(text: str, distribution: str) -> Iterator[Plugin]:
    """The lines `name = module:attribute` of the group; extras in brackets mean nothing any more."""
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[]")
        elif section == GROUP and "=" in line and not line.startswith(("#", ";")):
            name, _, place = line.partition("=")
            yield Plugin(name.strip(), place.partition("[")[0].strip(), distribution)
