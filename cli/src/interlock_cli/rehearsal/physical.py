"""Names that only a deployment gives, as the map of actions says them: {stack, logicalId, after?, then?}.

`after`: the text behind whose last occurrence the name begins, `then`: what is joined to it. A text is its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.places import Place


class Names:
    """Asks CloudFormation for each name once; one that is not there yet is asked for again."""

    def __init__(self, accounts: Accounts) -> None:
        """Knows none yet."""
        self._accounts = accounts
        self._known: dict[tuple[Place, str, str], str] = {}

    def name(self, place: Place, value: str | Mapping[str, Any]) -> str | None:
        """The name; None where there is no such resource yet."""
        if isinstance(value, str):
            return value
        found = self._physical(place, str(value.get("stack")), str(value.get("logicalId")))
        if found is None:
            return None
        after = str(value.get("after") or "")
        return (found.rpartition(after)[2] if after else found) + str(value.get("then") or "")

    def dimensions(self, place: Place, declared: Mapping[str, str | Mapping[str, Any]]) -> dict[str, str] | None:
        """All of a metric's dimensions; None where one of them has no name yet."""
        named = {dimension: self.name(place, value) for dimension, value in declared.items()}
        known = {dimension: value for dimension, value in named.items() if value is not None}
        return known if len(known) == len(named) else None

    def _physical(self, place: Place, stack: str, logical_id: str) -> str | None:
        key = (place, stack, logical_id)
        if key not in self._known:
            client = self._accounts.cloudformation(place)
            try:
                detail = client.describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
            except ClientError:
                return None
            physical = detail["StackResourceDetail"].get("PhysicalResourceId")
            if not physical:
                return None
            self._known[key] = physical
        return self._known[key]
