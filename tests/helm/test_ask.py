"""The program of `helm test` against the real service: what it says when all is well, and when something is not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL

from domain.permissions import Role, Viewer
from models.engine import Database
from resolvers import api_tokens
from resolvers.configuring import Author
from tests.helm.tools import CHART, container, rendered
from tests.service import answers, environment, forked, free_port

PUBLIC = "https://interlock.example.com"
ISSUER = {
    "INTERLOCK_OIDC_ISSUER": "https://sso.example.com",
    "INTERLOCK_OIDC_CLIENT_ID": "interlock",
    "INTERLOCK_ROLE_GROUPS": "developer=*",
    "INTERLOCK_PUBLIC_URL": PUBLIC,
}


def ask(service: str, token: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the program as the pod does."""
    given = {"PATH": os.environ["PATH"], "SERVICE": service, "PUBLIC_URL": PUBLIC}
    return subprocess.run(
        [sys.executable, str(CHART / "files" / "ask.py")],
        env=given | ({"TOKEN_FILE": str(token)} if token else {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def closed_service(database_url: URL) -> Iterator[str]:
    """Host and port of a running service that asks everybody for a token."""
    port = free_port()
    with forked("serve", environment(database_url, INTERLOCK_PORT=str(port), **ISSUER)) as process:
        answers(f"http://127.0.0.1:{port}", process)
        yield f"127.0.0.1:{port}"


async def _token(url: URL, name: str) -> str:
    now, admin = datetime.now(UTC), Viewer("ada@example.com", frozenset({Role.ADMIN}))
    async with Database(url) as database, database.transaction() as session:
        end = now + timedelta(days=1)
        author = Author(actor=admin.actor, now=now, url=PUBLIC)
        made = await api_tokens.create(session, author, admin, name=name, roles=[Role.VIEWER], expires_at=end)
    return made.secret


async def test_with_a_token_it_asks_and_follows(closed_service: str, database_url: URL, tmp_path: Path) -> None:
    """A query is answered and a subscription gives what happened; before anything has, the subscription stands."""
    token = tmp_path / "token"
    token.write_text(await _token(database_url, "helm-test") + "\n")
    first = ask(closed_service, token)
    assert (first.returncode, first.stderr) == (0, "")
    await _token(database_url, "another")
    then = ask(closed_service, token)
    assert (then.returncode, then.stderr) == (0, "")
    assert "ok    a subscription gives what happened" in then.stdout
    assert then.stdout.endswith("All is well.\n")
    token.write_text("ilk_" + "x" * 43)
    refused = ask(closed_service, token)
    assert refused.returncode == 1
    assert "FAILED: POST /graphql answers 401 instead of 200" in refused.stderr


def test_without_a_token_it_finds_the_door_closed(closed_service: str) -> None:
    """What anybody may ask is answered, and both the graph and a socket refuse whoever does not say who it is."""
    done = ask(closed_service)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ok    POST /graphql answers 401" in done.stdout
    assert "ok    a socket without a token is closed with 44" in done.stdout


def test_an_open_door_fails_it(service: str) -> None:
    """A service that answers everybody is told, without a stack trace."""
    done = ask(service.removeprefix("http://"))
    assert done.returncode == 1
    assert done.stderr.startswith("FAILED: ")
    assert "Traceback" not in done.stderr


def test_probes_from_inside_ask_the_service(service: str) -> None:
    """The commands of an evaluation's probes: 0 where the service answers, 1 where nobody does."""

    def asked(kind: str, at: str) -> int:
        command = container(rendered("evaluation"))[f"{kind}Probe"]["exec"]["command"]
        program = [sys.executable, *command[1:-1], command[-1].replace("8400", at)]
        return subprocess.run(program, capture_output=True, check=False).returncode

    nowhere = str(free_port())
    for kind in ("startup", "readiness", "liveness"):
        assert asked(kind, service.rpartition(":")[2]) == 0
        assert asked(kind, nowhere) == 1
