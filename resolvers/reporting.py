"""What a CI system that is not CodePipeline reports: one envelope of our own, recorded as all others are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes.reported import Report, envelope_of
from domain.errors import Refused
from models.queries import find
from models.tables import PipelineExecution
from resolvers.messages import Admission
from resolvers.recording import record_envelopes


@dataclass(frozen=True, slots=True)
class Reported:
    """The execution as it is now. known: the same was reported before."""

    execution: PipelineExecution
    known: bool


async def report(session: AsyncSession, actor: str, *, said: Report, admission: Admission) -> Reported:
    """Records a report. Raises InvalidValue, and Refused where it contradicts what is known, with the reason."""
    counts = await record_envelopes(session, [envelope_of(said)], actor, replace(admission, ours=True))
    if counts.reasons:
        raise Refused(
            "NOT_RECORDED",
            counts.reasons[0],
            remedy="Report what holds of this run; each run of each pipeline has an id of its own.",
        )
    execution = await find(session, PipelineExecution, execution_id=said.execution_id)
    assert execution is not None  # it was recorded just now, or before
    return Reported(execution, known=not counts.accepted)
