"""The events of a change: one of the whole, and one of each entity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from domain.configuration.kinds import Kind
from domain.events import EventType, Happening
from domain.words import OperationKind
from models.changes import fields
from models.configuration import Written
from models.tables import Change

_DONE = {
    OperationKind.REGISTER: "registered",
    OperationKind.UPDATE: "updated",
    OperationKind.ARCHIVE: "archived",
}


def happenings(change: Change, written: Sequence[Written]) -> list[Happening]:
    """The change's own event, then those of its entities, in their order."""
    names: dict[str, dict[str, list[str]]] = {done: defaultdict(list) for done in _DONE.values()}
    for each in written:
        names[_DONE[each.entry.operation]][each.entry.kind.value].append(each.entry.key)
    told = {"change": change.number, "reason": change.reason, "source": change.source, "reverts": change.reverts}
    whole = Happening(EventType.CONFIGURATION_CHANGED, "Change", change.id, {**told, **names})
    return [whole, *(_happening(change, each) for each in written)]


def _happening(change: Change, each: Written) -> Happening:
    kind, done = each.entry.kind, _DONE[each.entry.operation]
    before, after = fields(each.entry.before), fields(each.entry.after)
    named = (after or before or {}).get("name")
    payload: dict[str, Any] = {"change": change.number, "version": each.row.version, "name": named}
    if kind is Kind.ORGANISATION or (before and after):
        changed = {
            name for name in {**(before or {}), **(after or {})} if (before or {}).get(name) != (after or {}).get(name)
        }
        payload["before"] = {name: value for name, value in (before or {}).items() if name in changed}
        payload["after"] = {name: value for name, value in (after or {}).items() if name in changed}
    else:
        payload = {**(after or before or {}), **payload}
    event = "organisation.configured" if kind is Kind.ORGANISATION else f"{kind.name.lower()}.{done}"
    return Happening(EventType(event), kind.type_name, each.row.id, payload)
