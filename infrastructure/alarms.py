"""Alarms on Interlock itself: each is told by mail when it begins and when it is over."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

MINUTE = cdk.Duration.minutes(1)
FIVE_MINUTES = cdk.Duration.minutes(5)


def alarm(
    scope: Construct,
    construct_id: str,
    topic: sns.ITopic,
    metric: cloudwatch.IMetric,
    *,
    threshold: float,
    periods: int,
    says: str,
    below: bool = False,
    without_data: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
) -> cloudwatch.Alarm:
    """One alarm. It fires beyond the threshold, or with `below` beneath it, in so many periods one after the other.

    says: what it means and what mends it, for whoever is woken by it.
    """
    operators = cloudwatch.ComparisonOperator
    made = cloudwatch.Alarm(
        scope,
        construct_id,
        alarm_name=f"interlock-{_dashed(construct_id)}",
        alarm_description=says,
        metric=metric,
        threshold=threshold,
        evaluation_periods=periods,
        comparison_operator=operators.LESS_THAN_THRESHOLD if below else operators.GREATER_THAN_THRESHOLD,
        treat_missing_data=without_data,
    )
    tell = actions.SnsAction(topic)
    made.add_alarm_action(tell)
    made.add_ok_action(tell)
    return made


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
