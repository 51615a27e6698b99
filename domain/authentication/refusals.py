"""How it is said that a bearer is not accepted (RFC 6750, section 3.1)."""

from __future__ import annotations

from domain.errors import Problem

INVALID_TOKEN = "invalid_token"  # noqa: S105 - RFC 6750's word, not a secret
INVALID_REQUEST = "invalid_request"
INSUFFICIENT_SCOPE = "insufficient_scope"


class Unauthenticated(Problem):
    """Nobody knows who asks. error: RFC 6750's word for it; None where nothing was given at all."""

    code = "UNAUTHENTICATED"

    def __init__(self, message: str, *, error: str | None = INVALID_TOKEN, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy or "Log in again with `interlock login`, or send another token.")
        self.error = error


class NoRole(Problem):
    """Who asks is known, and is nobody here. person: which of the issuer's people it is; None for whoever is none."""

    code = "FORBIDDEN"
    error = INSUFFICIENT_SCOPE

    def __init__(self, message: str, *, remedy: str, person: str | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.person = person


class IssuerUnavailable(Problem):
    """Whether a token is good cannot be said, as its issuer does not tell its keys: try again."""

    code = "ISSUER_UNAVAILABLE"


class Unavailable(IssuerUnavailable):
    """Whoever asks cannot be looked up, as the database is away: try again."""

    code = "UNAVAILABLE"


REFUSALS = (Unauthenticated, NoRole, IssuerUnavailable)
