"""Starting pipelines in CodePipeline."""

from __future__ import annotations

from aws.pipelines import CodePipelines, Place
from domain.upkeep import token
from models.upkeep import Wanted


def start(codepipelines: CodePipelines, wanted: Wanted) -> str:
    """The id of the execution that was started, now or when it was asked for under the same token before.

    Raises UnreachableError, and what AWS raises.
    """
    place = Place(wanted.name, wanted.account, wanted.region)
    return codepipelines.start(place, token(wanted.arn, wanted.digest, wanted.asked_at))
