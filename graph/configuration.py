"""What may be asked of the configuration as a whole: its document and history, previews, and explanations."""

from __future__ import annotations

from asyncio import to_thread
from typing import Any

import strawberry
from strawberry.scalars import JSON

from domain.configuration.document import document
from domain.configuration.schema import json_schema
from domain.errors import Problem
from graph.context import Info
from graph.mutations.configuring import ChangeInput, asked
from graph.types import preview as shown
from models import changes
from resolvers import differences, plans, previewing


def time_of(given: shown.AsOf | None) -> plans.AsOf | None:
    """The time that an input names; None for now."""
    if given is None:
        return None
    return plans.AsOf(**{name: value for name, value in vars(given).items() if value is not strawberry.UNSET})


@strawberry.type
class ConfigurationQueries:
    """Each is answered from the configuration as one value, under one snapshot of the database."""

    @strawberry.field(description="The whole configuration, as it is or was at some time, as a file holds it.")
    async def configuration(self, info: Info, as_of: shown.AsOf | None = None) -> shown.Configuration:
        async with info.context.database.snapshot() as session:
            dated = await plans.configuration_as_of(session, time_of(as_of))
            last = await changes.change_numbered(session, dated.number)
            time = last.time if last else None
        written: Any = await to_thread(document, dated.configuration)
        return shown.Configuration(change=dated.number, time=time, document=written)

    @strawberry.field(description="The JSON Schema of that document: for editors, and for forms.")
    def configuration_schema(self) -> JSON:
        schema: Any = json_schema()
        return schema

    @strawberry.field(description="What a change would do, to entities and to pipelines. Nothing is changed.")
    async def preview_change(self, info: Info, input: ChangeInput) -> shown.ChangePreview:
        context = info.context
        async with context.database.snapshot() as session:
            try:
                what = asked(input)
            except Problem as problem:
                number = (await plans.configuration_as_of(session, None)).number
                return shown.preview(previewing.Preview(number, problems=[problem]))
            found = await previewing.preview(session, what, url=context.settings.base_url, now=context.now())
        return await to_thread(shown.preview, found)  # of a whole fleet that takes a second

    @strawberry.field(description="What differs between a repository's plan at one time and at another, or now.")
    async def plan_diff(
        self, info: Info, repository: str, since: shown.AsOf, until: shown.AsOf | None = None
    ) -> shown.PlanDiff:
        url = info.context.settings.base_url
        async with info.context.database.snapshot() as session:
            found = await differences.plan_difference(
                session, repository, time_of(since) or plans.AsOf(), time_of(until), url=url, now=info.context.now()
            )
        return shown.difference(found)

    @strawberry.field(description="Why a service is, or is not, placed in an environment.")
    async def placement(self, info: Info, service: str, environment: str) -> shown.PlacementExplanation:
        async with info.context.database.snapshot() as session:
            return shown.explained(await previewing.explanation(session, service, environment))

    @strawberry.field(description="Where a placement would reach.")
    async def preview_placement(self, info: Info, placement: list[str]) -> shown.PlacementPreview:
        async with info.context.database.snapshot() as session:
            environments, unmatched = await previewing.placement(session, placement)
        return shown.PlacementPreview(environments=environments, unmatched=unmatched)

    @strawberry.field(description="Waves of growing size for the shared environments of a stage.")
    async def suggest_waves(
        self, info: Info, stage: str, single_region_waves: int = 2, largest: int = 12
    ) -> list[shown.SuggestedWave]:
        given: Any = {"single_region_waves": single_region_waves, "largest": largest}
        async with info.context.database.snapshot() as session:
            return [shown.suggested(each) for each in await previewing.suggested_waves(session, stage, **given)]
