"""WHAT WE TELL THE WORLD: the log into traces and notifications. `run` is what `python -m graph report` calls."""

from reporting.loop import run

__all__ = ["run"]
