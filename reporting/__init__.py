"""WHAT WE TELL THE WORLD: the log into traces, metrics and notifications. `run` is `python -m graph report`."""

from reporting.loop import run

__all__ = ["run"]
