"""Secrets in text from outside are masked before anything of it is kept.

Total over any text, and linear in its length: every pattern either begins at a fixed word or is bounded. What is masked
is a secret by its own form (keys, tokens, private keys), or by the word before it (`password=`). Rather too much is
masked than too little.
"""

from __future__ import annotations

import re

MASK = "***"
LONGEST_READ = 65_536
"""Characters of one text that are looked at; what is behind them is dropped, since it is not kept anyway."""

_WORDS = (
    r"passw(?:or)?d|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|signature|credential"
    r"|authorization|cookie"
)
_SCHEME = r"(?:(?:bearer|basic|digest|token|aws4-hmac-sha256)\s{1,3})?"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        MASK,
    ),
    (re.compile(r"(://[^\s/:@]{0,256}:)[^\s/@]{1,512}@"), rf"\g<1>{MASK}@"),
    (re.compile(r"(hooks\.slack\.com/(?:services|workflows|triggers)/)[^\s\"'<>]+"), rf"\g<1>{MASK}"),
    (re.compile(r"(?<![A-Za-z0-9])((?:AKIA|ASIA)[A-Z0-9]{12,124}\W{1,8})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])"), MASK),
    (re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{12,124}"), MASK),
    (re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?"), MASK),
    (re.compile(r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"), MASK),
    (re.compile(r"xox[abeoprs]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}"), MASK),
    (
        re.compile(
            rf"((?:{_WORDS})[\w-]{{0,40}}\\{{0,3}}[\"']?\s{{0,3}}(?:=>|:=|[:=])\s{{0,3}})"
            rf"(?:(?:\"[^\"\n]{{1,2000}}\"|'[^'\n]{{1,2000}}')(?![^\s,;&)}}\]])|[\"']?{_SCHEME}\S+)",
            re.IGNORECASE,
        ),
        rf"\g<1>{MASK}",
    ),
    (
        re.compile(rf"(--[a-z-]{{0,20}}(?:{_WORDS})[a-z-]{{0,20}}\s{{1,3}})[^\s-]\S*", re.IGNORECASE),
        rf"\g<1>{MASK}",
    ),
    (re.compile(r"\b(bearer\s{1,3})[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE), rf"\g<1>{MASK}"),
)


def masked(text: str) -> str:
    """The text without the secrets in it; its first 65,536 characters at most, twice as long at most."""
    found = text[:LONGEST_READ]
    for pattern, instead in _PATTERNS:
        found = pattern.sub(instead, found)
    return found


def kept(text: str, longest: int) -> str:
    """The text as it may be kept: masked, without what PostgreSQL cannot hold, and no longer than this."""
    clean = masked(text.encode(errors="replace").decode().replace("\x00", ""))
    return clean if len(clean) <= longest else clean[: longest - 1] + "…"


def kept_end(text: str, longest: int) -> str:
    """As `kept`, of the end of the text: what a log said last."""
    clean = masked(text.encode(errors="replace").decode().replace("\x00", "")[-LONGEST_READ:])
    return clean if len(clean) <= longest else "…" + clean[-(longest - 1) :]
