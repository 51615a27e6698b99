"""What CloudWatch makes of an alarm without data.

The emulator evaluates an alarm when a metric arrives, and never for want of one: a new alarm would stay in
INSUFFICIENT_DATA, where CloudWatch goes by the alarm's TreatMissingData within an evaluation period.
"""

from __future__ import annotations

from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.places import Place

STATES = {"notBreaching": "OK", "breaching": "ALARM"}
"""`missing` and `ignore` leave a new alarm in INSUFFICIENT_DATA."""


def evaluate_without_data(accounts: Accounts, place: Place, names: list[str]) -> None:
    """Gives those of the alarms that have no data the state that their TreatMissingData says."""
    client = accounts.cloudwatch(place)
    for start in range(0, len(names), 100):  # DescribeAlarms takes a hundred names
        found = client.describe_alarms(AlarmNames=names[start : start + 100], StateValue="INSUFFICIENT_DATA")
        for alarm in found["MetricAlarms"]:
            treated = alarm.get("TreatMissingData", "missing")
            if treated in STATES:
                client.set_alarm_state(
                    AlarmName=alarm["AlarmName"],
                    StateValue=STATES[treated],
                    StateReason=f"No data, and missing data is treated as [{treated}].",
                )
