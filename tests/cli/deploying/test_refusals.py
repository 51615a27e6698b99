"""What CDK and AWS say when they refuse, as the sentence that a person needs."""

from __future__ import annotations

import pytest

from interlock_cli.cdk.refusals import explained
from interlock_cli.environments import Environment
from interlock_cli.errors import AuthenticationError

ALPHA = Environment("alpha-eu-west-1", "111111111111", "eu-west-1", "alpha", "alpha-1")
ARN = "arn:aws:sts::111111111111:assumed-role/Dev/ann"

SAID = {
    "SSM parameter /cdk-bootstrap/hnb659fds/version not found in aws://111111111111/eu-west-1. Has the environment "
    "been bootstrapped?": "111111111111 is not bootstrapped in eu-west-1, where alpha-eu-west-1 is. Run `interlock "
    "bootstrap alpha-eu-west-1` once.",
    "This CDK deployment requires bootstrap stack version '6', found '4'. Please run 'cdk bootstrap'.": "is version "
    "4, and the app needs 6. Run `interlock bootstrap alpha-eu-west-1` to renew it.",
    f"User: {ARN} is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:eu-west-1:111111111111:q "
    "because no": f"AWS denies sqs:CreateQueue on arn:aws:sqs:eu-west-1:111111111111:q to {ARN}",
    "Could not assume role in target account using current credentials": "may not assume a role",
    "could not be used to assume 'arn:aws:iam::111111111111:role/cdk-x', but are for": "may not assume arn:aws:iam::",
    "Need to perform AWS calls for account 111111111111, but the current credentials are for 222222222222": "Your "
    "credentials are for the account 222222222222",
    "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated": "Something else deploys to alpha-eu-west-1 now",
    "Stack alpha-Small is in UPDATE_ROLLBACK_FAILED": "alpha-Small is in UPDATE_ROLLBACK_FAILED",
    "Small | 1/12 | 2:02:04 PM | CREATE_FAILED | AWS::SNS::Topic | p/Small/News (News) Resource creation cancelled\n"
    "Small | 1/12 | 2:02:04 PM | CREATE_FAILED  | AWS::SQS::Queue  | p/Small/Work (Work) must end with .fifo.\n"
    "❌  Small failed to deploy": "p/Small/Work (AWS::SQS::Queue) failed in alpha-eu-west-1: must end with .fifo.",
    "nobody has ever\nread this\n": "cdk deploy failed in alpha-eu-west-1 (exit 1): nobody has ever | read this",
}


@pytest.mark.parametrize("said", SAID)
def test_a_refusal_is_explained(said: str) -> None:
    """What was refused where, and what to do."""
    assert SAID[said] in str(explained("cdk deploy", ALPHA, 1, f"noise before\n\n{said}"))


def test_credentials_that_ended_are_a_matter_of_logging_in() -> None:
    """With the exit code for it; an expired token also makes every role unassumable, which is not told."""
    said = "Could not assume role: ExpiredToken: The security token included in the request is expired"
    found = explained("cdk deploy", ALPHA, 1, said)
    assert isinstance(found, AuthenticationError)
    assert "interlock profiles login" in str(found)


def test_where_the_pipeline_lives_is_bootstrapped_by_account() -> None:
    """It is no environment that could be named."""
    home = Environment("small's pipeline", "999999999999", "eu-west-1", "pipeline", "", pipeline=True)
    assert "`interlock bootstrap 999999999999`" in str(explained("cdk deploy", home, 1, "/cdk-bootstrap/v/1 not found"))
