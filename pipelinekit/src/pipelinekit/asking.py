"""What a role needs for saying who it is to the service: a token that AWS signs, for this service and a few minutes."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_iam as iam

from pipelinekit.gate.identity import ALGORITHM, TOKEN_SECONDS
from pipelinekit.plan import Plan


def says_who_it_is(plan: Plan) -> iam.PolicyStatement:
    """The right to such a token. It has no resource; the audience, how it is signed, and its life are conditions.

    `ForAllValues` holds where nothing is given, too: so the audience must be there.
    """
    conditions: dict[str, Any] = {
        "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": [plan.endpoint.audience]},
        "Null": {"sts:IdentityTokenAudience": "false"},
        "StringEquals": {"sts:SigningAlgorithm": ALGORITHM},
        "NumericLessThanEquals": {"sts:DurationSeconds": TOKEN_SECONDS[0]},
    }
    return iam.PolicyStatement(actions=["sts:GetWebIdentityToken"], resources=["*"], conditions=conditions)


def variables(plan: Plan) -> dict[str, str]:
    """Where the service is, and for whom its tokens are, in an environment."""
    return {"INTERLOCK_URL": plan.endpoint.url, "INTERLOCK_AUDIENCE": plan.endpoint.audience}
