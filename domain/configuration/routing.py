"""Which notification routes want an event: by its type, and by the services, teams and stages that it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from domain.configuration.configuration import Configuration
from domain.configuration.entities import NotificationRoute
from domain.events import UNTOLD, EventType
from domain.selectors import matcher
from domain.words import FreezeScope

FOLLOWS = {EventType.FAILURE_EXPLAINED.value: EventType.PIPELINE_BROKEN.value}
"""A route that wants the second type is told the first too: the reason that was found after the failure was told."""

STAGED = frozenset({EventType.STAGE_CHANGED, EventType.ACTION_CHANGED, EventType.FAILURE_EXPLAINED})
"""Types whose payload has CodePipeline's name of the stage: ours is that of the row."""

_NOUNS = ("service", "team", "wave", "environment", "account")
"""The entities whose own events concern what they are themselves."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom an event concerns, by name; empty where that is not known, or nobody. everybody: all there are."""

    services: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    everybody: bool = False


def concerned(
    configuration: Configuration, type_: str, payload: Mapping[str, Any], stage: str | None = None
) -> Concerned:
    """Whom an event concerns. stage: that of the row that it happened to, where the row has one."""
    noun = type_.partition(".")[0]
    if noun == "freeze":
        return _frozen(configuration, payload)
    names = ("service", "team", "stage", "wave", "environment", "account", "awsId", "name")
    given = {name: value if isinstance(value := payload.get(name), str) else None for name in names}
    if type_ in STAGED:
        given["stage"] = None
    if noun in _NOUNS:
        given[noun] = given["awsId"] or given["name"] or given[noun]
    stages = set(_stages(configuration, given)) | ({stage} if stage else set())
    services = {given["service"]} if isinstance(given["service"], str) else set()
    teams = {given["team"], *_teams(configuration, services)}
    return Concerned(frozenset(services), frozenset(each for each in teams if isinstance(each, str)), frozenset(stages))


def _frozen(configuration: Configuration, payload: Mapping[str, Any]) -> Concerned:
    """Of an updated freeze, the payload has what differs alone; what it is now is configured."""
    there = configuration.freezes.get(str(payload.get("name")))
    scope = there.scope if there else payload.get("scope")
    target = str(there.target if there else payload.get("target"))
    if scope == FreezeScope.STAGE:
        return Concerned(stages=frozenset({target}))
    if scope == FreezeScope.TEAM:
        return Concerned(teams=frozenset({target}))
    if scope == FreezeScope.SERVICE:
        return Concerned(services=frozenset({target}), teams=frozenset(_teams(configuration, {target})))
    return Concerned(everybody=True)


def _stages(configuration: Configuration, given: Mapping[str, str | None]) -> Iterator[str]:
    if (stage := given["stage"]) is not None and stage in configuration.stages:
        yield stage
    waves = {given["wave"]}
    for each in configuration.environments.values():
        if each.name == given["environment"] or (each.account == given["account"] and given["environment"] is None):
            waves.add(each.wave)
    yield from (configuration.waves[each].stage for each in waves if each is not None and each in configuration.waves)


def _teams(configuration: Configuration, services: Iterable[str]) -> list[str]:
    found = (configuration.services.get(each) for each in services)
    return [each.team for each in found if each is not None and each.team is not None]


def production(configuration: Configuration, whom: Concerned) -> bool:
    """Whether customers are served from one of the stages."""
    return any(configuration.stages[each].production for each in whom.stages if each in configuration.stages)


def of_type(configuration: Configuration, type_: str, payload: Mapping[str, Any]) -> list[NotificationRoute]:
    """The routes that want events of this type, by name, whomever they concern."""
    if type_ in UNTOLD:
        return []
    routes = [each for _, each in sorted(configuration.notification_routes.items())]
    return [each for each in routes if _wants(each, type_, payload)]


def wanting(routes: Iterable[NotificationRoute], whom: Concerned) -> list[NotificationRoute]:
    """Those of the routes that are about whom an event concerns."""
    return [each for each in routes if _concerns(each, whom)]


def _wants(route: NotificationRoute, type_: str, payload: Mapping[str, Any]) -> bool:
    types = {type_}
    if type_ in FOLLOWS and not payload.get("unexplained"):  # else the cause is what was told already
        types.add(FOLLOWS[type_])
    if not any(fnmatchcase(each, glob) for each in types for glob in route.events):
        return False
    # There is an event for each number of minutes that some route asks for; each is told its own.
    return type_ != EventType.EXECUTION_WAITING or payload.get("minutes") == route.waiting_minutes


def _concerns(route: NotificationRoute, whom: Concerned) -> bool:
    if whom.everybody:
        return True
    if route.stage is not None and route.stage not in whom.stages:
        return False
    if route.team is not None and route.team not in whom.teams:
        return False
    return not route.services or any(matcher(glob)(name) for glob in route.services for name in whom.services)
