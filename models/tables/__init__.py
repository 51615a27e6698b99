"""The tables, a file for each part of the graph. Importing this package maps them all."""

from models.tables.checks import Check, CheckRun
from models.tables.executions import (
    ActionExecution,
    Deployment,
    Envelope,
    PipelineExecution,
    SetAside,
    StageExecution,
)
from models.tables.fleet import Account, Environment, Organisation, Region, Stage, Wave
from models.tables.log import Event, LogEpoch, Reader, SpanOutbox
from models.tables.services import Pipeline, Service, placement

__all__ = [
    "Account",
    "ActionExecution",
    "Check",
    "CheckRun",
    "Deployment",
    "Envelope",
    "Environment",
    "Event",
    "LogEpoch",
    "Organisation",
    "Pipeline",
    "PipelineExecution",
    "Reader",
    "Region",
    "Service",
    "SetAside",
    "SpanOutbox",
    "Stage",
    "StageExecution",
    "Wave",
    "placement",
]
