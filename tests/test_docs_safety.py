"""docs/safety.md and docs/safety-score.md are true: every file, function and test that is named is there.

A row of docs/safety.md is `| mechanism | setting | code that decides | test that proves it | rehearsal … it |`.
Code spans and links name things:

    `domain/safety/entering.py::decide`     a name that the file defines; `Class.method` too
    `tests/domain/safety/test_score.py`     a file, or a folder with a slash at its end
    `decide`                                a name that a file of the same cell defines
    `bakeMinutes`, in the second cell       a field of the graph, an option of the command, a prop of pipelinekit
    — and a sentence                        nothing shows it, and why
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from domain.safety.score_rules import SafetyRule
from tests.service import ROOT

PAGE = ROOT / "docs" / "safety.md"
SCORE = ROOT / "docs" / "safety-score.md"
COLUMNS = ("mechanism", "setting", "code that decides", "test that proves it", "rehearsal that shows it")
SPAN = re.compile(r"`([^`]+)`|\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)*(?:\(\))?")
PATH = re.compile(r"[\w.-]+(/[\w.-]+)+/?|[\w.-]+/|[\w-]+\.(py|md|yaml|toml)")
SETTINGS = ("graph/schema.graphql", "pipelinekit/src/pipelinekit", "cli/src/interlock_cli")


def problems(text: str, root: Path = ROOT) -> list[str]:
    """What is wrong with a page: a sentence each; nothing where everything that it names is there."""
    rows = list(_rows(text))
    found = [] if rows else ["there is no table of mechanisms"]
    for cells in rows:
        found += [f"{cells[0]}: {each}" for each in _of_row(cells, root)]
    return found


def _rows(text: str) -> Iterator[list[str]]:
    """The rows of the tables that begin with the columns."""
    inside = False
    for line in text.splitlines():
        cells = [each.strip() for each in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if not cells:
            inside = False
        elif tuple(each.lower() for each in cells) == COLUMNS:
            inside = True
        elif inside and not set("".join(cells)) <= set(":-"):
            yield cells


def _of_row(cells: list[str], root: Path) -> Iterator[str]:
    if len(cells) != len(COLUMNS):
        yield f"{len(cells)} cells, not {len(COLUMNS)}"
        return
    for column, cell in zip(COLUMNS[1:], cells[1:], strict=True):
        if not cell:
            yield f"nothing is said of the {column}"
    yield from (f"no setting {name!r} is known" for name in _settings(cells[1]) if not _is_setting(name, root))
    for column, cell in zip(COLUMNS[2:], cells[2:], strict=True):
        yield from (f"{column}: {each}" for each in _of_cell(cell, root))
    if not re.search(r"\.py::\w", cells[2]):
        yield "code that decides: name a function, as `file.py::function`"
    if not re.search(r"tests/[\w/-]+\.py::test_\w", cells[3]):
        yield "test that proves it: name a test, as `tests/file.py::test_name`"
    if not (list(_named(cells[4])) or cells[4].startswith("—")):
        yield "rehearsal that shows it: name it, or say after a dash why there is none"


def _named(cell: str) -> Iterator[str]:
    """What a cell names; the targets of links as they are from the root."""
    for span, target in SPAN.findall(cell):
        yield span or ("" if "://" in target else str(Path("docs") / target).replace("docs/../", ""))


def _of_cell(cell: str, root: Path) -> Iterator[str]:
    files = [path for each in _named(cell) if (path := root / each.partition("::")[0]).is_file()]
    for each in _named(cell):
        path, _, name = each.partition("::")
        if PATH.fullmatch(path):
            if not (root / path).exists():
                yield f"there is no {path}"
            elif name and not _defined(root / path, name):
                yield f"{path} defines no {name}"
        elif NAME.fullmatch(each) and not any(_defined(file, each) for file in files):
            yield f"no file that is named beside it defines {each}"


def _defined(path: Path, name: str) -> bool:
    plain = name.removesuffix("()").partition("[")[0]
    if path.suffix != ".py":
        return plain in path.read_text("utf-8")
    return plain in _names(path)


@cache
def _names(path: Path) -> frozenset[str]:
    """What a module defines: functions, classes, methods with and without their class, and values."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{each}" for inner in node.body for each in _own(inner)}
        found |= set(_own(node))
    return frozenset(found)


