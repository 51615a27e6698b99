"""Which stacks of an assembly are an environment's, and the plan that a synth for some environments gets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interlock_cli.cdk.assembly import Stack, by_environment, pipeline_stack, read_stacks, stacks_of
from interlock_cli.cdk.plans import limited
from interlock_cli.cdk.tool import find_cdk, require_app
from interlock_cli.environments import Environment, placed
from interlock_cli.errors import CommandError, InputError

ALPHA = Environment("alpha-eu-west-1", "111111111111", "eu-west-1", "alpha", "alpha-1")
TEST = Environment("test-ada-1", "222222222222", "us-east-1", "beta", "beta-1", kind="TEST", owner="ada")


def stack(stage: str, account: str = "111111111111", region: str = "eu-west-1") -> Stack:
    above = ("pipeline-small", stage) if stage else ()
    return Stack(f"{'/'.join(above)}/Small", f"{stage}-Small", account, region, above)


def test_stacks_are_read_with_those_of_nested_assemblies(tmp_path: Path) -> None:
    """Their names, where they go, and the stages above them."""
    nested = tmp_path / "assembly-pipeline-small-alpha-eu-west-1"
    nested.mkdir()
    (nested / "manifest.json").write_text(
        json.dumps(
            {
                "artifacts": {
                    "small": {
                        "type": "aws:cloudformation:stack",
                        "environment": "aws://111111111111/eu-west-1",
                        "properties": {"stackName": "alpha-eu-west-1-Small", "tags": {"service": "small"}},
                        "displayName": "pipeline-small/alpha-eu-west-1/Small",
                    },
                    "small.assets": {"type": "cdk:asset-manifest"},
                }
            }
        )
    )
    outer = {
        "nested": {
            "type": "cdk:cloud-assembly",
            "properties": {"directoryName": nested.name, "displayName": "pipeline-small/alpha-eu-west-1"},
        },
        "pipeline-small": {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region"},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": outer}))
    small, pipeline = read_stacks(tmp_path)
    assert (small.id, small.name) == ("pipeline-small/alpha-eu-west-1/Small", "alpha-eu-west-1-Small")
    assert (small.account, small.region, small.tags) == ("111111111111", "eu-west-1", {"service": "small"})
    assert (pipeline.account, pipeline.region, pipeline.stages) == ("", "", ())
    assert stacks_of([small, pipeline], ALPHA) == [small]
    assert pipeline_stack([small, pipeline], "small") == pipeline


def test_a_folder_that_is_no_assembly_is_said_so(tmp_path: Path) -> None:
    """With what is missing in it."""
    with pytest.raises(CommandError, match="is not a cloud assembly"):
        read_stacks(tmp_path)


def test_a_stack_that_would_go_elsewhere_is_refused() -> None:
    """The app, not the service, says where CloudFormation deploys to: both must say the same."""
    with pytest.raises(CommandError, match="into 333333333333, eu-west-1, and alpha-eu-west-1 is 111111111111"):
        stacks_of([stack("alpha-eu-west-1", "333333333333")], ALPHA)


def test_an_app_that_makes_no_stage_of_the_name_says_which_it_makes() -> None:
    """And of an app without stages the stacks of the account and Region are the environment's."""
    with pytest.raises(CommandError, match="It makes the stages beta, gamma"):
        stacks_of([stack("gamma"), stack("beta")], ALPHA)
    there, elsewhere = stack(""), stack("", "222222222222")
    assert stacks_of([there, elsewhere], ALPHA) == [there]
    with pytest.raises(CommandError, match="It makes no stages"):
        stacks_of([elsewhere], ALPHA)


def test_an_app_without_stages_is_for_one_environment_at_a_time() -> None:
    """What it makes of its one environment's context is not another one's."""
    there = stack("")
    assert by_environment([there], [ALPHA]) == {ALPHA: [there]}
    with pytest.raises(CommandError, match="for one environment, and 2 are asked for"):
        by_environment([there], [ALPHA, TEST])


def test_an_app_without_a_pipeline_has_none_to_deploy() -> None:
    """A stack of the name within a stage is another one."""
    with pytest.raises(CommandError, match="no stack pipeline-small"):
        pipeline_stack([stack("pipeline-small")], "small")


def plan() -> dict[str, Any]:
    def wave(name: str, *environments: str) -> dict[str, Any]:
        places = [{"name": each, "account": "1" * 12, "region": "eu-west-1", "kind": "SHARED"} for each in environments]
        return {"name": name, "wave": name, "bakeMinutes": 30, "checks": [{"name": "c"}], "environments": places}

    stages = [
        {"name": "alpha", "production": False, "onFailure": "NONE", "waves": [wave("alpha-1", "alpha-eu-west-1")]},
        {"name": "prod", "production": True, "onFailure": "ROLLBACK", "waves": [wave("prod-1", "p-1", "p-2")]},
    ]
    return {"digest": "sha256:1", "service": "small", "stages": stages}


def test_a_plan_is_cut_down_and_keeps_what_it_says_of_the_rest() -> None:
    """Its digest says that it is not the service's, and the service's own is as it was."""
    whole = plan()
    found = limited(whole, [Environment("p-2", "1" * 12, "eu-west-1", "prod", "prod-1", production=True)])
    assert found["digest"] == "sha256:1 of p-2"
    (stage,) = found["stages"]
    assert (stage["name"], stage["production"], stage["waves"][0]["bakeMinutes"]) == ("prod", True, 30)
    assert [each["name"] for each in stage["waves"][0]["environments"]] == ["p-2"]
    assert whole == plan()


def test_a_test_environment_which_no_plan_has_is_put_into_its_wave() -> None:
    """Nothing is checked or waited for there: no pipeline goes to it."""
    found = limited(plan(), [TEST])
    (stage,) = found["stages"]
    (wave,) = stage["waves"]
    assert (stage["name"], wave["wave"], wave["checks"], wave["bakeMinutes"]) == ("beta", "beta-1", [], 0)
    assert wave["environments"] == [
        {"name": "test-ada-1", "account": "222222222222", "region": "us-east-1", "kind": "TEST"}
    ]


def test_where_a_plan_goes_is_chosen_by_stage() -> None:
    """A stage that it does not have is a misspelt one."""
    assert [each.name for each in placed(plan())] == ["alpha-eu-west-1", "p-1", "p-2"]
    assert [each.name for each in placed(plan(), "prod")] == ["p-1", "p-2"]
    with pytest.raises(CommandError, match=r"no stage 'prd'\. Did you mean prod"):
        placed(plan(), "prd")


def test_a_folder_without_an_app_says_where_one_is(tmp_path: Path) -> None:
    """Just below it, where somebody keeps it."""
    with pytest.raises(InputError, match="give --app"):
        require_app(tmp_path)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "cdk.json").write_text("{}")
    with pytest.raises(InputError, match="Did you mean --app infra"):
        require_app(tmp_path)
    assert require_app(tmp_path / "infra") == tmp_path / "infra"


def test_what_is_missing_to_run_cdk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CDK CLI, or the Node.js that it needs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match=r"no CDK CLI.*npm install --global aws-cdk@"):
        find_cdk(tmp_path)
    tool = tmp_path / "cdk"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    with pytest.raises(CommandError, match=r"no Node\.js on PATH"):
        find_cdk(tmp_path)
