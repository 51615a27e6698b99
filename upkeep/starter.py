"""Starting pipelines in CodePipeline."""

from __future__ import annotations

from typing import Any

from aws.accounts import CONFIG, Accounts
from domain.upkeep import token
from models.upkeep import Wanted


def start(accounts: Accounts, wanted: Wanted) -> str:
    """The id of the execution that was started, now or when it was asked for under the same token before.

    Raises UnreachableError, and what AWS raises.
    """
    client: Any = accounts.session(wanted.account, wanted.region).client("codepipeline", config=CONFIG)
    name = token(wanted.arn, wanted.digest, wanted.asked_at)
    answer = client.start_pipeline_execution(name=wanted.name, clientRequestToken=name)
    return str(answer["pipelineExecutionId"])
