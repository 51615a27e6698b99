"""The app: `cdk deploy` in infrastructure/ installs Interlock as company.yaml says. docs/install.md goes through it.

Context: `company`, another file than infrastructure/company.yaml; `environment`, one that the file names;
`account` and `regions`, a member account whose stacks are deployed by hand instead of by stack sets.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import aws_cdk as cdk

from infrastructure.company import Company
from infrastructure.installation import Installation
from infrastructure.loading import CompanyError, load
from infrastructure.member.stacks import MemberEvents, MemberRoles, PipelineAccount, TestEnvironments

HERE = Path(__file__).parent


def build(app: cdk.App) -> None:
    """The stacks that the context asks for. Raises CompanyError."""
    given = app.node.try_get_context("company")
    company = load(Path(str(given)) if given else HERE / "company.yaml", app.node.try_get_context("environment"))
    member = app.node.try_get_context("account")
    if member:
        _member(app, company, str(member))
    else:
        Installation(app, company)


def _member(app: cdk.App, company: Company, account: str) -> None:
    if not re.fullmatch(r"\d{12}", account):
        raise CompanyError(f"account is {account!r}. Allowed: twelve digits, as -c account=123456789012.")
    home = cdk.Environment(account=account, region=company.region)
    if account == company.pipeline_account:
        PipelineAccount(app, "InterlockPipelineAccount", company, env=home)
        return
    MemberRoles(app, "InterlockRoles", company, env=home)
    TestEnvironments(app, "InterlockTestEnvironments", company, env=home)
    for region in company.members.regions:
        MemberEvents(app, f"InterlockEvents-{region}", company, env=cdk.Environment(account=account, region=region))


def main() -> int:
    """Synthesize; what cannot be is said in a sentence for each thing, without a trace."""
    app = cdk.App()
    try:
        build(app)
    except CompanyError as error:
        print(error, file=sys.stderr)  # noqa: T201  # cdk shows it to the person who deploys
        return 1
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
