"""What is wrong with the command's own files."""

from __future__ import annotations

import stat
from collections.abc import Iterator

from interlock_cli.contexts import read_configuration
from interlock_cli.doctor.finding import Finding, Look
from interlock_cli.errors import InputError
from interlock_cli.login import store


def findings(look: Look) -> Iterator[Finding]:
    """A configuration that cannot be read, or has what nobody reads; logins that others can read."""
    try:
        unknown = read_configuration().unknown
    except InputError as error:
        yield Finding("configuration", error.message, error.remedy)
    else:
        if unknown:
            problem = f"The configuration has what this version does not know: {', '.join(unknown)}."
            yield Finding("configuration", problem, "Correct or remove it; `interlock config path` says where.")
    file = store.file()
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding("login", f"Others can read your tokens in {file}.", f"chmod 600 {file}, and log in again.")
