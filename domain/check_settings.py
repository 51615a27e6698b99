"""One key of a check's configuration: what it may hold, as a rule and as JSON Schema, which say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from domain.errors import LONGEST_SHOWN, InvalidValue, nearest

LINE = r"^[^\u0000-\u001f\u007f]+$"
"""One line of text: no control characters."""
WEEK_OF_MINUTES = 7 * 24 * 60
"""What a Step Functions action may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """description: one sentence, for people. default: filled in where the key is left out; None leaves it out."""

    type: ClassVar[str]
    words: ClassVar[str]
    """What its type is called in a sentence."""

    description: str
    required: bool = False
    default: Any = None

    @property
    def bounds(self) -> Mapping[str, Any]:
        """The keywords of JSON Schema that narrow the type."""
        raise NotImplementedError

    def allowed(self, value: object) -> str | None:
        """What would be allowed in the place of this value, in words; None for a value that is."""
        raise NotImplementedError

    @property
    def schema(self) -> dict[str, Any]:
        """The key's own JSON Schema."""
        default = {} if self.default is None else {"default": self.default}
        return {"type": self.type, "description": self.description, **self.bounds, **default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Setting):
    """Text that matches a pattern, or is one of a few words. pattern: anchored; Python and ECMAScript read it alike."""

    type: ClassVar[str] = "string"
    words: ClassVar[str] = "text"

    pattern: str = LINE
    like: str = "text of one line"
    longest: int = 255
    one_of: tuple[str, ...] = ()

    @property
    def bounds(self) -> Mapping[str, Any]:
        if self.one_of:
            return {"enum": list(self.one_of)}
        return {"minLength": 1, "maxLength": self.longest, "pattern": self.pattern}

    def allowed(self, value: object) -> str | None:
        if self.one_of:
            quoted = "" if isinstance(value, str) else "text, in quotes: "
            return None if value in self.one_of else f"{quoted}one of {', '.join(self.one_of)}"
        if isinstance(value, str) and len(value) <= self.longest and re.fullmatch(self.pattern, value):
            return None
        return f"{self.like}, {self.longest} characters at most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Setting):
    """A whole number within bounds, both included, or one of a few."""

    type: ClassVar[str] = "integer"
    words: ClassVar[str] = "whole number"

    least: int = 1
    most: int = WEEK_OF_MINUTES
    one_of: tuple[int, ...] = ()

    @property
    def bounds(self) -> Mapping[str, Any]:
        return {"enum": list(self.one_of)} if self.one_of else {"minimum": self.least, "maximum": self.most}

    def allowed(self, value: object) -> str | None:
        if self.one_of:
            there = value in self.one_of and not isinstance(value, bool)
            return None if there else f"one of {', '.join(map(str, self.one_of))}"
        if isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most:
            return None
        return f"a whole number from {self.least} to {self.most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Setting):
    """Text by name, such as headers. names: the pattern of a name; values: of each text."""

    type: ClassVar[str] = "object"
    words: ClassVar[str] = "object of texts"

    names: str
    like: str
    values: str = LINE
    most: int = 20
    longest: int = 1000

    @property
    def bounds(self) -> Mapping[str, Any]:
        value = {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": self.values}
        return {
            "maxProperties": self.most,
            "propertyNames": {"pattern": self.names},
            "additionalProperties": value,
        }

    def allowed(self, value: object) -> str | None:
        if isinstance(value, dict) and len(value) <= self.most and all(map(self._holds, value.items())):
            return None
        return f"an object of {self.most} texts at most, of one line and {self.longest} characters each, by {self.like}"

    def _holds(self, entry: tuple[object, object]) -> bool:
        name, text = entry
        if not isinstance(name, str) or not re.fullmatch(self.names, name):
            return False
        return isinstance(text, str) and len(text) <= self.longest and bool(re.fullmatch(self.values, text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Setting):
    """An object of anything that JSON can hold, within limits that no JSON Schema can say."""

    type: ClassVar[str] = "object"
    words: ClassVar[str] = "object"

    longest: int = 2000
    deepest: int = 20

    @property
    def limits(self) -> str:
        """The limits in words."""
        return f"{self.longest} characters of JSON and {self.deepest} levels at most"

    @property
    def bounds(self) -> Mapping[str, Any]:
        return {"$comment": self.limits}

    def allowed(self, value: object) -> str | None:
        text = _json(value) if isinstance(value, dict) else None
        if text is None or len(text) > self.longest or _has_nul(text) or _deeper(value, self.deepest):
            return f"an object of {self.limits}, without the character NUL"
        return None


class UnknownKey(InvalidValue):
    """A key of a configuration that its kind does not have: the key is wrong, whatever its value."""

    def __init__(self, name: str, value: object, kind: str, settings: Mapping[str, Setting]) -> None:
        """kind: with its article, as `an ALARM check`."""
        super().__init__(f"configuration.{name}", value, f"one of the keys of {kind}: {keys(settings)}")
        near = nearest(name, settings)
        self.message = f"configuration has no key {name[:LONGEST_SHOWN]!r} in {kind}, which takes {keys(settings)}."
        self.remedy = f"Write {near[0]!r}, or leave the key out." if near else "Leave the key out."
        self.args = (self.message,)


def keys(settings: Mapping[str, Setting]) -> str:
    """The keys of a kind with their types, in a sentence."""
    return ", ".join(f"{name} ({setting.words})" for name, setting in settings.items()) or "no keys"


def called(kind: str, what: str) -> str:
    """`a LAMBDA check`, `an ALARM check`."""
    return f"{'an' if kind[0] in 'AEIO' or kind == 'HTTP' else 'a'} {kind} {what}"


def _json(value: object) -> str | None:
    """The value as JSON; None for what is none: an infinite number, a date, an object within itself."""
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None


def _has_nul(text: str) -> bool:
    """Whether JSON holds the character NUL, and not only a backslash before `u0000`."""
    return "\\u0000" in text.replace("\\\\", "")


def _deeper(value: object, levels: int) -> bool:
    """Whether objects and lists are nested more deeply than that."""
    layer = [value]
    for _ in range(levels):
        layer = [inner for each in layer for inner in _inside(each)]
    return any(isinstance(each, dict | list) for each in layer)


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
