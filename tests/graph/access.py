"""Who is let ask what: every root field of the graph, with the reason. A new one is not there, and fails the walk."""

from __future__ import annotations

PEOPLE = "VIEWER DEVELOPER OPERATOR ADMIN"
KNOWN = f"{PEOPLE} PIPELINE"
MOVERS = "DEVELOPER OPERATOR ADMIN"
OPERATORS = "OPERATOR ADMIN"
ADMINS = "ADMIN"
PIPELINES = "ADMIN PIPELINE"

_READ = {
    "what there is, and where it goes: whoever is let in reads the fleet": (
        "account accounts calendar calendars check checks configuration configurationSchema environment environments "
        "freeze freezes hold holds notificationRoute notificationRoutes organisation policies policy region regions "
        "service services stage stages team teams wave waves window windows"
    ),
    "what happened: whoever is let in reads the history": (
        "alarm alarms change changes deployment deployments event events execution executions failures fingerprint "
        "fingerprints incident incidents logBeginning logHead notifications pipeline pipelines setAside work"
    ),
    "who may do what, and who let what pass: whoever is let in sees whom to ask": (
        "apiTokens grant grants override overrides waiver waivers viewer"
    ),
    "worked out from what anybody may read": (
        "actionEffect checkStatistics clock dora fleet health node nodes overrideEffect placement plan planDiff "
        "previewChange previewPlacement safety suggestWaves whereabouts why"
    ),
}
QUERIES: dict[str, tuple[str, str]] = {
    name: (KNOWN, reason) for reason, names in _READ.items() for name in names.split()
}
"""The roles that may ask, and why."""
_WATCHED = (KNOWN, "the history as it is made: whoever reads it may watch it")
SUBSCRIPTIONS: dict[str, tuple[str, str]] = dict.fromkeys(("events", "pipelineChanged", "deploymentChanged"), _WATCHED)
_KINDS = "Account Calendar Check Environment NotificationRoute Policy Service Stage Team Wave Window"
_CHANGED = {
    (MOVERS, "a team moves and stops what it deploys, and takes it back"): (
        "startPipeline stopExecution retryStage rollBackStage registerHold updateHold archiveHold"
    ),
    (MOVERS, "a team says what goes wrong, and what it changes by hand"): (
        "declareIncident linkIncident resolveIncident reopenIncident recordManualChange"
    ),
    (MOVERS, "a team tries things where customers are not"): (
        "createTestEnvironment extendTestEnvironment deleteTestEnvironment"
    ),
    (OPERATORS, "it decides for everybody"): (
        "approveAction registerFreeze updateFreeze archiveFreeze grantOverride revokeOverride grantWaiver revokeWaiver"
    ),
    (OPERATORS, "it looks after the service"): "testNotificationRoute replaySetAside dismissSetAside setClock",
    (OPERATORS, "a token may no more than its maker"): "createApiToken revokeApiToken revokeSessions",
    (ADMINS, "the configuration is one, and everybody's"): " ".join(
        [
            "configureOrganisation updateRegion revertChange",
            *(f"{verb}{kind}" for verb in ("register", "update", "archive") for kind in _KINDS.split()),
        ]
    ),
    (ADMINS, "who grants may everything"): "registerGrant updateGrant archiveGrant",
    (ADMINS, "nothing was asked for: it is taken for the whole configuration"): "applyChange",
    (PIPELINES, "a pipeline says what it does, and asks about its own way"): (
        "registerPipeline reportEvents reportExecution enterWave observeBake startCheckRuns finishCheckRun "
        "concludeWave planRollback reportRollback planDrill"
    ),
}
MUTATIONS: dict[str, tuple[str, str]] = {
    name: (roles, reason) for (roles, reason), names in _CHANGED.items() for name in names.split()
}
