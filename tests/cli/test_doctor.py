"""`interlock doctor`: what is wrong, and what mends it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from click.testing import Result
from sqlalchemy import URL

from interlock_cli.doctor.service import CLOCK_SECONDS, HOLD_SECONDS, READER_SECONDS, WAITING_SECONDS, of_health
from interlock_cli.folders import config_file
from interlock_cli.login import store
from tests.cli.conftest import Pretend, as_json

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOTHING = {"count": 0, "seconds": 0, "tried": False}
BEYOND, WITHIN = ({"count": 3, "seconds": WAITING_SECONDS + more, "tried": True} for more in (1, 0))
Run = Callable[..., Result]


def health(**changed: Any) -> dict[str, Any]:
    """A service that is well, but for what is changed."""
    well = {
        "version": "0.1.0",
        "clock": {"now": NOW.isoformat(), "speed": 1.0, "rehearsal": False},
        "databaseTime": NOW.isoformat(),
        "databaseVersion": "18.1",
        "readers": [{"name": "traces", "eventsBehind": 12, "secondsBehind": 61.0}],
        "hold": {"events": 0, "seconds": 0, "pid": None, "application": None},
        "setAside": 0,
        "spans": NOTHING,
        "metricPoints": NOTHING,
        "notifications": NOTHING,
        "failingTargets": [],
    }
    return well | changed


def found(**changed: Any) -> list[str]:
    """The checks that find something."""
    every = list(of_health(health(**changed), NOW, NOW + timedelta(seconds=1)))
    assert all(each.problem and each.mend for each in every)
    return [each.check for each in every]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"databaseTime": (NOW + timedelta(seconds=CLOCK_SECONDS + 1)).isoformat()}, []),
        ({"databaseTime": (NOW + timedelta(seconds=CLOCK_SECONDS + 2)).isoformat()}, ["clock"]),
        ({"databaseTime": (NOW - timedelta(seconds=CLOCK_SECONDS + 1)).isoformat()}, ["clock"]),
        ({"readers": [{"name": "x", "eventsBehind": 1, "secondsBehind": READER_SECONDS}]}, []),
        ({"readers": [{"name": "x", "eventsBehind": 1, "secondsBehind": READER_SECONDS + 1}]}, ["reader"]),
        ({"hold": {"events": 3, "seconds": HOLD_SECONDS + 1, "pid": None, "application": None}}, ["log"]),
        ({"hold": {"events": 3, "seconds": HOLD_SECONDS, "pid": 7, "application": "pg_dump"}}, []),
        ({"setAside": 10_000}, ["set aside"]),
        ({"spans": BEYOND}, ["spans"]),
        ({"spans": WITHIN}, []),
        ({"spans": BEYOND | {"tried": False}}, []),  # no collector is named
        ({"metricPoints": BEYOND}, ["CloudWatch"]),
        ({"failingTargets": [{"route": "a", "seconds": WAITING_SECONDS, "error": None}]}, []),
        ({"failingTargets": [{"route": "a", "seconds": WAITING_SECONDS + 1, "error": "HTTP 500"}]}, ["notifications"]),
    ],
)
def test_thresholds(changed: dict[str, Any], expected: list[str]) -> None:
    """Each check finds what is beyond its threshold, with a mend, and nothing that is within it."""
    assert found(**changed) == expected


def test_a_service_that_is_well(service: str, run: Run) -> None:
    """Against the real one: exit code 0, its version, and nothing on stdout that is no table."""
    result = run("--url", service, "doctor")
    assert result.exit_code == 0, result.output
    assert f"at {service} is well" in result.stderr
    data = json.loads(run("--url", service, "doctor", "-o", "json").stdout)
    assert (data["findings"], data["service"], data["version"]) == ([], service, "0.1.0")


def test_a_service_for_rehearsals_says_so(ask: Run, pretend: Pretend) -> None:
    """Its times are not the world's, and it need not be mended."""
    well = health(
        clock={"now": "2031-03-01T08:00:00+00:00", "speed": 43_200.0, "rehearsal": True},
        databaseTime=datetime.now(UTC).isoformat(),
    )
    pretend.answer = lambda _: as_json({"data": {"health": well}})
    result = ask("doctor")
    assert result.exit_code == 0
    assert "for rehearsals: its clock shows 2031-03-01 08:00 UTC and passes 43,200 s in a second" in result.stderr


