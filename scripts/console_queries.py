"""What the console of this version asks, kept for ever in tests/client_queries: each document with its fragments.

Run, it writes them. The version is in console/package.json: what was shipped does not change under its version.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from graphql import FragmentDefinitionNode, FragmentSpreadNode, parse, print_ast, visit
from graphql.language import Visitor

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "console" / "src"
KEPT = ROOT / "tests" / "client_queries"
VERSION = json.loads((ROOT / "console" / "package.json").read_text("utf-8"))["version"]


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.append(node.name.value)


def _spread(text: str) -> list[str]:
    spreads = _Spreads()
    visit(parse(text), spreads)
    return spreads.names


def _kebab(stem: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", stem).replace("_", "-").replace("/", "-").lower()


def documents() -> dict[str, str]:
    """Every operation's document by the file name that it is kept under; fragments come with those that need them."""
    texts = {path: path.read_text("utf-8") for path in sorted(SOURCES.rglob("*.graphql"))}
    fragments: dict[str, str] = {}
    for text in texts.values():
        for definition in parse(text).definitions:
            if isinstance(definition, FragmentDefinitionNode):
                fragments[definition.name.value] = print_ast(definition)
    kept = {}
    for path, text in texts.items():
        operations = [each for each in parse(text).definitions if not isinstance(each, FragmentDefinitionNode)]
        if operations:
            name = _kebab(path.relative_to(SOURCES).with_suffix("").as_posix()).removeprefix("documents-")
            kept[f"console-{VERSION}-{name}.graphql"] = _whole("\n\n".join(map(print_ast, operations)), fragments)
    return kept


def _whole(text: str, fragments: dict[str, str]) -> str:
    needed: list[str] = []
    waiting = _spread(text)
    while waiting:
        name = waiting.pop(0)
        if name not in needed:
            needed.append(name)
            waiting += _spread(fragments[name])
    return "\n\n".join([text, *(fragments[name] for name in sorted(needed))]) + "\n"


def main() -> None:
    """Write the documents of this version, and remove those that it does not ask any more."""
    wanted = documents()
    for path in KEPT.glob(f"console-{VERSION}-*.graphql"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (KEPT / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
