"""The domain's enumerations, published with their sentences."""

from domain import words
from graph.types.relay import word

ActionKind = word(words.ActionKind)
ChangeKind = word(words.ChangeKind)
Channel = word(words.Channel)
CheckKind = word(words.CheckKind)
CheckMode = word(words.CheckMode)
CheckRunStatus = word(words.CheckRunStatus)
CheckWhen = word(words.CheckWhen)
DeploymentStatus = word(words.DeploymentStatus)
EnvironmentKind = word(words.EnvironmentKind)
ExecutionStatus = word(words.ExecutionStatus)
FreezeScope = word(words.FreezeScope)
HoldKind = word(words.HoldKind)
NotificationStatus = word(words.NotificationStatus)
OnFailure = word(words.OnFailure)
OperationKind = word(words.OperationKind)
PolicyKind = word(words.PolicyKind)
PolicyMode = word(words.PolicyMode)
