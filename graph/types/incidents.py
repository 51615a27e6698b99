"""What went wrong, and what shows that a deployment did."""

from datetime import datetime

import strawberry

from domain.words import EvidenceKind, IncidentRole, IncidentSeverity
from graph.planner import connected, mapped
from graph.types.filters import OverrideFilter
from graph.types.relay import Connection, Node
from models import tables


@mapped(tables.Incident, "Something that went wrong for customers of a service, as people declared it.")
class Incident(Node):
    name: str
    title: str = strawberry.field(description="What customers notice.")
    severity: IncidentSeverity
    started_at: datetime = strawberry.field(description="Since when customers noticed.")
    declared_at: datetime
    declared_by: str
    note: str | None = strawberry.field(description="What was said when it was declared.")
    resolved_at: datetime | None = strawberry.field(description="Since when they no longer do; null while it is open.")
    resolved_by: str | None
    resolution: str | None = strawberry.field(description="What was said when it was resolved.")
    service: "Service"
    links: "Connection[IncidentLink]" = connected("The deployments that caused it, and that were made to end it.")
    overrides: "Connection[Override]" = connected("What people let pass for it.", OverrideFilter)


@mapped(tables.IncidentLink, "What a deployment is to an incident.")
class IncidentLink(Node):
    role: IncidentRole
    linked_at: datetime
    linked_by: str
    reason: str | None = strawberry.field(description="Why, as was said.")
    incident: Incident
    deployment: "Deployment"


@mapped(tables.FailureEvidence, "One thing that shows that a deployment failed: see docs/delivery.md.")
class FailureEvidence(Node):
    kind: EvidenceKind
    at: datetime = strawberry.field(description="Since when the failure is known by it.")
    over_at: datetime | None = strawberry.field(
        description="When it was over by its own account: a later attempt passed the check, the incident was resolved."
    )
    detail: str | None = strawberry.field(description="In words: of AWS, of the check, of who declared the incident.")
    deployment: "Deployment"
    check_run: "CheckRun | None" = strawberry.field(description="The check that said no.")
    rollback: "Deployment | None" = strawberry.field(description="The deployment that took the environment back.")
    incident: Incident | None = strawberry.field(description="The incident that it caused.")


from graph.types.checks import CheckRun  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.executions import Deployment  # noqa: E402
from graph.types.overrides import Override  # noqa: E402
from graph.types.services import Service  # noqa: E402
