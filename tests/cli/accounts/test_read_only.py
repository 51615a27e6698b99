"""What is taken to only read where no role protects production."""

from __future__ import annotations

import pytest

from interlock_cli.aws.read_only import only_reads


@pytest.mark.parametrize(
    "line",
    [
        "lambda invoke help --function-name refund",
        "s3 cp help s3://receipts/",
        "s3 mv help s3://receipts/7",
        "cognito-identity get-id --identity-pool-id pool",
        "redshift get-cluster-credentials --auto-create --db-user root",
        "timestream-query query --query-string UNLOAD",
        "ssm start-session --target i-1",
        "lambda invoke --function-name list-things out",
        "cloudformation --debug delete-stack --stack-name describe-stacks",
    ],
)
def test_what_only_looks_like_reading(line: str) -> None:
    """`help` as an operation's own argument, and operations that begin like reading and make something."""
    assert not only_reads(["aws", *line.split()])


@pytest.mark.parametrize("line", ["help", "lambda help", "lambda invoke help", "--region eu-west-1 s3 rm help"])
def test_help_reads(line: str) -> None:
    """Where it is the AWS CLI's own."""
    assert only_reads(["aws", *line.split()])
