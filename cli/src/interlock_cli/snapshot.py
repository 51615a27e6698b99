"""A plan kept in a file: the snapshot that pipelinekit replays, for a synth without the service."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from interlock_cli.client import Data
from interlock_cli.errors import CommandError
from interlock_cli.notices import notice


def keep(plan: Data, path: Path) -> None:
    """Writes it, and says how to use it. Raises CommandError."""
    write_snapshot(path, plan)
    notice(f"Wrote {path}: {plan['digest']}. Use it with `interlock synth --plan {path}`, or INTERLOCK_PLAN={path}.")


def snapshot(plan: Data) -> bytes:
    """The plan as pipelinekit itself keeps it: sorted keys, two spaces, UTF-8, one final newline."""
    return (json.dumps(plan, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def write_snapshot(path: Path, plan: Data) -> None:
    """Writes the snapshot whole or not at all: into a file beside it, then renamed."""
    try:
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(snapshot(plan))
            Path(beside).chmod(0o644)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise CommandError(
            f"Cannot write {path}: {error.strerror}.", "Name a file in a folder that you may write to."
        ) from error
