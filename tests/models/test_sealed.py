"""What was sealed is known after the schema has changed, too."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest
from sqlalchemy import URL

from models import migrate

pytestmark = pytest.mark.database
BEFORE = "5b1f0c9d7a21"
"""The revision in which only the moment of sealing was kept."""


def _rows(url: URL, statement: str) -> list[tuple[object, ...]]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg.connect(address, autocommit=True)) as connection:
        done = connection.execute(statement.encode())
        return done.fetchall() if done.description else []


def test_an_attempt_that_was_sealed_before_is_known(empty_database_url: URL) -> None:
    """Sealed after its end: that attempt, until its end. Ended or running since: the attempt before, until then."""
    migrate.upgrade(empty_database_url, BEFORE)
    pipeline = "'01910000-0000-7000-8000-00000000000a'"
    _rows(
        empty_database_url,
        f"insert into pipeline (id, name, arn, account_id, region_name)"
        f" values ({pipeline}, 'pay', 'arn:pay', '999999999999', 'eu-west-1')",
    )
    told = {
        "never": ("1", "'2026-11-22 10:00Z'", "null"),
        "sealed": ("2", "'2026-11-22 10:00Z'", "'2026-11-22 10:01Z'"),
        "running again": ("2", "null", "'2026-11-22 10:01Z'"),
        "ended again": ("3", "'2026-11-23 10:00Z'", "'2026-11-22 10:01:00.5Z'"),
    }
    for number, (name, (attempt, ended, sealed)) in enumerate(told.items()):
        _rows(
            empty_database_url,
            f"insert into pipeline_execution (id, pipeline_id, execution_id, status, attempt, ended_at, sealed_at)"
            f" values ('01910000-0000-7000-8000-00000000000{number}', {pipeline}, '{name}', 'FAILED', {attempt},"
            f" {ended}, {sealed})",
        )
    migrate.upgrade(empty_database_url)
    assert dict(_rows(empty_database_url, "select execution_id, sealed from pipeline_execution")) == {
        "never": [],
        "sealed": [{"attempt": 2, "until": "2026-11-22T10:00:00.000000+00:00"}],
        "running again": [{"attempt": 1, "until": "2026-11-22T10:01:00.000000+00:00"}],
        "ended again": [{"attempt": 2, "until": "2026-11-22T10:01:00.500000+00:00"}],
    }
