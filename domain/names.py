"""What names and identifiers may look like. Each rule returns the value or raises `InvalidValue`."""

from __future__ import annotations

import re

from domain.errors import InvalidValue

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:.+")


def name(field: str, value: str, longest: int = 50) -> str:
    """A name of ours: it becomes part of CloudFormation stack names, so it is short, lower case, with hyphens.

    50 characters leave room for the rest of a stack's name (CloudFormation allows 128).
    """
    if len(value) > longest or not _NAME.fullmatch(value):
        allowed = f"lower-case letters, digits and single hyphens, starting with a letter, {longest} at most"
        raise InvalidValue(field, value, allowed)
    return value


def account_id(field: str, value: str) -> str:
    """An AWS account id: twelve digits, as text, because leading zeros count."""
    if not re.fullmatch(r"\d{12}", value, re.ASCII):
        raise InvalidValue(field, value, "twelve digits, as text: '012345678901'")
    return value


def repository(field: str, value: str) -> str:
    """A GitHub repository, `owner/name`, as CodeConnections' FullRepositoryId wants it."""
    if not _REPOSITORY.fullmatch(value):
        raise InvalidValue(field, value, "a GitHub repository as owner/name: 'acme/payments'")
    return value


def pipeline(field: str, value: str) -> str:
    """The name of a pipeline, as CodePipeline allows it: it becomes part of an ARN."""
    if not re.fullmatch(r"[A-Za-z0-9.@_-]{1,100}", value):
        raise InvalidValue(field, value, "letters, digits, '.', '@', '-' and '_', 100 at most")
    return value


def arn(field: str, value: str, service: str) -> str:
    """An ARN of the named AWS service."""
    if not _ARN.fullmatch(value) or value.split(":")[2] != service:
        raise InvalidValue(field, value, f"an ARN of {service}: 'arn:aws:{service}:eu-west-1:123456789012:…'")
    return value


def branch(field: str, value: str) -> str:
    """A Git branch: no white space, none of Git's reserved characters, 255 characters at most."""
    if not re.fullmatch(r"(?!/)(?!.*\.\.)[^\s~^:?*\[\\\x00-\x1f\x7f]{1,255}(?<![/.])", value):
        raise InvalidValue(field, value, "a Git branch's name: 'main'")
    return value


def between(field: str, value: int, low: int, high: int, unit: str = "") -> int:
    """A whole number within bounds, both included."""
    if not low <= value <= high:
        raise InvalidValue(field, value, f"a whole number from {low} to {high}{' ' + unit if unit else ''}")
    return value
