"""What `interlock export` prints, and what it leaves out."""

from __future__ import annotations

from typing import Any

from interlock_cli.commands.export import lasting


def test_what_ends_by_itself_is_not_exported() -> None:
    """An old file would bring back test environments, holds and freezes that have ended since."""
    shared, own = {"name": "beta-eu"}, {"name": "test-ada-1", "kind": "TEST"}
    waves = [{"name": "beta-1", "environments": [shared, own]}]
    document: dict[str, Any] = {
        "stages": [{"name": "beta", "waves": waves}],
        "freezes": [{}],
        "holds": [{}],
        "teams": [{"name": "pay"}],
    }
    kept = {
        "stages": [{"name": "beta", "waves": [{"name": "beta-1", "environments": [shared]}]}],
        "teams": [{"name": "pay"}],
    }
    assert lasting(document) == kept
    assert document["stages"][0]["waves"] == waves
