"""An organisation's file as one document: every scalar as the type that its field has, not as what it looks like.

YAML 1.1 guesses: `012345670123` would become an octal number and `NO` false. Here a field that is text keeps its text.
A key given twice is refused instead of the last one winning silently. All mistakes are said at once.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interlock_cli.errors import InputError
from interlock_cli.organisation import schema as schemas
from interlock_cli.organisation.reading import DEEPEST, MOST_NODES, Place, Source, read_yaml
from interlock_cli.organisation.schema import Schema, kind_of, properties, resolved, type_of

MOST_PROBLEMS = 20  # shown at once
TAG = "tag:yaml.org,2002:"
GUESSED = (f"{TAG}int", f"{TAG}float", f"{TAG}bool")
NUMBER_1_2 = re.compile(r"[-+]?(\d+|0o[0-7]+|0x[0-9a-fA-F]+|(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?)")
"""What YAML 1.2 takes for a number: other programs than this one read the file by it."""


class _Missing:
    """No value: what was there is a problem, and has been said."""


MISSING = _Missing()


@dataclass(frozen=True)
class Organisation:
    """A file's document as the service takes it, and the file's lines for what the service says of it."""

    document: dict[str, Any]
    source: Source


def read_organisation(path: Path) -> Organisation:
    """Reads the file. Raises InputError, naming file and line of every mistake."""
    source = read_yaml(path)
    reader = Reader(source)
    document = reader.value(source.root, schemas.whole(), "the file")
    if not reader.problems and isinstance(document, dict):
        reader.problems += _twins(document, source)
    if reader.problems:
        raise InputError("\n".join([*_some(reader.problems), "Nothing was sent."]))
    assert isinstance(document, dict)
    return Organisation(document, source)


def _some(problems: list[str]) -> list[str]:
    left = len(problems) - MOST_PROBLEMS
    return problems[:MOST_PROBLEMS] + ([f"There are {left} more mistakes."] if left > 0 else [])


class Reader:
    """One file's nodes as JSON's values; what is wrong is gathered in `problems`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[str] = []
        self._left = MOST_NODES
        self._depth = 0

    def value(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        """The node as its schema wants it, or MISSING."""
        self._count(node)
        kind, schema = kind_of(schema), resolved(schema)
        how = getattr(self, f"_{type_of(schema)}", self._any)
        self._depth += 1
        try:
            return how(node, schema, f"{'an' if kind[0] in 'aeo' else 'a'} {kind}" if kind else what)
        finally:
            self._depth -= 1

    def _object(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        fields = properties(schema)
        rest = schema.get("additionalProperties", True)
        if not fields and rest is True:
            return self._document(node, what)
        found = self._mapping(node, what)
        if found is None:
            return MISSING
        values = {}
        for name, (key, inner) in found.items():
            if _is_null(inner):
                continue
            if name not in fields and rest is False:
                self._unknown(key, list(fields), what)
            else:
                values[name] = self.value(inner, fields.get(name) or (rest if isinstance(rest, dict) else {}), name)
        given = {name for name, (_, inner) in found.items() if not _is_null(inner)}
        for name in schema.get("required", ()):
            if name not in given:
                self._say(node, f"{what} needs {name!r}.", f"Required: {', '.join(schema['required'])}.")
        return {name: value for name, value in values.items() if value is not MISSING}

    def _array(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return self._say(node, f"{what} must be a list.", "Begin each of its items with a hyphen.")
        items = schema.get("items", {})
        return [self.value(item, items, f"an item of {what}") for item in node.value]

    def _string(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        """A scalar's own characters, quoted or not."""
        if not isinstance(node, yaml.ScalarNode) or _is_null(node):
            return self._say(node, f"{what} must be text.", "Put quotes around it if it begins with { or [.")
        return str(node.value)

    def _integer(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        written = self._written(node)
        if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", written):
            return int(written)
        return self._say(node, f"{what} must be a whole number, not {_cut(written)!r}.")

    def _number(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        try:
            value = json.loads(self._written(node))
        except ValueError:
            value = None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        return self._say(node, f"{what} must be a number, not {_cut(self._written(node))!r}.")

    def _boolean(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        written = self._written(node)
        if written in ("true", "false"):
            return written == "true"
        return self._say(node, f"{what} must be true or false, not {_cut(written)!r}.")

    def _any(self, node: yaml.Node, schema: Schema, what: str) -> Any:
        """Any JSON value. Keys given twice are refused at every depth, and what two readers would read otherwise."""
        if isinstance(node, yaml.MappingNode):
            return self._document(node, what)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, {}, f"an item of {what}") for item in node.value]
        if not isinstance(node, yaml.ScalarNode) or _is_null(node):
            return None
        return self._guessed(node, what)

    def _document(self, node: yaml.Node, what: str) -> Any:
        found = self._mapping(node, what)
        if found is None:
            return MISSING
        return {name: self.value(inner, {}, f"{what}.{name}") for name, (_, inner) in found.items()}

    def _guessed(self, node: yaml.ScalarNode, what: str) -> Any:
        """JSON's own scalars where all of YAML's versions agree, else text; refused where they do not."""
        if not node.style and (node.tag in GUESSED or NUMBER_1_2.fullmatch(node.value)):
            try:
                return json.loads(node.value, parse_constant=_no_constant)
            except ValueError:
                return self._say(node, f"{what} {_cut(node.value)!r} is ambiguous in YAML.", "Put quotes around it.")
        return str(node.value)

    def _mapping(self, node: yaml.Node, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]] | None:
        """Keys to nodes, in order; None for anything but a mapping of text keys."""
        if not isinstance(node, yaml.MappingNode):
            self._say(node, f"{what} must be a mapping of keys to values.")
            return None
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            self._count(key)
            if not isinstance(key, yaml.ScalarNode):
                self._say(key, f"A key of {what} must be plain text.")
            elif key.tag == f"{TAG}merge":
                self._say(key, f"{what} merges another mapping (<<), which is not read.", "Write its keys out.")
            elif key.value in found:
                self._say(key, f"{what} gives {_cut(key.value)!r} twice.", "Remove one of them.")
            else:
                found[key.value] = (key, value)
        return found

    def _written(self, node: yaml.Node) -> str:
        return str(node.value) if isinstance(node, yaml.ScalarNode) else "a list or mapping"

    def _unknown(self, node: yaml.Node, allowed: list[str], what: str) -> None:
        near = difflib.get_close_matches(str(node.value), allowed, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Allowed: {', '.join(allowed)}."
        self._say(node, f"{what} has no {_cut(node.value)!r}.", hint)

    def _say(self, node: yaml.Node, problem: str, remedy: str = "") -> _Missing:
        said = problem[0].upper() + problem[1:] if problem.startswith(("a ", "an ", "the ")) else problem
        self.problems.append(self.source.place(node).say(said, remedy))
        return MISSING

    def _count(self, node: yaml.Node) -> None:
        """Stops at once: what aliases make huge or endless cannot be read to its end."""
        self._left -= 1
        if self._left < 0 or self._depth > DEEPEST:
            problem = "The file is too large, or without end, when its aliases are expanded."
            raise InputError(self.source.place(node).say(problem, "Write the values out instead."))


def empty_sections(source: Source) -> Iterator[tuple[str, Place]]:
    """The sections that are there and hold nothing, not even an empty list: they are read as if they were not there."""
    if isinstance(source.root, yaml.MappingNode):
        yield from ((key.value, source.place(key)) for key, value in source.root.value if _is_null(value))


def entities(document: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Every entity of a document: its kind, its name, and the steps to it."""
    for section, value in document.items():
        for index, entity in enumerate(value if isinstance(value, list) else [value]):
            steps = [section, str(index)] if isinstance(value, list) else [section]
            yield from _nested(schemas.kind_of_section(section), entity, steps)


def _nested(kind: str, entity: dict[str, Any], steps: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    yield kind, str(entity.get("awsId", entity.get("name"))), steps
    for field, schema in properties(resolved({"$ref": f"#/$defs/{kind}"})).items():
        if inner := kind_of(schema.get("items", {})):
            for index, each in enumerate(entity.get(field, [])):
                yield from _nested(inner, each, [*steps, field, str(index)])


def _twins(document: dict[str, Any], source: Source) -> Iterator[str]:
    seen: dict[tuple[str, str], Place] = {}
    for kind, name, steps in entities(document):
        place = source.place_of(steps)
        first = seen.setdefault((kind, name), place)
        if first is not place:
            yield place.say(
                f"The {kind} {name!r} is given twice, first in line {first.line}.",
                "Names are unique over the organisation: rename or remove one.",
            )


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == f"{TAG}null")


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
