"""REQUIRED_TAGS: every resource that takes tags carries these, with the value that is asked for, or any for `*`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pipelinekit.policies.resources import Broken, Resource

Tags = Mapping[str, Any]


def broken(
    configuration: Mapping[str, Any], resources: Sequence[Resource], takes_tags: Callable[[Resource], bool]
) -> Iterator[Broken]:
    """Resources without a tag, or with another value of it. takes_tags: asked only about those that lack one."""
    for resource in resources:
        carried = tags_of(resource)
        wrong = {key: value for key, value in configuration["tags"].items() if not _has(carried, key, value)}
        if wrong and takes_tags(resource):
            yield from (_said(resource, carried, key, value) for key, value in wrong.items())


def tags_of(resource: Resource) -> Tags:
    """The tags in any of the shapes that resources have them in: a list of keys and values, or an object of them."""
    for name, given in resource.properties.items():
        if not name.endswith("Tags"):
            continue
        if isinstance(given, Mapping):
            return given
        if isinstance(given, list):
            pairs = [(each.get("Key", each.get("key")), each.get("Value", each.get("value"))) for each in given]
            return {str(key): value for key, value in pairs if key is not None}
    return {}


def _has(carried: Tags, key: str, value: object) -> bool:
    return key in carried if value == "*" else carried.get(key) == value


def _said(resource: Resource, carried: Tags, key: str, value: str) -> Broken:
    asked = "anything" if value == "*" else value
    if key not in carried:
        add = f'cdk.Tags.of(stack).add("{key}", …)' if value == "*" else f'cdk.Tags.of(stack).add("{key}", "{value}")'
        return Broken(resource.path, f"it has no tag {key} ({asked})", f"add it: {add}")
    return Broken(
        resource.path,
        f"its tag {key} is {carried[key]} and not {value}",
        "leave that tag out: pipelinekit adds it",
    )
