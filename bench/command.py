"""How long the command takes before it does anything, beside a Python that does nothing, alternately in one run.

pass      `python -c pass`: what nobody can do without
click     the import of the library of commands
--help    `interlock --help`: reads a table, and looks for other distributions' commands
--version, config path, and a command's own help, whose module is imported
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROUNDS = 21
SOURCE = Path(__file__).resolve().parent.parent / "cli" / "src"
INTERLOCK = ["-m", "interlock_cli"]
MEASURED = {
    "pass": ["-c", "pass"],
    "click": ["-c", "import click"],
    "--help": [*INTERLOCK, "--help"],
    "--version": [*INTERLOCK, "--version"],
    "config path": [*INTERLOCK, "config", "path"],
    "status --help": [*INTERLOCK, "status", "--help"],
}


def main() -> None:
    """Prints the table: the median, and its ratio to the first line."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, "PYTHONPATH": str(SOURCE)}
        found: dict[str, list[float]] = {name: [] for name in MEASURED}
        for _ in range(ROUNDS):
            for name, arguments in MEASURED.items():
                found[name].append(_milliseconds(arguments, environment))
    nothing = median(found["pass"])
    for name, each in found.items():
        print(f"{name:<14} {median(each):7.1f} ms  {median(each) / nothing:5.1f} x")


def _milliseconds(arguments: list[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000
