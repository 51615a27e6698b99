"""Synthesizing a CDK app as its team does: a program of its own, with an environment of its own."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CDK = ROOT / "node_modules" / ".bin" / "cdk"
EXAMPLES = ROOT / "examples"
NODE = (
    subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip("v\n").split(".")[0]
)
"""jsii is silent about an old Node when it is told the very major version that it would warn about."""


@dataclasses.dataclass(frozen=True)
class Synthesized:
    """What a synth left behind: its exit code, what it said on stderr, and the folder of the cloud assembly."""

    code: int
    said: str
    folder: Path

    def json(self, name: str) -> Any:
        """A JSON file of the assembly."""
        return json.loads((self.folder / name).read_text())

    @property
    def files(self) -> dict[str, bytes]:
        """Every file of the assembly by its path in it."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }

    @property
    def templates(self) -> dict[str, dict[str, Any]]:
        """Every template by its path in the assembly."""
        return {name: json.loads(text) for name, text in self.files.items() if name.endswith(".template.json")}

    @property
    def pipeline(self) -> dict[str, Any]:
        """The pipeline's own template."""
        return next(template for name, template in self.templates.items() if name.startswith("pipeline-"))


def environment(**settings: str) -> dict[str, str]:
    """The environment of a synth: nothing of AWS's or Interlock's but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "INTERLOCK_", "CDK_"))}
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "pipelinekit" / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": NODE,
        "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": NODE,
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_VALIDATION": os.environ.get("CDK_VALIDATION", "false"),
        **settings,
    }


def by_python(app: Path, output: Path, **settings: str) -> Synthesized:
    """`python app.py`: what the CDK CLI starts."""
    return _run([sys.executable, "app.py"], app, output, CDK_OUTDIR=str(output), **settings)


def by_cdk(app: Path, output: Path, *options: str, **settings: str) -> Synthesized:
    """`cdk synth`: what a person and the pipeline's build type."""
    command = [str(CDK), "synth", "--quiet", "--no-notices", "--output", str(output), *options]
    return _run(command, app, output, **settings)


def _run(command: list[str], app: Path, output: Path, **settings: str) -> Synthesized:
    done = subprocess.run(
        command, cwd=app, env=environment(**settings), capture_output=True, text=True, timeout=240, check=False
    )
    return Synthesized(done.returncode, done.stderr, output)
