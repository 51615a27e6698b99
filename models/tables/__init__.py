"""The tables, a file for each part of the graph. Importing this package maps them all."""

from models.tables.changes import Change, ChangeEntry
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
from models.tables.notifications import Notification, NotificationTarget
from models.tables.rules import Calendar, Freeze, Hold, NotificationRoute, Policy, Window
from models.tables.services import Pipeline, Service, Team, dependency, placement
from models.tables.upkeep import Cleaning, PipelineStart

__all__ = [
    "Account",
    "ActionExecution",
    "Calendar",
    "Change",
    "ChangeEntry",
    "Check",
    "CheckRun",
    "Cleaning",
    "Deployment",
    "Envelope",
    "Environment",
    "Event",
    "Freeze",
    "Hold",
    "LogEpoch",
    "Notification",
    "NotificationRoute",
    "NotificationTarget",
    "Organisation",
    "Pipeline",
    "PipelineExecution",
    "PipelineStart",
    "Policy",
    "Reader",
    "Region",
    "Service",
    "SetAside",
    "SpanOutbox",
    "Stage",
    "StageExecution",
    "Team",
    "Wave",
    "Window",
    "dependency",
    "placement",
]
