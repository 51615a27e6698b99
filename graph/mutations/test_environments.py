"""Test environments for developers, and pipelines started by hand; `upkeep` carries out what takes time."""

from __future__ import annotations

from typing import Any

import strawberry

from graph import planner
from graph.context import Info
from graph.mutations.configuring import ConfiguringPayload, Made, author
from graph.mutations.inputs import OF_THE_CHANGE
from graph.mutations.outcome import Payload, outcome, produced
from graph.types.fleet import Environment
from graph.types.services import Pipeline
from models import tables
from resolvers import test_environments, upkeep
from resolvers.configuring import Author


def _reason() -> Any:
    return strawberry.field(default=None, description=OF_THE_CHANGE["reason"][1])


def _key() -> Any:
    return strawberry.field(default=None, description=OF_THE_CHANGE["idempotency_key"][1])


@strawberry.input(description="A test environment that somebody wants.")
class CreateTestEnvironmentInput:
    stage: str = strawberry.field(
        description="The stage, outside production, after whose shared environments it is made."
    )
    owner: str = strawberry.field(description="Whose it is, as they sign in.")
    region: str | None = strawberry.field(
        default=None, description="Where; if unsaid, where the first of the stage's shared environments is."
    )
    team: str | None = strawberry.field(default=None, description="The team that it counts for.")
    purpose: str | None = strawberry.field(default=None, description="What it is for.")
    days: int | None = strawberry.field(
        default=None, description="How long it lives: as long as the organisation allows, if unsaid; never longer."
    )
    name: str | None = strawberry.field(default=None, description="If unsaid, `test-<owner>-<number>`.")
    reason: str | None = _reason()
    idempotency_key: str | None = _key()


@strawberry.input(description="A test environment whose end is to be put off.")
class ExtendTestEnvironmentInput:
    name: str = strawberry.field(description="Its name.")
    days: int | None = strawberry.field(
        default=None, description="To how many days from now: as many as the organisation allows, if unsaid."
    )
    reason: str | None = _reason()
    idempotency_key: str | None = _key()


@strawberry.input(description="A test environment that is no longer needed.")
class DeleteTestEnvironmentInput:
    name: str = strawberry.field(description="Its name.")
    reason: str | None = _reason()
    idempotency_key: str | None = _key()


@strawberry.input(description="A pipeline that is to be started.")
class StartPipelineInput:
    arn: str = strawberry.field(description="Its ARN.")
    reason: str | None = strawberry.field(default=None, description="Why: kept with the request.")
    idempotency_key: str | None = _key()


@strawberry.type
class TestEnvironmentPayload(ConfiguringPayload):
    """What a mutation of a test environment answers."""

    @strawberry.field(description="The test environment as it is now.")
    async def environment(self, info: Info) -> Environment | None:
        return await planner.row(info, tables.Environment, self.produced and self.produced.id)


@strawberry.type
class CreateTestEnvironmentPayload(TestEnvironmentPayload):
    """The test environment, or why there is none."""


@strawberry.type
class ExtendTestEnvironmentPayload(TestEnvironmentPayload):
    """The test environment with its new end, or why it has none."""


@strawberry.type
class DeleteTestEnvironmentPayload(TestEnvironmentPayload):
    """The test environment, which is being cleaned, or why it is not."""


@strawberry.type
class StartPipelinePayload(Payload):
    """The pipeline that is going to be started, or why it is not."""

    pipeline: Pipeline | None = produced(tables.Pipeline, "The pipeline; `startedAt` tells when it was started.")


@strawberry.type
class TestEnvironmentMutations:
    """What developers do about environments of their own."""

    @strawberry.mutation(description="Makes a test environment, after a shared one of the stage.")
    async def create_test_environment(
        self, info: Info, input: CreateTestEnvironmentInput
    ) -> CreateTestEnvironmentPayload:
        wish = test_environments.Wish(
            stage=input.stage,
            owner=input.owner,
            region=input.region,
            team=input.team,
            purpose=input.purpose,
            days=input.days,
            name=input.name,
        )
        return await outcome(info, CreateTestEnvironmentPayload, _create, by=_author(info, input), wish=wish)

    @strawberry.mutation(description="Puts the end of a test environment off.")
    async def extend_test_environment(
        self, info: Info, input: ExtendTestEnvironmentInput
    ) -> ExtendTestEnvironmentPayload:
        given = {"name": input.name, "days": input.days}
        return await outcome(info, ExtendTestEnvironmentPayload, _extend, by=_author(info, input), **given)

    @strawberry.mutation(
        description="Ends a test environment now: what was deployed to it is deleted, then it is archived."
    )
    async def delete_test_environment(
        self, info: Info, input: DeleteTestEnvironmentInput
    ) -> DeleteTestEnvironmentPayload:
        return await outcome(info, DeleteTestEnvironmentPayload, _delete, by=_author(info, input), name=input.name)

    @strawberry.mutation(
        description="Asks for a pipeline to be started: soon, within the limit of an hour and outside freezes."
    )
    async def start_pipeline(self, info: Info, input: StartPipelineInput) -> StartPipelinePayload:
        return await outcome(info, StartPipelinePayload, _start, by=_author(info, input), arn=input.arn)


def _author(info: Info, input: Any) -> Author:
    return author(info, input.reason, input.idempotency_key)


async def _create(session: Any, _actor: str, *, by: Author, wish: test_environments.Wish) -> Made:
    return Made(*await test_environments.create(session, by, wish))


async def _extend(session: Any, _actor: str, *, by: Author, name: str, days: int | None) -> Made:
    return Made(*await test_environments.extend(session, by, name, days))


async def _delete(session: Any, _actor: str, *, by: Author, name: str) -> Made:
    return Made(*await test_environments.delete(session, by, name))


async def _start(session: Any, _actor: str, *, by: Author, arn: str) -> tables.Pipeline:
    return await upkeep.request_start(session, by, arn)
