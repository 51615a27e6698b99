"""`interlock config`, and which service is asked."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import Result

from interlock_cli.contexts import Configuration, place, read_configuration
from interlock_cli.errors import InputError
from interlock_cli.folders import config_file
from tests.cli.conftest import Pretend, as_json

Run = Callable[..., Result]
KNOWN = Configuration(Path("config.toml"), {"prod": "https://prod", "dev": "https://dev"}, "prod")
NOTHING = {"data": {"services": {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}}


def write(text: str) -> Path:
    """The file as a person wrote it."""
    file = config_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("url", "context", "environment", "expected"),
    [
        ("https://u", None, {"INTERLOCK_URL": "https://e", "INTERLOCK_CONTEXT": "dev"}, ("https://u", "--url")),
        (None, "dev", {"INTERLOCK_URL": "https://e", "INTERLOCK_CONTEXT": "prod"}, ("https://dev", "--context")),
        (None, None, {"INTERLOCK_URL": "https://e", "INTERLOCK_CONTEXT": "dev"}, ("https://e", "INTERLOCK_URL")),
        (None, None, {"INTERLOCK_CONTEXT": "dev"}, ("https://dev", "INTERLOCK_CONTEXT")),
        (None, None, {"INTERLOCK_URL": ""}, ("https://prod", "current in config.toml")),
    ],
)
def test_what_goes_first(
    url: str | None,
    context: str | None,
    environment: Mapping[str, str],
    expected: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A flag before the environment, that before the file; an address before a name, in each."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = place(url, context, lambda: KNOWN)
    assert (found.url, found.origin) == expected


def test_the_default_is_this_machine() -> None:
    """Where nothing says anything, and there is no file."""
    assert place(None, None, read_configuration).url == "http://127.0.0.1:8400"


def test_both_flags_are_refused(run: Run) -> None:
    """A context stands for an address."""
    result = run("--url", "http://127.0.0.1:1", "--context", "prod", "services")
    assert result.exit_code == 2
    assert "--url and --context are both given" in result.stderr


def test_a_name_is_made_used_and_forgotten(run: Run, pretend: Pretend) -> None:
    """From nothing: set, use, asked, list, get, unset. Only its owner may read the file."""
    pretend.answer = lambda _: as_json(NOTHING)
    made = run("config", "set", "contexts.prod.url", pretend.url)
    assert "interlock config use prod" in made.stderr
    assert run("config", "get", "current").exit_code == 1
    assert run("config", "use", "prod").exit_code == 0
    assert run("services").exit_code == 0
    assert len(pretend.payloads) == 1
    listed = json.loads(run("config", "list", "-o", "json").stdout)
    assert listed == [{"context": "prod", "url": pretend.url, "current": True}]
    assert run("config", "get", "contexts.prod.url").stdout == f"{pretend.url}\n"
    assert run("config", "path").stdout == f"{config_file()}\n"
    assert stat.S_IMODE(config_file().stat().st_mode) == 0o600
    assert run("config", "unset", "contexts.prod").exit_code == 0
    assert json.loads(run("config", "list", "-o", "json").stdout) == []
    assert run("config", "get", "current").exit_code == 1


def test_comments_and_links_stay(run: Run, tmp_path: Path) -> None:
    """What a person wrote beside the values is kept; a link to a file elsewhere stays a link."""
    file = write("")
    kept = tmp_path / "dotfiles.toml"
    kept.write_text('# Ours.\ncurrent = "a"  # mostly\n\n[contexts.a]\nurl = "https://a"\nmore = 1\n\n[other]\nx = 2\n')
    file.unlink()
    file.symlink_to(kept)
    assert run("config", "set", "contexts.b.url", "https://b").exit_code == 0
    assert run("config", "use", "b").exit_code == 0
    assert file.is_symlink()
    text = kept.read_text()
    assert "# Ours.\n" in text
    assert 'current = "b"  # mostly\n' in text
    assert "x = 2" in text
    assert read_configuration().unknown == ("other", "contexts.a.more")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('current = "a"\n[contexts.a\nurl = "https://a"', "line 2, column 12"),
        ("current = ", "line 1, column 11"),
        ('a = "x', "line 1, "),
        (b'current = "\xff"', "is not UTF-8: invalid start byte at byte 11"),
        ("current = 3", "current is 3"),
        ("contexts = 3", "contexts is not a table of tables"),
        ("[contexts]\na = 3", "contexts is not a table of tables"),
        ("[contexts.a]\nurl = 3", "the context a has the url 3"),
        ("[contexts.a]", "the context a has no url"),
        ('[contexts.a]\nurl = "a"', "'a' is not the address of a service. Correct contexts.a.url in"),
        ('[contexts."a b"]\nurl = "https://a"', "'a b' is not the name of a context"),
        ('current = "b"', "There is no context 'b' (current in"),
    ],
)
def test_a_file_that_is_malformed(text: str | bytes, said: str, run: Run) -> None:
    """Its place and its mistake, with exit code 2; no command overwrites it."""
    file = write("")
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    result = run("services")
    assert result.exit_code == 2
    assert said in result.stderr
    assert str(file) in result.stderr
    before = file.read_bytes()
    run("config", "set", "contexts.A.url", "nothing")
    assert file.read_bytes() == before


def test_a_broken_file_is_never_overwritten(run: Run) -> None:
    """Not even by a change that is right; nor is another context's lack, which the change may mend, an obstacle."""
    file = write("current = ")
    assert run("services", "--help").exit_code == 0
    assert run("config", "set", "contexts.a.url", "https://a").exit_code == 2
    assert file.read_text() == "current = "
    write("[contexts.a]\n")
    assert run("config", "set", "contexts.a.url", "https://a").exit_code == 0
    assert read_configuration().contexts == {"a": "https://a"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("set", "url", "https://a"), "'url' is no key"),
        (("set", "contexts.a b.url", "https://a"), "'a b' is not the name of a context"),
        (("set", "contexts.a.url", "a"), "'a' is not the address"),
        (("set", "current", "a"), "There is no context 'a'"),
        (("use", "a"), "has: none"),
        (("unset", "contexts.a"), "contexts.a is not set"),
        (("unset", "contexts.a.b.c"), "is no key"),
    ],
)
def test_wrong_input(arguments: tuple[str, ...], said: str, run: Run) -> None:
    """What was given, and what is allowed; nothing is written."""
    result = run("config", *arguments)
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert not config_file().exists()


def test_another_file(run: Run, tmp_path: Path) -> None:
    """INTERLOCK_CONFIG names it; a relative XDG folder is ignored, as the specification says."""
    other = tmp_path / "other.toml"
    assert run("config", "path", env={"INTERLOCK_CONFIG": str(other)}).stdout == f"{other}\n"
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"}
    assert run("config", "path", env=home).stdout == f"{tmp_path}/.config/interlock/config.toml\n"


def test_a_file_that_cannot_be_read(run: Run) -> None:
    """A folder in its place is said, not a traceback."""
    config_file().mkdir(parents=True)
    result = run("services")
    assert result.exit_code == 2
    assert "Is a directory" in result.stderr
    with pytest.raises(InputError):
        read_configuration()
