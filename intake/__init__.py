"""WHAT AWS TELLS US: EventBridge over SQS into use-cases. `run` is what `python -m graph intake` calls."""

from intake.loop import run

__all__ = ["run"]
