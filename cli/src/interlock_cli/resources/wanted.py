"""Which resources a person looks for: by type, by name, by tag."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from interlock_cli.aws.boto import BotoCoreError, ClientError
from interlock_cli.errors import InputError
from interlock_cli.resources.tree import Found, Resource

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Tag:
    """A tag's key, and its value if that matters."""

    key: str
    value: str | None = None

    def __str__(self) -> str:
        return self.key if self.value is None else f"{self.key}={self.value}"


def tag(text: str) -> Tag:
    """`key` or `key=value`. Raises InputError."""
    key, given, value = text.partition("=")
    if not key.strip():
        raise InputError(f"{text!r} is no tag.", "Give its key, or its key and value: team or team=payments.")
    return Tag(key, value if given else None)


@dataclass(frozen=True)
class Wanted:
    """type, name: a glob, or a part, whatever the letters' case; name is of the logical or the physical id."""

    type: str | None = None
    name: str | None = None

    def has(self, resource: Resource) -> bool:
        """Whether the resource is one of those."""
        names = (resource.logical_id, resource.physical_id or "")
        return _like(self.type, resource.type) and (self.name is None or any(_like(self.name, each) for each in names))


def _like(pattern: str | None, text: str) -> bool:
    if pattern is None:
        return True
    pattern, text = pattern.lower(), text.lower()
    return fnmatch.fnmatchcase(text, pattern) if _GLOB.search(pattern) else pattern in text


def tagged(client: Any, wanted: Tag) -> set[str] | None:
    """The ARNs of all that has the tag in an account and Region; None where that cannot be asked there.

    client: boto3's of the resource groups' tagging API, which neither every emulator has nor every role may ask.
    """
    only = {"Key": wanted.key, **({"Values": [wanted.value]} if wanted.value is not None else {})}
    try:
        pages = client.get_paginator("get_resources").paginate(TagFilters=[only])
        return {each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"]}
    except (ClientError, BotoCoreError):
        return None


def with_tag(found: Found, wanted: Tag, arns: Collection[str] | None) -> Iterator[Resource]:
    """The resources that have it: those of which AWS says so, else all of a stack that has it."""
    if arns is None:
        value = found.tags.get(wanted.key)
        if value is not None and wanted.value in (None, value):
            yield from found.resources
        return
    ends = {_end(arn) for arn in arns}
    for resource in found.resources:
        physical = resource.physical_id
        if physical and (physical in arns or (not physical.startswith("arn:") and _end(physical) in ends)):
            yield resource


def _end(name: str) -> str:
    """The part of an ARN, or of a queue's address, that names the thing itself."""
    return re.split(r"[:/]", name)[-1]
