"""What pipelinekit refuses at synth, in one plain sentence each.

Catch `PipelinekitError` for all of them, or a branch:

    PipelinekitError
    ├── PlanUnavailableError                 the plan could not be had
    │   ├── ServiceUnreachableError          nobody answered, or not as the service does
    │   ├── ServiceRefusedError              the service answered no: token, or another reason it gives
    │   │   ├── UnknownRepositoryError       no service is registered for this repository
    │   │   └── NoEnvironmentsError          the service is placed in no environment
    │   ├── LibraryTooOldError               the plan needs a newer pipelinekit
    │   └── SnapshotError                    INTERLOCK_PLAN names a file that is missing or is no plan
    │       └── SnapshotOfAnotherRepositoryError
    ├── PlanUnusableError                    the plan came, and no pipeline can be made of it
    │   ├── PipelineRegionUnsetError
    │   ├── TooManyStagesError
    │   └── TooManyActionsError
    └── AppUnusableError                     the team's app cannot be deployed by a pipeline
        ├── SecondPipelineError
        ├── StageUnusableError
        │   └── EnvironmentAgnosticStageError
        ├── ContextLookupsError
        ├── SignalsError                     what tells of the service does not do
        │   ├── SignalUnusableError
        │   ├── SecondSignalsError
        │   └── RequestsUnknownError
        ├── OneBoxUnusableError
        ├── TemplateTooLargeError
        ├── PolicyFindingsError              it breaks policies of the company: all findings, a line each
        └── PolicyExceptionError             an exception from a policy says no reason, or comes too late
"""

from __future__ import annotations

import sys
from types import TracebackType


class PipelinekitError(Exception):
    """A refusal. Its text is one sentence: what is wrong, the value, what is allowed and what to do."""


class PlanUnavailableError(PipelinekitError):
    """The plan could not be had, so there is nothing to synthesize."""


class ServiceUnreachableError(PlanUnavailableError):
    """Nobody answered at INTERLOCK_URL, or the answer was not one of the service's."""


class ServiceRefusedError(PlanUnavailableError):
    """The service answered, and refused to give a plan."""


class UnknownRepositoryError(ServiceRefusedError):
    """No service is registered for the repository."""


class NoEnvironmentsError(ServiceRefusedError):
    """The service is registered, and its placement reaches no environment."""


class LibraryTooOldError(PlanUnavailableError):
    """The plan is written in a contract that this pipelinekit does not know."""


class SnapshotError(PlanUnavailableError):
    """The file that INTERLOCK_PLAN names is missing, unreadable or not a plan."""


class SnapshotOfAnotherRepositoryError(SnapshotError):
    """The snapshot is a plan, for another repository."""


class PlanUnusableError(PipelinekitError):
    """The plan is well formed and no pipeline can be made of it."""


class PipelineRegionUnsetError(PlanUnusableError):
    """The plan does not say in which account and Region the pipeline itself lives."""


class TooManyStagesError(PlanUnusableError):
    """CodePipeline takes at most 50 stages."""


class TooManyActionsError(PlanUnusableError):
    """CodePipeline takes 50 actions in a stage and 500 in a pipeline unless AWS raised the account's quota."""


class AppUnusableError(PipelinekitError):
    """The team's own stage cannot be deployed by a pipeline as it stands."""


class SecondPipelineError(AppUnusableError):
    """An app has one ServicePipeline: an assembly has one plan and one map of actions."""


class StageUnusableError(AppUnusableError):
    """What was given as `stage` does not make an environment's stacks."""


class EnvironmentAgnosticStageError(StageUnusableError):
    """A stack does not say its account and Region: it would go to the pipeline's own account."""


class ContextLookupsError(AppUnusableError):
    """A stack asks AWS questions at synth; the pipeline's build has no answers and no rights to ask."""


class SignalsError(AppUnusableError):
    """What a team declares of its service cannot tell of it."""


class SignalUnusableError(SignalsError):
    """A metric cannot be a signal, or what is declared makes no alarm."""


class SecondSignalsError(SignalsError):
    """An environment has one ServiceSignals: its alarms are named after the service and the environment."""


class RequestsUnknownError(SignalsError):
    """A wave waits for requests, and nothing in one of its environments counts any."""


class OneBoxUnusableError(AppUnusableError):
    """A one-box, or a rolling group, cannot be deployed with the numbers that it is given."""


class TemplateTooLargeError(AppUnusableError):
    """A template is so near CloudFormation's 1 MB that the next change would not deploy."""


class PolicyFindingsError(AppUnusableError):
    """Stacks break policies of the company. The text has a line for each finding."""


class PolicyExceptionError(AppUnusableError):
    """An exception from a policy has no reason, or was declared after the pipeline was made."""


class _PlainHook:
    """An excepthook that prints a refusal as its sentence and leaves every other exception to the former
    hook.
    """

    def __init__(self) -> None:
        self._former = sys.excepthook

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, PipelinekitError):
            sys.stderr.write(f"pipelinekit: {error}\n")
        else:
            self._former(kind, error, trace)


def speak_plainly() -> None:
    """Let an uncaught refusal end the program with its sentence instead of a traceback; idempotent.

    Installed when a ServicePipeline is made, not when the library is imported: importing changes nothing.
    """
    if not isinstance(sys.excepthook, _PlainHook):
        sys.excepthook = _PlainHook()
