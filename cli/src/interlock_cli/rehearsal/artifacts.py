"""The pipeline's artifact bucket in the emulator: each execution's cloud assembly, and a memory of executions.

The assembly is zipped as CodePipeline has it from the synth's build. So whoever deploys an earlier revision again finds
it there, by `ListActionExecutions`, as in AWS.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import Assembly
from interlock_cli.rehearsal.assets import EPOCH
from interlock_cli.rehearsal.executions import Execution
from interlock_cli.rehearsal.intrinsics import Scope, resolve

MEMORY = "interlock-rehearsal.json"
SHORT = 10
"""CodePipeline cuts the name of a pipeline and of an artifact in an object's key: to 20 and 10 characters."""


class Artifacts:
    """The artifact bucket of one pipeline. Safe to share among threads."""

    def __init__(self, accounts: Accounts, assembly: Assembly, scope: Scope) -> None:
        """Asks for nothing yet."""
        self.bucket = str(resolve(_location(assembly), scope))
        self._s3 = accounts.s3(assembly.place)
        self._assembly = assembly
        self._name = str(assembly.definition.get("Name", assembly.pipeline))

    def put(self, artifact: str, changed: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]) -> str:
        """Puts the cloud assembly there as an artifact of that name; its key.

        changed: what becomes of each template that the pipeline deploys, by its path in the assembly.
        """
        key = f"{self._name[:20]}/{artifact[:SHORT]}/{secrets.token_hex(4)[:7]}"
        self._s3.put_object(Bucket=self.bucket, Key=key, Body=zipped(self._assembly, changed))
        return key

    def remember(self, version: int, structure: str, executions: list[Execution]) -> None:
        """Keeps what a later rehearsal on the same emulator knows of the pipeline."""
        told = {"version": version, "structure": structure, "executions": [each.to_json() for each in executions]}
        self._s3.put_object(Bucket=self.bucket, Key=MEMORY, Body=json.dumps(told).encode())

    def recall(self, structure: str) -> tuple[int, list[Execution]]:
        """The version of the pipeline's structure, which goes up when it has changed, and earlier executions."""
        try:
            told = json.loads(self._s3.get_object(Bucket=self.bucket, Key=MEMORY)["Body"].read())
        except ClientError as error:
            if error.response["Error"].get("Code") not in ("NoSuchKey", "NoSuchBucket", "404"):
                raise
            return 1, []
        executions = [Execution.from_json(each) for each in told["executions"]]
        return int(told["version"]) + (told["structure"] != structure), executions


def structure_of(assembly: Assembly) -> str:
    """What CodePipeline counts as the pipeline's structure: its stages, their actions and their settings."""
    text = json.dumps(assembly.definition["Stages"], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def zipped(assembly: Assembly, changed: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]) -> bytes:
    """The whole assembly, every file as it is but the templates that the pipeline deploys."""
    templates = {path.partition("::")[2] for path in assembly.template_paths}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(each for each in assembly.folder.rglob("*") if each.is_file()):
            name = file.relative_to(assembly.folder).as_posix()
            body = file.read_bytes()
            if name in templates:
                body = json.dumps(changed(name, json.loads(body))).encode()
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return buffer.getvalue()


def _location(assembly: Assembly) -> Any:
    """Where the pipeline keeps its artifacts in its own Region."""
    definition = assembly.definition
    if "ArtifactStore" in definition:
        return definition["ArtifactStore"]["Location"]
    stores = definition.get("ArtifactStores", [])
    own = [each for each in stores if each.get("Region") in (None, assembly.place.region, {"Ref": "AWS::Region"})]
    return (own or stores)[0]["ArtifactStore"]["Location"]
