"""The SQL of migrations, as Alembic renders it without a database, is looked through by squawk for what locks."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import pytest

from models import migrate, support

LEFT_OUT = {
    "transaction-nesting": "what is rendered shows the transaction that each migration is",
    "require-lock-timeout": "`models.migrate` sets one for the session: TABLE_LOCK",
    "require-statement-timeout": "reading every row of a large table takes its time, and holds nobody back",
    "prefer-bigint-over-int": "numbers of 32 bits are counts and epochs; what grows without end is a bigint by review",
}
OLDER = {
    "4afb3f05f892", "97fd77ff1b56", "1e7da3410834", "5b1f0c9d7a21", "7c40e2b9a6f1", "c4d7a90be215", "9d3b6a51c0e4",
    "8d2e41f7c3b6", "c41f7a90b3d6", "8c4e6a10b5d3", "5b9f02d6e17a", "5f0b7c93ad21", "3d9f60c7b2ae", "4e4def87f3eb",
    "8c41e6a07d35", "b2d95e1c4f70",
}  # fmt: skip
"""Applied before anybody looked: their tables were small, and what is applied is not changed."""
ON_PURPOSE = {
    "a41d7e90c6b3": {
        "prefer-text-field": "a new column, as long as words of roles are everywhere",
    },
    "e1f47b0c95d2": {
        "prefer-text-field": "a new table, whose words are as long as words are everywhere",
    },
    "2f6b0d94c7e3": {
        "prefer-text-field": "a new column, as long as words are everywhere",
        "constraint-missing-not-valid": "the log is written anew here, and read once more is little beside that",
    },
    "4d7be2a91c06": {
        "constraint-missing-not-valid": "of overrides and waivers, which people grant: there are few",
    },
    "7a1c5e90d3b8": {
        "ban-alter-identity": "the identity goes from the table to the whole of its parts, in one transaction",
        "ban-drop-constraint": "the checks are the migration's own; what kept envelopes unique is a table of its own",
        "renaming-table": "the old table becomes a part, and another takes its name in the same transaction",
        "renaming-object": "so do its constraints and indexes",
        "require-concurrent-index-creation": "of receipts: a BRIN index, which is built in a second",
    },
}
"""What was weighed: the revision, the rule, and why it is so all the same."""
CONTRACTING = {
    "ban-drop-column", "ban-drop-table", "renaming-column", "renaming-table", "changing-column-type",
    "adding-not-nullable-field", "adding-required-field",
}  # fmt: skip
"""Rules that find what programs of before cannot work behind: docs/upgrade.md."""
REVISIONS = [script.revision for script in migrate._scripts().walk_revisions()]


def findings(statements: str, folder: Path) -> dict[str, str]:
    """Squawk's, by rule, with the first sentence of each."""
    file = folder / "migration.sql"
    file.write_text(statements)
    squawk = Path(sys.executable).with_name("squawk")
    command = [str(squawk), "--assume-in-transaction", "--pg-version", "15.0", "--reporter", "json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {each["rule_name"]: f"line {each['line']}: {each['message']}" for each in json.loads(done.stdout)}


@pytest.mark.parametrize("revision", sorted(set(REVISIONS) - OLDER))
def test_a_migration_locks_nothing_for_long(revision: str, tmp_path: Path) -> None:
    """What squawk finds is mended, or said to be so on purpose; what is said holds for something."""
    found = {rule: said for rule, said in findings(migrate.sql(revision), tmp_path).items() if rule not in LEFT_OUT}
    weighed = ON_PURPOSE.get(revision, {})
    assert {rule: said for rule, said in found.items() if rule not in weighed} == {}
    assert set(weighed) <= set(found)


def test_a_migration_that_takes_something_away_says_so(tmp_path: Path) -> None:
    """What programs of before still read, or leave out, goes in a contraction alone: `CONTRACT = True`."""
    scripts = migrate._scripts()
    for script in itertools.takewhile(lambda each: each.revision != support.FIRST, scripts.walk_revisions()):
        found = findings(migrate.sql(script.revision), tmp_path)
        assert support.contracts(script) or not CONTRACTING & found.keys(), (script.revision, found)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("alter table team drop column email", "ban-drop-column"),
        ("drop table team", "ban-drop-table"),
        ("alter table team rename column email to address", "renaming-column"),
        ("alter table team rename to crew", "renaming-table"),
        ("alter table team alter column email type integer", "changing-column-type"),
        ("alter table team alter column email set not null", "adding-not-nullable-field"),
        ("alter table team add column address text not null", "adding-required-field"),
    ],
)
def test_what_takes_something_away_is_found(statement: str, rule: str, tmp_path: Path) -> None:
    """Each rule by which a contraction is known finds one."""
    assert rule in findings(statement + ";", tmp_path)
    assert rule in CONTRACTING


def test_what_is_exempted_is_there() -> None:
    """No name of a migration that is gone."""
    assert set(REVISIONS) >= OLDER | ON_PURPOSE.keys()


def test_a_lock_that_lasts_is_found(tmp_path: Path) -> None:
    """The first migrations had such: squawk is there, and looks."""
    assert "require-concurrent-index-creation" in findings(migrate.sql("c41f7a90b3d6"), tmp_path)
