"""DORA's measures of what is recorded: the deliveries of a window, each with what shows that it failed."""

from __future__ import annotations

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.dora import Delivery, Evidence, FailedDeployment, began, recovered
from domain.errors import InvalidValue, NotFound
from domain.periods import Window
from models import dora
from models.base import Base
from models.dora import Delivered, Scope
from models.queries import find, values
from models.tables import Service, Stage, Team

MOST_SERVICES = 500


async def require_known(session: AsyncSession, scope: Scope) -> None:
    """Raises NotFound for a name that nothing has, and InvalidValue for a stage that production leaves out."""
    services = scope.services or ()
    if len(services) > MOST_SERVICES:
        raise InvalidValue("filter.services", f"{len(services)} names", f"at most {MOST_SERVICES} names")
    await _require(session, Service, "service", services, "filter.services")
    await _require(session, Team, "team", _one(scope.team), "filter.team")
    await _require(session, Stage, "stage", _one(scope.stage), "filter.stage")
    stage = await find(session, Stage, name=scope.stage) if scope.stage is not None else None
    if stage is not None and scope.production and not stage.production:
        raise InvalidValue("filter.stage", stage.name, "a stage of production, or one beside productionOnly: false")


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


async def _require(session: AsyncSession, table: type[Base], kind: str, names: Sequence[str], field: str) -> None:
    known = set(await values(session, table, "name")) if names else set()
    for name in names:
        if name not in known:
            raise NotFound(kind, name, known, field=field)


async def deliveries(session: AsyncSession, window: Window, scope: Scope, *, by_stage: bool = False) -> list[Delivery]:
    """The deliveries of the window, the oldest first. by_stage: an execution is one for each stage that it reached."""
    rows = await dora.deliveries(session, window, scope, by_stage=by_stage)
    failures = await _failures(session, window, scope, by_stage=by_stage) if rows else {}
    return await to_thread(_made, rows, failures)


Failures = dict[tuple[UUID, str | None], list[FailedDeployment]]


def _made(rows: Sequence[Delivered], failures: Failures) -> list[Delivery]:
    return [_delivery(row, failures.get((row.id, row.stage), ())) for row in rows]


def _delivery(row: Delivered, failures: Sequence[FailedDeployment]) -> Delivery:
    return Delivery(**{**row._asdict(), "id": str(row.id)}, failures=tuple(failures))


async def _failures(session: AsyncSession, window: Window, scope: Scope, *, by_stage: bool) -> Failures:
    """The deployments that failed, by their execution and, where it counts, their stage."""
    shown: dict[UUID, list[Evidence]] = defaultdict(list)
    places: dict[UUID, tuple[UUID, str | None]] = {}
    for each in await dora.evidence(session, window, scope):
        shown[each.deployment].append(each.evidence)
        places[each.deployment] = (each.execution, each.stage if by_stage else None)
    successes = await dora.next_successes(session, {key: began(evidence) for key, evidence in shown.items()})
    found: Failures = defaultdict(list)
    for key, evidence in shown.items():
        end = recovered(evidence, successes.get(key))
        found[places[key]].append(FailedDeployment(str(key), tuple(evidence), end))
    return found
