"""`make bench`, or `python -m bench NAME…`: runs the measurements named, or all."""

from __future__ import annotations

import sys

from bench import (
    command,
    configuration,
    day,
    delivery,
    event_log,
    frames,
    hostile,
    metrics,
    narrowed,
    overview,
    pages,
    reads,
    subscriptions,
)
from bench.peers import caching, doors, growth, intakes, live, sockets, starts, synths
from bench.peers import reads as peers
from bench.safety import report as safety

ALL = {
    "reads": reads.main,
    "narrowed": narrowed.main,
    "overview": overview.main,
    "pages": pages.main,
    "frames": frames.main,
    "event_log": event_log.main,
    "subscriptions": subscriptions.main,
    "command": command.main,
    "configuration": configuration.main,
    "metrics": metrics.main,
    "delivery": delivery.main,
    "day": day.main,
    "hostile": hostile.main,
    "safety": safety.main,
    "peers": peers.main,
    "caching": caching.main,
    "live": live.main,
    "doors": doors.main,
    "growth": growth.main,
    "starts": starts.main,
    "intake": intakes.main,
    "synth": synths.main,
    "sockets": sockets.main,
}


def main(names: list[str]) -> int:
    """0 when all were measured; 2 for a name that is none."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"There is no measurement {', '.join(unknown)}; there are: {', '.join(ALL)}.", file=sys.stderr)
        return 2
    for name in names or ALL:
        print(f"== {name}", flush=True)
        ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
