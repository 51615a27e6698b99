"""The documents that the service knows: what its own clients ever sent, and what the company has put into a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
from graphql import GraphQLError, parse

from graph.asked import LONGEST_DOCUMENT
from graph.documents.identifying import HEX, PREFIX, identifier, operations
from models.settings import SettingsError

SHIPPED = Path(__file__).parent / "known.json"
"""Written by scripts/known_documents.py, from tests/client_queries."""
MOST = 20_000
LARGEST_FILE = 20_000_000


class Known:
    """Documents by their identifiers. folder: the company's own, read once."""

    def __init__(self, folder: Path | None = None) -> None:
        """Raises SettingsError for a folder or a file in it that cannot be read."""
        self._texts: dict[str, str] = dict(orjson.loads(SHIPPED.read_bytes()))
        self._trusted: set[str] = set(self._texts)
        for name, text in _of_folder(folder) if folder else ():
            self._add(name, text)

    def text(self, named: str) -> str | None:
        """The document that is called so."""
        return self._texts.get(named)

    def trusts(self, text: str) -> bool:
        """Whether each operation of a document is one that is known, however it is written."""
        if identifier(text) in self._texts:
            return True
        found = operations(parse(text))
        return bool(found) and all(identifier(each) in self._trusted for each in found)

    def _add(self, name: str, text: str) -> None:
        """Under the name it is given, the digest of its text, and those of its operations."""
        try:
            found = operations(parse(text))
        except GraphQLError as error:
            raise SettingsError(f"INTERLOCK_DOCUMENTS: {name} is no GraphQL document: {error.message}.") from None
        if len(text) > LONGEST_DOCUMENT:
            raise SettingsError(f"INTERLOCK_DOCUMENTS: {name} has more than {LONGEST_DOCUMENT:,} characters.")
        named = PREFIX + name if HEX.fullmatch(name) else name
        for each in (named, identifier(text), identifier(text.strip())):
            self._texts.setdefault(each, text)
        for operation in found:
            self._texts.setdefault(identifier(operation), operation)
            self._trusted.add(identifier(operation))
        if len(self._texts) > MOST:
            raise SettingsError(f"INTERLOCK_DOCUMENTS has more than {MOST:,} documents, which are kept in memory.")


def _of_folder(folder: Path) -> Iterator[tuple[str, str]]:
    """Each document with its name: a file's without its end, or the key that a manifest has it under."""
    if not folder.is_dir():
        raise SettingsError(f"INTERLOCK_DOCUMENTS is {str(folder)!r}, which is no folder.")
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".graphql", ".json") or not path.is_file():
            continue
        if path.stat().st_size > LARGEST_FILE:
            raise SettingsError(f"INTERLOCK_DOCUMENTS: {path.name} has more than {LARGEST_FILE:,} bytes.")
        try:
            text = path.read_text("utf-8")
            yield from _of_manifest(text) if path.suffix == ".json" else ((path.stem, text),)
        except (OSError, UnicodeDecodeError, ValueError) as error:
            raise SettingsError(f"INTERLOCK_DOCUMENTS: {path.name} cannot be read: {error}.") from None


def _of_manifest(text: str) -> Iterator[tuple[str, str]]:
    """Of Relay, `{id: text}`, or of Apollo, `{operations: [{id, body}]}`. Raises ValueError for what is neither."""
    manifest = orjson.loads(text)
    listed = manifest.get("operations") if isinstance(manifest, dict) else None
    if isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
        pairs = [(each.get("id"), each.get("body")) for each in listed]
    else:
        pairs = list(manifest.items()) if isinstance(manifest, dict) else [(None, None)]
    for name, body in pairs:
        if not isinstance(name, str) or not isinstance(body, str):
            raise ValueError(
                "a manifest is {id: text}, as Relay writes it, or {operations: [{id, body}]}, as Apollo does"
            )
        yield name, body
