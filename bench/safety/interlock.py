"""Interlock's way to production: pipelinekit's layout, each wave entered and baked as `domain.safety` says.

What is simulated around them is CodePipeline (a stage at a time), CodeDeploy (a one-box, then a third of the boxes at a
time, back as soon as the one-box alarm goes off) and CloudWatch (fleet.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from bench.safety import world
from bench.safety.defects import BadRevision
from bench.safety.fleet import LATELY, ONE_BOX, STEP, Fleet, Place
from bench.safety.outcome import Outcome, outcome
from domain.cron import Cron
from domain.safety import baking, entering
from domain.safety.baking import AlarmSeen, Bake, Measured, Observation
from domain.safety.entering import AlarmStanding, Drill, Facts, Prior
from domain.waves import Target, plan_waves
from domain.windows import OpenTimes
from domain.words import AlarmRole, AlarmState, CheckRunStatus, Decision
from pipelinekit.layout import Layout, WaveLayout, lay_out
from pipelinekit.plan import Plan

ALARM = "payments-high-severity"
BEFORE = 180
"""Minutes before a deployment that a bake compares with."""
LONGEST = 12 * 24 * 60
"""Minutes after which a walk is given up."""
OFFICE = OpenTimes("office", Cron.parse("0 9 * * MON-FRI"), 420, "Europe/Berlin")
"""The team's own hours, 9 to 16. Hours of each Region would never be open at once in a wave of Tokyo and New York."""


@cache
def layout() -> Layout:
    """The waves of 25 Regions as they are proposed, with the defaults of production."""
    targets = [Target(f"prod-{each.name}", "111111111111", each.name, each.traffic_weight) for each in world.regions()]
    waves = [
        {
            "name": f"prod-{wave.number}",
            "wave": f"prod-{wave.number}",
            "bakeMinutes": wave.bake_minutes,
            "minimumDataPoints": 100,
            "oneBoxPercent": round(100 * ONE_BOX),
            "oneBoxBakeMinutes": 60,
            "windows": [],
            "checks": [],
            "environments": [
                {"name": each.name, "account": each.account, "region": each.region, "kind": "SHARED"}
                for each in wave.targets
            ],
        }
        for wave in plan_waves(targets)
    ]
    stages = [{"name": "prod", "production": True, "onFailure": "ROLLBACK", "waves": waves}]
    return lay_out(Plan.from_json({**_HOME, "stages": stages}))


_HOME = {
    "contract": 1,
    "digest": "sha256:" + "0" * 64,
    "service": "payments",
    "repository": "acme/payments",
    "branch": "main",
    "connectionArn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/6f1d6a0e-7f5b-4c3a-9b1e-2f0c8d4e5a61",
    "pipeline": {"name": "payments", "account": "999999999999", "region": "eu-west-1"},
    "hub": {"eventBusArn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock"},
    "endpoint": {"url": "http://127.0.0.1:8400", "audience": "interlock"},
    "requiredTags": [],
}


class StoppedError(Exception):
    """The revision goes no further; `by` is what stopped it. noticed_at: the minute."""

    def __init__(self, by: str, noticed_at: int) -> None:
        super().__init__(by)
        self.by, self.noticed_at = by, noticed_at


