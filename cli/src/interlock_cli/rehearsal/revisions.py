"""What a revision changes: one app is synthesized, and each commit of the rehearsal is a revision of it of its own.

Each stack has a parameter that names the commit, so that a deployment is an update, a rollback brings the earlier one
back, and anybody can look up what is where. A seeded failure is part of the revision that it is about.
"""

from __future__ import annotations

from interlock_cli.rehearsal.assembly import ActionMap, Template
from interlock_cli.rehearsal.executions import Execution
from interlock_cli.rehearsal.faults import Faults, Kind

REVISION = "InterlockRehearsedRevision"
# What no stack can be made of: the name of a FIFO queue ends in .fifo.
SEEDED_FAILURE = {
    "SeededFailure": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"FifoQueue": True, "QueueName": "interlock-seeded-failure"},
    }
}


class Revisions:
    """The templates of each execution's revision."""

    def __init__(self, faults: Faults, actions: ActionMap) -> None:
        self._faults = faults
        self._actions = actions

    def __call__(self, template: Template, execution: Execution, environment: str | None) -> Template:
        """The template as the execution's revision has it."""
        if environment is None:
            return template
        added = {REVISION: parameter(execution.revision)}
        if self._faults.about(Kind.FAILING_STACK, self._actions, environment, execution.ordinal):
            added |= SEEDED_FAILURE
        return {**template, "Resources": {**template.get("Resources", {}), **added}}


def parameter(revision: str) -> Template:
    """A parameter that names the commit. CloudFormation names the parameter itself."""
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": revision}}
