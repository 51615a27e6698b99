"""A YAML file as nodes that know their lines, within bounds: no file makes the command slow or large.

libyaml reads where PyYAML was built with it, as its wheels are: 24,000 lines in 0.2 s instead of 1.4 s, and in a third
of that without the garbage collector. Depth and size are counted while it reads, so that a file which is nested without
end or has a million items is refused at once.
"""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interlock_cli.errors import InputError

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

LARGEST_FILE_BYTES = 4_000_000  # 1,200 environments, 2,000 services and 2,000 checks fill a fifth of it
MOST_NODES = 500_000  # keys and values; aliases are counted as what they stand for
DEEPEST = 40  # levels, of which an organisation needs 8 and a check's configuration the rest
CONTROL = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NO_COLON = "could not find expected ':'"
HINTS = {
    "mapping values are not allowed in this context": "Put quotes around a text that holds a colon and a blank.",
    "did not find expected '-' indicator": "A list's items stand under each other, each with a hyphen.",
    "did not find expected key": "Keys of one mapping stand exactly under each other.",
    "but found another document": "Remove the line `---`: one file is one organisation.",
    "found undefined alias": "Put quotes around a text that begins with an asterisk.",
    "found character that cannot start any token": "Put quotes around a text that begins with @, ` or %.",
    "found unexpected end of stream": "A quote or a bracket is not closed.",
    NO_COLON: "Put a colon and a blank behind the key.",
}


@dataclass(frozen=True)
class Place:
    """A line of a file; what errors point at."""

    file: str
    line: int

    def say(self, problem: str, remedy: str = "") -> str:
        """The sentence for this line."""
        return f"{self.file}, line {self.line}: {problem} {remedy}".rstrip()


@dataclass(frozen=True)
class Source:
    """A file's one document, as nodes."""

    file: str
    root: yaml.Node

    def place(self, node: yaml.Node) -> Place:
        """Where the node begins."""
        return Place(self.file, node.start_mark.line + 1)

    def place_of(self, path: Sequence[object]) -> Place:
        """The line of what the steps lead to: keys of mappings and indexes of lists, as far as they lead."""
        node = self.root
        found = self.place(node)
        for step in path:
            entry = next(iter(_stepped(node, str(step))), None)
            if entry is None:
                break
            shown, node = entry
            found = self.place(shown)
        return found


def _stepped(node: yaml.Node, step: str) -> list[tuple[yaml.Node, yaml.Node]]:
    """What to point at and where to go on: a key and its value, or an item twice; nothing when it is not there."""
    if isinstance(node, yaml.MappingNode):
        return [(key, value) for key, value in node.value if key.value == step]
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        return [(node.value[int(step)],) * 2]
    return []


class Bounded(Loader):
    """Composes nodes, and stops at DEEPEST levels and MOST_NODES nodes."""

    file = ""
    depth = 0
    count = 0

    def descend_resolver(self, current_node: Any, current_index: Any) -> None:
        """Called for each node on the way in, before it is read."""
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST:
            raise self._refused(current_node, f"This is nested more than {DEEPEST} deep.")
        if self.count > MOST_NODES:
            raise self._refused(current_node, f"The file holds more than {MOST_NODES:,} keys and values.")

    def ascend_resolver(self) -> None:
        """Called for each node on the way out."""
        self.depth -= 1

    def _refused(self, node: Any, problem: str) -> InputError:
        line = node.start_mark.line + 1 if node is not None else 1
        return InputError(Place(self.file, line).say(problem), "This is no organisation's file.")


def read_yaml(path: Path) -> Source:
    """The file's document. Raises InputError, with the line, for what cannot be read or is no single YAML document."""
    text = _text(path)
    if (control := CONTROL.search(text)) is not None:
        place = Place(str(path), text.count("\n", 0, control.start()) + 1)
        raise InputError(place.say(f"The character U+{ord(control[0]):04X} is none of a text.", "Is this a YAML file?"))
    with _uncollected():
        root = _composed(text, str(path))
    if root is None:
        raise InputError(f"{path} is empty.", "`examples/organisation.yaml` shows what belongs into it.")
    return Source(str(path), root)


def _text(path: Path) -> str:
    try:
        with nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
        if len(content) > LARGEST_FILE_BYTES:
            raise InputError(f"{path} has more than {LARGEST_FILE_BYTES:,} bytes.", "Is it an organisation's file?")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"Cannot read {path}: {error.strerror}.", "Give the path of a YAML file.") from error
    except UnicodeDecodeError as error:
        place = Place(str(path), content.count(b"\n", 0, error.start) + 1)
        raise InputError(place.say("This is not UTF-8 text.", "Save the file as UTF-8.")) from error


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: every node stays, and looking at all of them again and again takes most time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _composed(text: str, file: str) -> yaml.Node | None:
    loader = type("_Bounded", (Bounded,), {"file": file})(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        missed = error.problem == NO_COLON  # found where the next key ends; the context is where this one begins
        mark = (error.context_mark if missed else None) or error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = f"This is not YAML: {error.problem or error.context}."
        raise InputError(Place(file, line).say(problem, _hint(error.problem or "", text, line))) from error
    except yaml.YAMLError as error:
        raise InputError(f"{file} is not YAML: {' '.join(str(error).split())[:200]}.") from error
    finally:
        loader.dispose()
    return node


def _hint(problem: str, text: str, line: int) -> str:
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return "Indent with blanks: YAML takes no tab there."
    return HINTS.get(problem, "")
