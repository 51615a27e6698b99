"""Writes the tables of fields and words into docs/configuration/ from the entities; `--check` only says what differs.

A table stands between `<!-- fields of KIND -->` or `<!-- words of CLASS -->` and `<!-- end -->`. What a field allows is
what its own rule says when it is given a blank.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_origin

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from domain import words  # noqa: E402 - found through the path above
from domain.configuration.entities import CLASSES  # noqa: E402
from domain.configuration.fields import LONGEST_TEXT, Field, fields_of, plain  # noqa: E402
from domain.configuration.kinds import Kind  # noqa: E402
from domain.errors import InvalidValue, NotFound  # noqa: E402
from domain.words import Word  # noqa: E402

PAGES = ROOT / "docs" / "configuration"
MARKED = re.compile(r"(<!-- (fields|words) of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
TYPES = {str: "text", int: "number", bool: "boolean", tuple: "texts", dict: "object"}
BLANKS: dict[Any, Any] = {str: " ", tuple: (" ",), dict: {" ": " "}}
"""What no rule takes."""
OTHERWISE: dict[Any, str] = {
    str: f"{LONGEST_TEXT:,} characters at most",
    bool: "`true`, `false`",
    datetime: "ISO 8601 with a zone: `2027-01-31T12:00:00Z`",
    dict: "keys and values",
}
"""What is allowed where a field has no rule of its own."""


def page_of(kind: Kind) -> Path:
    """Where an entity is described."""
    return PAGES / f"{kind.name.lower().replace('_', '-')}.md"


def filled(text: str) -> str:
    """A page with its tables as the entities are."""

    def table(found: re.Match[str]) -> str:
        rows = _fields(Kind(found[3])) if found[2] == "fields" else _words(getattr(words, found[3]))
        return "\n".join([found[1].rstrip(), *rows, found[4]])

    return MARKED.sub(table, text)


def _fields(kind: Kind) -> Iterator[str]:
    yield "| Field | Type | Meaning | Allowed | If left out |"
    yield "| --- | --- | --- | --- | --- |"
    key = CLASSES[kind].KEY
    for name, each in fields_of(CLASSES[kind]).items():
        public = f"**`{each.public}`**" if name == key else f"`{each.public}`"
        cells = (public, _type(each), _meaning(each), _allowed(each), _default(each))
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _type(each: Field) -> str:
    plain_type = get_origin(each.type) or each.type
    if _of_objects(each):
        return "objects"
    return TYPES.get(plain_type, "word" if issubclass(plain_type, Word) else "time")


def _of_objects(each: Field) -> bool:
    return get_origin(each.type) is tuple and get_args(each.type)[0] is not str


def _meaning(each: Field) -> str:
    """Its description, without the bounds: they have a column."""
    bounds = each.told.schema
    return each.told.description.removesuffix(f" {bounds.get('minimum')} to {bounds.get('maximum')}.").rstrip()


def _allowed(each: Field) -> str:
    schema = each.told.schema
    if "minimum" in schema:
        return f"{schema['minimum']:,} to {schema['maximum']:,}"
    if "pattern" in schema:
        return f"`{schema['pattern']}`"
    if each.told.refers:
        other = Kind(each.told.refers)
        link = f"[{other.sentence_name}]({page_of(other).name})"
        return f"any number of {link}s" if get_origin(each.type) is tuple else f"{_article(other)} {link}"
    if isinstance(each.type, type) and issubclass(each.type, Word):
        return ", ".join(f"`{word}`" for word in schema.get("enum", each.type))
    if each.told.rule:
        return _refusal(each)
    return OTHERWISE.get(get_origin(each.type) or each.type, "")


def _refusal(each: Field) -> str:
    """What the field's own rule says is allowed."""
    try:
        blank = BLANKS[dict] if _of_objects(each) else BLANKS[get_origin(each.type) or each.type]
        each.read((blank,) if _of_objects(each) else blank)
    except InvalidValue as problem:
        return problem.allowed
    except NotFound as problem:
        told = re.fullmatch(f"Give {each.public} as (.*)[.]", problem.remedy)
        return told[1] if told else f"an existing {problem.kind}"
    raise AssertionError(f"{each.public} takes a blank")


def _default(each: Field) -> str:
    if each.told.derived:
        return "see below"
    if each.required:
        return "**required**"
    value = plain(each.default)
    if value in (None, [], {}):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _words(class_: type[Word]) -> Iterator[str]:
    yield "| Word | Meaning |"
    yield "| --- | --- |"
    for word in class_:
        yield f"| `{word}` | {word.sentence} |"


def _article(kind: Kind) -> str:
    return "an" if kind.value[0] in "aeiou" else "a"


def main() -> int:
    """0, or 1 for pages that `--check` found out of date."""
    stale = [page for page in sorted(PAGES.glob("*.md")) if filled(page.read_text("utf-8")) != page.read_text("utf-8")]
    if "--check" in sys.argv[1:]:
        for page in stale:
            print(f"{page.relative_to(ROOT)} is out of date: run `python scripts/entity_docs.py`.", file=sys.stderr)
        return 1 if stale else 0
    for page in stale:
        page.write_text(filled(page.read_text("utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
