"""The organisation's file as a document: each scalar as its field's type, and what is refused unsent."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from interlock_cli.errors import InputError
from interlock_cli.organisation.typed import MOST_PROBLEMS, empty_sections, entities, read_organisation

EXAMPLE = Path(__file__).parents[2] / "examples" / "organisation.yaml"


def read(folder: Path, text: str) -> dict[str, Any]:
    """The document of a file with this text."""
    path = folder / "organisation.yaml"
    path.write_text(text, encoding="utf-8")
    return read_organisation(path).document


def refusal(folder: Path, text: str) -> str:
    """Why a file with this text is refused."""
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return str(caught.value)


def example_environments() -> dict[str, list[dict[str, Any]]]:
    """The environments of each wave of the example."""
    document = read_organisation(EXAMPLE).document
    return {wave["name"]: wave["environments"] for stage in document["stages"] for wave in stage["waves"]}


def test_the_example_is_as_large_as_it_says() -> None:
    """12 accounts, 6 Regions, four stages, waves of growing size in production, three services."""
    count = Counter(kind for kind, _, _ in entities(read_organisation(EXAMPLE).document))
    waves = example_environments()
    assert (count["account"], count["stage"], count["service"]) == (12, 4, 3)
    assert len({environment["region"] for wave in waves.values() for environment in wave}) == 6
    assert [len(waves[f"prod-{number}"]) for number in (1, 2, 3, 4)] == [1, 1, 3, 5]


def test_no_wave_of_the_example_touches_two_cells_of_a_region_but_the_last() -> None:
    """The first waves of production never deploy twice to one Region at once."""
    for wave in ("prod-1", "prod-2", "prod-3"):
        regions = [environment["region"] for environment in example_environments()[wave]]
        assert len(regions) == len(set(regions))


def test_every_placement_of_the_example_reaches_an_environment() -> None:
    """No glob of the example is a misspelling."""
    document = read_organisation(EXAMPLE).document
    names = [name for kind, name, _ in entities(document) if kind == "environment"]
    globs = [glob for service in document["services"] for glob in service["placement"]]
    assert [glob for glob in globs if not any(fnmatchcase(name, glob) for name in names)] == []


@pytest.mark.parametrize("written", ["012345670123", "'012345670123'", '"012345670123"'])
def test_an_account_id_is_text(written: str, tmp_path: Path) -> None:
    """An account id with a leading zero keeps it, quoted or not: YAML alone would make an octal number of it."""
    document = read(tmp_path, f"accounts: [{{awsId: {written}, name: NO, tags: {{on: 1e3, empty: ''}}}}]")
    assert document == {"accounts": [{"awsId": "012345670123", "name": "NO", "tags": {"on": "1e3", "empty": ""}}]}


def test_a_scalar_is_what_its_field_is(tmp_path: Path) -> None:
    """Numbers and truths where the field has them; in a check's configuration, what all of YAML's versions agree on."""
    document = read(
        tmp_path,
        """
stages: [{name: yes, production: true, waves: [{name: w, bakeMinutes: 60, environments: []}]}]
checks:
  - name: c
    kind: EXTERNAL
    when: AFTER
    stage: 1
    configuration: {a: 1, b: -1.5, c: true, d: null, e: 2026-01-01, f: "1", g: text, h: [1, {i: '~'}], j: "0o17"}
