"""Whether the service of this machine lives, for a container's health check: `python -m graph.probe`.

0 where `/healthz` answers 200, else 1, with the reason in one line. In a container whose program is another one than
`serve` there is nothing to ask: 0. It imports the settings and no more, as it is started twice a minute.
"""

from __future__ import annotations

import http.client
import sys
from pathlib import Path

from models.settings import SettingsError, load

FIRST = Path("/proc/1/cmdline")
SECONDS = 4


def main(first: Path = FIRST) -> int:
    """Asks once."""
    if not serves(first):
        return 0
    try:
        settings = load()
        wrong = _asked("127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host, settings.port)  # noqa: S104 - compared, not bound
    except SettingsError as error:
        wrong = str(error)
    if wrong:
        print(wrong, file=sys.stderr)  # noqa: T201 - what the health check shows
    return 1 if wrong else 0


def serves(first: Path) -> bool:
    """Whether the container's first process is `serve`, also behind an init; True where nobody can tell."""
    try:
        return b"serve" in first.read_bytes().split(b"\0")
    except OSError:
        return True


def _asked(host: str, port: int) -> str | None:
    """What is wrong; None where all is well."""
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        said = answer.read(500).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return f"http://{host}:{port}/healthz does not answer: {error}."
    finally:
        connection.close()
    return None if answer.status == http.HTTPStatus.OK else f"/healthz answers {answer.status}: {said}"


if __name__ == "__main__":
    sys.exit(main())
