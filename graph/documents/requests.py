"""What a request asks for: a document, or the name of one that is known; and whether it may."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog
from graphql import GraphQLError

from domain.permissions import Viewer
from graph.documents.identifying import PREFIX, identifier
from graph.documents.known import Known
from graph.reading import DOCUMENTS, read
from models.settings import Settings

ONLY = "only"
APOLLO_NOT_FOUND = "PersistedQueryNotFound"
"""The message that Apollo's clients know: they send the document then."""

log = structlog.get_logger("interlock.documents")


class DocumentRefused(Exception):
    """status: HTTP's. error: as GraphQL tells it, with its code."""

    def __init__(self, status: int, message: str, code: str, remedy: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = GraphQLError(message, extensions={"code": code, "remedy": remedy})


class Documents:
    """The service's, as its settings say."""

    def __init__(self, settings: Settings, known: Known | None = None) -> None:
        """Raises SettingsError for a folder of documents that cannot be read."""
        self._known = known or Known(settings.documents)
        self._looked_at: OrderedDict[str, bool] = OrderedDict()
        self._mode = settings.trusted_documents
        self._free = set((settings.any_document_roles or "").split(","))

    def asked(self, given: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
        """The request with its document, which is the viewer's to ask. given: well-formed, within its bounds.

        Raises DocumentRefused, and GraphQLError for a document that cannot be read.
        """
        name = named(given)
        if name is None:
            self._require_trusted(given["query"], viewer)
            return dict(given)
        text = self._known.text(name)
        if text is None:
            apollo = "documentId" not in given
            raise DocumentRefused(
                400,
                APOLLO_NOT_FOUND if apollo else f"There is no document {name[:80]!r} here.",
                "PERSISTED_QUERY_NOT_FOUND" if apollo else "DOCUMENT_NOT_FOUND",
                "Send the document itself as `query`, or have it put into the folder of INTERLOCK_DOCUMENTS.",
            )
        return {key: value for key, value in given.items() if key != "documentId"} | {"query": text}

    def _require_trusted(self, text: str, viewer: Viewer) -> None:
        if self._mode == "off":
            return
        if self._trusts(text, viewer) or self._mode != ONLY or self._free & _roles(viewer):
            return
        who = " or ".join(sorted(self._free - {""})) or "nobody"
        raise DocumentRefused(
            403,
            f"This document is none that the service knows, and it answers no others: {who} may ask by any.",
            "DOCUMENT_NOT_TRUSTED",
            "Have it put into the folder of INTERLOCK_DOCUMENTS, or your role into INTERLOCK_ANY_DOCUMENT_ROLES.",
        )

    def _trusts(self, text: str, viewer: Viewer) -> bool:
        """Looked at once, and told in the log where it is none that is known."""
        digest, found = identifier(text), read(text)
        if digest not in self._looked_at:
            trusted = self._looked_at[digest] = self._known.trusts(text)
            if not trusted:
                log.warning("a document that is not known", actor=viewer.actor, operations=found.operations)
            if len(self._looked_at) > DOCUMENTS:
                self._looked_at.popitem(last=False)
        return self._looked_at[digest]


def named(given: Mapping[str, Any]) -> str | None:
    """The identifier that a request has instead of a document: the standard's, or Apollo's in its extensions."""
    if given.get("documentId") is not None:
        return str(given["documentId"])
    if given.get("query") is not None:
        return None
    return PREFIX + str(given["extensions"]["persistedQuery"]["sha256Hash"])


def _roles(viewer: Viewer) -> set[str]:
    return {each.lower() for each in (*viewer.roles, *(granted.role for granted in viewer.granted))}
