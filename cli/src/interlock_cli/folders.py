"""Where the command keeps its files: the XDG base directories, on every system."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "interlock"


def config_file() -> Path:
    """`INTERLOCK_CONFIG`, or `interlock/config.toml` under `XDG_CONFIG_HOME`, which is ~/.config if not set."""
    given = os.environ.get("INTERLOCK_CONFIG")
    return Path(given).expanduser() if given else _base("XDG_CONFIG_HOME", ".config") / "config.toml"


def state_folder() -> Path:
    """What must outlive the command and concerns this machine: logins, where there is no keyring."""
    return _base("XDG_STATE_HOME", ".local/state")


def cache_folder() -> Path:
    """What may be deleted at any time."""
    return _base("XDG_CACHE_HOME", ".cache")


def _base(variable: str, otherwise: str) -> Path:
    """A relative path in the variable is to be ignored, as the specification says."""
    given = Path(os.environ.get(variable, ""))
    return (given if given.is_absolute() else Path.home() / otherwise) / NAME
