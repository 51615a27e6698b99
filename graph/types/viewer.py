"""Who asks, and what they may do, and where."""

from datetime import datetime

import strawberry

from domain import permissions as rules
from domain.configuration import targets
from domain.permissions import SCOPE_FIELDS, Permission, Role
from graph.context import Info
from models.configuration import current


@strawberry.type(description="A role that somebody has within a scope; a part that is empty does not narrow it.")
class GrantedRole:
    role: Role
    teams: list[str] = strawberry.field(description="The teams whose services it is for, by name.")
    services: list[str] = strawberry.field(description="The services that it is for, by name.")
    stages: list[str] = strawberry.field(description="The stages that it is for, by name.")
    accounts: list[str] = strawberry.field(description="The accounts that it is for, twelve digits each.")


@strawberry.type(description="A browser in which somebody has signed in.")
class Session:
    ends_at: datetime = strawberry.field(description="When they have to sign in again, at the latest.")


@strawberry.type(description="Who asks, and what they may do.")
class Viewer:
    known: strawberry.Private[rules.Viewer]
    actor: str = strawberry.field(description="As the event log records them.")
    roles: list[Role] = strawberry.field(description="What they are everywhere, in order.")
    permissions: list[Permission] = strawberry.field(
        description="What their roles allow, in order, those too that they have somewhere alone: `may` says where."
    )
    everywhere: list[Permission] = strawberry.field(description="What they may do whatever it is done to, in order.")
    grants: list[GrantedRole] = strawberry.field(
        description="What they are within scopes: by the configuration's grants, or as their token says."
    )
    session: Session | None = strawberry.field(description="Of this browser; null for whoever bears a token.")

    @strawberry.field(
        description="What they may do there. What is left out is all there is of its kind: who has one stage of a "
        "service may not act on all of it. A service's team, and an environment's stage and account, are found."
    )
    async def may(
        self,
        info: Info,
        team: str | None = None,
        service: str | None = None,
        stage: str | None = None,
        account: str | None = None,
        environment: str | None = None,
    ) -> list[Permission]:
        async with info.context.database.whole.looking() as session:
            configuration = (await current(session)).configuration
        if environment is not None:
            found = targets.of_environment(configuration, environment, service)
        else:
            found = targets.of_service(configuration, service)
        target = rules.Target(
            team=team or found.team,
            service=found.service,
            stage=stage or found.stage,
            account=account or found.account,
        )
        had = self.known.permissions_at(target)
        return [each for each in Permission if each in had]


def granted(viewer: rules.Viewer) -> list[GrantedRole]:
    """The roles that hold within scopes, the smallest first."""
    shown = [
        (list(Role).index(each.role), [sorted(getattr(each.scope, part)) for part in SCOPE_FIELDS], each.role)
        for each in viewer.granted
    ]
    return [
        GrantedRole(role=role, **dict(zip(SCOPE_FIELDS, parts, strict=True)))
        for _, parts, role in sorted(shown, key=lambda each: each[:2])
    ]