def _own(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    yield from (each.id for each in targets if isinstance(each, ast.Name))


def _settings(cell: str) -> Iterator[str]:
    for each in _named(cell):
        yield from re.findall(r"--[a-z][a-z-]+|[A-Za-z_]\w{2,}", each) if not PATH.fullmatch(each) else ()


def _is_setting(name: str, root: Path) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?!\w)", _settable(root)) is not None


@cache
def _settable(root: Path) -> str:
    """Everything that can be set, as text."""
    texts = []
    for each in SETTINGS:
        path = root / each
        texts += [path] if path.is_file() else sorted(path.rglob("*.py"))
    return "\n".join(path.read_text("utf-8") for path in texts)


def test_everything_that_the_table_of_mechanisms_names_is_there() -> None:
    """Every setting, file, function and test of docs/safety.md."""
    assert problems(PAGE.read_text("utf-8")) == []


HEAD = f"| {' | '.join(COLUMNS)} |\n| --- | --- | --- | --- | --- |\n"
GOOD = {
    "mechanism": "A score is kept",
    "setting": "`safetyRatchet`, `--reason`",
    "code": "`domain/safety/score.py::weigh`, `audit` and `Score.standing`; [rules](../domain/safety/score_rules.py)",
    "test": "`tests/domain/safety/test_score.py::test_what_a_change_lowers`",
    "rehearsal": "— nothing moves: it is refused before",
}


def row(**given: str) -> str:
    """A page with one row: the good one, or another."""
    return f"# Safety\n\n{HEAD}| {' | '.join({**GOOD, **given}.values())} |\n\nMore.\n"


def test_what_is_there_is_not_complained_of() -> None:
    """Files, folders, links, names of modules, of classes and of the same cell."""
    assert problems(row()) == []
    assert problems(row(rehearsal="`tests/rehearsal/`, `interlock rehearse --help`")) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"setting": "`safteyRatchet`"}, "no setting 'safteyRatchet' is known"),
        ({"setting": ""}, "nothing is said of the setting"),
        ({"code": "`domain/safety/scores.py::weigh`"}, "there is no domain/safety/scores.py"),
        ({"code": "`domain/safety/score.py::weight`"}, "domain/safety/score.py defines no weight"),
        ({"code": "`domain/safety/score.py::weigh`, `weight`"}, "no file that is named beside it defines weight"),
        ({"code": "[a](../domain/rules.py), `domain/safety/score.py::weigh`"}, "there is no domain/rules.py"),
        ({"code": "`domain/safety/score.py`"}, "name a function"),
        ({"test": "`tests/domain/safety/test_score.py::test_nothing`"}, "defines no test_nothing"),
        ({"test": "`tests/domain/safety/test_score.py`"}, "name a test"),
        ({"rehearsal": "somewhere"}, "name it, or say after a dash why there is none"),
        ({"rehearsal": "`tests/rehearsal/test_nothing.py`"}, "there is no tests/rehearsal/test_nothing.py"),
        ({"rehearsal": "— | more"}, "6 cells, not 5"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(given: dict[str, str], said: str) -> None:
    """With its mechanism."""
    found = problems(row(**given))
    assert any(said in each and each.startswith("A score is kept: ") for each in found), found


def test_a_page_without_the_table_is_wrong() -> None:
    """As is one whose columns are others."""
    wrong = ["there is no table of mechanisms"]
    assert problems("# Safety\n") == problems(row().replace("setting", "settings", 1)) == wrong


def test_the_table_of_rules_is_what_the_rules_say() -> None:
    """`scripts/safety_docs.py --check` finds the page as the rules would write it; each rule is in it once."""
    program = [sys.executable, str(ROOT / "scripts" / "safety_docs.py"), "--check"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(SCORE.read_text("utf-8").count(f"| `{rule}` |") == 1 for rule in SafetyRule)
