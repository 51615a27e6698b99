"""What takes a configuration to a document: the document read, entity by entity, as operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from domain.configuration.changing import DEFAULT, MOST_PROBLEMS, Operation
from domain.configuration.configuration import Configuration, key_field
from domain.configuration.document import NESTED, POSITIONED, SECTIONS, implied
from domain.configuration.entities import CLASSES
from domain.configuration.fields import fields_of
from domain.configuration.kinds import ORGANISATION_KEY, Kind
from domain.errors import AlreadyExists, InvalidValue, NotFound, Problem, Refused
from domain.words import EnvironmentKind, OperationKind

MOST_ENTITIES = 50_000
_FEWER = f"a document of at most {MOST_ENTITIES:,} entities: divide it by its sections"
_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Given:
    """One entity of a document: its fields under their Python names, and where it stands."""

    kind: Kind
    key: str
    fields: Mapping[str, Any]
    path: tuple[str, ...]


def operations(
    configuration: Configuration, wanted: Any, *, prune: bool = False
) -> tuple[list[Operation], list[Problem]]:
    """What takes the configuration to the document, and what is wrong with the document itself.

    prune: what the document does not have is archived, of the kinds whose section it has; never what is operational.
    """
    read: list[Given] = []
    problems: list[Problem] = []
    for each in _read(wanted):
        if isinstance(each, Problem):
            problems.append(each)
        else:
            read.append(each)
        if len(read) > MOST_ENTITIES or len(problems) >= MOST_PROBLEMS:
            return [], problems or [InvalidValue("document", f"more than {MOST_ENTITIES:,} entities", _FEWER)]
    if isinstance(wanted, Mapping):
        problems += _twins(read) + _empty(configuration, read)
    read = list({(each.kind, each.key): each for each in reversed(read)}.values())[::-1]
    read = _positioned(configuration, sorted(read, key=lambda each: _RANKS[each.kind]))
    found = [_operation(configuration, each) for each in read]
    if prune and isinstance(wanted, Mapping):
        found = [*_pruned(configuration, wanted, read), *found]
    return found, problems


def _positioned(configuration: Configuration, read: list[Given]) -> list[Given]:
    """Stages, and the waves of a stage, that are in the document's order already keep their positions."""
    lists: dict[tuple[Kind, str], list[Given]] = {}
    for each in read:
        if each.kind in POSITIONED:
            lists.setdefault((each.kind, each.fields.get("stage", "")), []).append(each)
    kept: dict[tuple[Kind, str], int] = {}
    for (kind, stage), inside in lists.items():
        there = [configuration.get(kind, each.key) for each in inside]
        positions = [each.position for each in there if each is not None and getattr(each, "stage", "") == stage]
        if len(positions) == len(inside) and all(one < other for one, other in pairwise(positions)):
            kept |= {(kind, each.key): position for each, position in zip(inside, positions, strict=True)}
    return [
        replace(each, fields={**each.fields, "position": kept[each.kind, each.key]})
        if (each.kind, each.key) in kept
        else each
        for each in read
    ]


def _operation(configuration: Configuration, given: Given) -> Operation:
    there = configuration.get(given.kind, given.key)
    if there is None:
        return Operation(OperationKind.REGISTER, given.kind, given.key, given.fields, path=given.path)
    unsaid = {
        name: DEFAULT for name, each in fields_of(CLASSES[given.kind]).items() if not each.required or each.told.derived
    }
    return Operation(OperationKind.UPDATE, given.kind, given.key, {**unsaid, **given.fields}, path=given.path)


def _pruned(configuration: Configuration, wanted: Mapping[str, Any], read: list[Given]) -> Iterator[Operation]:
    there = {(each.kind, each.key) for each in read}
    for kind in reversed(Kind):
        section = next((name for name, of in SECTIONS.items() if of is _outermost(kind)), "organisation")
        if section not in wanted or kind.operational or kind is Kind.ORGANISATION:
            continue
        for key, entity in configuration.of(kind).items():
            if (kind, key) in there or getattr(entity, "kind", None) is EnvironmentKind.TEST:
                continue
            if kind is Kind.REGION:
                values = {"time_zone": DEFAULT, "traffic_weight": DEFAULT}
                yield Operation(OperationKind.UPDATE, kind, key, values, path=(section,))
            else:
                yield Operation(OperationKind.ARCHIVE, kind, key, path=(section,))


