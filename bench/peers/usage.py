"""What processes have used, as Linux counts it: processor time in hundredths of a second, and memory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import psycopg

TICK = 1 / os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """Of a process, of those that it has waited for, and of its children that live."""
    return sum(_own(each) for each in (pid, *_below(pid)))


def kibibytes(pid: int) -> int:
    """What a process and its children hold in memory; what they share is counted by its share (PSS)."""
    return sum(_proportional(each) for each in (pid, *_below(pid)))


def postmaster(address: str) -> int:
    """The process of the server at this address, whose children serve its sessions."""
    with psycopg.connect(address) as connection:
        row = connection.execute("show data_directory").fetchone()
    assert row is not None
    return int((Path(row[0]) / "postmaster.pid").read_text().split("\n", 1)[0])


def _own(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(each) for each in fields[11:15]) * TICK


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _below(pid: int) -> Iterable[int]:
    """Children, and theirs. A child that has ended is in what its parent has waited for."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        own = [int(each) for task in tasks for each in (task / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return
    for each in own:
        yield each
        yield from _below(each)
