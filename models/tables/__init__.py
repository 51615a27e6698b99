"""The tables, a file for each part of the graph. Importing this package maps them all."""

from models.tables.api_tokens import ApiToken
from models.tables.changes import Change, ChangeEntry
from models.tables.checks import Check, CheckRun
from models.tables.clock import ClockSetting
from models.tables.drills import DrillCertificate
from models.tables.entries import WaveEntry
from models.tables.evidence import FailureEvidence
from models.tables.executions import (
    ActionExecution,
    Deployment,
    ExecutionPoll,
    PipelineExecution,
    StageExecution,
)
from models.tables.failures import Failure, Fingerprint
from models.tables.fleet import Account, Environment, Organisation, Region, Stage, Wave
from models.tables.forecasts import Forecast
from models.tables.incidents import Incident, IncidentLink
from models.tables.intake import Alarm, AlarmChange, Envelope, EnvelopeReceipt, SetAside, Work
from models.tables.log import ArchivePart, Event, LogEpoch, Reader, SpanOutbox
from models.tables.measures import Lease, MetricPoint, RunEnd, Total
from models.tables.notifications import Notification, NotificationTarget
from models.tables.overrides import Override, OverrideUse
from models.tables.proofs import UsedProof
from models.tables.rules import Calendar, Freeze, Grant, Hold, NotificationRoute, Policy, Window
from models.tables.services import Pipeline, Service, Team, dependency, placement
from models.tables.sessions import BrowserSession
from models.tables.support import SchemaSupport
from models.tables.upkeep import Cleaning, PipelineStart
from models.tables.waivers import Waiver

__all__ = [
    "Account",
    "ActionExecution",
    "Alarm",
    "AlarmChange",
    "ApiToken",
    "ArchivePart",
    "BrowserSession",
    "Calendar",
    "Change",
    "ChangeEntry",
    "Check",
    "CheckRun",
    "Cleaning",
    "ClockSetting",
    "Deployment",
    "DrillCertificate",
    "Envelope",
    "EnvelopeReceipt",
    "Environment",
    "Event",
    "ExecutionPoll",
    "Failure",
    "FailureEvidence",
    "Fingerprint",
    "Forecast",
    "Freeze",
    "Grant",
    "Hold",
    "Incident",
    "IncidentLink",
    "Lease",
    "LogEpoch",
    "MetricPoint",
    "Notification",
    "NotificationRoute",
    "NotificationTarget",
    "Organisation",
    "Override",
    "OverrideUse",
    "Pipeline",
    "PipelineExecution",
    "PipelineStart",
    "Policy",
    "Reader",
    "Region",
    "RunEnd",
    "SchemaSupport",
    "Service",
    "SetAside",
    "SpanOutbox",
    "Stage",
    "StageExecution",
    "Team",
    "Total",
    "UsedProof",
    "Waiver",
    "Wave",
    "WaveEntry",
    "Window",
    "Work",
    "dependency",
    "placement",
]
