"""Synthesizing an app: what it runs in, and what is said when it fails."""

import sys
from pathlib import Path

import pytest

from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError, InputError
from interlock_cli.rehearsal.synthesis import environment, synthesize

CONNECTION = Connection("http://127.0.0.1:8400", "secret")


def test_the_app_runs_in_this_interpreter_and_without_credentials() -> None:
    """`python` of cdk.json is the one that runs the command; AWS's variables are taken away."""
    chosen = environment({"PATH": "/bin", "AWS_PROFILE": "prod", "INTERLOCK_PLAN": "plan.json"}, CONNECTION)
    assert chosen["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert (chosen["INTERLOCK_URL"], chosen["INTERLOCK_TOKEN"]) == ("http://127.0.0.1:8400", "secret")
    assert chosen["INTERLOCK_PLAN"] == "plan.json"
    assert "AWS_PROFILE" not in chosen


def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    """Before anything is run."""
    with pytest.raises(InputError, match=r"holds no cdk\.json"):
        synthesize(tmp_path, tmp_path / "out", CONNECTION, print)


def test_the_command_is_printed_first_and_a_failure_quotes_the_app(tmp_path: Path) -> None:
    """The app's own sentence, not a traceback; a stand-in for the CDK CLI says it."""
    app = tmp_path / "app"
    tool = app / "node_modules" / ".bin" / "cdk"
    tool.parent.mkdir(parents=True)
    tool.write_text(
        "#!/bin/sh\necho 'acme/ghost is not registered.' >&2\necho 'Subprocess exited with error 1' >&2\nexit 1\n"
    )
    tool.chmod(0o755)
    (app / "cdk.json").write_text("{}")
    said: list[str] = []
    with pytest.raises(CommandError, match=r"\(exit 1\): acme/ghost is not registered\. Run the command"):
        synthesize(app, tmp_path / "out", CONNECTION, said.append)
    assert said == [f"$ cd {app} && {tool} synth --quiet --no-notices --output {tmp_path / 'out'}"]
