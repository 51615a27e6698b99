"""Which commands of the AWS CLI only read: what protects production where no role does, as in an emulator.

What is not known to read is taken to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

READING_VERBS = (
    "batch-get", "decode", "describe", "detect", "estimate", "filter", "get", "head", "list", "lookup",
    "preview", "query", "scan", "search", "select", "simulate", "validate", "view", "wait",
)  # fmt: skip
"""How the operations begin that only read."""
READING = {
    "s3": ("ls", "presign"),
    "logs": ("tail", "start-query", "stop-query", "test-metric-filter"),
    "configure": ("list", "list-profiles"),
    "history": ("list", "show"),
}
"""What else only reads, by service."""
WRITING = {
    "cognito-identity": ("get-id", "get-open-id-token", "get-open-id-token-for-developer-identity"),
    "iot": ("get-registration-code",),
    "redshift": ("get-cluster-credentials", "get-cluster-credentials-with-iam"),
    "redshift-serverless": ("get-credentials",),
    "timestream-query": ("query",),
}
"""What begins like reading, and makes an identity, a code or a user, or writes what it finds, as UNLOAD does."""
COPIES = ("cp", "sync")
"""Of `aws s3`: they read where source and destination are said first, and only the source is S3."""
VALUED = (
    "--region", "--output", "--query", "--endpoint-url", "--color", "--ca-bundle", "--cli-read-timeout",
    "--cli-connect-timeout", "--cli-binary-format", "--cli-error-format",
)  # fmt: skip
"""Options of the AWS CLI itself that are followed by a value."""
FLAGS = ("--debug", "--no-verify-ssl", "--no-paginate", "--no-sign-request", "--no-cli-pager", "--no-cli-auto-prompt")
"""Its own options that are not."""
PROFILE_OPTIONS = tuple("--profile"[:length] for length in range(3, 10))
"""`--profile`, and how it may be shortened: with it the AWS CLI would leave the environment's account."""


def only_reads(program: Sequence[str]) -> bool:
    """Whether this command line certainly changes nothing: an `aws` command that reads, or asks for help."""
    if PurePath(program[0]).name not in ("aws", "aws.exe"):
        return False
    words = _words(program[1:])
    if list(program[1:]) in ([], ["--version"]) or _asks_for_help(program, words):
        return True
    service, operation, *rest = [*words, "", ""]
    if operation in READING.get(service, ()):
        return True
    if operation in WRITING.get(service, ()):
        return False
    if service == "s3" and operation in COPIES:
        return rest[0].startswith("s3://") and rest[1] != "" and not rest[1].startswith("s3://")
    return operation in READING_VERBS or operation.startswith(tuple(f"{verb}-" for verb in READING_VERBS))


def _asks_for_help(program: Sequence[str], words: Sequence[str]) -> bool:
    """Whether it ends in `help`, and that is no operation's own argument: `aws lambda invoke help --function-name f`
    calls a function, and writes its answer to a file of that name."""
    return program[-1] == "help" and words[-1:] == ["help"] and len(words) <= 3


def names_a_profile(arguments: Sequence[str]) -> bool:
    """Whether the AWS CLI's arguments name a profile."""
    return any(each.partition("=")[0] in PROFILE_OPTIONS for each in arguments)


def _words(arguments: Sequence[str]) -> list[str]:
    """The words before the first option that is not the AWS CLI's own: what follows one may be its value."""
    found: list[str] = []
    left = iter(arguments)
    for each in left:
        if each in VALUED:
            next(left, None)
        elif not each.startswith("-"):
            found.append(each)
        elif each.partition("=")[0] not in (*FLAGS, *VALUED):
            break
    return found
