"""The dashboard while the fleet is at work: a hundred transactions a second, each with its event.

Each sets the status of a stage of a pipeline's latest execution and appends to the log what happened, as intake does.
They are written to a copy of the fleet, from a process of its own, while walls ask for the dashboard, eight at once.
"""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import text

from bench.peers import fleet
from bench.peers.load import ROOT
from bench.peers.measuring import ROUNDS, SCALE, finish, measured, requests, rested, told, warm
from bench.peers.peers import LIMIT, POSTGRAPHILE_5
from bench.peers.questions import Question
from bench.peers.results import Notes
from bench.peers.running import competitors
from domain.events import EventType, Happening
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import append

EVENTS_A_SECOND, AT_ONCE = 100, 8
_TURN = text("""
    update stage_execution set status = case status when 'SUCCEEDED' then 'IN_PROGRESS' else 'SUCCEEDED' end
    from pipeline where pipeline.name = :name and execution_id = latest_execution_id and position = 6
    returning pipeline.latest_execution_id
""")


def main() -> None:
    """Writes build/bench/live.json."""
    notes = Notes("live")
    with fleet.copy(SCALE) as url, competitors(url, (LIMIT, POSTGRAPHILE_5), left_out=notes.left_out) as there:
        for each in there:
            warm(each, requests(each, Question.DASHBOARD), AT_ONCE)
        for _ in range(ROUNDS):
            for each in there:
                rested(each)
                with _events(url):
                    figures = measured(each, requests(each, Question.DASHBOARD), AT_ONCE, rest=False)
                notes.note(each.peer.name, figures, events=EVENTS_A_SECOND)
                print(f"  {each.peer.name:13} {told(figures)}", flush=True)
        finish(notes, url)


@contextmanager
def _events(url: str) -> Iterator[None]:
    program = [sys.executable, "-m", "bench.peers.live", url]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()  # it has begun
        try:
            yield
            if writer.poll() is not None:
                raise RuntimeError(f"The writer of events has ended with {writer.returncode}.")
        finally:
            writer.terminate()


async def _write(url: str) -> None:
    """Until it is ended; a transaction that is late is made up for."""
    async with Database(url) as database:
        await ensure_epoch(database)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for turn in itertools.count():
            name = fleet.service(turn % 500 % max(1, round(fleet.SERVICES * SCALE)) + 1)
            async with database.transaction() as session:
                execution: UUID = await session.scalar(_TURN, {"name": name})  # type: ignore[assignment]
                payload = {"pipeline": name, "service": name, "status": "IN_PROGRESS"}
                await append(
                    session, [Happening(EventType.EXECUTION_CHANGED, "PipelineExecution", execution, payload)], "bench"
                )
            if turn == 0:
                print("begun", flush=True)
            await asyncio.sleep(began + (turn + 1) / EVENTS_A_SECOND - loop.time())


if __name__ == "__main__":
    asyncio.run(_write(sys.argv[1]))
