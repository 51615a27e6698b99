"""The domain's enumerations, published with their sentences."""

from domain import words
from graph.types.relay import word

ActionKind = word(words.ActionKind)
CheckKind = word(words.CheckKind)
CheckMode = word(words.CheckMode)
CheckRunStatus = word(words.CheckRunStatus)
CheckWhen = word(words.CheckWhen)
DeploymentStatus = word(words.DeploymentStatus)
EnvironmentKind = word(words.EnvironmentKind)
ExecutionStatus = word(words.ExecutionStatus)
OnFailure = word(words.OnFailure)
