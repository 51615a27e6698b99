"""The selector language of `Service.placement`: terms that say which environments a service goes to.

    placement  some term includes the environment, and no term excludes it; without terms, nowhere
    term       criteria separated by blanks, all of which hold; one that begins with `!` excludes
    criterion  `field:glob,glob…`, any of the globs; without a field, over the environment's name
    glob       `*` is any characters, `?` one, everything else itself; upper and lower case differ

`account` is the account's id or name; `ou` its organizational unit, `tag.KEY` one of its tags, where `*` is any that it
has. A tag's key ends at the first colon. A blank or comma in a unit's name or a tag's value is written `?`. No selector
reaches a test environment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache

from domain.errors import InvalidValue, NotFound, Problem

FIELDS = ("environment", "stage", "wave", "region", "account", "ou", "tag.KEY")
MOST_TERMS = 100
LONGEST_TERM = 1000
"""Characters."""

TAG = "tag."
_EXAMPLES = "an environment's name, a glob over names or criteria: 'prod-*', 'stage:prod region:eu-*', '!region:me-*'"


@dataclass(frozen=True, slots=True)
class Place:
    """An environment as selectors see it. account_id: twelve digits. tags: the account's. shared: not for tests."""

    environment: str
    stage: str
    wave: str
    region: str
    account_id: str
    account_name: str
    organizational_unit: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    shared: bool = True

    def values(self, of: str) -> tuple[str, ...]:
        """What a field's globs are compared with: an account's id and name; nothing for a unit or tag it has not."""
        if of.startswith(TAG):
            return (self.tags[key],) if (key := of.removeprefix(TAG)) in self.tags else ()
        return _READERS[of](self)


