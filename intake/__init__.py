"""WHAT AWS TELLS US: EventBridge over SQS into use-cases."""

from intake.reader import run

__all__ = ["run"]
