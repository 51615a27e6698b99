"""Tokens of programs."""

from datetime import datetime

import strawberry

from graph.planner import mapped
from graph.types.relay import Node
from models import tables


@mapped(tables.ApiToken, "A token that a program bears; the token itself is told once, by `createApiToken`.")
class ApiToken(Node):
    name: str = strawberry.field(description="For ever this token's: what it does is in the log as `token:` and this.")
    roles: list[str] = strawberry.field(description="What the program may, as names of `Role`.")
    teams: list[str] = strawberry.field(description="The teams whose services it is for; none for all.")
    services: list[str] = strawberry.field(description="The services that it is for; none for all.")
    stages: list[str] = strawberry.field(description="The stages that it is for; none for all.")
    accounts: list[str] = strawberry.field(description="The accounts that it is for; none for all.")
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = strawberry.field(description="To the hour; null while it never was.")
    revoked_at: datetime | None = strawberry.field(description="Since when it is not taken; null while it is.")
    revoked_by: str | None
    revocation: str | None = strawberry.field(description="Why it was revoked.")
