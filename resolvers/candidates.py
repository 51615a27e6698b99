"""An execution that is about to enter a part of its pipeline's way, with what was told of it so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.configuration import entities
from domain.configuration.configuration import Configuration
from domain.safety.way import Part
from models.configuration import Stored
from models.entering import StageRow
from models.tables import Pipeline, PipelineExecution, WaveEntry
from resolvers.configured_facts import Configured


@dataclass(frozen=True)
class Candidate:
    """An execution before a part of its pipeline's way. place: the part's, in the way; stages: what it has begun."""

    stored: Stored
    service: entities.Service
    wave: entities.Wave
    pipeline: Pipeline
    execution: PipelineExecution
    way: Sequence[Part]
    place: int
    stages: Mapping[str, StageRow] = field(default_factory=dict)
    entries: Mapping[str, WaveEntry] = field(default_factory=dict)

    @property
    def part(self) -> Part:
        """What it wants to enter."""
        return self.way[self.place]

    @property
    def configuration(self) -> Configuration:
        """The fleet's."""
        return self.stored.configuration

    @property
    def configured(self) -> Configured:
        """What the configuration says of the service in the wave."""
        return Configured(self.configuration, self.service, self.wave.stage, self.wave.name)

    @property
    def stage(self) -> entities.Stage:
        """Ours, of the wave."""
        return self.configuration.stages[self.wave.stage]

    @property
    def number(self) -> int:
        """The wave's place in its stage, from 1, among those that the pipeline has."""
        waves = self.configuration.waves
        before = {each.wave for each in self.way[: self.place] if each.wave != self.wave.name}
        return 1 + sum(each in waves and waves[each].stage == self.wave.stage for each in before)

    @property
    def furthest(self) -> Part | None:
        """The part that the execution has reached; None where it has reached none."""
        reached = [each for each in self.way if any(stage in self.stages for stage in each.stages)]
        return reached[-1] if reached else None