""",
    )
    wave = {"name": "w", "bakeMinutes": 60, "environments": []}
    assert document["stages"] == [{"name": "yes", "production": True, "waves": [wave]}]
    assert document["checks"][0]["stage"] == "1"
    assert document["checks"][0]["configuration"] == {
        "a": 1, "b": -1.5, "c": True, "d": None, "e": "2026-01-01", "f": "1", "g": "text", "h": [1, {"i": "~"}],
        "j": "0o17",
    }  # fmt: skip


def test_a_field_with_nothing_is_not_given(tmp_path: Path) -> None:
    """An empty value is the default; a section that is empty is none, and can be told from an empty list."""
    path = tmp_path / "organisation.yaml"
    path.write_text("accounts:\nchecks: []\nteams: [{name: t, email: , members: }]\n")
    organisation = read_organisation(path)
    assert organisation.document == {"checks": [], "teams": [{"name": "t"}]}
    assert [(section, place.line) for section, place in empty_sections(organisation.source)] == [("accounts", 1)]


def test_aliases_stand_for_what_they_name(tmp_path: Path) -> None:
    """What several entities have in common may be written once."""
    found = read(
        tmp_path,
        "services:\n- {name: s, repository: a/s, placement: &p ['*']}\n- {name: t, repository: a/t, placement: *p}\n",
    )
    assert found["services"][1]["placement"] == ["*"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("accounts:\n  - awsId: '1'\n    name: a\n    name: b\n", 4, "An account gives 'name' twice"),
        ("accounts: []\naccounts: []\n", 2, "The file gives 'accounts' twice"),
        ("account: []\n", 1, "Did you mean 'accounts'?"),
        ("accounts:\n  - awsId: '1'\n    nam: a\n", 3, "Did you mean 'name'?"),
        ("accounts:\n  - awsId: '1'\n", 2, "An account needs 'name'"),
        ("accounts:\n  - awsId: '1'\n    name:\n", 2, "An account needs 'name'"),
        ("accounts: 7\n", 1, "must be a list"),
        ("accounts: {}\n", 1, "must be a list"),
        ("accounts:\n  - seven\n", 2, "must be a mapping"),
        ("accounts:\n  -\n", 2, "must be a mapping"),
        ("- a\n", 1, "The file must be a mapping"),
        ("? [a]\n: b\n", 1, "must be plain text"),
        ("accounts:\n  - {awsId: '1', name: [a]}\n", 2, "line 2: name must be text"),
        ("accounts:\n  - {awsId: '1', name: a, tags: {tier: [b]}}\n", 2, "line 2: tier must be text"),
        ("accounts:\n  - {awsId: '1', name: a}\n  - {awsId: '1', name: b}\n", 3, "first in line 2"),
        (
            "stages:\n  - name: s\n    waves:\n      - {name: w}\n  - name: t\n    waves: [{name: w}]\n",
            6,
            "first in line 4",
        ),
        ("stages:\n  - name: s\n    production: yes\n", 3, "true or false, not 'yes'"),
        ("stages:\n  - name: s\n    waves:\n      - {name: w, bakeMinutes: 1h}\n", 4, "whole number, not '1h'"),
        ("stages:\n  - name: s\n    waves:\n      - {name: w, bakeMinutes: 010}\n", 4, "whole number, not '010'"),
        ("stages:\n  - name: s\n    waves:\n      - {name: w, bakeMinutes: 1.0}\n", 4, "whole number, not '1.0'"),
        ("services:\n  - {name: s, repository: a/s, placement: '*'}\n", 2, "line 2: placement must be a list"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {a: 1, a: 2}}\n", 2, "gives 'a' twice"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {n: 010}}\n", 2, "ambiguous"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {n: .inf}}\n", 2, "ambiguous"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {n: 0o17}}\n", 2, "ambiguous"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {n: NO}}\n", 2, "ambiguous"),
        ("checks:\n  - &c {name: c}\n  - {<<: *c, kind: BAKE, when: AFTER}\n", 3, "merges another mapping"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    """Each mistake names the file, the line, and what is expected there."""
    said = refusal(tmp_path, text)
    assert f"organisation.yaml, line {line}: " in said
    assert words in said
    assert said.endswith("Nothing was sent.")


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    """A line for each; of very many, the first and how many more there are; then that nothing was sent."""
    said = refusal(tmp_path, "accounts:\n- {awsId: 1}\n- {name: a, nam: b}\nstages: 7\n")
    assert [line.partition(":")[0][-1] for line in said.splitlines()[:-1]] == ["2", "3", "3", "4"]
    said = refusal(tmp_path, "accounts:\n" + "- {}\n" * 40)
    assert len(said.splitlines()) == MOST_PROBLEMS + 2
    assert "60 more mistakes" in said


def test_a_place_is_where_its_key_stands(tmp_path: Path) -> None:
    """The steps into the document lead to the key's line, or as far as they lead."""
    path = tmp_path / "organisation.yaml"
    path.write_text(
        "stages:\n- name: a\n- name: b\n  waves:\n  - name: w\n    environments:\n    - name: e\n"
        "      account: '1'\n      region: r\n"
    )
    source = read_organisation(path).source
    lines = {
        ("stages",): 1,
        ("stages", "1", "waves"): 4,
        ("stages", "1", "waves", "0", "environments", "0", "account"): 8,
        ("stages", "1", "waves", "0", "environments", "0", "owner"): 7,
        ("stages", "9"): 1,
        ("nothing",): 1,
        (): 1,
    }
    assert {steps: source.place_of(steps).line for steps in lines} == lines
