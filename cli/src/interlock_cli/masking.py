"""What in a command line is secret, so that it is neither printed nor recorded.

A value is secret by the name before it (`--master-user-password`, `DbPassword=`), or by its own form (an access key, a
token). Rather too much is masked than too little. In a time that grows with the length, as every pattern is bounded or
begins at a fixed word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

MASK = "***"
NAMED = re.compile(
    r"(passw(or)?d|passphrase|(^|[^a-z])pwd|secret|secret[_-]?(string|binary|key|value)|(api|private|access|signing)"
    r"[_-]?key|secret[_-]?access[_-]?key|(auth|access|session|bearer|refresh|git(hub)?|oauth)[_-]?token|(^|[_-])token"
    r"|credentials?)$",
    re.IGNORECASE,
)
"""Names of options and parameters whose values are shown to nobody."""
_FORMS = re.compile(
    r"(?:AKIA|ASIA)[A-Z0-9]{12,124}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{8,}|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)|(?<=[Bb]earer )[\w.~+/=-]{8,}|(?<=[Bb]asic )[A-Za-z0-9+/=]{8,}"
    r"|hooks\.slack\.com/(?:services|workflows|triggers)/[^\s\"'<>]+"
    r"|-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?"
)
_PAIRS = re.compile(r"([\w.-]{1,60})[\"']?\s{0,3}[=:]\s{0,3}(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s,;}\]]+)")
_SIBLINGS = re.compile(
    r"(?:Key|Name)[\"']?\s*[=:]\s*[\"']?([\w.-]+)[\"']?\s*,\s*[\"']?\w*Value[\"']?\s*[=:]\s*"
    r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s,;}\]]+)"
)


def secrets(words: Sequence[str]) -> list[str]:
    """The values in a command line that nobody is to see, the longest first; none of them empty."""
    found = {each.strip("\"'") for each in _after_names(words)}
    for word in words:
        found.update(_FORMS.findall(word))
        for pattern in (_PAIRS, _SIBLINGS):
            found.update(value.strip("\"'") for name, value in pattern.findall(word) if NAMED.search(name))
    return sorted(filter(None, found), key=lambda each: (-len(each), each))


def masked(words: Sequence[str]) -> list[str]:
    """The words without what is secret in them."""
    hidden = secrets(words)
    return [_without(word, hidden) for word in words]


def _without(word: str, hidden: Sequence[str]) -> str:
    for secret in hidden:
        word = word.replace(secret, MASK)
    return word


def _after_names(words: Sequence[str]) -> Iterator[str]:
    """The values of options with secret names: `--password hunter2`, and `--password=hunter2`."""
    for word, following in pairwise([*words, ""]):
        name, equals, value = word.partition("=")
        if name.startswith("-") and NAMED.search(name):
            if equals:
                yield value
            elif not following.startswith("--"):
                yield following
