"""A synthesized environment, read from the files of its cloud assembly.

CDK has objects for all of this, but from Python each of their attributes is a question to Node, and with hundreds of
environments those questions are most of what a synth costs.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_STACK = "aws:cloudformation:stack"


@dataclasses.dataclass(frozen=True, slots=True)
class SynthesizedStack:
    """A stack as a pipeline deploys it. account and region: `unknown-…` where the app does not say them.

    role: the ARN of the one that deploys it, in which `${AWS::Partition}` may stand; empty where there is none.
    """

    name: str
    account: str
    region: str
    template_path: Path
    role: str

    @property
    def place(self) -> tuple[str, str]:
        """Its account and Region."""
        return self.account, self.region


class Assembly:
    """The cloud assembly of one environment's stage, in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @functools.cached_property
    def manifest(self) -> Json:
        """The manifest, as CDK writes it."""
        return read_json(self.folder / "manifest.json")

    @property
    def missing(self) -> list[str]:
        """The keys of what was looked up and is not known, sorted."""
        return sorted(lookup["key"] for lookup in self.manifest.get("missing") or ())

    @functools.cached_property
    def stacks(self) -> tuple[SynthesizedStack, ...]:
        """Its stacks, in the order in which CDK has them; those of nested stages are in assemblies of their own."""
        artifacts = self.manifest["artifacts"]
        return tuple(self._stack(each, artifacts[each]) for each in _ordered(artifacts) if _is_stack(artifacts[each]))

    def templates(self, account: str, region: str) -> dict[str, Json]:
        """The templates of the stacks in an account and Region, by the stacks' names."""
        there = (stack for stack in self.stacks if stack.place == (account, region))
        return {stack.name: read_json(stack.template_path) for stack in there}

    def _stack(self, artifact_id: str, artifact: Json) -> SynthesizedStack:
        properties = artifact["properties"]
        account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
        return SynthesizedStack(
            name=properties.get("stackName") or artifact_id,
            account=account,
            region=region,
            template_path=self.folder / properties["templateFile"],
            role=properties.get("assumeRoleArn") or "",
        )


def read_json(path: Path) -> Json:
    """The object in a file of an assembly."""
    value: Json = json.loads(path.read_text(encoding="utf-8"))
    return value


def _is_stack(artifact: Json) -> bool:
    return bool(artifact["type"] == _STACK)


def _ordered(artifacts: Mapping[str, Json]) -> Iterator[str]:
    """Ids of artifacts as CDK sorts them: what others depend on comes first, and by name what is equal."""
    needed = {each: set(artifact.get("dependencies") or ()) & set(artifacts) for each, artifact in artifacts.items()}
    sorter = TopologicalSorter(needed)
    sorter.prepare()
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        yield from ready
        sorter.done(*ready)
