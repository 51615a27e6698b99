"""The map of actions as a value: what each action of a pipeline does, and to which environment.

Names in CodePipeline are hashed and renamed by CDK, so they are never parsed: the map says what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.envelopes import Fact
from domain.words import ActionKind

DEPLOYING = (ActionKind.PREPARE, ActionKind.DEPLOY)
"""The kinds that make up a deployment: publishing assets and validating do not change an environment."""


@dataclass(frozen=True, slots=True)
class MappedAction:
    """An action under CodePipeline's name for it. environment: ours, where the action is of one."""

    name: str
    kind: ActionKind = ActionKind.OTHER
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class MappedStage:
    """A stage under CodePipeline's name for it, our stage and wave if it has them, its actions in order."""

    name: str
    stage: str | None = None
    wave: str | None = None
    actions: tuple[MappedAction, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """The stages of a pipeline in order. Without a map there are none, and everything is of kind OTHER."""

    stages: tuple[MappedStage, ...] = ()

    def keeping(self, known: Mapping[str, Iterable[MappedAction]]) -> Structure:
        """The map, completed by a recorded execution's known actions, by stage, that it no longer names.

        A pipeline may change while one of its executions runs: what was deployed where stays known.
        """
        if not known:
            return self
        left = {stage: tuple(actions) for stage, actions in known.items()}
        stages = tuple(_completed(stage, left.pop(stage.name, ())) for stage in self.stages)
        return Structure(stages + tuple(MappedStage(name, actions=left[name]) for name in sorted(left)))

    def deploying(self) -> dict[str, list[tuple[str, str]]]:
        """Environments in the order of the map; for each, the (stage, action) names that deploy to it."""
        found: dict[str, list[tuple[str, str]]] = {}
        for stage in self.stages:
            for action in stage.actions:
                if action.environment is not None and action.kind in DEPLOYING:
                    found.setdefault(action.environment, []).append((stage.name, action.name))
        return found


NO_MAP = Structure()


def read(checked: dict[str, Any] | None) -> Structure:
    """The structure in a map that `domain.action_map` has checked; of no map, the one without stages."""
    return NO_MAP if checked is None else Structure(tuple(map(_stage, checked["stages"])))


def told(facts: Iterable[Fact]) -> Structure:
    """The structure that the facts of one execution amount to, where each says itself what its action does and where.

    Stages, and the actions in them, are in the order in which they were first told of. Without such facts, no map.
    """
    stages: dict[str, dict[str, MappedAction]] = {}
    for fact in sorted(facts, key=lambda fact: (fact.time, fact.event_id)):
        part = fact.action
        if part is None or part.kind is None:
            continue
        actions = stages.setdefault(fact.stage, {})
        known = actions.get(part.name) or MappedAction(part.name)
        kind = part.kind if part.kind is not ActionKind.OTHER else known.kind
        actions[part.name] = MappedAction(part.name, kind, part.environment or known.environment)
    return Structure(tuple(MappedStage(name, actions=tuple(actions.values())) for name, actions in stages.items()))


def _stage(stage: dict[str, Any]) -> MappedStage:
    actions = tuple(
        MappedAction(action["name"], ActionKind[action["kind"]], action.get("environment"))
        for action in stage["actions"]
    )
    return MappedStage(stage["name"], stage.get("stage"), stage.get("wave"), actions)


def _completed(stage: MappedStage, known: Iterable[MappedAction]) -> MappedStage:
    named = {action.name for action in stage.actions}
    missing = tuple(each for each in known if each.name not in named)
    return replace(stage, actions=stage.actions + missing) if missing else stage
