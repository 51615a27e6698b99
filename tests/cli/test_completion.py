"""`interlock completion`, and the names that a shell completes."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interlock_cli import completing
from interlock_cli.folders import cache_folder, config_file
from interlock_cli.main import cli
from tests.cli.conftest import Answer, Pretend, as_json, served

Run = Callable[..., Result]


def completed(*words: str) -> list[str]:
    """What the shell offers for the last word."""
    *before, last = words
    return [each.value for each in ShellComplete(cli, {}, "interlock", "_X").get_completions(before, last)]


def named(payload: dict[str, Any]) -> Answer:
    """Two pages of names of either kind."""
    kind = "services" if "services(" in payload["query"] else "environments"
    after = payload["variables"]["after"]
    names = ["payments", "search"] if after is None else ["payouts"]
    page = {"nodes": [{"name": name} for name in names], "pageInfo": {"hasNextPage": after is None, "endCursor": "1"}}
    return as_json({"data": {kind: page}})


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_click_s(shell: str, run: Run) -> None:
    """For the shell that is named, or that $SHELL names; where that shell is there, it takes the script."""
    script = run("completion", shell).stdout
    assert "_INTERLOCK_COMPLETE" in script
    assert run("completion", env={"SHELL": f"/usr/bin/{shell}"}).stdout == script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_a_shell_that_is_not_known(run: Run) -> None:
    """Exit code 2, with those that are."""
    result = run("completion", env={"SHELL": "/bin/tcsh"})
    assert result.exit_code == 2
    assert "'tcsh'" in result.stderr
    assert "bash, zsh, fish" in result.stderr


def test_commands_and_options(run: Run) -> None:
    """Without a service; a command that runs another way than by a table as well."""
    assert completed("exec") == ["executions"]
    assert completed("override", "g") == ["grant"]
    assert "--service" in completed("override", "grant", "--s")


def test_names_of_the_service(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every page; asked once, as the cache holds for five minutes; each service and kind has its own."""
    pretend.answer = named
    monkeypatch.setenv("INTERLOCK_URL", pretend.url)
    assert completed("status", "pay") == ["payments", "payouts"]
    assert completed("status", "") == ["payments", "payouts", "search"]
    assert len(pretend.payloads) == 2
    assert completed("why", "search", "s") == ["search"]
    assert completed("override", "grant", "--environment", "s") == ["search"]
    assert len(pretend.payloads) == 4
    assert completed("--url", f"{pretend.url}/", "status", "s") == ["search"]
    assert len(pretend.payloads) == 4
    (cache,) = cache_folder().glob("services-*.json")
    kept = json.loads(cache.read_text())
    cache.write_text(json.dumps(kept | {"at": time.time() - completing.FRESH_SECONDS - 1}))
    completed("status", "")
    assert len(pretend.payloads) == 6


@pytest.mark.parametrize("cache", ["{", "[]", '{"at": null, "names": []}'])
def test_a_cache_that_is_not_whole(cache: str, pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made anew."""
    pretend.answer = named
    monkeypatch.setenv("INTERLOCK_URL", pretend.url)
    completed("status", "")
    (file,) = cache_folder().glob("services-*.json")
    file.write_text(cache)
    assert completed("status", "s") == ["search"]


def test_what_fails_completes_nothing(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that refuses, an address or a file that is none: no names, no error; it is not asked at each key."""
    monkeypatch.setenv("INTERLOCK_URL", pretend.url)
    pretend.answer = lambda _: (500, "text/plain", "")
    assert completed("status", "") == completed("status", "") == []
    assert len(pretend.payloads) == 1
    assert completed("--url", "nonsense", "status", "") == []
    monkeypatch.delenv("INTERLOCK_URL")
    config_file().parent.mkdir(parents=True)
    config_file().write_text("current = ")
    assert completed("status", "") == completed("--context", "") == []
    config_file().write_text('[contexts.prod]\nurl = "https://p"\n[contexts.dev]\nurl = "https://d"\n')
    assert completed("--context", "") == ["dev", "prod"]
    assert completed("config", "use", "p") == ["prod"]


def test_what_is_slow_completes_nothing(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell does not wait longer than it was told to, whatever the service does."""
    monkeypatch.setattr(completing, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(completing, "_asked", lambda *_: time.sleep(0.3) or ["late"])
    monkeypatch.setenv("INTERLOCK_URL", pretend.url)
    assert completed("status", "") == []


def test_no_token_follows_a_redirect(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the service's that was named, at whatever key it is asked."""
    came: list[str | None] = []

    async def elsewhere(request: Request) -> Response:
        came.append(request.headers.get("authorization"))
        return Response("{}")

    with served(Starlette(routes=[Route("/", elsewhere)])) as other:
        pretend.answer, pretend.more_headers = lambda _: as_json({}, 302), {"location": f"{other}/"}
        monkeypatch.setenv("INTERLOCK_URL", pretend.url)
        assert completed("--token", "secret-token", "status", "pay") == []
    assert pretend.headers[0]["authorization"] == "Bearer secret-token"
    assert came == []
