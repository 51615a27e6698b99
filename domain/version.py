"""The version of this service, as pyproject.toml has it too, and of the command that is released with it."""

VERSION = "0.1.0"
COMMAND = "0.5.0"
"""As cli/pyproject.toml has it: a command that is not understood, or does not understand, tells by it who is old."""
