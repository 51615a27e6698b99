"""The root field that tells who asks."""

from __future__ import annotations

import strawberry

from domain import permissions
from graph.context import Info
from graph.types.viewer import Session, Viewer, granted


@strawberry.type
class ViewerQueries:
    """What a page asks before it offers anything."""

    @strawberry.field(description="Who asks, and what they may do.")
    def viewer(self, info: Info) -> Viewer:
        known, session = info.context.viewer, info.context.session
        return Viewer(
            known=known,
            actor=known.actor,
            roles=[role for role in permissions.Role if role in known.roles],
            permissions=[each for each in permissions.Permission if each in known.permissions],
            everywhere=[
                each for each in permissions.Permission if each in known.permissions_at(permissions.EVERYTHING)
            ],
            grants=granted(known),
            session=Session(ends_at=session.ends_at) if session else None,
        )
