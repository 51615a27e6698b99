"""A spinner on stderr for what takes longer than half a second: `with working("Asking the service"): …`.

It is there for a person alone: without a terminal, or with `--quiet`, nothing is written. Whatever else is written
meanwhile holds it first (`held`), so that no line is torn.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from interlock_cli.terminal import colorless, quiet

if TYPE_CHECKING:
    from rich.status import Status

PATIENCE_SECONDS = 0.5
"""What is over sooner needs no sign of life."""


class _Spinner:
    """The one spinner of the process; its own thread shows it when the time has come."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._status: Status | None = None
        self._holds = 0

    @property
    def busy(self) -> bool:
        return self._timer is not None

    def start(self, what: str) -> None:
        no_color = colorless()  # asked here: the timer's thread has no context
        self._timer = threading.Timer(PATIENCE_SECONDS, self._show, (what, no_color))
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._status is not None:
                self._status.stop()
            self._timer = self._status = None

    def _show(self, what: str, no_color: bool | None) -> None:
        from rich.console import Console  # noqa: PLC0415 - what is over sooner does not wait for its import
        from rich.status import Status  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        with self._lock:
            if self._timer is not threading.current_thread():
                return
            self._status = Status(Text(f"{what} …"), console=Console(stderr=True, no_color=no_color))
            if not self._holds:
                self._status.start()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            self._holds += 1
            if self._status is not None:
                self._status.stop()
        try:
            yield
        finally:
            with self._lock:
                self._holds -= 1
                if self._status is not None and not self._holds:
                    self._status.start()


_spinner = _Spinner()


@contextmanager
def working(what: str) -> Iterator[None]:
    """Shows that something is done while the block lasts, from half a second on; one inside another shows nothing."""
    if _spinner.busy or quiet() or not sys.stderr.isatty():
        yield
        return
    _spinner.start(what)
    try:
        yield
    finally:
        _spinner.stop()


def held() -> AbstractContextManager[None]:
    """No spinner while the block lasts: something else is written, or asked, or another program has the terminal."""
    return _spinner.held() if _spinner.busy else nullcontext()


@contextmanager
def progress(what: str) -> Iterator[Callable[[], None]]:
    """A count on stderr, if that is a terminal and `--quiet` is not given; gives what to call after each step."""
    from rich.console import Console  # noqa: PLC0415 - imported where something is shown
    from rich.progress import Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed}"))
    console = Console(stderr=True, no_color=colorless())
    silent = quiet() or not sys.stderr.isatty()
    with _spinner.held(), Progress(*columns, console=console, transient=True, disable=silent) as bar:
        task = bar.add_task(what, total=None)
        yield lambda: bar.advance(task)
