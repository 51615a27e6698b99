"""`make tutorial`: docs/images/tutorial.svg, what the tutorial's first commands print in a terminal.

It asks the service that INTERLOCK_URL names, such as that of `make demo`, once a revision is under way. Each command
runs on a terminal of its own, as only there it prints colors.
"""

from __future__ import annotations

import os
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "tutorial.svg"
WIDTH, ROWS = 126, 50
"""Of the terminal, in characters."""
MOST_LINES, MOST_BYTES = 12, 150_000
COMMANDS = (
    ("status",),
    ("why", "payments", "prod-us-east-1"),
    ("logs", "orders"),
    ("trace", "orders", "--depth", "2"),
    ("hold", "payments", "prod-eu-west-1", "--reason", "The bank is not ready", "--until", "2d", "--dry-run"),
    ("metrics", "--service", "payments"),
)
REDRAWN = re.compile(r"\x1b\[(?:[0-9;]*[A-HJKf]|\?[0-9]+[hl])")
"""What moves the cursor: the line that says what is waited for, which is taken away again."""
FETCHED = re.compile(r"@font-face \{.*?\}\n", re.DOTALL)
"""Fonts from elsewhere: a picture fetches nothing, and the reader's own font is as good."""


def main() -> None:
    """Writes the picture; says why where a command fails."""
    screen = Console(record=True, width=WIDTH, file=Path(os.devnull).open("w"), force_terminal=True)  # noqa: SIM115
    for command in COMMANDS:
        screen.print(Text(f"$ interlock {shlex.join(command)}", style="bold green"))
        lines = printed(command)
        shown = lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "…"]
        for line in shown:
            screen.print(Text.from_ansi(line), crop=True, no_wrap=True, overflow="ellipsis")
        screen.print()
    svg = FETCHED.sub("", screen.export_svg(title="interlock", unique_id="tutorial"))
    PICTURE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8")
    if PICTURE.stat().st_size > MOST_BYTES:
        sys.exit(f"{PICTURE.name} has {PICTURE.stat().st_size} bytes, more than {MOST_BYTES}: show fewer lines.")


def printed(command: tuple[str, ...]) -> list[str]:
    """The lines, with their colors and without empty ones, that the command prints on a terminal."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, WIDTH, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH), "TZ": "UTC"}
    environment.pop("NO_COLOR", None)
    program = [sys.executable, "-m", "interlock_cli", *command]
    process = subprocess.Popen(program, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    said = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    if process.wait():
        sys.exit(f"`interlock {' '.join(command)}` ended with {process.returncode}. Is INTERLOCK_URL a service's?")
    text = REDRAWN.sub("", said.decode())
    return [line for line in text.replace("\r", "").split("\n") if Text.from_ansi(line).plain.strip()]


def _read(terminal: int) -> bytes:
    """What comes next; empty at the end, which Linux tells as an error."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""


if __name__ == "__main__":
    main()
