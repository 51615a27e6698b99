"""What an organisation's file may hold, and the mutation inputs that come of it, in the order of loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interlock_cli.organisation.reading import Place, Reader, read_yaml

ORDER = ("organisation", "account", "stage", "wave", "environment", "service", "check")
SECTIONS = ("organisation", "accounts", "stages", "services", "checks")


@dataclass(frozen=True)
class Shape:
    """The fields of one kind: how each is read, which are required, which of them is its name."""

    fields: dict[str, str]
    required: tuple[str, ...]
    nested: tuple[str, ...] = ()
    named: str = "name"


SHAPES = {
    "organisation": Shape(
        {
            "name": "text",
            "pipelineAccount": "text",
            "pipelineRegion": "text",
            "connectionArn": "text",
            "eventBusArn": "text",
        },
        ("name", "pipelineAccount", "pipelineRegion", "connectionArn", "eventBusArn"),
    ),
    "account": Shape({"awsId": "text", "name": "text", "organizationalUnit": "text"}, ("awsId", "name"), named="awsId"),
    "stage": Shape({"name": "text", "production": "truth"}, ("name",), nested=("waves",)),
    "wave": Shape(
        {"name": "text", "bakeMinutes": "number", "minimumDataPoints": "number"},
        ("name",),
        nested=("environments",),
    ),
    "environment": Shape(
        {
            "name": "text",
            "account": "text",
            "region": "text",
            "kind": "text",
            "owner": "text",
            "expiresAt": "text",
        },
        ("name", "account", "region"),
    ),
    "service": Shape(
        {"name": "text", "repository": "text", "branch": "text", "connectionArn": "text", "placement": "texts"},
        ("name", "repository", "placement"),
    ),
    "check": Shape(
        {
            "name": "text",
            "kind": "text",
            "when": "text",
            "mode": "text",
            "stage": "text",
            "wave": "text",
            "service": "text",
            "timeoutMinutes": "number",
            "configuration": "document",
        },
        ("name", "kind", "when"),
    ),
}


@dataclass(frozen=True)
class Entity:
    """One thing to register: the mutation's input, and the place of each of its fields in the file."""

    kind: str
    name: str
    input: dict[str, Any]
    place: Place
    fields: dict[str, Place]

    def place_of(self, path: list[str]) -> Place:
        """The line of the field that an error's path names, else of the entity."""
        return next((self.fields[step] for step in reversed(path) if step in self.fields), self.place)


def read_organisation(path: Path) -> list[Entity]:
    """The file's entities in the order of loading.

    Raises InputError, naming file and line, for anything that is not what SHAPES describes, and for a name
    that is given to two things of one kind.
    """
    reader, root = read_yaml(path)
    sections = reader.mapping(root, "The file")
    reader.only(sections, list(SECTIONS), "The file")
    found = list(_entities(reader, sections))
    _refuse_twins(found)
    return sorted(found, key=lambda entity: ORDER.index(entity.kind))


def _entities(reader: Reader, sections: dict[str, yaml.Node]) -> Iterator[Entity]:
    if "organisation" in sections:
        yield _entity(reader, "organisation", sections["organisation"])
    for kind in ("account", "service", "check"):
        for node in _listed(reader, sections, f"{kind}s"):
            yield _entity(reader, kind, node)
    for position, node in enumerate(_listed(reader, sections, "stages"), start=1):
        yield from _stage(reader, node, position)


def _stage(reader: Reader, node: yaml.Node, position: int) -> Iterator[Entity]:
    """A stage with its waves and their environments; positions are the order in the file, from 1."""
    stage = _entity(reader, "stage", node, position=position)
    yield stage
    for place, inner in enumerate(_listed(reader, reader.mapping(node, "a stage"), "waves"), start=1):
        wave = _entity(reader, "wave", inner, stage=stage.name, position=place)
        yield wave
        for innermost in _listed(reader, reader.mapping(inner, "a wave"), "environments"):
            yield _entity(reader, "environment", innermost, wave=wave.name)


def _listed(reader: Reader, found: dict[str, yaml.Node], key: str) -> list[yaml.Node]:
    return reader.items(found[key], key) if key in found else []


def _entity(reader: Reader, kind: str, node: yaml.Node, **implied: Any) -> Entity:
    """One entity; `implied` are the fields that follow from where it stands."""
    shape = SHAPES[kind]
    what = f"{'an' if kind[0] in 'aeo' else 'a'} {kind}"
    found = reader.mapping(node, what)
    place = reader.place(node)
    reader.only(found, [*shape.fields, *shape.nested], what)
    for key in shape.required:
        if key not in found:
            raise place.refuse(f"{what} needs {key!r}.", f"Required: {', '.join(shape.required)}.")
    values = {key: getattr(reader, how)(found[key], key) for key, how in shape.fields.items() if key in found}
    fields = {key: reader.place(value) for key, value in found.items()}
    return Entity(kind, values[shape.named], values | implied, place, fields)


def _refuse_twins(entities: list[Entity]) -> None:
    seen: dict[tuple[str, str], Place] = {}
    for entity in entities:
        first = seen.setdefault((entity.kind, entity.name), entity.place)
        if first is not entity.place:
            raise entity.place.refuse(
                f"The {entity.kind} {entity.name!r} is given twice, first in line {first.line}.",
                "Names are unique over the organisation: rename or remove one.",
            )
