"""The pages of docs/configuration/ are true: every example is run, and answers what the page says.

A page's examples are run one after the other over docs/configuration/example.yaml:

    ```graphql               an operation; without an answer shown, it has no errors
    ```json variables        its variables
    ```json answer           its whole answer; a text that ends with … stands for any that begins so
    ```yaml                  a file that is previewed and applied
    ```yaml same             a file that says what was done above: it changes nothing
    ```yaml new              a file for a service in which there is nothing yet

A row of a table below `## Rules` has a rule, the code and the place of its error, and an example: what the page's first
mutation is given differently. It is refused so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.configuration.kinds import Kind
from interlock_cli.organisation.typed import read_organisation
from tests.graph import conftest as graphs
from tests.service import ROOT, environment

FOLDER = ROOT / "docs" / "configuration"
PAGES = sorted(FOLDER.glob("*.md"))
EXAMPLE = re.compile(r"^```(graphql|json|yaml) ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RULE = re.compile(r"^\| .* \| `(?P<code>[A-Z_]+)` at `(?P<path>[\w.]+)` \| `(?P<given>\{.*\})` \|$", re.MULTILINE)
ORGANISATION = FOLDER / "example.yaml"
PREVIEW = """query ($input: ChangeInput!) {
  previewChange(input: $input) { entries { operation kind name } errors { code path message } }
}"""
APPLY = (
    "mutation ($input: ChangeInput!) { applyChange(input: $input) { change { number } errors { code path message } } }"
)


def _text(page: Path) -> str:
    return page.read_text("utf-8")


@dataclass
class Example:
    """One example. said: what the word behind the language says. variables, answer: those that follow an operation."""

    language: str
    said: str
    text: str
    variables: dict[str, Any] | None = None
    answer: Any = None


def examples(page: Path) -> list[Example]:
    """The examples of a page, in their order."""
    found: list[Example] = []
    for language, said, text in EXAMPLE.findall(_text(page)):
        if language != "json":
            found.append(Example(language, said, text))
        elif said in ("variables", "answer"):
            setattr(found[-1], said, json.loads(text))
    return found


graph = graphs.graph

NEW = [
    pytest.param(each.text, id=f"{page.stem}-{number}")
    for page in PAGES
    for number, each in enumerate(examples(page))
    if each.said == "new"
]


def matches(expected: Any, actual: Any) -> bool:
    """Whether an answer is the one that is shown."""
    if isinstance(expected, str) and expected.endswith("…"):
        return isinstance(actual, str) and actual.startswith(expected[:-1])
    if isinstance(expected, dict) and isinstance(actual, dict):
        return list(expected) == list(actual) and all(matches(each, actual[name]) for name, each in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(matches, expected, actual))
    return bool(expected == actual)


async def applied(graph: graphs.Graph, file: Path) -> Any:
    """Previews a file, as the command reads it, and applies it; what the preview said of entities."""
    given = {"document": read_organisation(file).document}
    preview = (await graph(PREVIEW, input=given))["previewChange"]
    assert preview["errors"] == [], file
    assert (await graph(APPLY, input=given))["applyChange"]["errors"] == []
    return preview["entries"]


def _file(folder: Path, text: str) -> Path:
    file = folder / "organisation.yaml"
    file.write_text(text, encoding="utf-8")
    return file


async def run(graph: graphs.Graph, example: Example) -> None:
    """Runs an operation, and compares its answer."""
    answer = await graph(example.text, **example.variables or {})
    shown = json.dumps(answer, indent=2, ensure_ascii=False)
    if example.answer is not None:
        assert matches(example.answer, answer), shown
    else:
        assert not [each for each in answer.values() if isinstance(each, dict) and each.get("errors")], shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_every_example_runs_and_answers_what_is_shown(graph: graphs.Graph, page: Path, tmp_path: Path) -> None:
    """One after the other, over the example organisation."""
    await applied(graph, ORGANISATION)
    for example in examples(page):
        if example.language == "graphql":
            await run(graph, example)
        elif example.said != "new":
            changed = await applied(graph, _file(tmp_path, example.text))
            assert bool(changed) is (example.said != "same"), example.text


@pytest.mark.parametrize("text", NEW)
async def test_a_file_for_a_new_service_is_whole(graph: graphs.Graph, text: str, tmp_path: Path) -> None:
    """Nothing else is needed before it is applied."""
    assert await applied(graph, _file(tmp_path, text))


@pytest.mark.parametrize("page", [page for page in PAGES if RULE.search(_text(page))], ids=lambda page: page.stem)
async def test_every_rule_refuses_what_breaks_it(graph: graphs.Graph, page: Path) -> None:
    """With the code, and at the place, that the page says."""
    await applied(graph, ORGANISATION)
    first = next(each for each in examples(page) if each.text.startswith("mutation"))
    found = re.search(r"{\s*(\w+)\(", first.text)
    assert found
    assert first.variables
    for rule in RULE.finditer(_text(page)):
        given = {**first.variables["input"], **json.loads(rule["given"])}
        operations = {"operations": [{found[1]: given}]}
        errors = (await graph(PREVIEW, input=operations))["previewChange"]["errors"]
        told = [(each["code"], ".".join(each["path"][3:])) for each in errors]
        assert (rule["code"], rule["path"]) in told, (rule[0], errors)


def test_every_kind_of_entity_has_a_page_and_every_page_is_listed() -> None:
    """A page for each kind, a table of its fields in it, and a link from the overview to every page."""
    overview = (FOLDER / "README.md").read_text("utf-8")
    for kind in Kind:
        page = FOLDER / f"{kind.name.lower().replace('_', '-')}.md"
        assert f"<!-- fields of {kind.value} -->" in _text(page)
    assert [page.name for page in PAGES if page.name != "README.md" and f"]({page.name})" not in overview] == []


def test_the_tables_are_what_the_entities_say() -> None:
    """`scripts/entity_docs.py --check` finds the pages as the entities would write them."""
    program = [sys.executable, str(ROOT / "scripts" / "entity_docs.py"), "--check"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_every_command_of_the_pages_runs(service: str, tmp_path: Path) -> None:
    """In a folder that has the pages, against a service with nothing in it: they begin with the example."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    env = environment(INTERLOCK_URL=service, PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    blocks = [
        each for page in PAGES for each in re.findall(r"^```console\n(.*?)^```", _text(page), re.MULTILINE | re.DOTALL)
    ]
    commands = [line[2:] for block in blocks for line in block.splitlines()]
    assert commands
    for command in commands:
        done = subprocess.run(command, shell=True, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
