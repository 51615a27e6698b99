"""Each fault in a whole rehearsal on the emulator, which all of them share; the service is the stand-in."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.assembly import Assembly
from interlock_cli.rehearsal.emulator import Emulator
from interlock_cli.rehearsal.exposure import NATIVE
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.report import Report

from .rehearsing import WATCHED, rehearsed, revision_in, watched
from .service import FakeService
from .snapshots import PROD, VIRGINIA

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

GOOD, BAD = "aaaaaaa", "bbbbbbb"
NUMBERS = count(1)
RUN: dict[str, Any] = {"mode": "BLOCKING", "timeoutMinutes": 15, "retries": 0, "status": "RUNNING", "traceparent": ""}
ALARM = {
    **RUN,
    "id": "alarm",
    "name": "errors",
    "subject": WATCHED,
    "kind": "ALARM",
    "configuration": {"alarmName": f"payments-{WATCHED}-errors", "pollSeconds": 60},
}
SMOKE = {
    **RUN,
    "id": "smoke",
    "name": "smoke",
    "subject": "alpha-1",
    "kind": "HTTP",
    "configuration": {"url": "set by the test", "expectStatus": 200},
}


@pytest.fixture(scope="module")
def seen(assembly: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """The assembly whose production is watched."""
    return watched(assembly, tmp_path_factory.mktemp("watched") / "cdk.out")


@pytest.fixture(autouse=True)
def later(fake: FakeService) -> None:
    """Each test is months after the one before: what the emulator's CloudWatch has of that is long ago."""
    now = datetime.fromisoformat(fake.clock["now"]) + timedelta(days=200 * next(NUMBERS))
    fake.clock["now"] = now.isoformat()


def bake(minutes: int) -> dict[str, Any]:
    """A bake of production, as the service asks for it."""
    configuration = {"minutes": minutes, "minimumDataPoints": 100}
    return {
        **RUN,
        "id": f"bake-{minutes}",
        "name": "bake",
        "subject": "prod-1",
        "kind": "BAKE",
        "configuration": configuration,
    }


def status(report: Report, revision: str, kind: str = "STANDARD") -> str:
    """How the execution of a revision ended."""
    (found,) = [each.status for each in report.outcomes if (each.revision, each.kind) == (revision, kind)]
    return found


def test_an_alarm_brings_the_stage_back_to_the_revision_before(
    seen: Assembly, fake: FakeService, own: Emulator
) -> None:
    """Twenty minutes after the bad deployment: the check sees it, CodePipeline rolls back, the alarm is quiet again."""
    fake.checks_of = {"prod-1": [ALARM]}
    report = rehearsed(seen, fake, own, "--alarm", f"{WATCHED}@1", commits=[GOOD, BAD], in_turn=True)
    assert (status(report, GOOD), status(report, BAD), status(report, GOOD, "ROLLBACK")) == (
        "SUCCEEDED",
        "FAILED",
        "SUCCEEDED",
    )
    place = Place(PROD, VIRGINIA)
    assert revision_in(own, WATCHED, place) == GOOD
    exposed = [each for each in report.played[0].exposures if (each.revision, each.environment) == (BAD, WATCHED)]
    assert [each.means for each in exposed] == [NATIVE]
    assert f"payments-{WATCHED}-errors is in alarm" in exposed[0].stopped_by[0]
    told = [each["detail"] for each in fake.envelopes if each["source"] == "aws.cloudwatch"]
    assert [each["state"]["value"] for each in told] == ["ALARM", "OK"]
    (alarm,) = (
        Accounts(own.endpoint)
        .cloudwatch(place)
        .describe_alarms(AlarmNames=[ALARM["configuration"]["alarmName"]])["MetricAlarms"]
    )
    assert alarm["StateValue"] == "OK"


def lately(fake: FakeService) -> list[dict[str, Any]]:
    """What the gate saw of production since its deployment, look by look."""
    looks = [each["observations"] for each in fake.inputs("observeBake")]
    return [seen["since"] for look in looks for seen in look if seen["environment"] == WATCHED and "since" in seen]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ((), {"faults": 0.0, "latency": 50.0}),
        (("--traffic", f"{WATCHED}=100,0.25,400"), {"faults": 0.25, "latency": 400.0}),
    ],
)
def test_what_bakes_has_the_traffic_that_is_wanted(
    seen: Assembly, fake: FakeService, own: Emulator, fault: tuple[str, ...], expected: dict[str, float]
) -> None:
    """Healthy unless a fault says otherwise; the gate sees it in CloudWatch at simulated times, hours of it before."""
    fake.checks_of = {"prod-1": [bake(720)]}
    report = rehearsed(seen, fake, own, *fault, commits=[GOOD])
    assert status(report, GOOD) == "SUCCEEDED"
    last = lately(fake)[-1]
    assert last["latency"] == pytest.approx(expected["latency"])
    assert last["faults"] / last["requests"] == pytest.approx(expected["faults"])
    assert last["minutes"] > 600
    before = [each["before"] for each in fake.inputs("observeBake")[-1]["observations"]]
    assert all(each["requests"] for each in before)


def test_the_service_is_away_a_check_fails_and_events_go_astray(
    assembly: Assembly, fake: FakeService, own: Emulator
) -> None:
    """Gates wait and ask again, a check says no that had said yes, and what arrives twice is known by its id."""
    smoke = {**SMOKE, "configuration": {"url": fake.url, "expectStatus": 405}}
    fake.checks_of = {"alpha-1": [smoke]}
    report = rehearsed(
        *(assembly, fake, own),
        *("--service-down", "0+5000", "--failing-check", "smoke"),
        *("--duplicate", "0.3", "--delay", "0.2"),
        commits=[GOOD],
    )
    assert report.events["refusedWhileDown"] > 0
    assert status(report, GOOD) == "SUCCEEDED", "the stand-in lets a failed check pass"
    (told,) = [each for each in fake.inputs("finishCheckRun") if each["checkRun"] == "smoke"]
    assert (told["status"], told["cause"]) == ("FAILED", "the rehearsal lets smoke fail")
    ids = Counter(each["id"] for each in fake.envelopes)
    assert sum(count - 1 for count in ids.values()) == report.events["duplicated"] > 0
    assert report.events["delayed"] > 0


def test_two_rehearsals_on_one_emulator_are_one_history(
    assembly: Assembly, fake: FakeService, own: Emulator, tmp_path: Path
) -> None:
    """What an earlier rehearsal deployed is what a later one is rolled back to; its cloud assembly is there still."""
    rehearsed(assembly, fake, own, commits=[GOOD])
    report = rehearsed(assembly, fake, own, "--fail-at", WATCHED, commits=[BAD])
    assert (status(report, BAD), status(report, GOOD, "ROLLBACK")) == ("FAILED", "SUCCEEDED")
    assert revision_in(own, WATCHED, Place(PROD, VIRGINIA)) == GOOD
