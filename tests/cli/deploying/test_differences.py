"""What `cdk diff` says is read as values; what is not understood is never taken for nothing."""

from __future__ import annotations

from interlock_cli.cdk.comparing import Comparison, general
from interlock_cli.cdk.comparison_shown import full, grids
from interlock_cli.cdk.differences import Effect, StackDifference, counted, read_differences
from interlock_cli.environments import Environment
from interlock_cli.errors import CommandError
from tests.cli.deploying import samples

ALPHA = Environment("alpha-eu-west-1", "111111111111", "eu-west-1", "alpha", "alpha-1")
BETA = Environment("beta-us-east-1", "222222222222", "us-east-1", "beta", "beta-1")


def read(text: str) -> StackDifference:
    (found,) = read_differences(text)
    return found


def test_what_is_replaced_or_deleted_comes_first() -> None:
    """CloudFormation's word on each resource, with the properties that differ at the top."""
    found = read(samples.CHANGED)
    assert (found.id, found.name) == ("pipeline-small/alpha-eu-west-1/Small", "alpha-eu-west-1-Small")
    assert [(each.effect, each.path, each.properties) for each in found.changes] == [
        (Effect.REPLACED, "alpha-eu-west-1/Small/Work", ["QueueName", "VisibilityTimeout"]),
        (Effect.DELETED, "alpha-eu-west-1/Small/Old", []),
        (Effect.ADDED, "alpha-eu-west-1/Small/Role", []),
        (Effect.ADDED, "alpha-eu-west-1/Small/News", []),
    ]
    assert list(counted(found.changes)) == ["1 replaced", "1 deleted", "2 added"]
    assert (found.differs, found.exact, found.unread) == (True, True, False)


def test_permissions_are_told_each_with_all_its_lines() -> None:
    """A cell of several lines is one statement; the table's head is none."""
    found = read(samples.CHANGED)
    assert found.permissions == [
        "+ IAM Statement: ${alpha-eu-west-1/Small/Role.Arn}, Allow, sts:AssumeRole, Service:lambda.amazonaws.com",
        "- IAM Statement: ${alpha-eu-west-1/Small/Work.Arn}, Allow, sqs:DeleteMessage sqs:ReceiveMessage, AWS:${Role}",
        "+ IAM Policy: ${alpha-eu-west-1/Small/Role}, arn:aws:iam::aws:policy/AdministratorAccess",
    ]
    assert found.security
    assert [each.security for each in found.changes] == [False, False, True, False]


def test_outputs_are_told_and_cdks_own_parameter_is_not() -> None:
    """Every new stack has the parameter BootstrapVersion."""
    assert read(samples.CHANGED).other == ['[+] Output alpha-eu-west-1/Small/Url Url: {"Value":"x"}']


def test_nothing_differs_only_where_cdk_says_so() -> None:
    """A version of the CDK CLI that speaks otherwise makes a difference of which nothing is known."""
    assert not read(samples.SAME).differs
    strange = read(samples.STRANGE)
    assert (strange.differs, strange.unread, strange.changes) == (True, True, [])


def test_without_a_change_set_it_is_said_that_replacements_are_guessed() -> None:
    """The next stack is judged by itself."""
    found = read_differences(samples.INEXACT + samples.SAME)
    assert [each.exact for each in found] == [False, True]
    assert found[0].changes[0].effect is Effect.MAYBE_REPLACED
    summary = grids([Comparison(BETA, found[:1])])[0]
    assert "judged by the templates" in str(summary.rows[0][1])


def test_environments_that_differ_in_the_same_are_one_row() -> None:
    """With stars for what is their own; the unchanged are one line, and one that failed is no unchanged one."""
    other = samples.CHANGED.replace("alpha-eu-west-1", "beta-us-east-1").replace("111111111111", "222222222222")
    gamma = Environment("gamma-eu-west-1", "333333333333", "eu-west-1", "gamma", "gamma-1")
    found = [
        Comparison(ALPHA, read_differences(samples.CHANGED)),
        Comparison(BETA, read_differences(other)),
        Comparison(gamma, read_differences(samples.SAME)),
        Comparison(Environment("delta", "4" * 12, "eu-west-1", "gamma", "gamma-1"), problem=CommandError("No.")),
    ]
    summary, resources, permissions = grids(found)
    assert summary.rows == [
        ("alpha-eu-west-1, beta-us-east-1", "1 replaced, 1 deleted, 2 added; security changes"),
        ("delta", "not compared: No."),
        ("gamma-eu-west-1", "no difference"),
    ]
    assert [row[:4] for row in resources.rows][:2] == [
        ("REPLACED", "", "AWS::SQS::Queue", "*/Small/Work"),
        ("DELETED", "", "AWS::SQS::Queue", "*/Small/Old"),
    ]
    assert [row[1] for row in resources.rows] == ["", "", "yes", ""]
    assert permissions.rows[0][1:] == ("*-Small", "alpha-eu-west-1, beta-us-east-1")
    assert "└─ [+] 60" in next(full(found))


def test_environments_that_trust_different_accounts_are_not_the_same() -> None:
    """Only an environment's own account and Region are starred."""
    assert general("arn:aws:iam::111111111111:root", ALPHA) == "arn:aws:iam::*:root"
    assert general("arn:aws:sqs:eu-west-1:111111111111:q", ALPHA) == "arn:aws:sqs:*:q"
    assert general("arn:aws:iam::999999999999:root eu-west-1", ALPHA) == "arn:aws:iam::999999999999:root eu-west-1"
    assert general("pipelinealphaeuwest1CapturesE62D40F1", ALPHA) == "pipeline*Captures*"
