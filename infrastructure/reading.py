"""Reading a mapping of YAML: what cannot be used is noted in a sentence, and all of it is told at once."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, TypeAlias

Scalar: TypeAlias = str | int | float | bool


class Reading:
    """The keys of one mapping. place: where it stands in the file, as `database.`; wrong: the sentences so far."""

    def __init__(self, given: Any, place: str = "", wrong: list[str] | None = None) -> None:
        self.wrong: list[str] = [] if wrong is None else wrong
        self._place = place
        self._known: set[str] = set()
        if not isinstance(given, Mapping):
            self.refuse(place.rstrip(".") or "the file", given, "keys with values")
            given = {}
        self._given: Mapping[str, Any] = given

    def refuse(self, what: str, given: Any, allowed: str) -> None:
        """Note one sentence."""
        said = f"{what} is missing" if given is None else f"{what} is {given!r}"
        self.wrong.append(f"{said}. Allowed: {allowed}.")

    def part(self, key: str) -> Reading:
        """The mapping below a key; an empty one where it is left out."""
        self._known.add(key)
        given = self._given.get(key)
        return Reading({} if given is None else given, f"{self._place}{key}.", self.wrong)

    def text(self, key: str, pattern: str, allowed: str, default: str | None = None) -> str:
        """A text that the pattern matches wholly."""
        given = self._taken(key, default)
        if isinstance(given, str) and re.fullmatch(pattern, given):
            return given
        self.refuse(self._place + key, given, allowed)
        return ""

    def maybe(self, key: str, pattern: str, allowed: str) -> str | None:
        """The same, and None where it is left out."""
        self._known.add(key)
        return None if self._given.get(key) is None else self.text(key, pattern, allowed)

    def unseen(self, key: str, pattern: str, allowed: str) -> str | None:
        """The same, for where somebody may have written a secret: what was given is not repeated."""
        given = self._taken(key, None)
        if given is None or (isinstance(given, str) and re.fullmatch(pattern, given)):
            return given
        self.refuse(self._place + key, "***", allowed)
        return None

    def number(self, key: str, least: float, most: float, default: float, step: float = 1) -> float:
        """A number within bounds, in steps."""
        given = self._taken(key, default)
        is_number = isinstance(given, int | float) and not isinstance(given, bool)
        if is_number and least <= given <= most and (given / step).is_integer():
            return float(given)
        steps = "" if step == 1 else f" in steps of {step:g}"
        self.refuse(self._place + key, given, f"a number from {least:g} to {most:g}{steps}")
        return float(default)

    def texts(self, key: str, pattern: str, allowed: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of texts, each matched wholly, none twice. Without a default it has at least one."""
        given = self._taken(key, None if default is None else list(default))
        if not isinstance(given, list) or (default is None and not given):
            self.refuse(self._place + key, given, f"a list, each of it {allowed}")
            return ()
        for each in given:
            if not isinstance(each, str) or not re.fullmatch(pattern, each):
                self.refuse(f"{self._place}{key}", each, allowed)
        texts = tuple(str(each) for each in given)
        if len(set(texts)) < len(texts):
            self.refuse(self._place + key, list(texts), "each of them once")
        return texts

    def yes(self, key: str, *, default: bool) -> bool:
        """true or false."""
        given = self._taken(key, default)
        if not isinstance(given, bool):
            self.refuse(self._place + key, given, "true or false")
        return bool(given)

    def network(self, key: str, widest: int, narrowest: int, default: str) -> str:
        """One network in CIDR notation, with a prefix between two lengths."""
        given = self._taken(key, default)
        prefix = _prefix(given)
        if prefix is None or not widest <= prefix <= narrowest:
            self.refuse(self._place + key, given, f"a network of /{widest} to /{narrowest}, as {default}")
        return str(given)

    def networks(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Networks in CIDR notation. Without a default there is one at least."""
        given = self.texts(key, r".*", "a network", default)
        for each in given:
            if _prefix(each) is None:
                self.refuse(self._place + key, each, "networks, as 10.0.0.0/8, whose bits behind the prefix are 0")
        return given

    def mapping(self, key: str, pattern: str, allowed: str) -> dict[str, Scalar]:
        """Texts, numbers and truths by name."""
        given = self._taken(key, {})
        if not isinstance(given, Mapping):
            self.refuse(self._place + key, given, "names with values")
            return {}
        for name, value in given.items():
            if not re.fullmatch(pattern, str(name)):
                self.refuse(f"{self._place}{key}", name, allowed)
            elif not isinstance(value, Scalar):
                self.refuse(f"{self._place}{key}.{name}", value, "a text, a number, true or false")
        return {str(name): value for name, value in given.items()}

    def finish(self) -> None:
        """Refuse what nobody has read: a key that is spelled wrong would be left out, and nobody would know."""
        for key in self._given:
            if key not in self._known:
                self.refuse(
                    f"the key {self._place}{key}", self._given[key], f"the keys {', '.join(sorted(self._known))}"
                )

    def _taken(self, key: str, default: Any) -> Any:
        self._known.add(key)
        given = self._given.get(key)
        return default if given is None else given


def _prefix(given: Any) -> int | None:
    """The length of a network's prefix; None where it is no network."""
    try:
        return ipaddress.IPv4Network(given).prefixlen if isinstance(given, str) and "/" in given else None
    except ValueError:
        return None
