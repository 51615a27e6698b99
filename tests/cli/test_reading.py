"""YAML files: bounds, and what is no document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from interlock_cli.errors import InputError
from interlock_cli.organisation import reading
from interlock_cli.organisation.reading import LARGEST_FILE_BYTES, MOST_NODES, read_yaml
from interlock_cli.organisation.typed import read_organisation


def refusal(folder: Path, content: bytes) -> str:
    """Why a file with these bytes is refused."""
    path = folder / "organisation.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_organisation(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"accounts:\n - [\n", 3, "not YAML"),
        (b"a: 1\nb 2\nc: 3\n", 2, "Put a colon and a blank behind the key."),
        (b"a: 1\n---\nb: 2\n", 2, "Remove the line `---`"),
        (b"a: *b\n", 1, "begins with an asterisk"),
        (b"a:\n  b: *\n", 2, "not YAML"),
        (b"a:\n\tb: 1\n", 2, "takes no tab"),
        (b"a: 1\n\tb: 2\n", 2, "takes no tab"),
        (b"a: b: c\n", 1, "a colon and a blank"),
        (b"a: @b\n", 1, "quotes"),
        (b'a: "b\nc: d\n', 3, "not closed"),
        (b"a: 1\nname: \xff\n", 2, "not UTF-8"),
        (b"a: 1\nb: \x00\n", 2, "U+0000"),
        (b"\x7fELF\x02\x01\x01\x00", 1, "U+007F"),
        (b"\x89PNG\r\n\x1a\n", 1, "not UTF-8"),
        (b"[" * 5000, 1, "nested more than 40 deep"),
        (b"{a: " * 200_000, 1, "nested more than 40 deep"),
        (b"- " * 100_000, 1, "nested more than 40 deep"),
    ],
)
def test_what_is_no_yaml_is_said_with_its_line(content: bytes, line: int, words: str, tmp_path: Path) -> None:
    """The line, what the parser found there, and what to do about the usual reasons."""
    said = refusal(tmp_path, content)
    assert f"organisation.yaml, line {line}: " in said
    assert words in said


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\n" * 1_000_000, b"\xef\xbb\xbf"])
def test_an_empty_file(content: bytes, tmp_path: Path) -> None:
    """Nothing but lines and comments, however many, is said to be empty."""
    assert "is empty" in refusal(tmp_path, content)


def test_a_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    """Editors on Windows begin a file with one."""
    path = tmp_path / "organisation.yaml"
    path.write_bytes(b"\xef\xbb\xbfteams:\r\n- name: t\r\n")
    assert read_organisation(path).document == {"teams": [{"name": "t"}]}


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """By its bytes before it is read, by its keys and values while it is: the line where it became too many."""
    assert f"more than {LARGEST_FILE_BYTES:,} bytes" in refusal(tmp_path, b"- name: a\n" * 1_000_000)
    with pytest.raises(InputError, match="more than 4,000,000 bytes"):
        read_yaml(Path("/dev/zero"))
    said = refusal(tmp_path, b"- a\n" * 900_000)
    assert f"more than {MOST_NODES:,} keys and values" in said


def test_aliases_cannot_make_a_small_file_huge(tmp_path: Path) -> None:
    """A document whose aliases expand to ten million nodes, or contain themselves, is refused."""
    levels = "\n".join(f"   l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 8))
    check = f"checks:\n- name: c\n  kind: BAKE\n  when: AFTER\n  configuration:\n   l0: &l0 x\n{levels}\n"
    assert "aliases are expanded" in refusal(tmp_path, check.encode())
    own = b"checks:\n- {name: c, kind: BAKE, when: AFTER, configuration: &me {again: [*me]}}\n"
    assert "without end" in refusal(tmp_path, own)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, and a folder, are refused."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(InputError, match="Cannot read"):
            read_yaml(path)


def test_libyaml_reads_where_it_is() -> None:
    """The wheels of PyYAML bring it: a large file is read several times as fast."""
    assert issubclass(reading.Bounded, yaml.CSafeLoader)


def test_a_dash_is_standard_input(run: Callable[..., Result]) -> None:
    """`interlock apply -` reads what a pipe brings, and names its lines."""
    result = run("apply", "-", stdin="services:\n  - {nam: a}\n")
    assert result.exit_code == 2
    assert "-, line 2: A service has no 'nam'" in result.stderr
