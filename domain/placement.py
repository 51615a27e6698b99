"""Where a service goes: globs over the names of environments."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from domain.words import EnvironmentKind


def goes_to(globs: Iterable[str], environment: str, kind: EnvironmentKind) -> bool:
    """Whether a service with these globs is placed in the environment. A test environment is its owner's alone."""
    return kind is EnvironmentKind.SHARED and any(fnmatchcase(environment, glob) for glob in globs)
