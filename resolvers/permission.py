"""Who may give permission: the one place that is asked before an override or a waiver is granted or taken back."""

from __future__ import annotations

from domain.errors import Refused
from domain.two_persons import is_program
from resolvers.configuring import Author


def require_person(by: Author, what: str) -> None:
    """A person, whoever it is. what: as `an override`. Raises Refused for a program, and a role of AWS is one."""
    if is_program(by.actor):
        raise Refused(
            "NOT_A_PERSON",
            f"{by.actor} is a program: {what} is a person's permission.",
            remedy="Ask a person who looks after the service to grant or revoke it.",
        )