@dataclass
class Walk:
    """One revision's way. minute: now. passed: Regions whose bake is over. paged_at: when an alarm there went off."""

    fleet: Fleet
    minute: int
    passed: list[str] = field(default_factory=list)
    paged_at: int | None = None
    stopped: bool = False

    @property
    def revision(self) -> BadRevision:
        """The bad revision."""
        return self.fleet.revision

    def run(self) -> Outcome:
        """Through all waves, or until something stops it; then back."""
        try:
            for number, wave in enumerate(layout().waves, 1):
                self.enter(number, wave)
                self.deploy(wave)
                self.bake(wave)
                self.passed += [each.region for each in wave.environments]
        except StoppedError as stopped:
            self.bring_back()
            return outcome(self.fleet, stopped.noticed_at, self.minute, stopped.by)
        return outcome(self.fleet, None, None, "nothing")

    def enter(self, number: int, wave: WaveLayout) -> None:
        """Asks as the gate does, until the decision is PROCEED."""
        while True:
            now = world.moment(self.minute)
            entry = entering.decide(self.facts(number, wave), now)
            if entry.decision is Decision.PROCEED:
                return
            if entry.decision is Decision.STOP:
                final = next(each for each in entry.holding if each.final)
                raise StoppedError(f"{final.kind.lower()} before the wave", self.minute)
            self.wait(world.minute_of(now + entry.ask_again(now)) - self.minute)

    def facts(self, number: int, wave: WaveLayout) -> Facts:
        """What the decision before a wave rests on."""
        places = [entering.Place(each.name, each.account, each.region, [OFFICE]) for each in wave.environments]
        return Facts(
            service="payments",
            team="payments",
            stage="prod",
            wave=wave.wave.wave,
            production=True,
            number=number,
            execution="one",
            revision="b" * 40,
            began_at=world.moment(self.revision.starts_at),
            places=places,
            alarms=self.alarms(),
            prior=Prior(f"prod-{number - 1}", passed=True) if number > 1 else None,
            drill=Drill("b" * 40, "a" * 40, passed=not self.revision.breaks_its_predecessor),
        )

    def alarms(self) -> list[AlarmStanding]:
        """The service's alarms in all Regions that it has come to."""
        standing = {True: AlarmState.ALARM, False: AlarmState.OK}
        return [
            AlarmStanding(ALARM, region, "the service", standing[place.alarm() and self.revision.alarm])
            for region, place in self.fleet.places.items()
        ]

    def deploy(self, wave: WaveLayout) -> None:
        """The one-box, for its bake time; then all boxes, a third at a time. CodeDeploy turns back at its alarm."""
        places = [self.fleet.begin(each.region, self.minute) for each in wave.environments]
        self.shift(places, wave.wave.one_box_percent / 100, wave.wave.one_box_bake_minutes, "one-box alarm")
        for share in (1 / 3, 2 / 3, 1.0):
            self.shift(places, share, STEP, "one-box alarm")

    def shift(self, places: Sequence[Place], share: float, minutes: int, alarm: str) -> None:
        """So much of the traffic to the new boxes, for so many minutes."""
        for place in places:
            place.share = share
        for _ in range(minutes):
            self.wait(1)
            if self.revision.alarm and any(place.alarm(new_boxes=True) for place in places):
                raise StoppedError(alarm, self.minute)

    def bake(self, wave: WaveLayout) -> None:
        """Asked each minute, until it is over."""
        regions = {each.name: each.region for each in wave.environments}
        bake = Bake(world.moment(self.minute), wave.wave.bake_minutes, wave.wave.minimum_data_points, list(regions))
        began = {name: self.fleet.places[region].began_at for name, region in regions.items()}
        while True:
            self.wait(1)
            seen = [self.seen(name, region, began[name]) for name, region in regions.items()]
            found = baking.judge(bake, seen, world.moment(self.minute))
            if found.status is CheckRunStatus.PASSED:
                return
            if found.status is not CheckRunStatus.RUNNING:
                raise StoppedError(_why(found.reasons), self.minute)

    def seen(self, name: str, region: str, began_at: int) -> Observation:
        """A Region as the gate would report it."""
        place, traffic = self.fleet.places[region], world.traffic(region)
        before = traffic.between(began_at - BEFORE, began_at)
        lately = list(place.lately)
        alarm = AlarmState.ALARM if place.alarm() else AlarmState.OK
        requests = sum(each.requests for each in lately)
        return Observation(
            name,
            alarms=[AlarmSeen(ALARM, AlarmRole.HIGH_SEVERITY, alarm if self.revision.alarm else None)],
            before=Measured(BEFORE, before, before * world.FAULTS, world.LATENCY),
            since=Measured(self.minute - began_at, place.requests, place.faults),
            lately=Measured(
                min(LATELY, len(lately)),
                requests,
                sum(each.faults for each in lately),
                max((each.latency for each in lately), default=None) if requests else None,
            ),
        )

    def bring_back(self) -> None:
        """Everywhere at once, a third of the boxes at a time."""
        self.stopped = True
        for share in (2 / 3, 1 / 3, 0.0):
            for place in self.fleet.places.values():
                place.share = min(place.share, share)
            if not any(place.share for place in self.fleet.places.values()):
                return
            self.wait(STEP)

    def wait(self, minutes: int) -> None:
        """Time passes, and requests are served; an alarm of a Region that has passed its bake pages people."""
        for _ in range(max(minutes, 0)):
            self.fleet.pass_minute(self.minute)
            self.minute += 1
            self.page()
        if self.minute - self.revision.starts_at > LONGEST:
            raise StoppedError("nothing in time", self.minute)

    def page(self) -> None:
        """People look at an alarm where no bake does, and take the revision back; no wave is entered meanwhile."""
        if self.paged_at is None:
            if self.revision.alarm and any(self.fleet.places[region].alarm() for region in self.passed):
                self.paged_at = self.minute
        elif not self.stopped and self.minute >= self.paged_at + self.revision.reaction + self.revision.repair:
            raise StoppedError("people, paged after the bake", self.paged_at)


def _why(reasons: Sequence[str]) -> str:
    text = " ".join(reasons)
    return next((f"bake: {name}" for part, name in _REASONS.items() if part in text), "bake: no data")


_REASONS = {
    "in ALARM": "alarm",
    "no alarm": "missing alarm",
    "dropped": "silence",
    "latency": "latency",
    "failed": "faults",
}


def walk(revision: BadRevision) -> Outcome:
    """What becomes of a bad revision."""
    return Walk(Fleet(revision), revision.starts_at).run()
