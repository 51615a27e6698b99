"""Registering what the fleet is made of."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.words import CheckKind, CheckMode, CheckWhen, EnvironmentKind
from graph.context import Info
from graph.mutations.outcome import Payload, fields, outcome, produced
from graph.types.checks import Check
from graph.types.fleet import Account, Environment, Organisation, Stage, Wave
from graph.types.services import Service
from models import tables
from resolvers import registration

NAME = "Lower-case letters, digits and single hyphens; 50 characters at most."


@strawberry.input
class ConfigureOrganisationInput:
    name: str = strawberry.field(description=NAME)
    pipeline_account: str = strawberry.field(description="The AWS account in which pipelines live.")
    pipeline_region: str = strawberry.field(description="The Region in which pipelines live.")
    connection_arn: str = strawberry.field(description="The CodeConnections connection to GitHub.")
    event_bus_arn: str = strawberry.field(description="The hub's event bus.")


@strawberry.input
class RegisterAccountInput:
    aws_id: str = strawberry.field(description="Twelve digits, as text.")
    name: str = strawberry.field(description=NAME)
    organizational_unit: str | None = None


@strawberry.input
class RegisterStageInput:
    name: str = strawberry.field(description=NAME)
    position: int = strawberry.field(description="Stages are passed in ascending order; 1 to 1000.")
    production: bool = False


@strawberry.input
class RegisterWaveInput:
    stage: str = strawberry.field(description="The stage's name.")
    name: str = strawberry.field(description=NAME)
    position: int = strawberry.field(description="Waves of a stage are deployed in ascending order; 1 to 1000.")
    bake_minutes: int = strawberry.field(default=0, description="0 to 10080.")
    minimum_data_points: int = 0


@strawberry.input
class RegisterEnvironmentInput:
    name: str = strawberry.field(description=NAME)
    account: str = strawberry.field(description="The AWS account's id, twelve digits.")
    region: str = strawberry.field(description="The Region's name: eu-west-1.")
    wave: str = strawberry.field(description="The wave's name.")
    kind: EnvironmentKind = EnvironmentKind.SHARED
    owner: str | None = strawberry.field(default=None, description="Required of a TEST environment.")
    expires_at: datetime | None = strawberry.field(default=None, description="Required of a TEST environment.")


@strawberry.input
class RegisterServiceInput:
    name: str = strawberry.field(description=NAME)
    repository: str = strawberry.field(description="owner/name on GitHub.")
    placement: list[str] = strawberry.field(description="Globs over environment names: `prod-*`.")
    branch: str = "main"
    connection_arn: str | None = strawberry.field(default=None, description="Where the organisation's does not do.")


@strawberry.input
class RegisterCheckInput:
    name: str = strawberry.field(description=NAME)
    kind: CheckKind
    when: CheckWhen = CheckWhen.AFTER
    mode: CheckMode = CheckMode.BLOCKING
    timeout_minutes: int = 60
    configuration: JSON | None = strawberry.field(default=None, description="What its kind needs; docs/checks.md.")
    stage: str | None = strawberry.field(default=None, description="Every wave of this stage; or `wave`.")
    wave: str | None = strawberry.field(default=None, description="This wave alone; or `stage`.")
    service: str | None = strawberry.field(default=None, description="This service alone; else all.")


@strawberry.type
class ConfigureOrganisationPayload(Payload):
    organisation: Organisation | None = produced(tables.Organisation, "As it is now.")


@strawberry.type
class RegisterAccountPayload(Payload):
    account: Account | None = produced(tables.Account, "The new account.")


@strawberry.type
class RegisterStagePayload(Payload):
    stage: Stage | None = produced(tables.Stage, "The new stage.")


@strawberry.type
class RegisterWavePayload(Payload):
    wave: Wave | None = produced(tables.Wave, "The new wave.")


@strawberry.type
class RegisterEnvironmentPayload(Payload):
    environment: Environment | None = produced(tables.Environment, "The new environment.")


@strawberry.type
class RegisterServicePayload(Payload):
    service: Service | None = produced(tables.Service, "The new service.")


@strawberry.type
class RegisterCheckPayload(Payload):
    check: Check | None = produced(tables.Check, "The new check.")


@strawberry.type
class RegistrationMutations:
    """Bringing the fleet into the graph."""

    @strawberry.mutation(description="What holds for all services; said again, it replaces what was said.")
    async def configure_organisation(
        self, info: Info, input: ConfigureOrganisationInput
    ) -> ConfigureOrganisationPayload:
        return await outcome(info, ConfigureOrganisationPayload, registration.configure_organisation, **fields(input))

    @strawberry.mutation(description="Registers an AWS account.")
    async def register_account(self, info: Info, input: RegisterAccountInput) -> RegisterAccountPayload:
        return await outcome(info, RegisterAccountPayload, registration.register_account, **fields(input))

    @strawberry.mutation(description="Registers a stage.")
    async def register_stage(self, info: Info, input: RegisterStageInput) -> RegisterStagePayload:
        return await outcome(info, RegisterStagePayload, registration.register_stage, **fields(input))

    @strawberry.mutation(description="Registers a wave of a stage.")
    async def register_wave(self, info: Info, input: RegisterWaveInput) -> RegisterWavePayload:
        return await outcome(info, RegisterWavePayload, registration.register_wave, **fields(input))

    @strawberry.mutation(description="Registers an environment; services that match are placed in it at once.")
    async def register_environment(self, info: Info, input: RegisterEnvironmentInput) -> RegisterEnvironmentPayload:
        return await outcome(info, RegisterEnvironmentPayload, registration.register_environment, **fields(input))

    @strawberry.mutation(description="Registers a service, and places it.")
    async def register_service(self, info: Info, input: RegisterServiceInput) -> RegisterServicePayload:
        return await outcome(info, RegisterServicePayload, registration.register_service, **fields(input))

    @strawberry.mutation(description="Registers a check of a stage or a wave.")
    async def register_check(self, info: Info, input: RegisterCheckInput) -> RegisterCheckPayload:
        return await outcome(info, RegisterCheckPayload, registration.register_check, **fields(input))
