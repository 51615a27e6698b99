"""Fleets of a made-up company, as the file that it would load: the same sizes and seed, the same bytes.

At scale 1 there are 40 accounts, 25 Regions, 300 environments and 500 services. Everything grows with the scale but the
Regions, the public holidays and the number of waves, which become larger: a pipeline has no room for more. A company
grows by divisions, which have accounts, teams and services of their own: one service in ten goes to all of them, the
others to their own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from domain.regions import KNOWN_REGIONS

Document = dict[str, Any]

REGIONS = tuple(sorted(KNOWN_REGIONS, key=lambda name: (-KNOWN_REGIONS[name].traffic_weight, name))[:25])
HUB = "arn:aws:events:eu-west-1:100000000001:event-bus/interlock"
CONNECTION = "arn:aws:codeconnections:eu-west-1:100000000000:connection/6f1d6a0e-7f5b-4c3a-9b1e-2f0c8d4e5a61"
COUNTRIES = ("DE", "FR", "GB", "IE", "US", "CA", "BR", "IN", "JP", "SG", "AU", "ZA")
AREAS = ("orders", "billing", "search", "media", "identity", "stock", "pricing", "mail", "reports", "payments")
PARTS = ("api", "worker", "web", "events", "store", "gateway", "sync", "batch", "edge", "model")
CONTINENTS = ("eu-*", "us-*,ca-*", "ap-*", "sa-*,us-*", "eu-*,us-east-1", "us-*", "eu-*,ap-*", "*")
SHAPES = (
    ("alpha", "beta", "gamma", "prod"),
    ("beta", "gamma", "prod"),
    ("gamma", "prod"),
    ("alpha", "prod"),
)
OF_STAGES = {"alpha": (4, 8, 1), "beta": (4, 16, 1), "gamma": (6, 51, 2), "prod": (26, 225, 16)}
"""Accounts, environments and waves of each stage at scale 1; two of production's accounts are the hub's."""


@dataclass(frozen=True)
class Fleet:
    """A company of this size. everywhere: each service goes to every environment, which no company has."""

    scale: float = 1
    seed: int = 20270131
    everywhere: bool = False

    def many(self, count: int) -> int:
        """So many at this scale; one at least."""
        return max(1, round(count * self.scale))

    @cached_property
    def document(self) -> Document:
        """The whole company, as a file holds it."""
        chance = random.Random(self.seed)
        teams = list(self._teams())
        return {
            "organisation": {
                "name": "acme",
                "pipelineAccount": "100000000000",
                "pipelineRegion": "eu-west-1",
                "connectionArn": CONNECTION,
                "eventBusArn": HUB,
            },
            "accounts": list(self._accounts()),
            "regions": [{"name": name, "trafficWeight": 70} for name in REGIONS[1:4]],
            "calendars": list(_calendars()),
            "teams": teams,
            "stages": list(self._stages()),
            "services": list(self._services(chance)),
            "checks": list(self._checks(chance)),
            "windows": list(self._windows()),
            "freezes": list(self._freezes()),
            "holds": list(self._holds()),
            "notificationRoutes": list(self._routes()),
            "policies": list(self._policies()),
        }

    @property
    def environments(self) -> list[Document]:
        """Every environment, with its `wave` and `stage`."""
        return [
            {**environment, "wave": wave["name"], "stage": stage["name"]}
            for stage in self.document["stages"]
            for wave in stage["waves"]
            for environment in wave["environments"]
        ]

    def write(self, folder: Path) -> Path:
        """The file."""
        path = folder / f"fleet-{self.scale:g}.yaml"
        path.write_text(yaml.dump(self.document, Dumper=yaml.CSafeDumper, sort_keys=False))
        return path

    def moving(self, region: str) -> list[Document]:
        """Operations that move each environment of a Region to the wave after its own, or before it where none is."""
        found = []
        waves = {stage["name"]: [wave["name"] for wave in stage["waves"]] for stage in self.document["stages"]}
        for each in self.environments:
            names = waves[each["stage"]]
            if each["region"] == region and len(names) > 1:
                place = names.index(each["wave"])
                other = names[place + 1] if place + 1 < len(names) else names[place - 1]
                found.append({"updateEnvironment": {"name": each["name"], "wave": other}})
        return found

    @property
    def _divisions(self) -> int:
        return self.many(4)

    def _accounts(self) -> Iterator[Document]:
        yield {"awsId": "100000000000", "name": "acme-pipelines", "organizationalUnit": "Deployments"}
        yield {"awsId": "100000000001", "name": "acme-hub", "organizationalUnit": "Deployments"}
        for number, stage in enumerate(OF_STAGES, start=2):
            for place in range(self._accounts_of(stage)):
                division = f"d{place % self._divisions}"
                yield {
                    "awsId": _account(number, place),
                    "name": f"acme-{stage}-{place}",
                    "organizationalUnit": f"Workloads/{stage.capitalize()}/{division}",
                    "tags": {"division": division, "tier": "critical" if place % 3 == 0 else "standard"},
                }

    def _accounts_of(self, stage: str) -> int:
        return self.many(OF_STAGES[stage][0]) - (2 if stage == "prod" else 0)

    def _teams(self) -> Iterator[Document]:
        for number in range(self.many(25)):
            people = [f"person-{number}-{place}@example.com" for place in range(6)]
            zone = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")[number % 3]
            yield {"name": f"team-{number}", "email": f"team-{number}@example.com", "timeZone": zone, "members": people}

    def _stages(self) -> Iterator[Document]:
        for number, (stage, (_, environments, waves)) in enumerate(OF_STAGES.items(), start=2):
            places = [self._environment(number, stage, place) for place in range(self.many(environments))]
            groups = _growing(places, waves)
            yield {
                "name": stage,
                "production": stage == "prod",
                "waves": [
                    {"name": f"{stage}-{position}", "environments": group}
                    for position, group in enumerate(groups, start=1)
                ],
            }

    def _environment(self, number: int, stage: str, place: int) -> Document:
        """The Regions in turn, the next cell of each when all have one: a stage has an account and Region once."""
        accounts, regions = self._accounts_of(stage), {"alpha": 2, "beta": 4}.get(stage, len(REGIONS))
        cell, region = divmod(place, regions)
        account = (cell + region) % accounts
        name = f"{stage}-{REGIONS[region]}-c{cell}"
        return {"name": name, "account": _account(number, account), "region": REGIONS[region]}

    def _services(self, chance: random.Random) -> Iterator[Document]:
        names: list[str] = []
        for number in range(self.many(500)):
            name = f"{AREAS[number % 10]}-{PARTS[number // 10 % 10]}-{number}"
            service: Document = {
                "name": name,
                "repository": f"acme/{name}",
                "team": f"team-{number % self.many(25)}",
                "tier": 1 + number % 4,
                "placement": ["*"] if self.everywhere else list(self._placement(number, chance)),
            }
            if number % 7 == 0:
                service["waveSize"] = 5
            if names and number % 3:
                service["dependsOn"] = sorted(chance.sample(names, min(len(names), chance.randint(1, 4))))
            if number % 50 == 0:
                service["changeKind"] = "INFRASTRUCTURE"
            names.append(name)
            yield service

    def _placement(self, number: int, chance: random.Random) -> Iterator[str]:
        if number % 10 == 0:
            yield from ("*",) if number % 20 else ("stage:alpha,beta", "stage:gamma,prod", "!region:me-*,il-*")
            return
        division, continent = f"tag.division:d{number % self._divisions}", CONTINENTS[number // 10 % len(CONTINENTS)]
        for stage in SHAPES[number // 100 % len(SHAPES)]:
            regions = f" region:{continent}" if stage in ("gamma", "prod") and continent != "*" else ""
            yield f"stage:{stage} {division}{regions}"
        if number % 25 == 1:  # an odd one
            yield f"prod-{chance.choice(REGIONS)}-c{chance.randrange(self.many(9))}"
        if number % 12 == 1:
            yield f"!region:{chance.choice(REGIONS)}"

    def _checks(self, chance: random.Random) -> Iterator[Document]:
        for stage in OF_STAGES:
            function = {"functionName": "{service}-{environment}-handler"}
            yield {"name": f"smoke-{stage}", "kind": "LAMBDA", "stage": stage, "configuration": function, "retries": 1}
        yield {"name": "soak", "kind": "BAKE", "wave": "gamma-1", "configuration": {"minutes": 60}}
        for number in range(self.many(25)):
            errors = {"alarmName": "{service}-{environment}-errors", "pollSeconds": 30}
            common = {"stage": "prod", "team": f"team-{number}", "timeoutMinutes": 30, "failureLimit": number % 3}
            yield {"name": f"errors-{number}", "kind": "ALARM", "configuration": errors, **common}
        for number in range(self.many(60)):
            glob = f"{chance.choice(AREAS)}-{chance.choice(PARTS)}-*"
            canary = {"name": f"canary-{number}-{{region}}", "count": 3}
            yield {
                "name": f"canary-{number}",
                "kind": "CANARY",
                "mode": "SHADOW" if number % 4 == 0 else "BLOCKING",
                "wave": f"prod-{1 + number % 16}",
                "services": [glob],
                "configuration": canary,
            }

    def _windows(self) -> Iterator[Document]:
        days = {"cron": "0 9 * * MON-THU", "minutes": 480}
        closed = [f"holidays-{country.lower()}" for country in COUNTRIES[:4]]
        yield {"name": "working-hours", "stage": "prod", **days, "calendars": [*closed, "company"]}
        yield {"name": "fridays", "stage": "prod", "cron": "0 9 * * FRI", "minutes": 180, "calendars": ["company"]}
        for number in range(self.many(10)):
            zone = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")[number % 3]
            nights = {"cron": "30 22 * * MON-FRI", "minutes": 240, "timeZone": zone}
            yield {"name": f"nights-{number}", "stage": "prod", "team": f"team-{number}", **nights}

    def _freezes(self) -> Iterator[Document]:
        times = {"startsAt": "2027-11-22T00:00:00+00:00", "endsAt": "2027-12-02T00:00:00+00:00"}
        yield {"name": "peak", "scope": "ORGANISATION", **times, "reason": "The busiest days of the year."}
        for number in range(self.many(5)):
            yield {
                "name": f"team-{number}-moves",
                "scope": "TEAM",
                "target": f"team-{number}",
                **times,
                "reason": "Move.",
            }

    def _holds(self) -> Iterator[Document]:
        for number in range(self.many(6)):
            name = f"prod-{REGIONS[number % 25]}-c{number // 25}"
            yield {"name": f"hold-{number}", "kind": "HOLD", "environment": name, "reason": "A customer's migration."}

    def _routes(self) -> Iterator[Document]:
        for number in range(self.many(25)):
            yield {
                "name": f"team-{number}-channel",
                "channel": "SLACK",
                "address": f"#team-{number}",
                "events": ["deployment.*", "check.*"],
                "team": f"team-{number}",
            }

    def _policies(self) -> Iterator[Document]:
        yield {"name": "tags", "kind": "REQUIRED_TAGS", "configuration": {"tags": {"team": "*", "cost-centre": "*"}}}
        yield {"name": "private-buckets", "kind": "NO_PUBLIC_BUCKETS"}
        yield {"name": "encryption", "kind": "ENCRYPTION", "configuration": {"keys": "CUSTOMER"}, "mode": "SHADOW"}
        for number in range(self.many(4)):
            kept = {"kind": "LOG_RETENTION", "configuration": {"days": 365}}
            yield {"name": f"logs-{number}", "team": f"team-{number}", **kept}


def _account(number: int, place: int) -> str:
    return f"{number}{place:011}"


def _calendars() -> Iterator[Document]:
    yield {"name": "company", "dates": {f"{year}-12-{day}": "End of year" for year in (2026, 2027) for day in (24, 31)}}
    for country in COUNTRIES:
        yield {"name": f"holidays-{country.lower()}", "country": country}


def _growing(places: list[Document], count: int) -> list[list[Document]]:
    """So many waves of growing size: one environment, one, then twice as many in the last as in the third."""
    if count < 3:
        middle = len(places) // 3 if count == 2 else 0
        return [group for group in (places[:middle], places[middle:]) if group]
    weights = [count + place for place in range(count - 2)]
    left, groups, total = places[2:], [places[:1], places[1:2]], sum(weights)
    begin, seen = 0, 0
    for weight in weights:
        seen += weight
        end = len(left) * seen // total
        groups.append(left[begin:end])
        begin = end
    return groups
