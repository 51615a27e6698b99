"""What a field of an entity is: its description, its rule, and how a value from outside becomes one of ours.

An entity is a frozen dataclass; `told()` declares each field once. Mutation inputs, the JSON Schema of the file, the
reading of values and the columns' conversion are all derived from that.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from domain.errors import InvalidValue
from domain.words import Word

Rule: TypeAlias = Callable[[str, Any], Any]
"""(the field's name as it is published, a value of the right type) -> the value; raises InvalidValue."""

TOLD = "told"


class Default:
    """Stands for "what holds when nothing is said", in the fields of an operation."""

    def __repr__(self) -> str:
        return "the default"


DEFAULT = Default()


@dataclass(frozen=True, slots=True)
class Told:
    """What is declared of one field.

    refers: the kind whose key the value is. fixed: it is given once, when the entity is registered. derived: it has a
    default that depends on other entities (`domain.configuration.defaults`). schema: more of its JSON Schema.
    """

    description: str
    rule: Rule | None = None
    refers: str | None = None
    fixed: bool = False
    derived: bool = False
    schema: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def told(description: str, *, default: Any = MISSING, factory: Any = MISSING, **more: Any) -> Any:
    """A dataclass field with its declaration."""
    given: dict[str, Any] = {"metadata": {TOLD: Told(description, **more)}, "kw_only": True}
    if default is not MISSING:
        given["default"] = default
    if factory is not MISSING:
        given["default_factory"] = factory
    return dataclasses.field(**given)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity's class. type: without None; optional: None is a value of it."""

    name: str
    type: Any
    optional: bool
    default: Any
    told: Told

    @property
    def public(self) -> str:
        """Its name in GraphQL, JSON and YAML."""
        return camel(self.name)

    @property
    def required(self) -> bool:
        """It has no default."""
        return self.default is MISSING and not self.told.derived

    def read(self, value: Any) -> Any:
        """The value as the entity has it; InvalidValue says what is allowed."""
        if value is None and self.optional:
            return None
        converted = _converted(self.public, self.type, value)
        return self.told.rule(self.public, converted) if self.told.rule else converted

    def restored(self, value: Any) -> Any:
        """A value that `plain` made, as the entity has it: its rule has passed it once, and may be stricter today."""
        return None if value is None else _converted(self.public, self.type, value)


_FIELDS: dict[type, dict[str, Field]] = {}


def fields_of(entity: type[Any]) -> dict[str, Field]:
    """The fields of an entity's class by name, in the order of their declaration."""
    if entity not in _FIELDS:
        _FIELDS[entity] = _declared(entity)
    return _FIELDS[entity]


def _declared(entity: type[Any]) -> dict[str, Field]:
    hints = get_type_hints(entity)
    return {each.name: _field(each, hints[each.name]) for each in dataclasses.fields(entity)}


def _field(declared: Any, hint: Any) -> Field:
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = [part for part in parts if part is not NoneType]
    default = declared.default
    if declared.default_factory is not MISSING:
        default = declared.default_factory()
    return Field(declared.name, kinds[0], NoneType in parts, default, declared.metadata[TOLD])


def camel(name: str) -> str:
    """A name as GraphQL, JSON, YAML and every event's payload spell it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _converted(name: str, kind: Any, value: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Word):
        return _word(name, kind, value)
    if kind is datetime:
        return _moment(name, value)
    if get_origin(kind) is tuple:
        return _texts(name, value) if get_args(kind)[0] is str else _mappings(name, value)
    if get_origin(kind) in (dict, Mapping):
        return _mapping(name, value, texts=get_args(kind)[1] is str)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise InvalidValue(name, value, _ALLOWED[kind])
    return kept(name, value)


_ALLOWED = {str: "text", int: "a whole number", bool: "true or false"}
LONGEST_TEXT = 10_000
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL's text has not, and halves of a character, which no UTF-8 has."""


def kept(name: str, value: Any) -> Any:
    """The value, if the database can keep it: text without the character NUL, of a length that a person could read."""
    if isinstance(value, str) and (len(value) > LONGEST_TEXT or _NO_TEXT.search(value)):
        allowed = f"text of at most {LONGEST_TEXT:,} whole characters, none of them NUL"
        raise InvalidValue(name, value[:100].encode(errors="replace").decode(), allowed)
    return value


def _word(name: str, kind: type[Word], value: Any) -> Word:
    if not isinstance(value, str) or value not in list(kind):
        raise InvalidValue(name, value, "one of " + ", ".join(kind))
    return kind(value)


def _moment(name: str, value: Any) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidValue(name, value, "a time with its zone: '2027-01-31T12:00:00Z'") from None
    if moment.tzinfo is None:
        raise InvalidValue(name, moment, "a time with its zone: '2027-01-31T12:00:00Z'")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidValue(name, moment, "a time of the years 1 to 9999 in UTC") from None


def _texts(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise InvalidValue(name, value, "a list of texts")
    return tuple(kept(name, each) for each in value)


def _mappings(name: str, value: Any) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list | tuple):
        raise InvalidValue(name, value, "a list of objects")
    return tuple(_mapping(f"{name}.{number}", each, texts=False) for number, each in enumerate(value))


def _mapping(name: str, value: Any, *, texts: bool) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InvalidValue(name, value, "keys and values")
    for key, each in value.items():
        if texts and not isinstance(each, str):
            raise InvalidValue(f"{name}.{key}", each, "text")
        _keepable(f"{name}.{kept(name, key)}", each)
    return dict(value)


LARGEST_FRACTION = 1e15
"""Up to here a number with a fraction is read as it was written: PostgreSQL's JSON keeps decimal digits."""


def _keepable(name: str, value: Any, depth: int = 0) -> None:
    """Refuses what JSON in a database cannot keep, at any depth."""
    if depth > 30:
        raise InvalidValue(name, "…", "a document of at most 30 levels")
    kept(name, value)
    if isinstance(value, int) and abs(value) >= 2**63:
        raise InvalidValue(name, value, "a whole number of 64 bits")
    if isinstance(value, float) and not abs(value) < LARGEST_FRACTION:
        raise InvalidValue(name, value, "a whole number of 64 bits, or a fraction below 10 to the power of 15")
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    for each in [*inner, *(value if isinstance(value, Mapping) else ())]:
        _keepable(name, each, depth + 1)


def plain(value: Any) -> Any:
    """A field's value as JSON has it: times in ISO 8601, lists as lists, keys in order: PostgreSQL keeps no other."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(value[key]) for key in sorted(value)}
    return str(value) if isinstance(value, Word) else value
