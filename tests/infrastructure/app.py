"""Every stack of infrastructure/ in one app, with cdk-nag's AwsSolutions rules over it: one synth for all tests.

Beside it, in `other/`, an installation by the other choices that a company has.
"""

import os
from pathlib import Path

import aws_cdk as cdk
import cdk_nag

from infrastructure.installation import Installation
from infrastructure.loading import load
from infrastructure.member.stacks import MemberEvents, MemberRoles, PipelineAccount, TestEnvironments

other = cdk.App(outdir=f"{os.environ['CDK_OUTDIR']}/other")
Installation(other, load(Path(os.environ["INTERLOCK_OTHER"])))
other.synth()

company = load(Path(os.environ["INTERLOCK_COMPANY"]))
app = cdk.App(outdir=os.environ["CDK_OUTDIR"])
Installation(app, company)
PipelineAccount(app, "InterlockPipelineAccount", company)
MemberRoles(app, "InterlockRoles", company)
MemberEvents(app, "InterlockEvents", company)
TestEnvironments(app, "InterlockTestEnvironments", company)
cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
app.synth()
