"""What a token, or a grant, is narrowed to, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PARTS = ("teams", "services", "stages", "accounts")


def scope_of(narrowed: Mapping[str, Any]) -> str:
    """`teams money; stages beta, prod`; nothing where it is not narrowed."""
    return "; ".join(f"{part} {', '.join(narrowed[part])}" for part in PARTS if narrowed[part])
