"""Documents of an organisation for property tests: any that the JSON Schema allows, nasty texts included."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from interlock_cli.organisation import schema as schemas
from interlock_cli.organisation.schema import properties, resolved, type_of

NASTY = (
    "", " ", " leading", "trailing ", "a: b", "a:b", "a:", "# no comment", "a #b", "- a", "-", "? a", "*", "&a", "!tag",
    "|", ">", "%a", "@a", "`a`", "{a}", "[a]", "{service}-{environment}", "'", '"', "it's", 'say "no"', "\\", "\\n",
    "yes", "No", "NO", "on", "y", "n", "null", "~", "Null", "true", "False", "0o17", "017", "0x1f", "1e3", "1_000",
    ".inf", ".nan", "nan", "-.5", "1.", "12:30", "12:30:45", "190:20:30", "2026-01-01", "2026-01-01T00:00:00Z", "<<",
    "=", "012345678901", "123456789012", "---", "...", "a\nb", "a\nb\n", "\na", "a\n\n", " a\nb", "a \nb", "a\n b\n",
    "a\n\n\nb", "\ta", "a\tb", "a\r\nb", "\r", "\x00", "\x07", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\ufeff",
    "\ufffe", "\ud7ff", "é", "日本", "🚀", "e\u0301", "a, b", "a" * 200, "word " * 60, "k" * 130 + ": v", "# a\nb: c\n",
    "...\n", "---\n",
)  # fmt: skip
texts = (
    st.sampled_from(NASTY) | st.text(max_size=30) | st.text(alphabet="a:#-\n {}[],'\"&*?!|>%@`\\ \t1.e_", max_size=12)
)
names = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True) | texts
numbers = st.integers(-(10**17), 10**17)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Any value that the schema's type allows."""
    schema = resolved(schema)
    simple = {"string": texts, "integer": numbers, "boolean": st.booleans()}
    match type_of(schema):
        case "object" if fields := properties(schema):
            required = {name: of(each) for name, each in fields.items() if name in schema.get("required", ())}
            return st.fixed_dictionaries(
                required, optional={name: of(each) for name, each in fields.items() if name not in required}
            )
        case "object":
            rest = schema.get("additionalProperties", True)
            return st.dictionaries(texts, of(rest) if isinstance(rest, dict) else values, max_size=4)
        case "array":
            return st.lists(of(schema.get("items", {})), max_size=3)
        case kind:
            return simple.get(kind, values)


def _unique(document: dict[str, Any]) -> dict[str, Any]:
    """The same with a name of its own for each entity that has a name twice: the reader refuses twins."""
    seen: set[tuple[str, str]] = set()
    for kind, name, entity in _entities(document):
        key = "awsId" if "awsId" in entity else "name"
        while (kind, entity[key]) in seen:
            entity[key] = f"{name}{len(seen)}"
        seen.add((kind, entity[key]))
    return document


def _entities(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    from interlock_cli.organisation.typed import entities

    found = []
    for kind, name, steps in entities(document):
        entity: Any = document
        for step in steps:
            entity = entity[int(step)] if isinstance(entity, list) else entity[step]
        found.append((kind, name, entity))
    return found


documents = of(schemas.whole()).map(_unique)
