"""WHAT IS DONE BY ITSELF, in AWS and by time. `run` is what `python -m graph upkeep` calls."""

from upkeep.loop import run

__all__ = ["run"]
