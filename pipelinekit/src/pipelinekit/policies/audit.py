"""All findings of all environments: one refusal for the BLOCKING policies, a warning each for those that are SHADOW."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from constructs import IConstruct

from pipelinekit.assembly import Assembly
from pipelinekit.plan import Plan, Policy
from pipelinekit.policies import autoscaling, buckets, encryption, retention, tags
from pipelinekit.policies.applying import apply
from pipelinekit.policies.exceptions import PolicyException, close, declared, excepted
from pipelinekit.policies.resources import Broken, Resource, resources_of
from pipelinekit.refusals import LibraryTooOldError, PolicyFindingsError

Json = dict[str, Any]
Rule = Callable[[Mapping[str, Any], Sequence[Resource]], Iterator[Broken]]

RULES: Mapping[str, Rule] = {
    "NO_PUBLIC_BUCKETS": buckets.broken,
    "ENCRYPTION": encryption.broken,
    "LOG_RETENTION": retention.broken,
    "AUTOSCALING": autoscaling.broken,
}
"""What looks for what breaks a policy of each kind; REQUIRED_TAGS needs the constructs as well."""
KINDS = ("REQUIRED_TAGS", *RULES)


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """Something that breaks a policy in an environment. inside: the construct's path within its stage."""

    policy: Policy
    environment: str
    inside: str
    broken: Broken


class Audit:
    """The policies of a plan, held against one environment after the other."""

    def __init__(self, scope: cdk.Stack, plan: Plan) -> None:
        self._scope, self._plan = scope, plan
        self._known = [policy for policy in plan.policies if policy.kind in KINDS]
        self._findings: list[Finding] = []
        self._untaggable: set[tuple[str, str]] = set()
        newer = [policy for policy in plan.policies if policy.kind not in KINDS]
        for policy in newer:
            sentence = f"The policy {policy.name} is of the kind {policy.kind}, which this pipelinekit does not know"
            if policy.mode != "SHADOW":
                raise LibraryTooOldError(f"{sentence}: upgrade pipelinekit.")
            self._warn(f"{sentence}, and was not looked at: upgrade pipelinekit.")

    def apply(self, stage: cdk.Stage, nodes: Iterable[IConstruct]) -> None:
        """Do what can be done by itself for an environment of these constructs, which is not synthesized yet."""
        if self._known:
            apply(stage, nodes, self._known, declared(stage.node.root))

    def look(self, environment: str, stage: cdk.Stage, assembly: Assembly) -> None:
        """Find what breaks a policy in a synthesized environment."""
        resources = resources_of(stage, assembly) if self._known else ()
        for policy in self._known:
            for broken in self._broken(policy, stage, resources):
                inside = broken.path.removeprefix(f"{stage.node.path}/")
                self._findings.append(Finding(policy, environment, inside, broken))

    def conclude(self) -> list[Json]:
        """The exceptions that excepted something, as the map has them; warnings are given to the pipeline's stack.

        Raises PolicyFindingsError with everything that breaks a BLOCKING policy, and with every exception of a policy
        that is none, or that excepts nothing.
        """
        exceptions = declared(self._scope.node.root)
        close(self._scope.node.root)
        left = [each for each in self._findings if not excepted(exceptions, each.policy.name, each.broken.path)]
        lines = _lines(each for each in left if each.policy.mode != "SHADOW") + self._useless(exceptions)
        if lines:
            raise PolicyFindingsError(
                f"The stacks of {self._plan.repository} do not meet the company's policies:\n"
                + "\n".join(f"  {line}" for line in lines)
                + "\nChange it, or let a policy not hold for a construct, with the reason: "
                'policy_exception(construct, "<policy>", reason="…").'
            )
        for policy in self._known:
            shadow = _lines(each for each in left if each.policy is policy and policy.mode == "SHADOW")
            for line in shadow:
                self._warn(line)
        return [dataclasses.asdict(each) for each in exceptions if self._excepts(each)]

    def _broken(self, policy: Policy, stage: cdk.Stage, resources: Sequence[Resource]) -> Iterator[Broken]:
        if policy.kind != "REQUIRED_TAGS":
            return RULES[policy.kind](policy.configuration, resources)
        return tags.broken(policy.configuration, resources, lambda resource: self._takes_tags(stage, resource))

    def _takes_tags(self, stage: cdk.Stage, resource: Resource) -> bool:
        """CDK knows which resources take tags. What takes none in one environment takes none in the others."""
        same = (resource.kind, resource.path.removeprefix(stage.node.path))
        if same in self._untaggable:
            return False
        node = _construct_at(stage, resource.path)
        taggable = node is not None and (cdk.TagManager.is_taggable(node) or cdk.TagManager.is_taggable_v2(node))
        if not taggable:
            self._untaggable.add(same)
        return taggable

    def _excepts(self, exception: PolicyException) -> bool:
        return any(exception.covers(each.policy.name, each.broken.path) for each in self._findings)

    def _useless(self, exceptions: Collection[PolicyException]) -> list[str]:
        """A line for each exception of no policy, or that excepts nothing: once for all environments."""
        same: dict[tuple[str, str], list[PolicyException]] = {}
        for exception in exceptions:
            same.setdefault((exception.policy, self._inside(exception)), []).append(exception)
        names = [policy.name for policy in self._plan.policies]
        lines = []
        for (policy, _), group in same.items():
            said = f"{group[0].path}: the exception from {policy}"
            if policy not in names:
                near = difflib.get_close_matches(policy, names, n=3)
                known = f"did you mean {' or '.join(near)}?" if near else f"the plan has {', '.join(names) or 'none'}"
                lines.append(f"{said} is of no policy: {known}")
            elif not any(map(self._excepts, group)):
                lines.append(f"{said} excepts nothing: leave it out")
        return lines

    def _inside(self, exception: PolicyException) -> str:
        """The path without the pipeline's stack and the environment: the same construct in every environment."""
        parts = exception.path.removeprefix(f"{self._scope.node.path}/").split("/")
        return "/".join(parts[1:])

    def _warn(self, sentence: str) -> None:
        """As an annotation, but without a stack trace: it would name a folder that jsii has just made, and the same
        plan would no longer give the same bytes.
        """
        self._scope.node.add_metadata("aws:cdk:warning", sentence)


def _lines(findings: Iterable[Finding]) -> list[str]:
    """One line for what is the same in several environments: the first one's path, and where else."""
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    for each in findings:
        same = (each.policy.name, each.inside, each.broken.problem, each.broken.remedy)
        groups.setdefault(same, []).append(each)
    return [_line(group) for group in groups.values()]


def _line(group: Sequence[Finding]) -> str:
    first = group[0]
    others = [each.environment for each in group[1:]]
    where = f" (and in {_listed(others)})" if others else ""
    return f"{first.broken.path}{where}: {first.broken.problem} [{first.policy.name}]: {first.broken.remedy}"


def _listed(environments: Sequence[str]) -> str:
    few = environments[:3]
    more = len(environments) - len(few)
    return ", ".join(few) + (f" and {more} more" if more else "")


def _construct_at(stage: cdk.Stage, path: str) -> Any:
    """The construct at a path in the stage, or None: a template's own resource has none."""
    node: Any = stage
    for name in path.removeprefix(f"{stage.node.path}/").split("/"):
        node = node.node.try_find_child(name)
        if node is None:
            return None
    return node