def test_a_service_that_is_not_well(service: str, database_url: URL, run: Run) -> None:
    """Against the real one: a reader that is hours behind and a message set aside; exit code 1 with the mends."""
    address = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute(
            "insert into set_aside (id, message_id, reason, body) values (gen_random_uuid(), '1', 'no JSON', 'x')"
        )
        connection.execute("insert into reader values ('traces', 'AQAAAAEAAAAAAAAAAAAAAAAAAAAA')")
        connection.execute(
            "insert into event (epoch, type, actor, subject_type, subject_id, payload, time) values "
            "(1, 'region.updated', 'tester', 'Region', gen_random_uuid(), '{}', now() - interval '3 hours')"
        )
    result = run("--url", service, "doctor")
    assert result.exit_code == 1
    readers = ("forecasts", "metrics", "notifications", "outcomes", "traces")
    for reader in readers:  # all but the last have never read
        assert f"The reader {reader} is 3 h and 1 events behind" in result.stdout
    assert "replaySetAside" in result.stdout
    data = json.loads(run("--url", service, "doctor", "-o", "json").stdout)
    assert [each["check"] for each in data["findings"]] == [*("reader" for _ in readers), "set aside"]


def test_a_service_that_is_not_there(run: Run) -> None:
    """Exit code 1, where it was looked for, and how to start it."""
    result = run("--url", "http://127.0.0.1:1", "doctor")
    assert result.exit_code == 1
    assert "No service answers at http://127.0.0.1:1" in result.stdout
    assert "make serve" in result.stdout
    assert "does not answer; 1 finding" in result.stderr
    data = json.loads(run("--url", "http://127.0.0.1:1", "doctor", "-o", "json").stdout)
    assert [each["check"] for each in data["findings"]] == ["service"]


def test_a_service_of_an_earlier_version(ask: Run, pretend: Pretend) -> None:
    """It does not know the field: a sentence, and that it is old; no trace."""
    pretend.known = None
    pretend.answer = lambda _: as_json({"errors": [{"message": "Cannot query field 'health' on type 'Query'."}]})
    result = ask("doctor")
    assert result.exit_code == 1
    assert "Cannot query field 'health'" in result.stdout
    data = json.loads(ask("doctor", "-o", "json").stdout)
    assert [each["check"] for each in data["findings"]] == ["version", "service"]
    assert "Traceback" not in result.output


def well(pretend: Pretend) -> None:
    """A service that finds nothing wrong with itself."""
    pretend.answer = lambda _: as_json({"data": {"health": health(databaseTime=datetime.now(UTC).isoformat())}})


def checks(result: Result) -> list[str]:
    """What was found; the exit code says whether anything was."""
    named = [each["check"] for each in json.loads(result.stdout)["findings"]]
    assert result.exit_code == bool(named)
    return named


@pytest.mark.parametrize(("command", "mend"), [("0.0.1", "Update the service"), ("99.1.0", "Update this command")])
def test_versions_that_do_not_fit(command: str, mend: str, ask: Run, pretend: Pretend) -> None:
    """Which of the two to update."""
    well(pretend)
    assert checks(ask("doctor", "-o", "json")) == []
    pretend.known = {"version": "0.1.0", "command": command}
    result = ask("doctor", "-o", "json")
    assert checks(result) == ["version"]
    assert mend in result.stdout


def test_nobody_is_logged_in(ask: Run, pretend: Pretend) -> None:
    """That is a finding where the service has an issuer, unless a token is given."""
    well(pretend)
    pretend.known = {**(pretend.known or {}), "issuer": "https://sso.example.com", "clientId": "c"}
    assert checks(ask("doctor", "-o", "json")) == ["login"]
    assert checks(ask("--token", "x", "doctor", "-o", "json")) == []


def test_a_login_that_is_refused(ask: Run, pretend: Pretend) -> None:
    """A token that the service does not take, and logins that others can read."""
    pretend.answer = lambda _: (401, "text/plain", "no")
    store.file().parent.mkdir(parents=True)
    store.file().write_text("{}")
    store.file().chmod(0o644)
    result = ask("doctor", "-o", "json")
    assert checks(result) == ["login", "login"]
    assert "interlock login" in result.stdout
    assert "chmod 600" in result.stdout


def test_a_configuration_that_is_broken(run: Run, ask: Run, pretend: Pretend) -> None:
    """Its place; a service that nobody meant is not asked. Keys that nobody reads are named."""
    well(pretend)
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_text("current = ")
    result = run("doctor", "-o", "json")
    assert checks(result) == ["configuration"]
    assert "line 1, column 11" in result.stdout
    file.write_text("[aliases]\nx = 1\n")
    result = ask("doctor", "-o", "json")
    assert checks(result) == ["configuration"]
    assert "does not know: aliases" in result.stdout
