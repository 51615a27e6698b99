"""An environment's resources as CloudFormation will get them, and the paths of the constructs that made them.

Read from the assembly's files: whatever made a resource – a construct, an escape hatch, an included template – it is
judged as it will be deployed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import aws_cdk as cdk

from pipelinekit.assembly import Assembly, read_json

LOGICAL_ID = "aws:cdk:logicalId"


@dataclasses.dataclass(frozen=True, slots=True)
class Resource:
    """One resource. path: its construct's; stack: its stack's. kind: as CloudFormation calls it, AWS::S3::Bucket."""

    path: str
    kind: str
    logical_id: str
    stack: str
    properties: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Broken:
    """What breaks a policy: the construct's path, what is wrong, and what to change, as parts of one sentence."""

    path: str
    problem: str
    remedy: str


def resources_of(stage: cdk.Stage, assembly: Assembly) -> tuple[Resource, ...]:
    """Every resource of a synthesized stage, of nested stacks as well, in the order of the templates."""
    stacks = {node.node.path: node.template_file for node in stage.node.find_all() if isinstance(node, cdk.Stack)}
    paths = _paths(assembly, stacks)
    return tuple(
        Resource(
            # What a transform of the template makes, or another tool, has no construct.
            paths[stack].get(logical_id, f"{stack}/{logical_id}"),
            found["Type"],
            logical_id,
            stack,
            found.get("Properties") or {},
        )
        for stack, file in stacks.items()
        for logical_id, found in read_json(assembly.folder / file).get("Resources", {}).items()
    )


def of_kind(resources: Iterable[Resource], *kinds: str) -> Iterator[Resource]:
    return (resource for resource in resources if resource.kind in kinds)


def value_at(properties: Mapping[str, Any], path: str) -> Any:
    """The value at a path of keys like A.B.C; None where there is none."""
    value: Any = properties
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def is_true(value: object) -> bool:
    """CloudFormation takes "true" for true. What is known at deployment only is not true at synth."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def references(value: object) -> set[str]:
    """The logical ids that a value refers to, by Ref, Fn::GetAtt and Fn::Sub."""
    if isinstance(value, list):
        return {name for each in value for name in references(each)}
    if not isinstance(value, Mapping):
        return set()
    found = {name for each in value.values() for name in references(each)}
    for function, given in value.items():
        if function == "Ref":
            found.add(str(given))
        elif function == "Fn::GetAtt":
            found.add(str(given[0]) if isinstance(given, list) else str(given).partition(".")[0])
        elif function == "Fn::Sub":
            text = given if isinstance(given, str) else given[0]
            found |= {part.partition("}")[0].partition(".")[0] for part in str(text).split("${")[1:]}
    return found


def texts(value: object) -> Iterator[str]:
    """Every text within a value: what a name that is joined of parts is made of."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, Mapping)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from texts(each)


def _paths(assembly: Assembly, stacks: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each stack: logical id -> path. Ids of a nested stack may be its parent's as well; paths are not."""
    found: dict[str, dict[str, str]] = {stack: {} for stack in stacks}
    innermost = sorted(stacks, key=len, reverse=True)
    for path, logical_id in _logical_ids(assembly):
        stack = next((each for each in innermost if path.startswith(f"{each}/")), None)
        if stack:
            found[stack][logical_id] = path
    return found


def _logical_ids(assembly: Assembly) -> Iterator[tuple[str, str]]:
    """Paths with their logical ids. CDK writes them into the manifest, or into a file that the manifest names."""
    for artifact in assembly.manifest["artifacts"].values():
        other = artifact.get("additionalMetadataFile")
        metadata = {**artifact.get("metadata", {}), **(read_json(assembly.folder / other) if other else {})}
        for path, entries in metadata.items():
            for entry in entries:
                if entry["type"] == LOGICAL_ID:
                    yield path.removeprefix("/"), entry["data"]
