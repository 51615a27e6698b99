"""What a command may say when it cannot do its work, and the exit code that goes with it.

CommandError              1    the service, the network or the data said no
├── RequestRefusedError   1    the service answered with GraphQL errors
├── LostError             1    no answer came: what was asked may have been done
├── InputError            2    an argument or an input file is wrong; nothing was sent
└── AuthenticationError   4    the service wants a token, or refused this one

130 (interrupted) has no class: it is `KeyboardInterrupt`. Usage errors that click finds are its own, with 2.
"""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The documented exit codes."""

    OK = 0
    FAILED = 1
    USAGE = 2
    AUTHENTICATION = 4
    INTERRUPTED = 130


class CommandError(Exception):
    """One plain sentence for the user, and what to do about it. It never shows a traceback."""

    exit_code = Exit.FAILED

    def __init__(self, message: str, remedy: str = "") -> None:
        """`message` is what was wrong, with the value given; `remedy` is what to do, or empty."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()


class RequestRefusedError(CommandError):
    """The service answered a request with GraphQL errors instead of data."""


class LostError(CommandError):
    """No answer came, or that of a proxy: whether the service has done what was asked is not known."""


class InputError(CommandError):
    """The argument or file was refused before anything was sent."""

    exit_code = Exit.USAGE


class AuthenticationError(CommandError):
    """The service answered 401 or 403, or closed the websocket with 4401 or 4403."""

    exit_code = Exit.AUTHENTICATION
