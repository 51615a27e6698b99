"""The pipeline's own stack in the emulator: the gate, the validation machine, the registration and the rules are real.

What the emulator lacks is left out, and what refers to it gets the name or ARN that it would have had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.assembly import Assembly, Template
from interlock_cli.rehearsal.intrinsics import VARIABLE, Scope, references, resolve
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.stacks import ActionFailedError, Stacks

# The emulator has no CodePipeline, its CodeBuild runs nothing, and it knows no notification rules.
LEFT_OUT = (
    "AWS::CodePipeline::",
    "AWS::CodeBuild::",
    "AWS::CodeStarNotifications::",
    "AWS::CodeStarConnections::",
    "AWS::CodeConnections::",
    "AWS::Synthetics::",
)
NAMED = {
    "AWS::CodePipeline::Pipeline": ("Name", "codepipeline", ""),
    "AWS::CodeBuild::Project": ("Name", "codebuild", "project/"),
}
"""For types that others refer to: the property with the name, the ARN's service, and its resource's prefix."""


@dataclass(frozen=True)
class PipelineStack:
    """The deployed stack: what its references mean, and which types of resources were left out (type -> how many)."""

    scope: Scope
    left_out: Mapping[str, int] = field(default_factory=dict)


def deploy(assembly: Assembly, stacks: Stacks, settings: Mapping[str, str]) -> PipelineStack:
    """Deploys the reduced stack. Raises CommandError with the root cause.

    settings: what the environment of the gate's function has beside, or instead of, what the template gives it.
    """
    template, left_out, stand_ins = reduced(assembly.template, assembly.place)
    template = with_settings(template, settings)
    try:
        stacks.deploy(assembly.place, assembly.stack, template)
    except ActionFailedError as error:
        raise CommandError(
            f"The pipeline's own stack could not be deployed to the emulator. {error.summary}",
            "Look at the resource it names; `cdk synth` shows its template.",
        ) from error
    identities = stacks.identities(assembly.place, assembly.stack)
    attributes = {key: value for key, value in stand_ins.items() if key[1] != "Ref"}
    names = {name: value for (name, attribute), value in stand_ins.items() if attribute == "Ref"}
    scope = Scope(assembly.place, assembly.stack, {**names, **identities}, attributes)
    return PipelineStack(scope, left_out)


def reduced(template: Template, place: Place) -> tuple[Template, dict[str, int], dict[tuple[str, str], str]]:
    """The template without what the emulator lacks; how many of each type went; and their stand-ins.

    A stand-in is the value that `(logical id, attribute)` – or `(logical id, "Ref")` – would have had. DependsOn and
    outputs that name what went are dropped.
    """
    resources = template.get("Resources", {})
    gone = {name: each for name, each in resources.items() if each["Type"].startswith(LEFT_OUT)}
    stand_ins: dict[tuple[str, str], str] = {}
    counted: dict[str, int] = {}
    for name, resource in gone.items():
        stand_ins |= _stand_ins(name, resource, place)
        counted[resource["Type"]] = counted.get(resource["Type"], 0) + 1
    kept = {name: _without(resource, set(gone), stand_ins) for name, resource in resources.items() if name not in gone}
    outputs = {
        name: output for name, output in template.get("Outputs", {}).items() if not references(output) & set(gone)
    }
    smaller = {**template, "Resources": kept, "Outputs": outputs}
    if not outputs:
        del smaller["Outputs"]
    return smaller, counted, stand_ins


def with_settings(template: Template, settings: Mapping[str, str]) -> Template:
    """The template with these settings for each function that asks the service."""

    def changed(resource: dict[str, Any]) -> dict[str, Any]:
        properties = resource.get("Properties", {})
        variables = properties.get("Environment", {}).get("Variables", {})
        if resource["Type"] != "AWS::Lambda::Function" or "INTERLOCK_URL" not in variables:
            return resource
        return {**resource, "Properties": {**properties, "Environment": {"Variables": {**variables, **settings}}}}

    return {**template, "Resources": {name: changed(each) for name, each in template["Resources"].items()}}


def bus_rule(assembly: Assembly, stack: PipelineStack) -> tuple[str, str]:
    """The name of the deployed rule that passes CodePipeline's events to the hub, and the ARN of the hub's bus.

    Raises CommandError when the stack has none: nobody would learn of an execution.
    """
    for name, resource in assembly.template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] != "AWS::Events::Rule":
            continue
        if "aws.codepipeline" not in properties.get("EventPattern", {}).get("source", []):
            continue
        for target in properties.get("Targets", []):
            arn = _literal(target["Arn"], stack.scope)
            if ":event-bus/" in arn and name in stack.scope.identities:
                return stack.scope.ref(name).rpartition("|")[2], arn
    raise CommandError(
        "The pipeline's stack has no rule that passes CodePipeline's events to an event bus.",
        "Make the pipeline with pipelinekit's ServicePipeline, and set eventBusArn of the organisation.",
    )


def _literal(value: Any, scope: Scope) -> str:
    try:
        return str(resolve(value, scope))
    except CommandError:
        return ""


def _stand_ins(name: str, resource: Mapping[str, Any], place: Place) -> dict[tuple[str, str], str]:
    key, service, prefix = NAMED.get(resource["Type"], ("Name", "interlock-left-out", ""))
    given = resource.get("Properties", {}).get(key)
    own = given if isinstance(given, str) else name
    arn = f"arn:aws:{service}:{place.region}:{place.account}:{prefix}{own}"
    return {(name, "Ref"): own, (name, "Arn"): arn, (name, "Version"): "1"}


def _without(resource: Mapping[str, Any], gone: set[str], stand_ins: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    kept: dict[str, Any] = _replaced(resource, gone, stand_ins)
    needed = kept.pop("DependsOn", [])
    left = [name for name in ([needed] if isinstance(needed, str) else needed) if name not in gone]
    return {**kept, "DependsOn": left} if left else kept


def _replaced(value: Any, gone: set[str], stand_ins: Mapping[tuple[str, str], str]) -> Any:
    """The value with every reference to what went replaced by its stand-in."""
    if isinstance(value, list):
        return [_replaced(item, gone, stand_ins) for item in value]
    if not isinstance(value, dict):
        return value
    wanted = _wanted(value)
    if wanted and wanted[0] in gone:
        return stand_ins.get(wanted, wanted[0])
    if "Fn::Sub" in value and references(value) & gone:
        return {"Fn::Sub": _replaced_in_text(value["Fn::Sub"], stand_ins)}
    return {key: _replaced(item, gone, stand_ins) for key, item in value.items()}


def _wanted(value: Mapping[str, Any]) -> tuple[str, str] | None:
    if isinstance(value.get("Ref"), str):
        return value["Ref"], "Ref"
    attribute = value.get("Fn::GetAtt")
    if isinstance(attribute, str):
        resource, _, name = attribute.partition(".")
        return resource, name
    return (attribute[0], attribute[1]) if isinstance(attribute, list) and isinstance(attribute[1], str) else None


def _replaced_in_text(argument: Any, stand_ins: Mapping[tuple[str, str], str]) -> Any:
    def stand_in(match: re.Match[str]) -> str:
        resource, _, attribute = match[2].partition(".")
        return stand_ins.get((resource, attribute or "Ref"), match[0])

    if isinstance(argument, str):
        return VARIABLE.sub(stand_in, argument)
    return [VARIABLE.sub(stand_in, argument[0]), argument[1]]
