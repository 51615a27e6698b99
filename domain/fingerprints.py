"""The same failure is recognized across time, services and accounts: by its text without what is particular.

A fingerprint is a digest of the kind of the cause, the type of the resource, and the normalized text. Names that are
known to be particular (of the stack, the service, the environment, the resource) are given; the others are recognized
by their form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_TEXT = 500
_SHORTEST_NAME = 3
_PARTICULAR: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\barn:[a-z-]{1,20}:[^\s\"'<>()\[\],;]+"), "<arn>"),
    (re.compile(r"\b[a-z]{2,10}://[^\s\"'<>()]+", re.IGNORECASE), "<url>"),
    (re.compile(r"\([^()]{0,300}request ?(?:id|token):[^()]{0,300}\)", re.IGNORECASE), "<request>"),
    (re.compile(r"\b(?:s3 extended )?request ?(?:id|token):\s*[^\s,;()]+", re.IGNORECASE), "<request>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:gov-|iso[a-z]?-)?[a-z]{4,9}-\d[a-z]?\b"), "<region>"),
    (re.compile(r"\"[^\"\s<>]{1,256}\"|'[^'\s<>]{1,256}'|`[^`\s<>]{1,256}`"), "<name>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]{0,63}\d)(?=[0-9]{0,63}[a-f])[0-9a-f]{8,64}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"(?<=-)(?=[A-Za-z]{0,40}\d)(?=[0-9]{0,40}[A-Za-z])[A-Za-z0-9]{8,40}\b"), "<id>"),
    (re.compile(r"\d+"), "<n>"),
    (re.compile(r"(?:<n>[.:,/-]?){2,}"), "<n>"),
    (re.compile(r"\s+"), " "),
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What failures have in common. digest: 32 hex digits. text: normalized, 500 characters at most."""

    digest: str
    text: str


def fingerprint(kind: str, resource_type: str | None, text: str, names: Iterable[str] = ()) -> Fingerprint:
    """The fingerprint of a cause. names: particular ones that may stand in the text."""
    general = normalized(text, names)
    told = "\n".join((kind, resource_type or "", general))
    return Fingerprint(hashlib.sha256(told.encode(errors="replace")).hexdigest()[:32], general)


def normalized(text: str, names: Iterable[str] = ()) -> str:
    """The text without accounts, Regions, names, ids, times and numbers; the same again of itself."""
    found = text[: LONGEST_TEXT * 8]
    particular = sorted({name for name in names if len(name) >= _SHORTEST_NAME}, key=lambda name: (-len(name), name))
    if particular:
        any_of = "|".join(map(re.escape, particular))
        found = re.sub(rf"(?<![A-Za-z0-9_<])(?:{any_of})(?![A-Za-z0-9_>])", "<name>", found)
    for pattern, instead in _PARTICULAR:
        found = pattern.sub(instead, found)
    return found.strip()[:LONGEST_TEXT].strip()
