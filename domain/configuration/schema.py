"""The JSON Schema of the document, for editors and for those who read files: derived from the entities."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args, get_origin

from domain import checks
from domain.configuration import policies
from domain.configuration.document import NESTED, SECTIONS, implied
from domain.configuration.entities import CLASSES
from domain.configuration.fields import Field, fields_of, plain
from domain.configuration.kinds import Kind
from domain.words import CheckKind, PolicyKind, Word

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The whole document's."""
    lists = {
        section: {
            "type": "array",
            "description": f"{kind.sentence} In this order." if kind in NESTED else kind.sentence,
            "items": _reference(kind),
        }
        for section, kind in SECTIONS.items()
    }
    return {
        "$schema": DIALECT,
        "title": "Interlock: an organisation",
        "description": "Where software can be deployed, in which order, and what guards each step.",
        "type": "object",
        "properties": {"organisation": _reference(Kind.ORGANISATION), **lists},
        "additionalProperties": False,
        "$defs": {kind.value: _entity(kind) for kind in Kind},
    }


def _reference(kind: Kind) -> dict[str, str]:
    return {"$ref": f"#/$defs/{kind.value}"}


def _entity(kind: Kind) -> dict[str, Any]:
    fields = [each for name, each in fields_of(CLASSES[kind]).items() if name not in implied(kind)]
    properties: dict[str, Any] = {each.public: _field(each) for each in fields}
    if kind in NESTED:
        key, inner, _ = NESTED[kind]
        properties[key] = {
            "type": "array",
            "description": f"{inner.sentence} In this order.",
            "items": _reference(inner),
        }
    return {
        "type": "object",
        "description": " ".join((CLASSES[kind].__doc__ or "").split()),
        "properties": properties,
        "required": [each.public for each in fields if each.required],
        "additionalProperties": False,
        **_configured(kind),
    }


def _configured(kind: Kind) -> dict[str, Any]:
    """What `configuration` must say for each kind of a check or a policy."""
    kinds: Mapping[Kind, tuple[type[Word], Any]] = {
        Kind.CHECK: (CheckKind, checks.json_schema),
        Kind.POLICY: (PolicyKind, policies.json_schema),
    }
    if kind not in kinds:
        return {}
    words, schema = kinds[kind]
    conditions = []
    for word in words:
        inner = schema(word)
        then: dict[str, Any] = {"properties": {"configuration": inner}}
        if inner["required"]:
            then["required"] = ["configuration"]
        conditions.append({"if": {"properties": {"kind": {"const": word.value}}}, "then": then})
    return {"allOf": conditions}


def _field(each: Field) -> dict[str, Any]:
    found = {**_type(each.type), "description": each.told.description, **each.told.schema}
    if not each.required and not each.told.derived and each.default is not None:
        found["default"] = plain(each.default)
    return found


def _type(kind: Any) -> dict[str, Any]:
    if get_origin(kind) is tuple:
        return {"type": "array", "items": {"type": "string" if get_args(kind)[0] is str else "object"}}
    if get_origin(kind) is dict:
        texts = get_args(kind)[1] is str
        return {"type": "object", **({"additionalProperties": {"type": "string"}} if texts else {})}
    if kind is datetime:
        return {"type": "string", "format": "date-time"}
    if issubclass(kind, Word):
        return {"type": "string", "enum": [word.value for word in kind]}
    return {"type": {str: "string", int: "integer", bool: "boolean"}[kind]}
