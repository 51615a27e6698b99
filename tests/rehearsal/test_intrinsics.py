"""CloudFormation's intrinsic functions, as the definition of a pipeline uses them."""

import pytest

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.intrinsics import Scope, references, resolve
from interlock_cli.rehearsal.places import Place

MACHINE = "arn:aws:states:eu-west-1:999999999999:stateMachine:checks"
SCOPE = Scope(
    Place("999999999999", "eu-west-1"), "pipeline", {"Machine": MACHINE, "Queue": "q"}, {("Role", "Arn"): "r"}
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Queue"}, "q"),
        ({"Fn::GetAtt": ["Machine", "Arn"]}, MACHINE),
        ({"Fn::GetAtt": "Role.Arn"}, "r"),
        ({"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "iam"]]}, "arn:aws:iam"),
        ({"Fn::Sub": "${AWS::AccountId}-${Queue}-${!Literal}"}, "999999999999-q-${Literal}"),
        ({"Fn::Sub": ["${Own}/${Role.Arn}", {"Own": {"Ref": "Queue"}}]}, "q/r"),
        ({"Fn::Select": [1, {"Fn::Split": ["-", "a-b-c"]}]}, "b"),
        ({"Name": [{"Ref": "Queue"}]}, {"Name": ["q"]}),
    ],
)
def test_each_function_has_cloudformations_meaning(value: object, expected: object) -> None:
    """A value is resolved wherever it stands: alone, in a list, in a map, within another function."""
    assert resolve(value, SCOPE) == expected


@pytest.mark.parametrize("value", [{"Ref": "Ghost"}, {"Fn::GetAtt": ["Queue", "Arn"]}, {"Fn::ImportValue": "x"}])
def test_what_is_not_known_is_refused_by_name(value: dict[str, object]) -> None:
    """A guess would walk another pipeline than the one that was synthesized."""
    with pytest.raises(CommandError, match="does not know"):
        resolve(value, SCOPE)


def test_references_are_found_through_every_function() -> None:
    """Ref, both spellings of GetAtt, and the variables of Sub that are not its own."""
    value = {
        "A": {"Ref": "One"},
        "B": [{"Fn::GetAtt": ["Two", "Arn"]}, {"Fn::GetAtt": "Three.Arn"}],
        "C": {"Fn::Sub": ["${Four.Arn}${own}${!Five}", {"own": {"Ref": "Six"}}]},
    }
    assert references(value) == {"One", "Two", "Three", "Four", "Six"}
