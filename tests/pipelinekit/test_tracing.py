"""What the pipeline runs finds its trace: the shell's arithmetic is the service's."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from domain.spans import traceparent
from pipelinekit.tracing import COMMAND, EXECUTION_ID, VARIABLE, name_spans, span_of

EXECUTION = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f"


def said(path: Path | None = None, **environment: str) -> str:
    """What a command behind ours finds, in a plain shell; it must not fail. path: where programs are looked for."""
    shell = shutil.which("sh")
    assert shell
    given = {"PATH": str(path) if path else "/usr/bin:/bin", **environment}
    command = ["set -e", COMMAND, 'echo "${TRACEPARENT-none}"']
    done = subprocess.run([shell, "-c", "\n".join(command)], env=given, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("stage", "action"),
    [("Build", "Synth"), ("UpdatePipeline", "SelfMutate"), ("prod-1", "a.b_c@d-e"), ("$(id) `id` \"x'", "100%s\\n*")],
)
def test_a_build_computes_what_the_service_derives(stage: str, action: str) -> None:
    """The span of the action in its trace; names are data to the shell, whatever is in them."""
    name = span_of(stage, action).replace(EXECUTION_ID, EXECUTION)
    assert said(**{VARIABLE: name}) == traceparent(EXECUTION, 1, "action", stage, action)


def test_a_build_without_an_execution_has_no_trace() -> None:
    """Somebody started the project by hand: what was in the environment stays."""
    assert said() == "none"
    assert said(TRACEPARENT="00-theirs") == "00-theirs"


def test_an_image_without_the_tools_goes_on(tmp_path: Path) -> None:
    """A half-made header is worse than none, and a build does not fail for its trace."""
    assert said(tmp_path, **{VARIABLE: f"{EXECUTION}/1/action/Build/Synth"}) == "none"


class Overridden:
    """Keeps what is overridden in a pipeline's resource."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def add_property_override(self, path: str, value: str) -> None:
        """As CDK's."""
        self.values[path] = value


def action(name: str, provider: str, **configuration: Any) -> dict[str, Any]:
    """An action as CDK resolves it."""
    return {"name": name, "actionTypeId": {"provider": provider}, "configuration": configuration}


def test_builds_are_given_their_span_and_keep_their_variables() -> None:
    """Other actions are left alone, and so are variables of which CDK knows only later what they are."""
    own = '[{"name":"A","type":"PLAINTEXT","value":"1"}]'
    stages = [
        {"name": "Source", "actions": [action("Commit", "CodeStarSourceConnection")]},
        {
            "name": "Build",
            "actions": [
                action("Synth", "CodeBuild", EnvironmentVariables=own),
                action("Lint", "CodeBuild"),
                action("Later", "CodeBuild", EnvironmentVariables={"Fn::Join": []}),
            ],
        },
    ]
    pipeline: Any = Overridden()
    name_spans(pipeline, stages)
    assert list(pipeline.values) == [f"Stages.1.Actions.{n}.Configuration.EnvironmentVariables" for n in (0, 1)]
    first, second = map(json.loads, pipeline.values.values())
    assert [each["name"] for each in first] == ["A", "INTERLOCK_SPAN"]
    assert second == [{"name": "INTERLOCK_SPAN", "type": "PLAINTEXT", "value": f"{EXECUTION_ID}/1/action/Build/Lint"}]
