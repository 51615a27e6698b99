"""The pipeline's own stack, without what the emulator lacks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.assembly import read_assembly
from interlock_cli.rehearsal.intrinsics import Scope, references
from interlock_cli.rehearsal.pipeline_stack import PipelineStack, bus_rule, reduced
from interlock_cli.rehearsal.places import Place

from . import assemblies

PLACE = Place("999999999999", "eu-west-1")
TYPES = ["AWS::CodePipeline::Pipeline", "AWS::CodeBuild::Project", "AWS::SNS::Topic", "AWS::IAM::Policy"]
IDS = ["A", "B", "C", "D", "E"]
REFERENCES = st.sampled_from(IDS).flatmap(
    lambda name: st.sampled_from(
        [
            {"Ref": name},
            {"Fn::GetAtt": [name, "Arn"]},
            {"Fn::GetAtt": f"{name}.Arn"},
            {"Fn::Sub": "x${" + name + ".Arn}"},
            {"Fn::Join": ["", [{"Ref": name}, "y"]]},
        ]
    )
)
RESOURCES = st.dictionaries(
    st.sampled_from(IDS),
    st.fixed_dictionaries(
        {
            "Type": st.sampled_from(TYPES),
            "Properties": st.dictionaries(st.sampled_from(["P", "Q"]), REFERENCES),
            "DependsOn": st.lists(st.sampled_from(IDS), unique=True),
        }
    ),
)


def test_codepipeline_and_codebuild_go_and_their_references_become_values(tmp_path: Path) -> None:
    """The rule still matches the pipeline by its name; the parameter holds the ARN that the project would have had."""
    template, left_out, _ = reduced(read_assembly(assemblies.write(tmp_path)).template, PLACE)
    assert set(template["Resources"]) == {"Bus", "Other"}
    assert left_out == {"AWS::CodePipeline::Pipeline": 1, "AWS::CodeBuild::Project": 1}
    rule = template["Resources"]["Bus"]
    assert rule["Properties"]["EventPattern"]["detail"] == {"pipeline": ["payments"]}
    assert rule["DependsOn"] == ["Other"]
    other = template["Resources"]["Other"]
    assert "DependsOn" not in other
    project = "arn:aws:codebuild:eu-west-1:999999999999:project/Synth"
    assert other["Properties"]["Value"] == {"Fn::Join": ["", [project, {"Fn::Sub": "payments"}]]}


@given(RESOURCES)
def test_nothing_refers_to_what_was_left_out(resources: dict[str, dict[str, object]]) -> None:
    """For any template: no reference and no DependsOn dangles, and what stays keeps its properties."""
    outputs = {name: {"Value": {"Ref": name}} for name in resources}
    template, left_out, _ = reduced({"Resources": resources, "Outputs": outputs}, PLACE)
    gone = set(resources) - set(template["Resources"])
    assert sum(left_out.values()) == len(gone)
    for name, resource in template["Resources"].items():
        assert not references(resource) & gone
        assert not set(resource.get("DependsOn", [])) & gone
        assert set(resource["Properties"]) == set(resources[name]["Properties"])  # type: ignore[call-overload]
    assert set(template.get("Outputs", {})) == set(template["Resources"])


def test_the_rule_to_the_hub_is_found_by_what_it_matches(tmp_path: Path) -> None:
    """The rule's physical name, and the bus it sends to."""
    assembly = read_assembly(assemblies.write(tmp_path))
    stack = PipelineStack(Scope(PLACE, "pipeline-payments", {"Bus": "payments-Bus-1"}))
    assert bus_rule(assembly, stack) == ("payments-Bus-1", assemblies.BUS)


def test_a_pipeline_that_tells_nobody_is_refused(tmp_path: Path) -> None:
    """Without the rule the service would learn nothing of an execution."""
    assembly = read_assembly(assemblies.write(tmp_path))
    del assembly.template["Resources"]["Bus"]
    with pytest.raises(CommandError, match="no rule that passes CodePipeline's events"):
        bus_rule(assembly, PipelineStack(Scope(PLACE, "pipeline-payments")))
