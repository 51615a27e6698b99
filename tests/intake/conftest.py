"""The emulator, for intake's own tests."""

from tests.emulator import emulator

__all__ = ["emulator"]
