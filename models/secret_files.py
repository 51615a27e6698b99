"""Secrets that are in files, as Kubernetes and Docker mount them: NAME_FILE instead of NAME."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

LARGEST = 65_536


class FileError(Exception):
    """A file cannot be used for a secret; the message says why, and never what is in it."""


def read(path: str) -> str:
    """What the file has, without the line's end at its end."""
    try:
        with Path(path).open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise FileError(error.strerror or type(error).__name__) from None
    if len(body) > LARGEST:
        raise FileError(f"it has more than {LARGEST} bytes")
    try:
        found = body.decode()
    except UnicodeDecodeError:
        raise FileError("it is not UTF-8") from None
    found = found.removesuffix("\n").removesuffix("\r")
    if not found.strip() or "\0" in found:
        raise FileError("it is empty" if not found.strip() else "it has the character NUL")
    return found


def given(variables: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The secrets of the environment's files by their variables, and a line for each that cannot be used."""
    found, problems = {}, []
    for variable in variables:
        name = f"{variable}_FILE"
        path = os.environ.get(name)
        if not path:
            continue
        if os.environ.get(variable):
            problems.append(f"{variable} and {name} are both set: give one of them.")
            continue
        try:
            found[variable] = read(path)
        except FileError as error:
            problems.append(
                f"{name} is {path!r}, which cannot be used: {error}. Allowed: a file with the secret alone."
            )
    return found, problems
