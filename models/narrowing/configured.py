"""The configuration as a narrowed viewer sees it: what is not theirs is not there, and nothing refers to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.configuration.configuration import Configuration
from domain.configuration.entities import CLASSES, Hold
from domain.configuration.fields import fields_of
from domain.configuration.kinds import Kind
from domain.sight import Sight
from models.configuration import Stored

_RULES = frozenset({Kind.CHECK, Kind.WINDOW, Kind.FREEZE, Kind.POLICY, Kind.NOTIFICATION_ROUTE})


def seen_of(configuration: Configuration, sight: Sight) -> Configuration:
    """What is theirs now of a configuration, be it of now or of some time: who has a service has its history."""
    left = {
        kind: {key: each for key, each in configuration.of(kind).items() if _sees(sight, kind, key, each)}
        for kind in Kind
    }
    return Configuration(**{kind.plural: _closed(kind, each, left) for kind, each in left.items()})


def seen_of_stored(stored: Stored, sight: Sight) -> Stored:
    """The same of what is kept, with its rows."""
    configuration = seen_of(stored.configuration, sight)
    rows = {
        kind: {key: row for key, row in of.items() if key in configuration.of(kind)} for kind, of in stored.rows.items()
    }
    return replace(stored, configuration=configuration, rows=rows)


def _sees(sight: Sight, kind: Kind, key: str, entity: Any) -> bool:
    if kind in _RULES:
        return (kind, key) in sight.rule_names
    if kind is Kind.HOLD:
        return _sees_hold(sight, entity)
    names: dict[Kind, Any] = {
        Kind.ACCOUNT: sight.accounts,
        Kind.TEAM: sight.team_names,
        Kind.ENVIRONMENT: sight.environment_names,
        Kind.SERVICE: sight.service_names,
    }
    return kind not in names or key in names[kind]


def _sees_hold(sight: Sight, hold: Hold) -> bool:
    if hold.service is None:
        return hold.environment in sight.environment_names
    return sight.together(hold.service, hold.environment)


def _closed(kind: Kind, entities: Mapping[str, Any], left: Mapping[Kind, Mapping[str, Any]]) -> dict[str, Any]:
    """The entities without references to what is not there; one that cannot be without is not there either."""
    refers = {name: Kind(each.told.refers) for name, each in fields_of(CLASSES[kind]).items() if each.told.refers}
    found = {}
    for key, entity in entities.items():
        changed: dict[str, Any] = {}
        for name, other in refers.items():
            value = getattr(entity, name)
            if isinstance(value, tuple):
                kept = tuple(each for each in value if each in left[other])
                changed |= {name: kept} if kept != value else {}
            elif value is not None and value not in left[other]:
                changed[name] = None
        found[key] = replace(entity, **changed) if changed else entity
    return found
