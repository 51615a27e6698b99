"""Who asks, and what they may do."""

import strawberry

from domain.permissions import Permission, Role


@strawberry.type(description="Who asks, and what they may do.")
class Viewer:
    actor: str = strawberry.field(description="As the event log records them.")
    roles: list[Role] = strawberry.field(description="What they are to the service, in order.")
    permissions: list[Permission] = strawberry.field(description="What their roles allow, in order.")
