"""The company of the tests: infrastructure/company.yaml as it is, with a certificate beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from infrastructure.company import Company
from infrastructure.loading import load

ROOT = Path(__file__).parents[2]
FILE = ROOT / "infrastructure" / "company.yaml"
CHART = ROOT / "helm" / "interlock"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nRDS's authority in eu-west-1\n-----END CERTIFICATE-----\n"


def written(folder: Path, **changed: Any) -> Path:
    """The file in a folder, with keys changed, or left out where they are None."""
    given = yaml.safe_load(FILE.read_text()) | changed
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "eu-west-1-bundle.pem").write_text(CERTIFICATE)
    file = folder / "company.yaml"
    file.write_text(yaml.safe_dump({key: value for key, value in given.items() if value is not None}))
    return file


def company(folder: Path, **changed: Any) -> Company:
    """The company of such a file."""
    return load(written(folder, **changed))


@cache
def stand_in_chart(folder: Path) -> Path:
    """The chart, or one without templates where this checkout has none yet."""
    if CHART.is_dir():
        return CHART
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: interlock\nversion: 0.0.0\n")
    return folder
