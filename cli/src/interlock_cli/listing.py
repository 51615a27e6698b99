"""Lists whose entities may have been archived."""

from __future__ import annotations

from typing import Any

from interlock_cli.client import Client, Data


def listed(client: Client, name: str, filters: dict[str, Any], archived: bool) -> list[Data]:
    """All that are there, and with `archived` those that were archived behind them. name: of the document and field."""
    found = list(client.pages_for(name, name, filter={**filters, "archived": False}))
    if archived:
        found += client.pages_for(name, name, filter={**filters, "archived": True})
    return found
