"""Builds both distributions and looks inside: one top-level package each, so that no user's own is overwritten."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGES = {"pipelinekit": "pipelinekit", "cli": "interlock_cli"}


def main() -> int:
    """0 when each wheel brings its one package and its metadata; else 1, and what was found."""
    with tempfile.TemporaryDirectory() as folder:
        wrong = [line for source, package in PACKAGES.items() if (line := _wrong(source, package, Path(folder)))]
    print("\n".join(wrong) or "wheels: one top-level package each")
    return bool(wrong)


def _wrong(source: str, package: str, folder: Path) -> str | None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / source), source]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        return f"{source} does not build:\n{built.stdout}{built.stderr}"
    (wheel,) = (folder / source).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
    found = {name for name in names if not name.endswith(".dist-info")}
    return None if found == {package} else f"{wheel.name} brings {sorted(found)}; only {package!r} is allowed"


if __name__ == "__main__":
    sys.exit(main())
