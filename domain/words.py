"""The enumerations of Interlock's vocabulary. Each value carries its sentence; the graph publishes both."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A value that is its own name, with one sentence that says what it means."""

    sentence: str

    def __new__(cls, value: str, sentence: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.sentence = sentence
        return word

    __str__ = str.__str__


class EnvironmentKind(Word):
    """What an environment is for."""

    SHARED = "SHARED", "Part of the fleet: pipelines deploy to it in its wave."
    TEST = (
        "TEST",
        "A developer's own: it has an owner and an expiry, and no pipeline deploys to it by itself.",
    )


class CheckKind(Word):
    """How a check is executed."""

    LAMBDA = "LAMBDA", "Invokes a Lambda function; its answer's status decides."
    STATE_MACHINE = "STATE_MACHINE", "Runs a Step Functions state machine to its end."
    CODEBUILD = "CODEBUILD", "Runs a CodeBuild project to its end."
    ALARM = (
        "ALARM",
        "Watches a CloudWatch alarm for the length of the check; it must exist and stay out of ALARM.",
    )
    CANARY = "CANARY", "Waits for a number of passing runs of a CloudWatch Synthetics canary."
    HTTP = "HTTP", "Requests an address and compares the status code."
    EXTERNAL = "EXTERNAL", "Waits for an outside system to report the outcome."
    BAKE = "BAKE", "Watches alarms, requests, faults and latency for a time; whatever is wrong ends it at once."
    DRILL = "DRILL", "Deploys the last good revision once more, then the new one again: each must succeed."


class CheckWhen(Word):
    """Which side of the deployment a check guards."""

    BEFORE = "BEFORE", "Must pass before the wave is deployed."
    AFTER = "AFTER", "Must pass after the wave was deployed and before the next one starts."


class CheckMode(Word):
    """Whether a check holds a revision back."""

    BLOCKING = "BLOCKING", "A failure stops the wave."
    SHADOW = "SHADOW", "Observed and recorded; never blocks."


class CheckRunStatus(Word):
    """Where one execution of a check stands."""

    RUNNING = "RUNNING", "Started, no outcome yet."
    PASSED = "PASSED", "The check said yes."
    FAILED = "FAILED", "The check said no."
    ERRORED = "ERRORED", "The check could not be carried out; nothing is known of the revision."
    TIMED_OUT = "TIMED_OUT", "No outcome came within the check's time limit."
    INCONCLUSIVE = "INCONCLUSIVE", "The check was carried out and could not tell, as without data; never a pass."
    CANCELLED = "CANCELLED", "Left without an outcome: another check had said no, or the execution was stopped."


class WaveOutcome(Word):
    """What a wave's checks come to."""

    PASSED = "PASSED", "Every blocking check said yes."
    FAILED = "FAILED", "A blocking check said no."
    INCONCLUSIVE = "INCONCLUSIVE", "No check said no, and one could not tell or has not reported; never a pass."


class BakeReason(Word):
    """What speaks against a bake, or is missing to it still."""

    ALARM = "ALARM", "An alarm that the service declares is in alarm."
    TEAM_ALARM = "TEAM_ALARM", "An alarm of the team's is in alarm in the Region, whoever has set it off."
    SILENCE = "SILENCE", "Requests have dropped to zero."
    FAULTS = "FAULTS", "Far more of the requests fail than before."
    LATENCY = "LATENCY", "Requests take far longer than before."
    ONE_BOX = "ONE_BOX", "Only the one-box is exposed, and its time is not over."
    TIME = "TIME", "Its time is not over."
    DATA = "DATA", "Too few requests have come."
    UNCOUNTED = "UNCOUNTED", "Requests are demanded, and the service declares no metric of them."
    UNSEEN = "UNSEEN", "An environment has not been looked at, or could not be."
    UNTOLD = "UNTOLD", "A declared alarm does not exist, or has no data."


class ExecutionKind(Word):
    """CodePipeline's types of executions."""

    STANDARD = "STANDARD", "Takes a revision through the pipeline."
    ROLLBACK = "ROLLBACK", "Returns a stage to the revision of an earlier execution."


class ExecutionStatus(Word):
    """CodePipeline's statuses of pipeline, stage and action executions."""

    IN_PROGRESS = "IN_PROGRESS", "Started or resumed, and not ended."
    STOPPING = "STOPPING", "Asked to stop; running actions are being finished or abandoned."
    SUCCEEDED = "SUCCEEDED", "Ended well."
    FAILED = "FAILED", "Ended with a failure; a retry may resume it."
    STOPPED = "STOPPED", "Stopped by a person or a rule before its end."
    SUPERSEDED = "SUPERSEDED", "Overtaken by a newer execution while it waited between stages."
    CANCELED = "CANCELED", "Canceled because the pipeline's structure changed."
    ABANDONED = "ABANDONED", "An action left running when its execution was stopped without waiting."

    @property
    def ended(self) -> bool:
        """True for a status after which AWS reports nothing more, but for a retry of a failure."""
        return self not in (ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING)


class DeploymentStatus(Word):
    """How far one revision has come in one environment."""

    PENDING = "PENDING", "The execution will deploy here; nothing was started yet."
    IN_PROGRESS = "IN_PROGRESS", "At least one of its actions has started and not all have ended."
    SUCCEEDED = "SUCCEEDED", "Every action of this environment has succeeded."
    FAILED = "FAILED", "An action of this environment has failed."
    STOPPED = "STOPPED", "The execution ended before this environment was finished."


class ActionKind(Word):
    """What an action of a pipeline does, as the pipeline's own map of actions says."""

    SOURCE = "SOURCE", "Fetches the revision."
    SYNTH = "SYNTH", "Builds the cloud assembly."
    UPDATE = "UPDATE", "Updates the pipeline itself."
    ASSETS = "ASSETS", "Publishes files and images."
    ENTER = "ENTER", "Asks whether the revision may enter a wave, and waits until it may."
    PREPARE = "PREPARE", "Creates a stack's change set."
    DEPLOY = "DEPLOY", "Executes a stack's change set."
    VALIDATE = "VALIDATE", "Runs the checks of a wave."
    OTHER = "OTHER", "Any other action, or one of a pipeline whose map is not known."


class WorkKind(Word):
    """What does the work behind an action."""

    STACK = "STACK", "CloudFormation, on a stack."
    BUILD = "BUILD", "CodeBuild, in a build."
    STATE_MACHINE = "STATE_MACHINE", "Step Functions, in an execution of a state machine."


class WorkStatus(Word):
    """How far the work behind an action is."""

    IN_PROGRESS = "IN_PROGRESS", "It has begun, and not ended."
    SUCCEEDED = "SUCCEEDED", "It ended well."
    FAILED = "FAILED", "It failed, timed out, or was rolled back."
    STOPPED = "STOPPED", "Somebody stopped it."

    @property
    def ended(self) -> bool:
        """True for a status after which only something new begins."""
        return self is not WorkStatus.IN_PROGRESS


class AlarmState(Word):
    """CloudWatch's states of an alarm."""

    OK = "OK", "What it watches is within its threshold."
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA", "It has too little data to tell."
    ALARM = "ALARM", "What it watches is beyond its threshold."


class ReportedState(Word):
    """What a CI system may report of an execution, a stage or an action."""

    STARTED = "STARTED", "It has begun."
    SUCCEEDED = "SUCCEEDED", "It ended well."
    FAILED = "FAILED", "It failed; another attempt may follow."
    STOPPED = "STOPPED", "Somebody stopped it."


class Resolution(Word):
    """How a message that was set aside came to its end."""

    REPLAYED = "REPLAYED", "It was replayed, and understood."
    DISMISSED = "DISMISSED", "A person decided that it does not matter."


class EvidenceKind(Word):
    """What shows that a deployment failed."""

    ROLLBACK = "ROLLBACK", "A rollback has begun to take the environment back from its revision."
    ALARM = "ALARM", "An alarm went off while the wave was watched after it: a blocking check of kind ALARM said no."
    CHECK = "CHECK", "Another blocking check said no after it."
    DEPLOYMENT = "DEPLOYMENT", "An action that changes the environment has failed."
    INCIDENT = "INCIDENT", "A declared incident names it as a cause."


class IncidentSeverity(Word):
    """How bad an incident is for customers."""

    CRITICAL = "CRITICAL", "Most customers cannot do what they came for."
    MAJOR = "MAJOR", "Some customers cannot, or all of them with trouble."
    MINOR = "MINOR", "Few customers notice, or there is a way around."


class IncidentRole(Word):
    """What a deployment is to an incident."""

    CAUSE = "CAUSE", "It brought the incident about, with others or alone."
    FIX = "FIX", "It was made to end the incident: without it nobody would have deployed."


class ChangeKind(Word):
    """What a service's repository changes: each kind has a pipeline of its own, with the same safety."""

    APPLICATION = "APPLICATION", "Code of an application, with what it runs on."
    INFRASTRUCTURE = "INFRASTRUCTURE", "Networks, clusters, databases: what applications stand on."
    CONFIGURATION = "CONFIGURATION", "Settings and feature flags of what runs already."
    OS_PATCHING = "OS_PATCHING", "Operating systems and base images."
    OPERATOR_TOOLS = "OPERATOR_TOOLS", "What operators work with."


class HoldKind(Word):
    """How an environment is kept from a revision."""

    PIN = "PIN", "The environment stays at one revision; every other is held back."
    HOLD = "HOLD", "Nothing new enters the environment."
    VETO = "VETO", "One revision never enters the environment; others may."


class Channel(Word):
    """How a notification travels."""

    SNS = "SNS", "A topic of Amazon SNS."
    SLACK = "SLACK", "A channel of Slack."
    EMAIL = "EMAIL", "Addresses of electronic mail."
    WEBHOOK = "WEBHOOK", "An HTTPS address."


class NotificationStatus(Word):
    """How far one notification has come on its way to one route's address."""

    PENDING = "PENDING", "Not tried yet: it waits for its turn, or for the end of quiet hours."
    FAILING = "FAILING", "Tried, and not taken: it is tried again."
    SENT = "SENT", "The other side has taken it."
    EXPIRED = "EXPIRED", "Given up: it was not taken in time."


class PolicyKind(Word):
    """What a company's policy asks of every construct."""

    REQUIRED_TAGS = "REQUIRED_TAGS", "Every resource carries these tags."
    NO_PUBLIC_BUCKETS = "NO_PUBLIC_BUCKETS", "No bucket can be read or written by the public."
    ENCRYPTION = "ENCRYPTION", "Data at rest is encrypted."
    LOG_RETENTION = "LOG_RETENTION", "Logs are kept for so many days, and no longer."
    AUTOSCALING = "AUTOSCALING", "What serves requests scales by itself, from a minimum."


class PolicyMode(Word):
    """Whether a policy stops a synth."""

    BLOCKING = "BLOCKING", "A finding stops the synth."
    SHADOW = "SHADOW", "A finding is told, and stops nothing."


class OperationKind(Word):
    """What one operation of a change does to one entity."""

    REGISTER = "REGISTER", "It comes to be, or comes back under the name that it had."
    UPDATE = "UPDATE", "Some of its fields are changed."
    ARCHIVE = "ARCHIVE", "It is no longer part of the fleet; its history stays."


class OnFailure(Word):
    """What a pipeline does with a stage that failed."""

    ROLLBACK = "ROLLBACK", "Returns the stage to its last successful execution."
    RETRY = "RETRY", "Tries the failed actions once more."
    NONE = "NONE", "Leaves the stage as it is, for a person."


class FreezeScope(Word):
    """What a freeze keeps from changing."""

    ORGANISATION = "ORGANISATION", "Everything."
    STAGE = "STAGE", "All that would be deployed in one stage, by the stage's name."
    ACCOUNT = "ACCOUNT", "All that would be deployed to one AWS account, by its twelve digits."
    REGION = "REGION", "All that would be deployed in one Region, wherever it is deployed there."
    TEAM = "TEAM", "All services of one team, wherever they would be deployed."
    SERVICE = "SERVICE", "One service, wherever it would be deployed."


class SpanKind(Word):
    """OpenTelemetry's kinds of spans, as far as they are used."""

    SERVER = "SERVER", "The run: what a push asked the pipeline to do."
    INTERNAL = "INTERNAL", "A part of the run."


class SpanRelation(Word):
    """What another run is to the run that links to it."""

    RETRY_OF = "RETRY_OF", "The attempt before, of the same execution."
    ROLLBACK_TARGET = "ROLLBACK_TARGET", "The execution to whose revision this rollback returns."
    ROLLS_BACK = "ROLLS_BACK", "The execution that this rollback takes back: it was the last in the stage."
    RESTART_OF = "RESTART_OF", "The execution in which the pipeline changed itself, and so began again as this one."
    SAME_REVISION = "SAME_REVISION", "An execution that took the same revision to an environment before."


class SpanStatus(Word):
    """OpenTelemetry's statuses of spans."""

    UNSET = "UNSET", "It has not ended, or it ended without a failure."
    ERROR = "ERROR", "It failed; the message says why, where that is known."


class FailureKind(Word):
    """Where the cause of a failure was found."""

    RESOURCE = "RESOURCE", "A resource of a stack could not be made, changed or deleted."
    EARLY_VALIDATION = "EARLY_VALIDATION", "CloudFormation refused the template before it touched a resource."
    HOOK = "HOOK", "A hook of CloudFormation refused the change."
    CHANGE_SET = "CHANGE_SET", "The change set could not be made."
    BUILD = "BUILD", "A phase of a build failed."
    STATE_MACHINE = "STATE_MACHINE", "An execution of a state machine failed."
    CHECK = "CHECK", "A check said no, or could not be carried out."
    CONDITION = "CONDITION", "A rule of a stage's condition said no."
    ACTION = "ACTION", "An action failed, and CodePipeline's own words are all that is known."


class Decision(Word):
    """Whether a revision may enter a wave."""

    PROCEED = "PROCEED", "Nothing holds it back."
    WAIT = "WAIT", "Something holds it back, and may clear."
    STOP = "STOP", "No waiting helps: this execution does not enter."


class Progress(Word):
    """How far a revision has come on its way to an environment."""

    UNKNOWN = "UNKNOWN", "Nothing is under way: no pipeline is registered, or it has never run."
    COMING = "COMING", "It is in an earlier stage of its pipeline."
    WAITING = "WAITING", "It has come to the environment's wave, and asks whether it may enter."
    DEPLOYING = "DEPLOYING", "It has entered the wave, and is being deployed."
    WATCHED = "WATCHED", "It is deployed there, and the wave's checks and its bake time are not over."
    ENDED = "ENDED", "Its execution has ended before it was there."
    DEPLOYED = "DEPLOYED", "It is deployed there, and nothing newer is under way."


class BlockerKind(Word):
    """What holds a revision back."""

    SUPERSEDED = "SUPERSEDED", "A newer revision has come as far, and takes its place."
    PRIOR_WAVE = "PRIOR_WAVE", "The wave before has not passed: its checks, its bake time or its data are missing."
    ALARM = "ALARM", "An alarm of the service, or of its team, is in alarm where the wave is, or cannot tell."
    WINDOW = "WINDOW", "No deployment window is open."
    FREEZE = "FREEZE", "A freeze is in force."
    HOLD = "HOLD", "Somebody holds, pins or vetoes an environment."
    IN_FLIGHT = "IN_FLIGHT", "Another deployment of the same environment is in flight."
    REGION = "REGION", "Another Region is being exposed to the same service, in production's first waves."
    DEPENDENCY = "DEPENDENCY", "A service that this one depends on has not been deployed there."
    ROLLED_BACK = "ROLLED_BACK", "The environment was rolled back from this revision, or from a newer one."
    CERTIFICATE = "CERTIFICATE", "The upgrade and downgrade between the two versions has not passed its drill."
    CHECK = "CHECK", "A check before the wave did not pass."


class AlarmRole(Word):
    """What an alarm of a service says."""

    HIGH_SEVERITY = "HIGH_SEVERITY", "The service's customers notice: faults, latency, resources, or failing health."
    AGGREGATE = "AGGREGATE", "Any of the team's services is in high severity in the Region."
    ONE_BOX = "ONE_BOX", "The one-box, which takes few of the requests, or anything of the aggregate."


class SignalKind(Word):
    """What a metric of a service counts."""

    REQUESTS = "REQUESTS", "Requests, as a sum."
    FAULTS = "FAULTS", "Requests that failed by the service's fault, as a sum."
    LATENCY = "LATENCY", "How long requests take, in milliseconds."


class RollbackMeans(Word):
    """How a stage is returned to its last good revision."""

    NATIVE = "NATIVE", "CodePipeline rolls the stage back: its last success has the pipeline's present structure."
    REDEPLOY = "REDEPLOY", "The cloud assembly of the last success is deployed again by the validation machine."
    NONE = "NONE", "There is nothing to return to, or the stage leaves it to a person."


class RetryMode(Word):
    """What of a stage is tried again."""

    FAILED_ACTIONS = "FAILED_ACTIONS", "The actions that have not succeeded: whether it may enter is not asked again."
    ALL_ACTIONS = "ALL_ACTIONS", "Every action of the stage, from the first: whether it may enter is decided anew."


class ApprovalDecision(Word):
    """What a person answers an action that waits for an approval."""

    APPROVED = "APPROVED", "The stage goes on."
    REJECTED = "REJECTED", "The action fails, and the stage with it."


class Milestone(Word):
    """What a forecast says of a wave."""

    ENTERED = "ENTERED", "The revision may enter the wave: nothing holds it back."
    REACHED = "REACHED", "Each of its environments has the revision."
    DONE = "DONE", "Its checks have passed and its bake time is over."


class RevisionState(Word):
    """Where a revision is, seen from one environment."""

    REACHED = "REACHED", "It is there."
    CONTAINED = "CONTAINED", "A newer revision, which has it, is there."
    DEPLOYING = "DEPLOYING", "It, or a newer revision that has it, is being deployed."
    COMING = "COMING", "It, or a newer revision that has it, is on its way."
    NOT_COMING = "NOT_COMING", "It is not there, and nothing that has it is on its way."


class CheckOrder(Word):
    """Which checks come first."""

    FLAKIEST = "FLAKIEST", "Those that contradict themselves most often."
    SLOWEST = "SLOWEST", "Those that take longest, by the median."
    FAILING = "FAILING", "Those that say no most often."
