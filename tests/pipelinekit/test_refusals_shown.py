"""What a person sees when pipelinekit refuses: one sentence, from the program that they typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipelinekit import plans, synthesis
from tests.pipelinekit.synthesis import EXAMPLES, Synthesized

pytestmark = pytest.mark.slow

APP = """
import aws_cdk as cdk
from aws_cdk import aws_ec2, aws_ssm
from pipelinekit import PipelinekitError, ServicePipeline
from pipelinekit import inspection

class Team(cdk.Stage):
    def __init__(self, scope, construct_id, **kwargs):
        {init}
        stack = cdk.Stack(self, "Payments")
        {body}

app = cdk.App()
{call}
app.synth()
"""
INIT = "super().__init__(scope, construct_id, **kwargs)"
CALL = 'ServicePipeline(app, "acme/payments", Team)'


def synthesized(
    folder: Path, *, init: str = INIT, body: str = "pass", call: str = CALL, plan: dict[str, Any] | None = None
) -> Synthesized:
    """An app of these parts, synthesized from a snapshot."""
    (folder / "app.py").write_text(APP.format(init=init, body=body, call=call))
    (folder / "plan.json").write_text(json.dumps(plan or plans.of_size(1)))
    return synthesis.by_python(folder, folder / "out", INTERLOCK_PLAN=str(folder / "plan.json"))


def refused(done: Synthesized, sentence: str) -> None:
    """The program failed, and all that it said is one line that begins with the sentence."""
    assert done.code == 1
    assert done.said.startswith(f"pipelinekit: {sentence}"), done.said
    assert done.said.count("\n") == 1, done.said


def test_a_service_that_is_not_there(tmp_path: Path) -> None:
    """Nobody listens at INTERLOCK_URL: `python app.py` ends with one sentence and what to do."""
    done = synthesis.by_python(EXAMPLES / "payments", tmp_path / "out", INTERLOCK_URL="http://127.0.0.1:9")
    refused(done, "The Interlock service at http://127.0.0.1:9 could not be asked for the plan of acme/payments")
    assert "INTERLOCK_PLAN" in done.said


def test_the_cdk_command_shows_the_sentence_too(tmp_path: Path) -> None:
    """Through the CDK CLI the sentence is there and no traceback."""
    done = synthesis.by_cdk(EXAMPLES / "orders", tmp_path / "out", INTERLOCK_PLAN=str(tmp_path / "nowhere.json"))
    assert done.code != 0
    assert "pipelinekit: INTERLOCK_PLAN names" in done.said
    assert "Traceback" not in done.said


def test_a_stage_that_forgets_its_environment(tmp_path: Path) -> None:
    """A stage that does not pass its **kwargs on would be deployed to the pipeline's own account."""
    done = synthesized(tmp_path, init="super().__init__(scope, construct_id)")
    refused(done, "The stack prod-000-Payments of environment prod-000 does not say its account and Region")


def test_a_stage_elsewhere(tmp_path: Path) -> None:
    """A stage whose stacks say an account and Region of their own would reach another environment than it is for."""
    init = 'super().__init__(scope, construct_id, env=cdk.Environment(account="1" * 12, region="eu-north-1"))'
    refused(synthesized(tmp_path, init=init), "No stack of environment prod-000 is in its account")


def test_environments_of_one_stack(tmp_path: Path) -> None:
    """A stack with a name of its own, in two environments of one account and Region, would be overwritten."""
    here, there = (plans.environment(name, "222222222222", "eu-west-1") for name in ("one", "two"))
    plan = plans.plan([plans.stage("prod", [plans.wave("w", [here, there])])])
    done = synthesized(tmp_path, body='cdk.Stack(self, "Named", stack_name="shared")', plan=plan)
    refused(done, "The environments one and two both deploy the stack shared in account 222222222222")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            'ServicePipeline(app, "acme/payments", lambda scope, name: None)',
            '<lambda> is called as <lambda>(scope, "prod-000", env=...), and that does not fit',
        ),
        (
            (
                'More = type("More", (Team,), {"__init__": lambda self, scope, name, *, size, **kwargs: None})\n'
                'ServicePipeline(app, "acme/payments", More)'
            ),
            'More is called as More(scope, "prod-000", env=...), and that does not fit',
        ),
        ('ServicePipeline(app, "acme/payments", Team(app, "x"))', "The stage is an object of Team, made already"),
        (
            'ServicePipeline(app, "acme/payments", cdk.Stack)',
            "For the environment prod-000 a Stack was made, and it must be a cdk.Stage",
        ),
        (
            'ServicePipeline(app, "acme/payments", lambda scope, name, env: None)',
            "For the environment prod-000 a NoneType was made",
        ),
        ('ServicePipeline(app, "acme/payments", cdk.Stage)', "The stage of environment prod-000 has no stack"),
        (f"{CALL}\n{CALL}", "This app has the pipeline of acme/payments already, and an app has one"),
    ],
)
def test_a_stage_that_is_none(tmp_path: Path, call: str, sentence: str) -> None:
    """What cannot make an environment's stacks is refused in a sentence, and not by a traceback out of jsii."""
    refused(synthesized(tmp_path, call=call), sentence)


def test_a_stage_that_looks_things_up(tmp_path: Path) -> None:
    """A context lookup is refused with its key, and the app is not run again for it."""
    done = synthesized(tmp_path, body='aws_ec2.Vpc.from_lookup(stack, "Vpc", is_default=True)')
    refused(done, "The stacks of environment prod-000 look up vpc-provider:")


def test_a_template_that_is_too_large(tmp_path: Path) -> None:
    """A template of an environment beyond 900 KB is refused with its size."""
    parameter = 'aws_ssm.StringParameter(stack, f"P{i}", string_value="x" * 4000)'
    done = synthesized(tmp_path, body=f"for i in range(230): {parameter}")
    refused(done, "The template of prod-000-Payments has 9")


def test_the_pipelines_own_template_is_measured(tmp_path: Path) -> None:
    """It is refused before it is written, so it is measured: within a tenth of what is then written."""
    call = f"""
def measured(stack, size):
    open("size", "w").write(f"{{stack}} {{size}}")
inspection.require_bytes = measured
inspection.REST_BYTES = inspection.TEMPLATE_BYTES
{CALL}
"""
    done = synthesized(tmp_path, call=call, plan=plans.of_size(12))
    assert done.code == 0, done.said
    written = (done.folder / "pipeline-payments.template.json").stat().st_size
    stack, size = (tmp_path / "size").read_text().split()
    assert (stack, int(size)) == ("pipeline-payments", pytest.approx(written, rel=0.1))


def test_a_refusal_can_be_caught(tmp_path: Path) -> None:
    """A program may catch PipelinekitError and go on."""
    call = f"""
try:
    {CALL}
except PipelinekitError as error:
    open("caught", "w").write(type(error).__name__)
"""
    done = synthesized(tmp_path, call=call, plan=plans.small("orders"))
    assert done.code == 0, done.said
    assert (tmp_path / "caught").read_text() == "SnapshotOfAnotherRepositoryError"


def test_another_error_keeps_its_traceback(tmp_path: Path) -> None:
    """Only refusals lose their traceback: a mistake in the team's own code shows where it is."""
    done = synthesized(tmp_path, body="raise RuntimeError('ours')")
    assert done.code == 1
    assert "Traceback" in done.said
    assert "RuntimeError: ours" in done.said
