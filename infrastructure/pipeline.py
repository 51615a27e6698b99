"""Interlock's own pipeline, by pipelinekit: the two lines are the import and the call.

    cdk deploy --app 'PYTHONPATH=..:$PYTHONPATH python -P -m infrastructure.pipeline'       # in infrastructure/, once

Each environment of the plan is an installation: what `environments` in company.yaml says under its name goes before
what the file says for all. The service that decides may be the one that is deployed: where it is so ill that its
pipeline waits for it, a person deploys with infrastructure/app.py (docs/install.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from infrastructure.company import Company
from infrastructure.installation import Installation
from infrastructure.loading import CompanyError, load
from pipelinekit import ServicePipeline

HERE = Path(__file__).parent
SYNTH = "cdk synth --quiet --app 'PYTHONPATH=..:$PYTHONPATH python -P -m infrastructure.pipeline'"


class InterlockStage(cdk.Stage):
    """One installation: the environment's name chooses it, its account and Region must be the plan's."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, **kwargs)
        company = load(company_file(os.environ), environment=construct_id)
        self._require_place(company)
        Installation(self, company)

    def _require_place(self, company: Company) -> None:
        if (self.account, self.region) != (company.account, company.region):
            raise CompanyError(
                f"The plan puts {self.node.id} into account {self.account}, {self.region}, and company.yaml says "
                f"{company.account}, {company.region}. Say the plan's below `environments`, or change the environment."
            )


def company_file(environ: Mapping[str, str]) -> Path:
    """INTERLOCK_COMPANY, or infrastructure/company.yaml."""
    return Path(environ.get("INTERLOCK_COMPANY") or HERE / "company.yaml")


def main() -> int:
    """Synthesize; what cannot be is said in a sentence for each thing, without a trace."""
    try:
        repository = load(company_file(os.environ), environment=None).repository
        app = cdk.App()
        ServicePipeline(app, repository, InterlockStage, directory="infrastructure", synth_commands=[SYNTH])
        app.synth()
    except CompanyError as error:
        print(error, file=sys.stderr)  # noqa: T201  # cdk shows it to the person who deploys
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
