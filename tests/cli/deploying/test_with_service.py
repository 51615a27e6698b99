"""Test environments with the real service, as a developer has them: the organisation's steps come from its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from interlock_cli.main import cli
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.places import Place
from tests.emulator import emulator

__all__ = ["emulator"]

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[3] / "examples" / "organisation.yaml"


@pytest.fixture
def interlock(service: str, emulator: str, tmp_path: Path) -> Callable[..., Result]:
    """`interlock ARGUMENTS` at a service with the example organisation, whose one step writes into a file."""
    env = {"INTERLOCK_URL": service, "INTERLOCK_TOKEN": None, "AWS_ENDPOINT_URL": emulator}

    def run(*arguments: str) -> Result:
        return CliRunner(env=env).invoke(cli, list(arguments), prog_name="interlock")

    document = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    log = tmp_path / "log"
    step = {
        "name": "dns",
        "create": ["sh", "-c", f"echo up $INTERLOCK_ENVIRONMENT $AWS_ACCESS_KEY_ID >> {log}"],
        "delete": ["sh", "-c", f"echo down $INTERLOCK_ENVIRONMENT >> {log}"],
    }
    document["organisation"]["environmentSteps"] = [step]
    file = tmp_path / "organisation.yaml"
    file.write_text(yaml.safe_dump(document))
    assert run("apply", str(file), "--yes").exit_code == 0
    assert yaml.safe_load(run("export").stdout)["organisation"]["environmentSteps"] == [step]
    return run


def test_a_test_environments_life(interlock: Callable[..., Result], emulator: str, tmp_path: Path) -> None:
    """Made after the stage's shared one, put off, listed, and ended; its step is run in its account."""
    Accounts(emulator).prepare(Place("222222222222", "us-east-1"))
    create = ("env", "create", "--stage", "beta", "--region", "us-east-1", "--owner", "ada@example.com", "--days", "2")
    asked = interlock(*create)
    assert asked.exit_code == 2
    assert "runs on this machine dns (`sh -c" in asked.stderr
    made = interlock(*create, "--yes", "-o", "json")
    assert made.exit_code == 0, made.stderr
    assert json.loads(made.stdout)["environment"]["account"]["awsId"] == "222222222222"
    assert interlock("env", "extend", "test-ada-1").exit_code == 0
    ((listed),) = json.loads(interlock("env", "list", "--owner", "ada@example.com", "-o", "json").stdout)
    assert (listed["name"], listed["extensions"]) == ("test-ada-1", 1)
    refused = interlock("env", "create", "--stage", "prod", "--owner", "ada", "--yes")
    assert (refused.exit_code, "a stage outside production" in refused.stderr) == (1, True)
    assert interlock("env", "delete", "test-ada-1", "--yes").exit_code == 0
    assert "is being deleted" in interlock("env", "list").stdout or "is over" in interlock("env", "list").stdout
    assert (tmp_path / "log").read_text() == "up test-ada-1 222222222222\ndown test-ada-1\n"