_READERS: dict[str, Callable[[Place], tuple[str, ...]]] = {
    "environment": lambda place: (place.environment,),
    "stage": lambda place: (place.stage,),
    "wave": lambda place: (place.wave,),
    "region": lambda place: (place.region,),
    "account": lambda place: (place.account_id, place.account_name),
    "ou": lambda place: () if place.organizational_unit is None else (place.organizational_unit,),
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """A field one of whose globs must match; the globs are sorted, each there once."""

    field: str
    globs: tuple[str, ...]

    @property
    def canonical(self) -> str:
        return f"{self.field}:{','.join(self.globs)}"

    def holds(self, place: Place) -> bool:
        return any(matcher(glob)(value) for value in place.values(self.field) for glob in self.globs)


@dataclass(frozen=True, slots=True)
class Term:
    """Criteria that must all hold, in the order of FIELDS, at most one for a field."""

    excludes: bool
    criteria: tuple[Criterion, ...]

    @property
    def canonical(self) -> str:
        """The term as text, the same in whatever order, and however often, criteria and globs were written."""
        text = " ".join(each.canonical for each in self.criteria)
        if len(self.criteria) == 1:
            text = text.removeprefix("environment:")
        return f"!{text}" if self.excludes else text


@dataclass(frozen=True, slots=True)
class Selector:
    """A service's whole placement, in the order in which it was written."""

    terms: tuple[Term, ...]

    @property
    def canonical(self) -> tuple[str, ...]:
        return tuple(term.canonical for term in self.terms)


def parse(terms: Sequence[str], field: str = "placement") -> Selector:
    """The selector of these terms. Raises InvalidValue or NotFound, whose path is the field and the term's index."""
    return _parsed(tuple(terms), field)


@lru_cache(maxsize=8192)
def _parsed(terms: tuple[str, ...], field: str) -> Selector:
    if len(terms) > MOST_TERMS:
        problem: Problem = InvalidValue(f"{field}'s number of terms", len(terms), f"{MOST_TERMS} at most")
        problem.path = [field, str(MOST_TERMS)]
        problem.remedy = "Use globs, or several values for a criterion, that cover more environments each."
        raise problem
    return Selector(tuple(_located(text, field, index) for index, text in enumerate(terms)))


def _located(text: str, field: str, index: int) -> Term:
    try:
        return _term(text, field)
    except Problem as problem:
        problem.path = [field, str(index)]
        raise


def _term(text: str, field: str) -> Term:
    if len(text) > LONGEST_TERM:
        allowed = f"a term has {LONGEST_TERM:,} characters at most, and this one {len(text):,}"
        raise _invalid(field, f"{text[:50]}…", allowed, "Divide it into several terms.")
    words = text.strip().removeprefix("!").split()
    if not words:
        raise InvalidValue(field, text, _EXAMPLES)
    criteria: dict[str, Criterion] = {}
    for word in words:
        found = _criterion(word, text, field)
        first = criteria.setdefault(found.field, found)
        if first is not found:
            both = Criterion(found.field, tuple(sorted({*first.globs, *found.globs}))).canonical
            allowed = f"a term has one criterion for a field, and this one has two for {found.field!r}"
            raise _invalid(field, text, allowed, f"Write {both!r} for any of them, or make two terms of it.")
    ordered = sorted(criteria.values(), key=_rank)
    return Term(text.lstrip().startswith("!"), tuple(ordered))


def _rank(criterion: Criterion) -> tuple[int, str]:
    return (FIELDS.index(criterion.field) if criterion.field in FIELDS else len(FIELDS), criterion.field)


def _criterion(word: str, text: str, field: str) -> Criterion:
    """One word of a term; text and field are for the errors."""
    if word.startswith("!"):
        allowed = "'!' stands at the beginning of a term alone, and excludes what the whole term matches"
        raise _invalid(field, text, allowed, f"Make {word!r} a term of its own.")
    named, colon, values = word.partition(":")
    of, listed = (named, values) if colon else ("environment", word)
    _require_field(of, text, field)
    globs = listed.split(",")
    if "" in globs:
        allowed = f"{of!r} has an empty value; no blank follows a colon or a comma"
        raise _invalid(field, text, allowed, f"Write {of!r} with its values, such as '{of}:a*,b'.")
    for glob in globs:
        _require_characters(glob, of, text, field)
    return Criterion(of, tuple(sorted({re.sub(r"\*+", "*", glob) for glob in globs})))


def _require_field(of: str, text: str, field: str) -> None:
    if of in _READERS:
        return
    key = of.removeprefix(TAG)
    if key in ("", of):
        tag = TAG + of.partition(".")[2]
        problem = NotFound("selector field", of, FIELDS if tag == TAG else (*FIELDS, tag))
        problem.remedy = f"In {text!r}, write one of {', '.join(FIELDS)} before the colon."
        raise problem
    if bad := _NO_TAG_KEY.search(key):
        allowed = f"a tag's key has letters, digits and any of '_./=+-@', not {bad[0]!r}"
        raise _invalid(field, text, allowed, "Write the tag's key as the account has it: globs are for values.")


_NO_TAG_KEY = re.compile(r"[^\w./=+@-]")
_NAMES = (re.compile(r"[^a-z0-9*?-]"), "lower-case letters, digits, '-', '*' and '?'")
_UNITS = (re.compile(r"[\x00-\x1f\x7f]"), "printable characters")
_TAGS = (re.compile(r"[^\w.:/=+@*?-]"), "letters, digits, '_', '.', ':', '/', '=', '+', '-', '@', '*' and '?'")
"""What a field's values cannot have, and in words what they can; of tags, what AWS allows."""


def _require_characters(glob: str, of: str, text: str, field: str) -> None:
    never, words = _TAGS if of.startswith(TAG) else _UNITS if of == "ou" else _NAMES
    if bad := never.search(glob):
        allowed = f"a value of {of!r} has {words}, not {bad[0]!r}"
        raise _invalid(field, text, allowed, f"Write {glob!r} with {words} alone.")


def _invalid(field: str, text: str, allowed: str, remedy: str) -> InvalidValue:
    problem = InvalidValue(field, text, allowed)
    problem.remedy = remedy
    return problem


@lru_cache(maxsize=8192)
def matcher(glob: str) -> Callable[[str], object]:
    """A function that is true of the values that the glob matches. `fnmatch` knows to do it in linear time."""
    return re.compile(translate(glob.replace("[", "[[]"))).match
