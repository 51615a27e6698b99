"""Reading what `cdk synth` left behind."""

import json
from pathlib import Path

import pytest

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.assembly import read_assembly
from interlock_cli.rehearsal.assets import find_assets
from interlock_cli.rehearsal.places import Place

from . import assemblies


def test_the_pipeline_its_stages_and_run_orders_are_read(tmp_path: Path) -> None:
    """Stages in order, actions grouped by run order, and the stack's own place."""
    assembly = read_assembly(assemblies.write(tmp_path))
    assert (assembly.stack, assembly.place) == ("pipeline-payments", Place("999999999999", "eu-west-1"))
    assert [stage.name for stage in assembly.stages] == ["Source", "alpha-1", "beta-1"]
    groups = assembly.stages[1].run_orders
    assert [[action.name for action in group] for group in groups] == [
        ["alpha-eu-west-1.Prepare"],
        ["alpha-eu-west-1.Deploy"],
    ]


def test_environments_come_from_the_map_alone(tmp_path: Path) -> None:
    """Names of actions are CDK's and are never parsed: without the map no environment is known."""
    folder = assemblies.write(tmp_path)
    assert read_assembly(folder).actions.names == ["alpha-eu-west-1", "beta-us-east-1"]
    (folder / "pipelinekit-map.json").unlink()
    assert read_assembly(folder).actions.names == []


def test_a_template_is_found_by_its_artifact_path(tmp_path: Path) -> None:
    """`Synth_Output::folder/file` names a file of the assembly."""
    assembly = read_assembly(assemblies.write(tmp_path))
    assert "Topic" in assembly.stack_template("Synth_Output::assembly-beta-us-east-1/stack.template.json")["Resources"]


def test_an_asset_knows_its_account_by_the_role_that_publishes_it(tmp_path: Path) -> None:
    """A bucket's name is not parsed either."""
    (asset,) = find_assets(assemblies.write(tmp_path))
    assert (asset.place, asset.zipped, asset.key) == (Place("999999999999", "eu-west-1"), True, "code.zip")
    assert asset.source == tmp_path / "asset.code"


def test_an_app_without_a_pipeline_is_refused(tmp_path: Path) -> None:
    """One sentence, and what makes a pipeline."""
    folder = assemblies.write(tmp_path)
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {}}))
    with pytest.raises(CommandError, match=r"holds no pipelines.*ServicePipeline"):
        read_assembly(folder)


def test_a_pipeline_without_a_place_is_refused(tmp_path: Path) -> None:
    """An environment-agnostic pipeline stack could be deployed anywhere, so it is deployed nowhere."""
    folder = assemblies.write(tmp_path)
    file = folder / "manifest.json"
    file.write_text(file.read_text().replace("aws://999999999999/eu-west-1", "aws://unknown-account/unknown-region"))
    with pytest.raises(CommandError, match="no account and Region"):
        read_assembly(folder)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    """Not a traceback of the JSON parser."""
    folder = assemblies.write(tmp_path)
    (folder / "pipelinekit-map.json").write_text("{")
    with pytest.raises(CommandError, match=r"pipelinekit-map\.json cannot be read as JSON"):
        read_assembly(folder)
