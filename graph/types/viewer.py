"""Who asks, and what they may do."""

from datetime import datetime

import strawberry

from domain.permissions import Permission, Role


@strawberry.type(description="A browser in which somebody has signed in.")
class Session:
    ends_at: datetime = strawberry.field(description="When they have to sign in again, at the latest.")


@strawberry.type(description="Who asks, and what they may do.")
class Viewer:
    actor: str = strawberry.field(description="As the event log records them.")
    roles: list[Role] = strawberry.field(description="What they are to the service, in order.")
    permissions: list[Permission] = strawberry.field(description="What their roles allow, in order.")
    session: Session | None = strawberry.field(description="Of this browser; null for whoever bears a token.")
