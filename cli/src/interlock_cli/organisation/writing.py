"""A document as YAML that people read and edit: sections with comments, one line for what is small, quotes where YAML
would guess. The same document gives the same text, and reading that gives the same document.
"""

from __future__ import annotations

import json
import math
import re
from io import StringIO
from typing import Any

import yaml

from interlock_cli.organisation import schema as schemas
from interlock_cli.organisation.schema import kind_of, properties, resolved

WIDEST = 116  # characters of a line that holds a whole mapping or list
COMPACT = {"account", "region", "team", "environment"}  # the kinds that may be written in one line
APART = {"stage"}  # the kinds between which there is an empty line
TAG = "tag:yaml.org,2002:"
STRING, BOOLEAN, INTEGER, FLOAT, NULL, LIST, MAP = (
    f"{TAG}{each}" for each in ("str", "bool", "int", "float", "null", "seq", "map")
)
PLAIN = re.compile(r"[^\W\d_][\w./@+-]*(:[\w./@+-]+)*( [\w./@+(-][\w./@+,;()'-]*)*")
GUESSED = re.compile(r"(y|n|yes|no|on|off|true|false|null|nan|inf)", re.IGNORECASE)
UNWRITTEN = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

EMPTY = "# There is nothing yet.\n{}\n"
COMMENTS = {
    "organisation": "The organisation, and the account and Region in which pipelines live.",
    "accounts": "AWS accounts. The organizational unit and the tags can be named in a service's placement.",
    "regions": "AWS's Regions: only what differs from what the service ships.",
    "calendars": "Days on which windows that name the calendar are closed.",
    "teams": "Who owns services and environments.",
    "stages": "Stages are passed from top to bottom, and so are the waves of a stage; the environments of a wave are\n"
    "deployed together. bakeMinutes: how long a wave is watched before the next one starts.",
    "services": "What one repository deploys. placement chooses the environments: globs over their names, or criteria\n"
    "such as stage:prod region:eu-*; a term that begins with ! excludes.",
    "checks": "What guards a stage, or one wave, before or after its deployment.",
    "windows": "When a stage or a wave may be deployed to.",
    "freezes": "When nothing is deployed, and why.",
    "holds": "Environments that are held back, pinned to a revision, or closed to one.",
    "notificationRoutes": "Who is told what.",
    "policies": "What every service's stacks must be like.",
    "grants": "Who may do what, and where: roles of the issuer's groups, and of persons.",
}


def header(change: int | None, time: str | None, file: str = "organisation.yaml") -> str:
    """What the file is, which change it shows, and how it is applied."""
    when = f", as of change {change}" + (f" ({time})" if time else "") if change else ""
    return f"""\
# yaml-language-server: $schema=organisation.schema.json
#
# An organisation's configuration{when}. Written by `interlock export`.
#
#   interlock apply {file} --dry-run   # shows what would be changed
#   interlock apply {file}             # shows it, asks where production is affected, changes all or nothing
#   interlock apply {file} --prune     # archives what is not in this file, too
#
# A key that is left out has its default. An editor completes and checks this file with the schema beside it:
#   interlock export --schema > organisation.schema.json
"""


def written(document: dict[str, Any], head: str) -> str:
    """The whole file: sections in the schema's order, then those that this version does not know."""
    order = [section for section in schemas.sections() if section in document]
    order += [section for section in document if section not in order]
    return "\n".join([head, *([_section(section, document[section]) for section in order] or [EMPTY])])


def _section(name: str, value: Any) -> str:
    comment = "".join(f"# {line}\n" for line in COMMENTS.get(name, "").splitlines())
    kind = schemas.kind_of_section(name)
    if not isinstance(value, list) or not value:
        return comment + _dumped(_mapping({name: value}, {name: schemas.sections().get(name, {})}, flow=False))
    between = "\n" if kind in APART else ""
    items = (
        _dumped(yaml.SequenceNode(LIST, [_node(item, {"$ref": f"#/$defs/{kind}"} if kind else {})])) for item in value
    )
    return f"{comment}{_key(name)}\n" + between.join(_indented(item) for item in items)


def _key(name: str) -> str:
    return _dumped(_mapping({name: []}, {}, flow=False)).removesuffix(" []\n")


def _indented(text: str) -> str:
    return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))


def _node(value: Any, schema: dict[str, Any]) -> yaml.Node:
    """A JSON value as a node with its style: fields in the schema's order, one line where it fits."""
    kind, schema = kind_of(schema), resolved(schema)
    if isinstance(value, dict):
        return _mapping(value, properties(schema), flow=(not kind or kind in COMPACT) and _fits(value))
    if isinstance(value, list):
        items = schema.get("items", {})
        flow = not kind_of(items) and _fits(value)
        return yaml.SequenceNode(LIST, [_node(item, items) for item in value], flow_style=flow or not value)
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return yaml.ScalarNode(NULL if value is None else BOOLEAN, json.dumps(value))
    return yaml.ScalarNode(INTEGER, str(value)) if isinstance(value, int) else _float(value)


def _mapping(value: dict[str, Any], fields: dict[str, Any], *, flow: bool) -> yaml.MappingNode:
    order = [name for name in fields if name in value]
    order += [name for name in value if name not in fields]
    pairs = [(_text(name, key=True), _node(value[name], fields.get(name, {}))) for name in order]
    return yaml.MappingNode(MAP, pairs, flow_style=flow or not value)


def _float(value: float) -> yaml.ScalarNode:
    """A number that both YAML 1.1 and JSON read as such: 1e+16 needs a dot for the former."""
    digits = repr(value)
    if "." not in digits:
        digits = digits.replace("e", ".0e")
    return yaml.ScalarNode(FLOAT, digits)


def _text(value: str, *, key: bool = False) -> yaml.ScalarNode:
    """Plain where every reader takes it for this text, as lines where it has several, else in double quotes."""
    if PLAIN.fullmatch(value) and not GUESSED.fullmatch(value):
        return yaml.ScalarNode(STRING, value)
    return yaml.ScalarNode(STRING, value, style="|" if not key and _has_lines(value) else '"')


def _has_lines(value: str) -> bool:
    """Whether the text reads well as a block of lines, and is the same after it: no blank at an end, none unseen."""
    lines = value.removesuffix("\n").split("\n")
    return (
        "\n" in value
        and all(lines[end] and not lines[end][0].isspace() for end in (0, -1))
        and not any(line != line.rstrip() for line in lines)
        and not UNWRITTEN.search(value)
    )


def _fits(value: Any) -> bool:
    """Whether the value, in one line, is short enough; nothing of several lines is."""
    text = json.dumps(value, ensure_ascii=False)
    return len(text) <= WIDEST and "\\n" not in text


class _Emitter(yaml.SafeDumper):
    """Indents the items of a list, and quotes with double quotes alone."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never `indentless`: a list's hyphens stand under its key, indented."""
        super().increase_indent(flow, False)

    def choose_scalar_style(self) -> str:
        """Where plain is not possible after all, double quotes: single ones cannot hold every text."""
        style: str = super().choose_scalar_style()
        return '"' if style == "'" else style


def _dumped(node: yaml.Node) -> str:
    """One node as text, without the marks of a document's begin and end."""
    stream = StringIO()
    dumper = _Emitter(stream, width=math.inf, allow_unicode=True)
    try:
        dumper.open()
        dumper.serialize(node)
        dumper.close()
    finally:
        dumper.dispose()
    return stream.getvalue()
