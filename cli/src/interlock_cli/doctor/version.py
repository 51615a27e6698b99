"""Whether service and command are of one time."""

from __future__ import annotations

from collections.abc import Iterator

from interlock_cli import __version__, versions
from interlock_cli.doctor.finding import Finding, Look


def findings(look: Look) -> Iterator[Finding]:
    """Which of the two is older by more than a patch; also where the service did not understand the question."""
    answers = look.health is not None or isinstance(look.lost, versions.NotUnderstoodError)
    if not answers:
        return
    found = versions.asked(look.connection)
    if found.old is not None:
        of = f"the service's is {found.command}" if found.command else "the service says nothing of its own"
        yield Finding("version", f"This command is {__version__}; {of}.", versions.mend(found))
