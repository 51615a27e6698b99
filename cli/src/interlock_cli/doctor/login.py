"""What is wrong with who asks."""

from __future__ import annotations

from collections.abc import Iterator

from interlock_cli.doctor.finding import Finding, Look
from interlock_cli.login import issuer, store


def findings(look: Look) -> Iterator[Finding]:
    """A login that has expired or was refused, and none where the service has an issuer."""
    if look.lost is not None and look.of_login:
        yield Finding("login", look.lost.message, look.lost.remedy)
    elif look.health is not None and not look.connection.token and store.kept(look.connection.base) is None:
        said = issuer.service(look.connection.base)
        if said is not None and said.issuer is not None:
            problem = f"Nobody is logged in to {look.connection.base}, whose users come from {said.issuer}."
            yield Finding("login", problem, "Run `interlock login`, or set INTERLOCK_TOKEN.")
