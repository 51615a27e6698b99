"""The company of the tests: infrastructure/company.yaml as it is, with a certificate beside it."""

from __future__ import annotations

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


def other(folder: Path) -> Path:
    """A company that has chosen otherwise wherever it can."""
    given = yaml.safe_load(FILE.read_text())
    return written(
        folder,
        image="sha256:" + "a" * 64,
        signIn=given["signIn"] | {"browserClientId": "console"},
        secrets={"INTERLOCK_OIDC_CLIENT_SECRET": "interlock/oidc", "INTERLOCK_SMTP_URL": "interlock/smtp"},
        network={"cidr": "10.64.0.0/19", "zones": ["eu-west-1a", "eu-west-1b"], "natGateways": 1},
        reach={
            "internet": False,
            "serviceFrom": ["10.0.0.0/8"],
            "apiFrom": ["203.0.113.0/24"],
            "administrators": ["arn:aws:iam::888888888888:role/platform"],
        },
        data={"readers": 0, "archiveLockDays": 365, "keepEventsDays": 400},
        members=given["members"] | {"testUnits": [], "federation": False},
        settings=None,
    )


def company(folder: Path, **changed: Any) -> Company:
    """The company of such a file."""
    return load(written(folder, **changed))
