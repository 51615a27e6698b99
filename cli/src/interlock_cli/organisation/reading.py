"""YAML that knows its lines, and reads scalars as what a field is, not as what they look like.

YAML 1.1 guesses: `012345670123` would become an octal number and `NO` false. Here a field that is text keeps
its text. A key given twice is refused instead of the last one winning silently.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interlock_cli.errors import InputError

LARGEST_FILE_BYTES = 1_000_000
DEEPEST = 30  # levels of a check's configuration; an alias may contain itself
MOST_NODES = 100_000  # aliases expand: a small file may describe a huge document


@dataclass(frozen=True)
class Place:
    """A line of a file; what errors point at."""

    file: str
    line: int

    def refuse(self, problem: str, remedy: str = "") -> InputError:
        """The error for this line."""
        return InputError(f"{self.file}, line {self.line}: {problem}", remedy)


class Reader:
    """One file's nodes as Python values, with the place of each."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._left = MOST_NODES

    def place(self, node: yaml.Node) -> Place:
        """Where the node begins."""
        return Place(self.file, node.start_mark.line + 1)

    def mapping(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        """Keys to nodes, in order; refuses anything but a mapping of text keys that are each given once."""
        self._count(node)
        if not isinstance(node, yaml.MappingNode):
            raise self.place(node).refuse(f"{what} must be a mapping of keys to values.")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.place(key).refuse(f"A key of {what} must be plain text.")
            if key.value in found:
                raise self.place(key).refuse(f"{what} gives {key.value!r} twice.", "Remove one of them.")
            found[key.value] = value
        return {key: value for key, value in found.items() if not _is_null(value)}

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The nodes of a list."""
        self._count(node)
        if not isinstance(node, yaml.SequenceNode):
            raise self.place(node).refuse(f"{what} must be a list.", "Begin each of its items with a hyphen.")
        return list(node.value)

    def text(self, node: yaml.Node, what: str) -> str:
        """A scalar's own characters, quoted or not."""
        self._count(node)
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            raise self.place(node).refuse(f"{what} must be text.", "Put quotes around it if it begins with { or [.")
        return str(node.value)

    def texts(self, node: yaml.Node, what: str) -> list[str]:
        """A list of texts."""
        return [self.text(item, f"an item of {what}") for item in self.items(node, what)]

    def number(self, node: yaml.Node, what: str) -> int:
        """A whole number in decimal digits."""
        written = self.text(node, what)
        if not (written.isascii() and written.removeprefix("-").isdigit()):
            raise self.place(node).refuse(f"{what} must be a whole number, not {written!r}.")
        return int(written)

    def truth(self, node: yaml.Node, what: str) -> bool:
        """true or false, and none of YAML's other words for them."""
        written = self.text(node, what)
        if written not in ("true", "false"):
            raise self.place(node).refuse(f"{what} must be true or false, not {written!r}.")
        return written == "true"

    def document(self, node: yaml.Node, what: str, depth: int = 0) -> dict[str, Any]:
        """Any JSON object; keys given twice are refused at every depth."""
        found = self.mapping(node, what)
        return {key: self._json(value, f"{what}.{key}", depth + 1) for key, value in found.items()}

    def _json(self, node: yaml.Node, what: str, depth: int) -> Any:
        if depth > DEEPEST:
            raise self.place(node).refuse(f"The document is nested more than {DEEPEST} deep.")
        if isinstance(node, yaml.MappingNode):
            return self.document(node, what, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self._json(item, what, depth + 1) for item in self.items(node, what)]
        return self._scalar(node, what)

    def _scalar(self, node: yaml.Node, what: str) -> Any:
        """JSON's own scalars where YAML's reading of them agrees, else text."""
        self._count(node)
        if _is_null(node):
            return None
        if node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool"):
            try:
                return json.loads(node.value)
            except ValueError:
                raise self.place(node).refuse(f"{what} {node.value!r} is ambiguous in YAML.", "Quote it.") from None
        return str(node.value)

    def _count(self, node: yaml.Node) -> None:
        self._left -= 1
        if self._left < 0:
            raise self.place(node).refuse("The document is too large when its aliases are expanded.")

    def only(self, found: Mapping[str, yaml.Node], allowed: list[str], what: str) -> None:
        """Refuses a key that `what` does not have, with the one that was probably meant."""
        for key, node in found.items():
            if key not in allowed:
                near = difflib.get_close_matches(key, allowed, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Allowed: {', '.join(allowed)}."
                raise self.place(node).refuse(f"{what} has no {key!r}.", hint)


def read_yaml(path: Path) -> tuple[Reader, yaml.Node]:
    """The file's document node. Raises InputError for what cannot be read or is no single YAML document."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise InputError(f"{path} is larger than {LARGEST_FILE_BYTES:,} bytes.", "Split it into several files.")
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.", "Give the path of a YAML file.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Place(str(path), line).refuse(f"This is not YAML: {error.problem}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path} is not YAML: {' '.join(str(error).split())[:200]}.") from error
    if root is None:
        raise InputError(f"{path} is empty.", "`examples/organisation.yaml` shows what belongs into it.")
    return Reader(str(path)), root


def _is_null(node: yaml.Node) -> bool:
    return node.tag == "tag:yaml.org,2002:null"
