"""The GraphQL documents that the command sends: files under `queries/`, shipped in the wheel.

Once released, a document stays in the repository's tests, which validate it against today's schema.
"""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def document(name: str) -> str:
    """The text of `queries/<name>.graphql`."""
    return resources.files("interlock_cli").joinpath("queries", f"{name}.graphql").read_text("utf-8")
