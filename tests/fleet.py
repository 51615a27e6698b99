"""A small fleet for tests, registered through the use-cases: the one that `tests.stories` tells of."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from models.tables import Pipeline
from resolvers.pipelines import register_pipeline
from tests import stories
from tests.configuring import register

TESTER = "tester"


async def register_fleet(session: AsyncSession, *, environments: tuple[str, ...] = stories.ENVIRONMENTS) -> None:
    """An account, stages alpha and prod, their waves and environments, and the service payments."""
    await register(session, Kind.ACCOUNT, aws_id="111111111111", name="workloads")
    for position, (stage, waves) in enumerate({"alpha": ["alpha-1"], "prod": ["prod-1", "prod-2"]}.items(), start=1):
        await register(session, Kind.STAGE, name=stage, position=position)
        for place, wave in enumerate(waves, start=1):
            await register(session, Kind.WAVE, stage=stage, name=wave, position=place)
    for environment in environments:
        stage, _, region = environment.partition("-")
        wave = "prod-2" if region == "ap-south-1" else f"{stage}-1"
        given = {"name": environment, "account": "111111111111", "region": region, "wave": wave}
        await register(session, Kind.ENVIRONMENT, **given)
    given = {"name": "payments", "repository": "acme/payments"}
    await register(session, Kind.SERVICE, **given, placement=["*"])


async def register_payments(session: AsyncSession, structure: object = None) -> Pipeline:
    """The pipeline of the service payments, with its map."""
    return await register_pipeline(
        session,
        TESTER,
        now=stories.BEGIN,
        name="payments",
        account=stories.ACCOUNT,
        region=stories.REGION,
        repository="acme/payments",
        plan_digest="sha256:" + "0" * 64,
        structure=structure or stories.MAP,
    )
