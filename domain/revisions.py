"""What people call a revision: a commit, a tag, a pull request, or the address of one on GitHub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from domain.errors import InvalidValue

SHORTEST_COMMIT = 4
"""Hex digits of a commit that say which one is meant, as Git has it."""
LONGEST_SEARCH = 2048
"""Characters: browsers have no longer addresses."""
ALLOWED = (
    f"a commit of {SHORTEST_COMMIT} hex digits or more, a tag, a pull request as '#123', or the address of a commit or"
    " a pull request on GitHub: 'https://github.com/acme/payments/pull/123'"
)

_MERGED = re.compile(r"Merge pull request #([1-9][0-9]{0,8}) from ", re.ASCII)
_SQUASHED = re.compile(r"\(#([1-9][0-9]{0,8})\)\s*$", re.ASCII)
_HEX = re.compile(r"[0-9a-f]+", re.ASCII | re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{4,64}", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_TAG = re.compile(r"[^\x00-\x20\x7f#:?*\[\\^~]{1,255}")
_ADDRESS = re.compile(r"(https?:)?//|(www\.)?github\.[a-z.]+/", re.IGNORECASE)
_HOST = re.compile(r"(www\.)?github\..+|.+\.ghe\.com", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: one of these is given, or a text that may be a commit as well as a tag.

    commit: its first digits, in small letters. repository: owner/name, where an address said it.
    """

    commit: str | None = None
    tag: str | None = None
    pull_request: int | None = None
    repository: str | None = None


def pull_request_of(message: str | None) -> int | None:
    """The number of the pull request that a commit came by, as GitHub writes it when it merges or squashes one.

    `Merge pull request #123 from …`, and `Title (#123)`: of a revert, whose title names the other one, the last.
    """
    if not message:
        return None
    found = _MERGED.match(message) or _SQUASHED.search(message.split("\n", 1)[0])
    return int(found[1]) if found else None


def search(given: str) -> Search:
    """What a text looks for. Raises InvalidValue for one that can be the name of nothing."""
    said = given.strip()
    if not said or len(said) > LONGEST_SEARCH:
        raise InvalidValue("search", given, ALLOWED)
    if _ADDRESS.match(said):
        return _address(given, said)
    if said.startswith("#"):
        return Search(pull_request=_number(given, said[1:]))
    if _HEX.fullmatch(said):
        if not _COMMIT.fullmatch(said):
            raise InvalidValue("search", given, ALLOWED)
        return Search(commit=said.lower(), tag=said)
    if not _TAG.fullmatch(said):
        raise InvalidValue("search", given, ALLOWED)
    return Search(tag=said)


def _address(given: str, said: str) -> Search:
    """`https://github.com/owner/name/commit/…`, and the same of a pull request or a release; with or without more."""
    if not said.lower().startswith("http"):
        said = "https:" + said if said.startswith("//") else "https://" + said
    try:
        address = urlsplit(said)
        host = address.hostname or ""
    except ValueError:
        raise InvalidValue("search", given, ALLOWED) from None
    owner, name, kind, rest = (*address.path.strip("/").split("/", 3), "", "", "", "")[:4]
    if not _HOST.fullmatch(host) or not owner or not name:
        raise InvalidValue("search", given, ALLOWED)
    repository, first = f"{owner}/{name}", rest.split("/", 1)[0]
    if kind == "pull":
        return Search(pull_request=_number(given, first), repository=repository)
    if kind == "commit" and _COMMIT.fullmatch(first):
        return Search(commit=first.lower(), repository=repository)
    if kind == "releases" and rest.startswith("tag/") and len(rest) > len("tag/"):
        return Search(tag=unquote(rest.removeprefix("tag/")), repository=repository)
    raise InvalidValue("search", given, ALLOWED)


def _number(given: str, digits: str) -> int:
    if not _NUMBER.fullmatch(digits):
        raise InvalidValue("search", given, ALLOWED)
    return int(digits)
