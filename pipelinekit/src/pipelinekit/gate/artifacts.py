"""What an execution of the pipeline has deployed: its actions as CodePipeline remembers them, and its cloud assembly.

The assembly is the synth's output artifact, a zip archive in the pipeline's bucket. Single members are read from it by
ranged requests: an archive may be large, and a function's memory is not.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from .aws import Aws

Json = dict[str, Any]

BLOCK = 256 * 1024
"""Bytes of a request: a directory of a thousand files, or a template, is read by a few."""
MOST_PAGES = 100
LARGEST_MEMBER = 4 * 1024 * 1024
"""Bytes. CloudFormation takes a template of 1 MB."""


class NotKeptError(Exception):
    """CodePipeline, or the bucket, does not know any more what is asked for; the text says what."""


@dataclasses.dataclass(frozen=True)
class Archive:
    """A zip archive in S3, in the Region of `aws`."""

    aws: Aws
    bucket: str
    key: str

    def member(self, path: str) -> bytes:
        """One file of it, whole. Raises NotKeptError where there is none, or the archive is no longer there."""
        with io.BufferedReader(_Ranges(self), BLOCK) as file:
            try:
                with zipfile.ZipFile(file) as archive:
                    found = archive.getinfo(path)
                    if found.file_size > LARGEST_MEMBER:
                        raise NotKeptError(f"{path} has {found.file_size} bytes and is no template")
                    return archive.read(found)
            except KeyError:
                raise NotKeptError(f"{self.key} in {self.bucket} has no file {path}") from None
            except zipfile.BadZipFile as error:
                raise NotKeptError(f"{self.key} in {self.bucket} cannot be read: {error}") from None


class _Ranges(io.RawIOBase):
    """An archive's bytes, read where they are asked for."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive
        self._size = archive.aws.size_of(archive.bucket, archive.key)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        last = min(self._at + len(buffer), self._size) - 1
        if last < self._at:
            return 0
        read = self._archive.aws.read_range(self._archive.bucket, self._archive.key, self._at, last)
        buffer[: len(read)] = read
        self._at += len(read)
        return len(read)


def actions_of(aws: Aws, pipeline: str, execution: str) -> Iterator[Json]:
    """All runs of actions of an execution, the newest first, as ListActionExecutions tells them."""
    asked: Json = {"pipelineName": pipeline, "filter": {"pipelineExecutionId": execution}, "maxResults": 100}
    for _ in range(MOST_PAGES):
        answer = aws.by_json("codepipeline", "CodePipeline_20150709.ListActionExecutions", asked)
        yield from answer.get("actionExecutionDetails") or ()
        if not answer.get("nextToken"):
            return
        asked["nextToken"] = answer["nextToken"]


def found_stacks(actions: list[Json], wanted: list[Json]) -> tuple[list[Json], list[Json]]:
    """How each wanted stack was deployed, in their order; and those that were not.

    wanted: {environment, account, region, stack}. A found one has beside that: bucket and key of the assembly, template
    and settings (members of it; settings may be empty), role (that deploys), executionRole, capabilities.
    """
    outputs = {
        artifact["name"]: artifact["s3location"]
        for action in reversed(actions)
        for artifact in (action.get("output") or {}).get("outputArtifacts") or ()
    }
    known: dict[tuple[str, str, str], Json] = {}
    for action in reversed(actions):  # the newest last, so that it stays
        found = _deployed(action, outputs)
        if found:
            known[found["account"], found["region"], found["stack"]] = found
    here: list[Json] = []
    missing: list[Json] = []
    for stack in wanted:
        found = known.get((stack["account"], stack["region"], stack["stack"]))
        (here if found else missing).append({**stack, **(found or {})})
    return here, missing


def _deployed(action: Json, outputs: Json) -> Json | None:
    """What an action says of the stack that it deployed from a template; None for any other."""
    given = action.get("input") or {}
    settings = {**(given.get("configuration") or {}), **(given.get("resolvedConfiguration") or {})}
    artifact, _, template = str(settings.get("TemplatePath") or "").partition("::")
    role = str(given.get("roleArn") or settings.get("ActionRoleArn") or "")
    if not template or artifact not in outputs or role.count(":") < 5:
        return None
    if settings.get("ParameterOverrides") not in (None, "", "{}"):
        _literal(json.loads(settings["ParameterOverrides"]))
    return {
        "account": role.split(":")[4],
        "region": str(given.get("region") or ""),
        "stack": str(settings.get("StackName") or ""),
        "bucket": outputs[artifact]["bucket"],
        "key": outputs[artifact]["key"],
        "template": template,
        "settings": str(settings.get("TemplateConfiguration") or "").partition("::")[2],
        "parameters": json.loads(settings.get("ParameterOverrides") or "{}"),
        "role": role,
        "executionRole": str(settings.get("RoleArn") or ""),
        "capabilities": [each for each in str(settings.get("Capabilities") or "").split(",") if each],
    }


def _literal(parameters: Json) -> None:
    for name, value in parameters.items():
        if not isinstance(value, str):
            raise NotKeptError(f"the parameter {name} was taken from an artifact, which cannot be done again")
