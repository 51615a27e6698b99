"""Which commit a rehearsal pretends was pushed."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from interlock_cli.errors import InputError
from interlock_cli.rehearsal.assembly import read_assembly
from interlock_cli.rehearsal.commit import require_commit, trigger_of, triggers_of

from . import assemblies

NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("commit", ["", "main", "9F2C1AB", "9f2c1a", "g" * 40, "a" * 41])
def test_what_cannot_be_a_commit_is_refused(commit: str) -> None:
    """A branch, capitals, too short, too long."""
    with pytest.raises(InputError, match="is not a commit"):
        require_commit(commit)


def test_a_commit_that_git_does_not_know_is_taken_as_it_is(tmp_path: Path) -> None:
    """Its message and author are nobody's."""
    trigger = trigger_of(read_assembly(assemblies.write(tmp_path)), tmp_path, "9f2c1ab", NOW)
    assert (trigger.commit, trigger.repository, trigger.branch) == ("9f2c1ab", "acme/payments", "main")


def test_without_git_the_same_app_is_the_same_commit(tmp_path: Path) -> None:
    """Forty hexadecimal digits of the pipeline's template."""
    assembly = read_assembly(assemblies.write(tmp_path))
    first, second = (trigger_of(assembly, tmp_path, None, NOW).commit for _ in range(2))
    assert first == second
    require_commit(first)


def test_the_apps_own_commit_is_told_with_its_author(tmp_path: Path) -> None:
    """As a webhook would tell it."""
    assembly = read_assembly(assemblies.write(tmp_path / "out"))
    person = ["-c", "user.name=Mary", "-c", "user.email=mary@example.com", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], [*person, "commit", "-q", "--allow-empty", "-m", "raise limit"]):
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True)
    trigger = trigger_of(assembly, tmp_path, None, NOW)
    assert (trigger.author, trigger.email, trigger.message) == ("Mary", "mary@example.com", "raise limit")
    assert len(trigger.commit) == 40


def test_several_commits_are_made_up_but_the_last(tmp_path: Path) -> None:
    """The last is the app's own, the others are different from it, and the same each time."""
    assembly = read_assembly(assemblies.write(tmp_path))
    first, again = ([each.commit for each in triggers_of(assembly, tmp_path, [], 3, NOW)] for _ in range(2))
    assert first == again
    assert len(set(first)) == 3
    assert first[-1] == trigger_of(assembly, tmp_path, None, NOW).commit
    named = triggers_of(assembly, tmp_path, ["aaaaaaa", "bbbbbbb"], 1, NOW)
    assert [each.commit for each in named] == ["aaaaaaa", "bbbbbbb"]
