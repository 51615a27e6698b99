"""Who did what: changes of the configuration, and the events that tell of what people did otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from interlock_cli.client import PAGE, Client, Data
from interlock_cli.moments import instant
from interlock_cli.sentences import KINDS, sentence, value

ACTS = (
    "environment.changed_by_hand",
    "override.granted",
    "override.confirmed",
    "override.revoked",
    "waiver.granted",
    "waiver.confirmed",
    "waiver.revoked",
    "incident.declared",
    "incident.linked",
    "incident.resolved",
    "incident.reopened",
    "execution.stop_asked",
    "stage.retry_asked",
    "stage.rollback_asked",
    "approval.answered",
    "notification.tested",
    "envelope.replayed",
    "envelope.dismissed",
    "access.denied",
)
"""Events of what people do beside the configuration."""
SIGNS = {"REGISTER": "+", "UPDATE": "~", "ARCHIVE": "-"}


@dataclass(frozen=True)
class Entry:
    """One entity of a change. difference: its fields before and after, for a person."""

    sign: str
    kind: str
    name: str
    difference: str


@dataclass(frozen=True)
class Note:
    """Something that somebody did. told: for a program. total: how many entities a change has."""

    time: str
    actor: str
    what: str
    why: str
    told: Data
    entries: Sequence[Entry] = field(default=())
    total: int = 0


@dataclass(frozen=True)
class Asked:
    """What a person wants to see. kind: of an entity, or what stands before the point of an event's type."""

    first: datetime
    last: datetime
    limit: int
    actor: str | None = None
    kind: str | None = None


def changes(client: Client, asked: Asked) -> Iterator[Note]:
    """Changes of the configuration, the newest first."""
    if asked.kind not in (None, *KINDS):
        return
    wanted = {"actor": asked.actor, "kind": asked.kind}
    filters = {key: each for key, each in wanted.items() if each}
    found = client.pages("changes", "changes", filter=filters or None)
    yield from (_change(each) for each in _within(found, asked))


def _change(change: Data) -> Note:
    entries = change["entries"]["nodes"]
    back = f" takes back change {change['reverts']}" if change["reverts"] else ""
    return Note(
        change["time"],
        change["actor"],
        f"change {change['number']}{back}",
        change["reason"] or "",
        {"type": "change", **change, "entries": entries},
        [_entry(each) for each in entries],
        change["entries"]["totalCount"],
    )


def _entry(entry: Data) -> Entry:
    before, after = entry["before"] or {}, entry["after"] or {}
    sign = SIGNS[entry["operation"]]
    if entry["operation"] == "UPDATE":
        said = [
            f"{name} {value(before.get(name))} → {value(now)}" for name, now in after.items() if before.get(name) != now
        ]
    else:
        said = [f"{name} {value(each)}" for name, each in (before or after).items() if each not in (None, [], {}, "")]
        said = [each for each in said if not each.startswith("name ")]
    return Entry(sign, entry["kind"].replace("_", " "), entry["name"], ", ".join(said))


def acts(client: Client, asked: Asked) -> Iterator[Note]:
    """What people did otherwise, the newest first."""
    types = [each for each in ACTS if asked.kind in (None, each.partition(".")[0])]
    if types:
        yield from _events(client, asked, {"types": types})


def everything(client: Client, asked: Asked) -> Iterator[Note]:
    """Every event, the newest first."""
    return _events(client, asked, None)


def _events(client: Client, asked: Asked, filters: dict[str, Any] | None) -> Iterator[Note]:
    found = (
        event
        for event in _newest(client, filters)
        if instant(event["time"]) < asked.first  # the end, whoever it is of
        or (asked.actor in (None, event["actor"]) and asked.kind in (None, event["type"].partition(".")[0]))
    )
    for event in _within(found, asked):
        yield Note(event["time"], event["actor"], event["type"], sentence(event["type"], event["payload"]), event)


def _within(found: Iterable[Data], asked: Asked) -> Iterator[Data]:
    """Of what is told newest first: what is of the time, as much as is wanted."""
    left = asked.limit
    for each in found:
        time = instant(each["time"])
        if time < asked.first or left == 0:
            return
        if time <= asked.last:
            left -= 1
            yield each


def _newest(client: Client, filters: dict[str, Any] | None) -> Iterator[Data]:
    """Page after page backwards; of each page the last event first."""
    before: str | None = None
    while True:
        page = client.ask("events", last=PAGE, before=before, filter=filters)["events"]
        yield from reversed(page["nodes"])
        if not page["pageInfo"]["hasPreviousPage"]:
            return
        before = page["pageInfo"]["startCursor"]