def _outermost(kind: Kind) -> Kind:
    return Kind.STAGE if kind in (Kind.WAVE, Kind.ENVIRONMENT) else kind


def _read(wanted: Any) -> Iterator[Given | Problem]:
    if not isinstance(wanted, Mapping):
        yield InvalidValue("document", type(wanted).__name__, "a mapping of sections: " + ", ".join(SECTIONS))
        return
    for section, content in wanted.items():
        if section == "organisation":
            yield from _entity(Kind.ORGANISATION, content, ("organisation",), {})
        elif section not in SECTIONS:
            yield _unknown("section", section, ["organisation", *SECTIONS], (section,))
        else:
            yield from _entities(SECTIONS[section], content, (section,), {})


def _entities(kind: Kind, content: Any, path: tuple[str, ...], known: Mapping[str, Any]) -> Iterator[Given | Problem]:
    if not isinstance(content, list):
        yield _located(InvalidValue(path[-1], content, f"a list, each item one {kind.sentence_name}"), path[:-1])
        return
    if len(content) > MOST_ENTITIES:
        yield _located(InvalidValue(path[-1], f"{len(content)} items", f"at most {MOST_ENTITIES:,}"), path[:-1])
        return
    for index, item in enumerate(content):
        position = {"position": index + 1} if kind in POSITIONED else {}
        yield from _entity(kind, item, (*path, str(index)), {**known, **position})


def _entity(kind: Kind, item: Any, path: tuple[str, ...], known: Mapping[str, Any]) -> Iterator[Given | Problem]:
    if not isinstance(item, Mapping):
        yield _located(InvalidValue(kind, item, f"the fields of one {kind.sentence_name}"), path)
        return
    public = {each.public: name for name, each in fields_of(CLASSES[kind]).items() if name not in implied(kind)}
    nested = NESTED.get(kind)
    for key in item:
        if key not in public and not (nested and key == nested[0]):
            yield _unknown("field", str(key), [*public, *([nested[0]] if nested else [])], (*path, str(key)))
    fields = {public[key]: value for key, value in item.items() if key in public}
    key = _key(kind, fields)
    if isinstance(key, Problem):
        yield _located(key, path)
        return
    yield Given(kind, key, {**fields, **known}, path)
    if nested and nested[0] in item:
        yield from _entities(nested[1], item[nested[0]], (*path, nested[0]), {nested[2]: key})


def _key(kind: Kind, fields: Mapping[str, Any]) -> str | Problem:
    field = key_field(kind)
    if field is None:
        return ORGANISATION_KEY
    key = fields.get(field.name)
    if isinstance(key, str):
        return key
    return InvalidValue(field.public, key, f"given as text: {kind.sentence_name} is called by it")


def _unknown(what: str, name: str, allowed: list[str], path: tuple[str, ...]) -> Problem:
    problem = NotFound(what, name, allowed)
    problem.path = list(path)
    problem.remedy = f"Use one of {', '.join(allowed)}."
    return problem


def _located(problem: Problem, path: tuple[str, ...]) -> Problem:
    problem.path = [*path, *problem.path]
    return problem


def _twins(read: list[Given]) -> list[Problem]:
    first: dict[tuple[Kind, str], Given] = {}
    found: list[Problem] = []
    for each in read:
        other = first.setdefault((each.kind, each.key), each)
        if other is not each:
            field = key_field(each.kind)
            problem = AlreadyExists(each.kind.sentence_name, each.key, field=field.public if field else "")
            problem.message = f"The {problem.kind} {each.key!r} is given twice, first as {'.'.join(other.path)}."
            found.append(_located(problem, each.path))
    return found


def _empty(configuration: Configuration, read: list[Given]) -> list[Problem]:
    """A new stage has waves, and a new wave environments: nothing would ever be deployed to it."""
    held = {(inner, each.fields[field]) for each in read for _, inner, field in NESTED.values() if each.kind is inner}
    found: list[Problem] = []
    for each in read:
        nested = NESTED.get(each.kind)
        if nested and (nested[1], each.key) not in held and configuration.get(each.kind, each.key) is None:
            message = f"The {each.kind.sentence_name} {each.key!r} has no {nested[0]}: nothing would be deployed to it."
            remedy = f"Give it {nested[0]}, or leave it out."
            found.append(Refused("EMPTY", message, remedy=remedy, path=[*each.path, nested[0]]))
    return found
