"""The programs that a developer's machine needs, and whether they are new enough."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from interlock_cli import programs
from interlock_cli.doctor.finding import Finding, Look
from interlock_cli.errors import CommandError


@dataclass(frozen=True)
class Tool:
    """A program. oldest: the version that is needed; below: the first that is not wanted; why: what needs it."""

    name: str
    oldest: tuple[int, ...]
    why: str
    mend: str
    below: tuple[int, ...] | None = None


TOOLS = (
    Tool(
        "aws",
        (1, 28),
        "older ones know no sso-session",
        "Install the AWS CLI: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html.",
    ),
    Tool("node", (20,), "the CDK needs it", "Install Node.js 20 or newer: https://nodejs.org."),
    Tool(
        "cdk",
        (2, 1000),
        "the CDK CLI's versions are 2.1000 and more since it is apart from the library",
        "Install it in the app, `npm install aws-cdk@2`, or with `npm install --global aws-cdk@2`.",
        below=(3,),
    ),
)


def findings(_: Look) -> Iterator[Finding]:
    """What is missing or too old; the `node_modules` of the app in this folder come before the PATH."""
    path = os.pathsep.join([*_bins(Path.cwd()), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    with ThreadPoolExecutor(len(TOOLS)) as pool:  # each takes its time to start
        for found in pool.map(lambda tool: list(_of(tool, environment)), TOOLS):
            yield from found


def _of(tool: Tool, environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        said = programs.captured([tool.name, "--version"], environment, say=False)
    except CommandError:
        yield Finding(tool.name, f"The program {tool.name} is not on your PATH: {tool.why}.", tool.mend)
        return
    yield from _judged(tool, f"{said.stdout} {said.stderr}")


def version(text: str) -> tuple[int, ...] | None:
    """The first version in what a program says: aws-cli/2.17.1 Python/3.11 is (2, 17, 1)."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(each) for each in found.groups() if each) if found else None


def _judged(tool: Tool, said: str) -> Iterator[Finding]:
    found = version(said)
    if found is None:
        yield Finding(tool.name, f"{tool.name} --version says no version: {said.strip()[:80]!r}.", tool.mend)
    elif found < tool.oldest:
        problem = f"{tool.name} is {_dotted(found)}, older than {_dotted(tool.oldest)}: {tool.why}."
        yield Finding(tool.name, problem, tool.mend)
    elif tool.below and found >= tool.below:
        yield Finding(tool.name, f"{tool.name} is {_dotted(found)}, which is no release to be used.", tool.mend)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _bins(folder: Path) -> list[str]:
    """The `node_modules/.bin` of the folder and of those above it, that there are."""
    candidates = (each / "node_modules" / ".bin" for each in (folder.resolve(), *folder.resolve().parents))
    return [str(each) for each in candidates if each.is_dir()]
