"""The organisation's file: how it is read, and what is refused before anything is sent."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.errors import InputError
from interlock_cli.organisation.entities import ORDER, Entity, read_organisation
from interlock_cli.organisation.loading import same

EXAMPLE = Path(__file__).parents[2] / "examples" / "organisation.yaml"


def read(folder: Path, text: str) -> list[Entity]:
    """The entities of a file with this text."""
    path = folder / "organisation.yaml"
    path.write_text(text, encoding="utf-8")
    return read_organisation(path)


def refusal(folder: Path, text: str) -> str:
    """Why a file with this text is refused."""
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return str(caught.value)


def test_the_example_is_as_large_as_it_says() -> None:
    """12 accounts, 6 Regions, four stages, waves of growing size in production, three services."""
    entities = read_organisation(EXAMPLE)
    count = Counter(entity.kind for entity in entities)
    environments = [entity.input for entity in entities if entity.kind == "environment"]
    assert (count["account"], count["stage"], count["service"]) == (12, 4, 3)
    assert len({environment["region"] for environment in environments}) == 6
    sizes = Counter(environment["wave"] for environment in environments)
    assert [sizes[f"prod-{number}"] for number in (1, 2, 3, 4)] == [1, 1, 3, 5]


def test_no_wave_of_the_example_touches_two_cells_of_a_region_but_the_last() -> None:
    """The first waves of production never deploy twice to one Region at once."""
    environments = [entity.input for entity in read_organisation(EXAMPLE) if entity.kind == "environment"]
    for wave in ("prod-1", "prod-2", "prod-3"):
        regions = [environment["region"] for environment in environments if environment["wave"] == wave]
        assert len(regions) == len(set(regions))


def test_every_placement_of_the_example_reaches_an_environment() -> None:
    """No glob of the example is a misspelling."""
    entities = read_organisation(EXAMPLE)
    names = [entity.name for entity in entities if entity.kind == "environment"]
    globs = [glob for entity in entities if entity.kind == "service" for glob in entity.input["placement"]]
    assert [glob for glob in globs if not any(fnmatchcase(name, glob) for name in names)] == []


def test_entities_come_in_the_order_of_loading(tmp_path: Path) -> None:
    """Whatever the order of the sections: first what others refer to; positions are the order in the file."""
    found = read(
        tmp_path,
        """
services: [{name: s, repository: a/s, placement: ["*"]}]
stages:
  - name: two
    waves: [{name: w1}, {name: w2, environments: [{name: e, account: "012345670123", region: eu-west-1}]}]
  - {name: one, production: true}
accounts: [{awsId: 012345670123, name: a}]
""",
    )
    assert [entity.kind for entity in found] == sorted((e.kind for e in found), key=ORDER.index)
    assert [(e.name, e.input["position"]) for e in found if e.kind in ("stage", "wave")] == [
        ("two", 1),
        ("one", 2),
        ("w1", 1),
        ("w2", 2),
    ]
    assert found[-2].input == {"name": "e", "account": "012345670123", "region": "eu-west-1", "wave": "w2"}


@pytest.mark.parametrize("written", ["012345670123", "'012345670123'", '"012345670123"'])
def test_an_account_id_is_text(written: str, tmp_path: Path) -> None:
    """An account id with a leading zero keeps it, quoted or not: YAML alone would make an octal number of it."""
    [account] = read(tmp_path, f"accounts: [{{awsId: {written}, name: NO}}]")
    assert account.input == {"awsId": "012345670123", "name": "NO"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("accounts:\n  - awsId: '1'\n    name: a\n    name: b\n", 4, "gives 'name' twice"),
        ("accounts: []\naccounts: []\n", 2, "gives 'accounts' twice"),
        ("account: []\n", 1, "Did you mean 'accounts'?"),
        ("accounts:\n  - awsId: '1'\n    nam: a\n", 3, "Did you mean 'name'?"),
        ("accounts:\n  - awsId: '1'\n", 2, "needs 'name'"),
        ("accounts:\n  - awsId: '1'\n    name:\n", 2, "needs 'name'"),
        ("accounts: 7\n", 1, "must be a list"),
        ("accounts:\n  - seven\n", 2, "must be a mapping"),
        ("accounts:\n  - {awsId: '1', name: [a]}\n", 2, "name must be text"),
        ("accounts:\n  - {awsId: '1', name: a}\n  - {awsId: '1', name: b}\n", 3, "first in line 2"),
        ("stages:\n  - name: s\n    production: yes\n", 3, "true or false, not 'yes'"),
        ("stages:\n  - name: s\n    waves:\n      - {name: w, bakeMinutes: 1h}\n", 4, "whole number, not '1h'"),
        ("services:\n  - {name: s, repository: a/s, placement: '*'}\n", 2, "placement must be a list"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {a: 1, a: 2}}\n", 2, "gives 'a' twice"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {n: 010}}\n", 2, "ambiguous"),
        ("checks:\n  - {name: c, kind: BAKE, when: AFTER, configuration: {n: .inf}}\n", 2, "ambiguous"),
        ("accounts:\n - [\n", 3, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("a: *b\n", 1, "not YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    """Each mistake names the file, the line, and what is expected there."""
    said = refusal(tmp_path, text)
    assert f"organisation.yaml, line {line}: " in said
    assert words in said


def test_aliases_cannot_make_a_small_file_huge(tmp_path: Path) -> None:
    """A document whose aliases expand to a million nodes, or contain themselves, is refused."""
    levels = "\n".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 7))
    check = f"checks:\n- name: c\n  kind: BAKE\n  when: AFTER\n  configuration:\n   l0: &l0 x\n{levels}"
    assert "too large" in refusal(tmp_path, check.replace("\n  l", "\n   l"))
    own = "checks:\n- {name: c, kind: BAKE, when: AFTER, configuration: &me {again: [*me]}}\n"
    assert "nested more than 30 deep" in refusal(tmp_path, own)


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"name: \xff\n", b"a: \x00\n", b"[" * 5000])
def test_files_that_are_no_document(content: bytes, tmp_path: Path) -> None:
    """Empty, not UTF-8, binary, or nested beyond reason: refused in a sentence that names the file."""
    path = tmp_path / "organisation.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"organisation\.yaml"):
        read_organisation(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, and a folder, are refused."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(InputError, match="Cannot read"):
            read_organisation(path)


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(documents)
def test_everything_is_the_same_as_itself(value: object) -> None:
    """The comparison is reflexive, so that a second load changes nothing."""
    assert same(value, value)


@given(st.lists(st.text()), st.randoms())
def test_lists_are_the_same_in_any_order(values: list[str], chance: object) -> None:
    """The service may keep a placement in an order of its own."""
    assert same(values, sorted(values))


def test_times_are_the_same_instant() -> None:
    """A time with another offset, or a Z, is the same; another time, and text, are not."""
    assert same("2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00")
    assert not same("2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z")
    assert not same("a", "b")
    assert not same("a", None)


def test_what_the_file_leaves_out_is_the_services() -> None:
    """A configuration that the service completed with defaults is not different."""
    assert same({"alarmName": "a"}, {"alarmName": "a", "pollSeconds": 60})
    assert not same({"alarmName": "a"}, {"alarmName": "b"})
