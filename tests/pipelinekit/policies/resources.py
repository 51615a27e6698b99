"""Resources for the tests of rules: as a template has them, each at a path after its logical id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipelinekit.policies.resources import Broken, Resource


def resource(kind: str, logical_id: str = "It", stack: str = "p/e/Stack", **properties: Any) -> Resource:
    return Resource(f"{stack}/{logical_id}", kind, logical_id, stack, properties)


def problems(found: Iterable[Broken]) -> list[str]:
    """What is wrong, each as `<logical id>: <problem>`; every finding says what to change."""
    broken = list(found)
    assert all(each.remedy for each in broken)
    return [f"{each.path.rpartition('/')[2]}: {each.problem}" for each in broken]
