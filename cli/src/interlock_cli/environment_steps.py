"""The organisation's own steps of test environments: programs that run on the developer's machine.

Each is given the environment as JSON on stdin, and as variables INTERLOCK_*; it runs with the credentials of the
environment's account. What it prints is passed on. An exit code other than 0 is a failure.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock_cli import programs
from interlock_cli.client import Data
from interlock_cli.errors import CommandError, InputError
from interlock_cli.masking import masked, secrets


@dataclass(frozen=True)
class EnvironmentStep:
    """A step. create, delete: a program and its arguments; delete is empty where nothing has to be taken back."""

    name: str
    create: tuple[str, ...]
    delete: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What a person is told of it before it is run."""
        return f"{self.name} (`{shlex.join(masked(self.create))}`)"


def steps_of(organisation: Data | None) -> list[EnvironmentStep]:
    """Those that the organisation has, in its order."""
    declared = (organisation or {}).get("environmentSteps") or []
    return [EnvironmentStep(each["name"], tuple(each["create"]), tuple(each.get("delete") or ())) for each in declared]


def run_step(
    step: EnvironmentStep, verb: str, environment: Data, variables: Mapping[str, str], service: str | None
) -> str:
    """Runs its `create` or `delete` program, and says so. Raises CommandError when that fails, or is not there.

    environment: as `told` has it.
    """
    program = step.create if verb == "create" else step.delete
    if not program:
        return "nothing to take back"
    own = {"INTERLOCK_STEP": step.name, **({"INTERLOCK_SERVICE": service} if service else {})}
    given = json.dumps({**environment, "service": service}, ensure_ascii=False)
    try:
        done = programs.streamed(
            program, {**variables, **own}, stdin=given, shown=("INTERLOCK_ENVIRONMENT",), secrets=secrets(program)
        )
    except InputError as error:
        raise CommandError(
            f"The step {step.name} of the organisation cannot be run: {error.message}",
            f"{error.remedy} The organisation's environmentSteps name it.",
        ) from error
    if done.code:
        raise CommandError(
            f"The step {step.name} failed: `{shlex.join(masked(program))}` ended with {done.code}.",
            "Its output above says why; `interlock export` shows how it is declared, in environmentSteps.",
        )
    return f"`{shlex.join(masked(program))}`"


def told(node: Data) -> dict[str, Any]:
    """A node of an environment as a step reads it: flat, under the names of the file of an organisation."""
    wave = node["wave"]
    return {
        "name": node["name"],
        "account": node["account"]["awsId"],
        "accountName": node["account"]["name"],
        "region": node["region"]["name"],
        "stage": wave["stage"]["name"],
        "wave": wave["name"],
        "kind": node["kind"],
        "owner": node["owner"],
        "team": (node["team"] or {}).get("name"),
        "purpose": node["purpose"],
        "expiresAt": node["expiresAt"],
    }
