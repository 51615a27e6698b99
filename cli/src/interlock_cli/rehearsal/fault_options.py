"""Faults as options of the command: `--alarm prod-1@20`, `--down 30+90`, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from interlock_cli.errors import InputError
from interlock_cli.rehearsal.faults import Fault, fault_of, read

F = TypeVar("F", bound=Callable[..., Any])
SEED = 1


@dataclass(frozen=True)
class Wanted:
    """The options as they were given."""

    fail_at: Sequence[str] = ()
    alarm: Sequence[str] = ()
    silent: Sequence[str] = ()
    traffic: Sequence[str] = ()
    failing_check: Sequence[str] = ()
    flaky_check: Sequence[str] = ()
    service_down: Sequence[str] = ()
    lose: float | None = None
    duplicate: float | None = None
    delay: float | None = None
    file: Path | None = None
    seed: int | None = None


def options(command: F) -> F:
    """Adds every option to a command, whose function gets them by `Wanted`'s names."""
    share = click.FloatRange(0, 1)
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    where, events = "ENVIRONMENT", "of the events"
    for option in reversed(
        (
            click.option(
                "--fail-at", multiple=True, metavar=where, help="Seed a failure into that environment's stacks."
            ),
            click.option(
                "--alarm", multiple=True, metavar="WHERE[@MIN]", help="Alarms there go off, so long after a deployment."
            ),
            click.option("--silent", multiple=True, metavar="WHERE", help="Metrics there have no data any more."),
            click.option(
                "--traffic",
                multiple=True,
                metavar="WHERE=N[,SHARE[,MS]]",
                help="Requests a minute there, the share that fails, and latency.",
            ),
            click.option("--failing-check", multiple=True, metavar="CHECK", help="The check says no."),
            click.option("--flaky-check", multiple=True, metavar="CHECK", help="It says no the first time only."),
            click.option(
                "--service-down",
                multiple=True,
                metavar="AFTER+FOR",
                help="The service answers nobody: minutes after the start, and for how long.",
            ),
            click.option("--lose", type=share, metavar="SHARE", help=f"So many {events} never arrive: 0 to 1."),
            click.option("--duplicate", type=share, metavar="SHARE", help=f"So many {events} arrive twice."),
            click.option("--delay", type=share, metavar="SHARE", help=f"So many {events} arrive half an hour later."),
            click.option("--faults", "file", type=file, metavar="FILE", help="More of them, as YAML or JSON."),
            click.option("--seed", type=int, metavar="N", help="The seed of what is left to chance. [default: 1]"),
        )
    ):
        command = option(command)
    return command


NAMES = {
    "failing-stack": "--fail-at",
    "alarm": "--alarm",
    "silent-metrics": "--silent",
    "traffic": "--traffic",
    "failing-check": "--failing-check",
    "service-down": "--service-down",
    "lost-events": "--lose",
    "duplicated-events": "--duplicate",
    "delayed-events": "--delay",
}
"""Each kind's option, for whoever gave it what cannot be."""


def faults_of(wanted: Wanted) -> tuple[list[Fault], int]:
    """Every fault that was asked for, those of the file as well, and the seed. Raises InputError."""
    given = [
        *({"kind": "failing-stack", "at": each} for each in wanted.fail_at),
        *(_alarm(each) for each in wanted.alarm),
        *({"kind": "silent-metrics", "at": each} for each in wanted.silent),
        *(_traffic(each) for each in wanted.traffic),
        *({"kind": "failing-check", "check": each} for each in wanted.failing_check),
        *({"kind": "failing-check", "check": each, "times": 1} for each in wanted.flaky_check),
        *(_down(each) for each in wanted.service_down),
        *_shares(wanted),
    ]
    found, seed = read(wanted.file) if wanted.file else ([], None)
    faults = [*(fault_of(each, NAMES[each["kind"]]) for each in given), *found]
    return faults, wanted.seed if wanted.seed is not None else seed if seed is not None else SEED


def _shares(wanted: Wanted) -> list[dict[str, Any]]:
    shares = {"lost": wanted.lose, "duplicated": wanted.duplicate, "delayed": wanted.delay}
    return [{"kind": f"{name}-events", "share": share} for name, share in shares.items() if share is not None]


def _alarm(text: str) -> dict[str, Any]:
    at, _, after = text.partition("@")
    return {"kind": "alarm", "at": at} | ({"after": _number(after, "--alarm", text)} if after else {})


def _traffic(text: str) -> dict[str, Any]:
    at, _, said = text.partition("=")
    names = ("requests", "faults", "latency")
    parts = said.split(",")
    if not said or len(parts) > len(names):
        raise InputError(f"--traffic is {text!r}.", "Give WHERE=REQUESTS[,SHARE[,MILLISECONDS]]: prod-1=100,0.2")
    rate = {name: _number(part, "--traffic", text) for name, part in zip(names, parts, strict=False)}
    return {"kind": "traffic", "at": at, **rate}


def _down(text: str) -> dict[str, Any]:
    after, plus, length = text.partition("+")
    if not plus:
        raise InputError(f"--service-down is {text!r}.", "Give AFTER+FOR, in simulated minutes: 30+90")
    option = "--service-down"
    return {"kind": "service-down", "after": _number(after, option, text), "for": _number(length, option, text)}


def _number(part: str, option: str, text: str) -> float:
    try:
        return float(part)
    except ValueError:
        raise InputError(f"{option} is {text!r}: {part!r} is no number.", "Give a number, such as 20.") from None
