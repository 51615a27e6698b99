"""Writes who runs in the image into FOLDER: `account.py FOLDER`, with the base's users beside ours.

initdb, of the embedded database, needs a user that the system knows by name.
"""

import sys
from pathlib import Path

NAME, NUMBER, HOME = "interlock", 10001, "/var/lib/interlock"
ENTRIES = {"passwd": f"{NAME}:x:{NUMBER}:{NUMBER}::{HOME}:/usr/sbin/nologin\n", "group": f"{NAME}:x:{NUMBER}:\n"}


def main(folder: Path) -> None:
    """`etc/passwd`, `etc/group`, and the folder of the data."""
    for name, entry in ENTRIES.items():
        known = Path("/etc", name).read_text("utf-8")
        written = folder / "etc" / name
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(known + entry, "utf-8")
    (folder / HOME.lstrip("/")).mkdir(parents=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
