"""Writes graph/documents/known.json: every operation that a client of ours ever sent, by its identifier; `--check` only
says whether that is up to date.

Each is an operation with the fragments that it needs, in the form in which documents are compared. What a release sent
is kept in tests/client_queries, and so stays known for ever.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from graphql import parse

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from graph.documents.identifying import identifier, operations  # noqa: E402 - the path comes first

KEPT = ROOT / "tests" / "client_queries"
SHIPPED = ROOT / "graph" / "documents" / "known.json"


def known() -> str:
    """The file's text: one document a line, by identifier."""
    texts = (path.read_text("utf-8") for path in sorted(KEPT.glob("*.graphql")))
    found = {identifier(each): each for text in texts for each in operations(parse(text))}
    return json.dumps(found, indent=0, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    written = known()
    if "--check" not in sys.argv:
        SHIPPED.write_text(written, "utf-8")
    elif not SHIPPED.exists() or SHIPPED.read_text("utf-8") != written:
        sys.exit(f"{SHIPPED.relative_to(ROOT)} is out of date: run `python scripts/known_documents.py`.")
