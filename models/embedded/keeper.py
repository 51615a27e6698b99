"""The keeper of one PostgreSQL server: starts it, starts it again when it was killed, stops it when unused.

A program of its own, run detached, so that no process that uses the server has to outlive the others and
even `kill -9` of the last of them leaves no server behind. Standard library only; it imports nothing of
this project.

    keeper.py USERS SERVER UID GID COMMAND...

USERS: the file on which every user of the server holds a shared lock. SERVER: the number of an inherited
descriptor with the lock that says a server is running; PostgreSQL inherits it in turn, so that lock is free
only when this program and every process of PostgreSQL are gone. UID, GID: whom PostgreSQL runs as, or -1
for the user of this program.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

ATTEMPTS = 5
FIRST_PAUSE = 0.1
"""Seconds before the second attempt; each pause is twice the one before."""
HEALTHY = 60.0
"""A server that ran for this many seconds has all its attempts again."""


class Keeper:
    """One server. `stop` may come at any time, from the thread that waits for the users or from a signal."""

    def __init__(self, command: list[str], options: dict[str, Any]) -> None:
        self._command = command
        self._options = options
        self._server: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """Return when the server was stopped on purpose, or does not start."""
        failures = 0
        while failures < ATTEMPTS and not self._stopping.wait(FIRST_PAUSE * 2**failures if failures else 0):
            began = time.monotonic()
            self._server = subprocess.Popen(self._command, **self._options)
            if self._stopping.is_set():
                self.stop()
            if self._server.wait() == 0:
                return
            failures = 1 if time.monotonic() - began > HEALTHY else failures + 1

    def stop(self) -> None:
        """Ask for PostgreSQL's fast shutdown, which writes everything down and ends every session."""
        self._stopping.set()
        if self._server:
            self._server.send_signal(signal.SIGINT)


def stop_when_unused(keeper: Keeper, users: str) -> None:
    """Wait for the lock that nobody can have while somebody uses the server, and keep it to the end."""
    fcntl.flock(os.open(users, os.O_RDWR), fcntl.LOCK_EX)
    keeper.stop()


def main() -> None:
    """Leave the starter's session, so that a Ctrl-C in its terminal does not reach the server."""
    users, server, uid, gid, *command = sys.argv[1:]
    if os.fork():
        os._exit(0)
    os.setsid()
    options: dict[str, Any] = {"pass_fds": (int(server),), "stdin": subprocess.DEVNULL}
    if int(uid) >= 0:
        options |= {"user": int(uid), "group": int(gid), "extra_groups": []}
    keeper = Keeper(command, options)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: keeper.stop())
    threading.Thread(target=stop_when_unused, args=(keeper, users), daemon=True).start()
    keeper.run()
    os._exit(0)


if __name__ == "__main__":
    main()
