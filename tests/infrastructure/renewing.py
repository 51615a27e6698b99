"""The templates that are kept in git, readable: what a change of the app does to an installation is seen in review.

make snapshots    (python -m tests.infrastructure.renewing) writes them anew; then look at what git says has changed
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from tests.infrastructure import companies
from tests.pipelinekit import renewing, synthesis
from tests.pipelinekit.synthesis import Synthesized

HERE = Path(__file__).parent
SNAPSHOTS = HERE / "snapshots"


def synthesized(folder: Path) -> Synthesized:
    """Every stack, synthesized as a program of its own; AwsSolutions' findings end it with 1, and that is looked at."""
    settings = {
        "INTERLOCK_COMPANY": str(companies.written(folder / "company")),
        "INTERLOCK_OTHER": str(companies.other(folder / "other")),
        "PYTHONPATH": f"{companies.ROOT}:{companies.ROOT / 'pipelinekit' / 'src'}",
    }
    done = synthesis.by_python(HERE, folder / "out", **settings)
    assert (done.folder / "validation-report.json").is_file(), done.said
    return done


def readable(template: dict[str, Any]) -> dict[str, Any]:
    """A template without CDK's own parameter and rule, JSON within texts unfolded, hashes of assets left out."""
    unfolded: dict[str, Any] = renewing.unfolded(template)
    for part in ("Parameters", "Rules"):
        own = {name: value for name, value in unfolded.get(part, {}).items() if "Bootstrap" not in name}
        unfolded.pop(part, None)
        unfolded |= {part: own} if own else {}
    return unfolded


def all_readable(done: Synthesized, folder: str = ".") -> dict[str, dict[str, Any]]:
    """Every stack's of a folder of the assembly, by its name."""
    paths = sorted((done.folder / folder).glob("*.template.json"))
    return {path.name.removesuffix(".template.json"): readable(json.loads(path.read_text())) for path in paths}


def main() -> None:
    """Write all anew."""
    with tempfile.TemporaryDirectory() as folder:
        found = all_readable(synthesized(Path(folder)))
    for old in SNAPSHOTS.glob("*.json"):
        old.unlink()
    for name, template in found.items():
        (SNAPSHOTS / f"{name}.json").write_text(renewing.written(template))


if __name__ == "__main__":
    main()
