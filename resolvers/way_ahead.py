"""What time alone decides of the waves that are ahead: their windows, freezes, holds and overrides, from the memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Service
from domain.safety.blockers import Override
from domain.safety.entering import Facts
from domain.safety.way import Part
from domain.words import CheckWhen
from models.forecasts import WaveRow
from models.tables import Pipeline, PipelineExecution
from resolvers.configured_facts import Configured


@dataclass(frozen=True)
class WayAhead:
    """One execution's way, at a time."""

    configuration: Configuration
    service: Service
    pipeline: Pipeline
    execution: PipelineExecution
    overrides: Sequence[Override]
    now: datetime

    def facts(self, part: Part, wave: WaveRow) -> Facts:
        """What is known beforehand of a part: alarms, other executions and rollbacks are not."""
        configured = self._configured(wave)
        return Facts(
            service=self.service.name,
            team=self.service.team,
            stage=wave.stage,
            wave=wave.name,
            production=wave.production,
            number=1,
            execution=self.execution.execution_id,
            revision=self.execution.revision,
            began_at=self.execution.started_at,
            places=configured.places(part.environments, self.pipeline.structure, self.now),
            kind=self.execution.kind,
            freezes=configured.freezes(),
            holds=configured.holds(part.environments),
            overrides=self.overrides,
        )

    def is_checked(self, wave: WaveRow, when: CheckWhen) -> bool:
        """Whether the wave requires checks before, or after it."""
        return self._configured(wave).requires_checks(when)

    def _configured(self, wave: WaveRow) -> Configured:
        return Configured(self.configuration, self.service, wave.stage, wave.name)
