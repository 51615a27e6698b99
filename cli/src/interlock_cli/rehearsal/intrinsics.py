"""CloudFormation's intrinsic functions, as far as the definition of a pipeline uses them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_cli.errors import CommandError
from interlock_cli.rehearsal.places import Place

VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


@dataclass(frozen=True)
class Scope:
    """What a template's references mean: its place, its resources' physical ids, and attributes of resources."""

    place: Place
    stack: str
    identities: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def ref(self, name: str) -> str:
        """The value of `Ref`. Raises CommandError for what is neither a resource nor a pseudo parameter."""
        known = {
            "AWS::AccountId": self.place.account,
            "AWS::Region": self.place.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self.stack,
        } | dict(self.identities)
        if name not in known:
            raise unresolved(f"Ref {name}")
        return known[name]

    def attribute(self, resource: str, name: str) -> str:
        """The value of `Fn::GetAtt`; a resource whose physical id is an ARN has that as its `Arn`."""
        if (resource, name) in self.attributes:
            return self.attributes[resource, name]
        identity = self.identities.get(resource, "")
        if name == "Arn" and identity.startswith("arn:"):
            return identity
        raise unresolved(f"Fn::GetAtt {resource}.{name}")


def unresolved(what: str) -> CommandError:
    """The failure for a reference that the rehearsal cannot follow."""
    return CommandError(
        f"The pipeline's definition refers to something that the rehearsal does not know: {what}.",
        "Name it literally in the app, or report it with the template.",
    )


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every intrinsic function in it replaced. Raises CommandError for one that is not known."""
    if isinstance(value, list):
        return [resolve(item, scope) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in FUNCTIONS:
            return FUNCTIONS[name](argument, scope)
        if name.startswith("Fn::"):
            raise unresolved(name)
    return {key: resolve(item, scope) for key, item in value.items()}


def references(value: Any) -> set[str]:
    """The logical ids (and pseudo parameters) that a piece of a template refers to, through any function."""
    if isinstance(value, list):
        return {name for item in value for name in references(item)}
    if not isinstance(value, dict):
        return set()
    found = {name for item in value.values() for name in references(item)}
    if isinstance(value.get("Ref"), str):
        found.add(value["Ref"])
    if "Fn::GetAtt" in value:
        found.add(_attribute_of(value["Fn::GetAtt"])[0])
    if "Fn::Sub" in value:
        found |= _substituted(value["Fn::Sub"])
    return found


def _substituted(argument: Any) -> set[str]:
    text, own = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])
    names = {match[2].partition(".")[0] for match in VARIABLE.finditer(text) if not match[1]}
    return names - set(own)


def _attribute_of(argument: Any) -> tuple[str, str]:
    resource, name = argument.split(".", 1) if isinstance(argument, str) else argument
    return resource, name


def _ref(argument: Any, scope: Scope) -> Any:
    return scope.ref(argument)


def _get_att(argument: Any, scope: Scope) -> Any:
    return scope.attribute(*_attribute_of(argument))


def _join(argument: Any, scope: Scope) -> Any:
    separator, parts = argument
    return str(separator).join(str(part) for part in resolve(parts, scope))


def _select(argument: Any, scope: Scope) -> Any:
    index, items = argument
    return resolve(items, scope)[int(index)]


def _split(argument: Any, scope: Scope) -> Any:
    separator, text = argument
    return str(resolve(text, scope)).split(separator)


def _sub(argument: Any, scope: Scope) -> Any:
    text, own = (argument, {}) if isinstance(argument, str) else (argument[0], resolve(argument[1], scope))

    def value(match: re.Match[str]) -> str:
        literal, name = match[1], match[2]
        if literal:
            return "${" + name + "}"
        if name in own:
            return str(own[name])
        resource, dot, attribute = name.partition(".")
        return scope.attribute(resource, attribute) if dot else scope.ref(name)

    return VARIABLE.sub(value, text)


FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
}
