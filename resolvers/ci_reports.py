"""What a CI system that is not CodePipeline reports: one envelope of our own, recorded as all others are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes.reported import Report, envelope_of
from domain.errors import NotFound, Refused
from models.queries import find, values
from models.tables import Environment, PipelineExecution
from resolvers.messages import Admission
from resolvers.recording import record_envelopes


@dataclass(frozen=True, slots=True)
class Reported:
    """The execution as it is now. known: the same was reported before."""

    execution: PipelineExecution
    known: bool


async def report(session: AsyncSession, actor: str, *, said: Report, admission: Admission) -> Reported:
    """Records a report. Raises InvalidValue, NotFound, and Refused where it contradicts what is known.

    An environment that nobody has registered is refused: kept, it would be no deployment, and could not be said again.
    """
    if said.environment is not None and await find(session, Environment, name=said.environment) is None:
        known = await values(session, Environment, "name")
        raise NotFound("environment", said.environment, known, field="environment")
    counts = await record_envelopes(session, [envelope_of(said)], actor, replace(admission, ours=True))
    if counts.reasons:
        raise Refused(
            "NOT_RECORDED",
            counts.reasons[0],
            remedy="Mend what the message says, and report it again. Each run of each pipeline has an id of its own.",
        )
    execution = await find(session, PipelineExecution, execution_id=said.execution_id)
    assert execution is not None  # it was recorded just now, or before
    return Reported(execution, known=not counts.accepted)
