"""The rules of the safety score, as data: what each asks, its points, its source, and how it is audited.

The numbers are those of the Amazon Builders' Library. An audit says what is missing, a sentence each; nothing where the
rule is met; None where the rule has nothing to say of the service. It looks at frozen facts, and at the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from domain.safety import configured, watched
from domain.safety.audited import Facts, Missing
from domain.words import Word

SAFE = "Automating safe, hands-off deployments (Amazon Builders' Library)"
ROLLBACKS = "Ensuring rollback safety during deployments (Amazon Builders' Library)"
REFERENCE = "AWS Deployment Pipeline Reference Architecture"
OWN = "docs/safety-score.md"


class SafetyRule(Word):
    """What a service's way to production should keep to."""

    ALL_STAGES = "ALL_STAGES", "It passes every stage that there is, two of them at least before production."
    GAMMA_REGIONS = "GAMMA_REGIONS", "The last stage before production is in several Regions."
    GAMMA_LIKE_PRODUCTION = "GAMMA_LIKE_PRODUCTION", "The last stage before production is checked as production is."
    EARLY_WAVES = "EARLY_WAVES", "The first two waves of production reach one Region each."
    ONE_CELL_OF_A_REGION = "ONE_CELL_OF_A_REGION", "No wave of production has two environments of one Region."
    GROWING_WAVES = "GROWING_WAVES", "Waves of production grow: none but the last is smaller than the one before."
    FIRST_WAVE_BAKE = "FIRST_WAVE_BAKE", "The first wave of production bakes for at least 12 hours."
    LATER_WAVES_BAKE = "LATER_WAVES_BAKE", "Each later wave of production bakes for at least 2 hours."
    DATA_POINTS = "DATA_POINTS", "A wave of production has baked only with at least 100 data points."
    ONE_BOX = "ONE_BOX", "Each wave of production begins with a one-box of at most 10 % of the requests."
    ONE_BOX_BAKE = "ONE_BOX_BAKE", "Each one-box of production bakes for at least 1 hour."
    WINDOWS = "WINDOWS", "Production is entered in windows that are closed at night."
    HOLIDAYS = "HOLIDAYS", "A calendar closes the windows of production on holidays."
    ROLLBACK = "ROLLBACK", "A wave of production that fails is rolled back by itself."
    CHECKS_BEFORE = "CHECKS_BEFORE", "A blocking check guards each wave of production before it is entered."
    CHECKS_AFTER = "CHECKS_AFTER", "A blocking check follows each wave of every stage."
    CANARY_OR_ALARM = "CANARY_OR_ALARM", "A blocking canary or alarm watches each wave of gamma and production."
    DRILL = "DRILL", "Production begins only with the certificate of an upgrade-downgrade drill."
    DEPENDENCIES = "DEPENDENCIES", "The services that it depends on go wherever it goes."
    KINDS_APART = "KINDS_APART", "Its team has pipelines for several kinds of change."
    REGISTERED = "REGISTERED", "Its pipeline has registered what it deploys where."
    CURRENT = "CURRENT", "Its pipelines are built from the plan as it is, or as it was a day ago."
    HIGH_SEVERITY_ALARM = "HIGH_SEVERITY_ALARM", "A high-severity alarm watches each environment of production."
    AGGREGATE_ALARM = "AGGREGATE_ALARM", "The team's aggregate alarm is there in each environment of production."
    ONE_BOX_ALARM = "ONE_BOX_ALARM", "A one-box alarm watches each environment of production with a one-box."
    ONE_BOX_BUILT = "ONE_BOX_BUILT", "The stacks of production build the one-box that its waves ask for."
    REQUESTS_COUNTED = "REQUESTS_COUNTED", "Requests are counted in each environment of production."
    NO_EXCEPTIONS = "NO_EXCEPTIONS", "Its stacks have no exception from the company's policies."


Audit = Callable[[Facts, datetime], Missing]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. points: out of 100. ratchet: whether what was met is kept, but for a waiver.

    Without the ratchet are rules that are lost without anybody having weakened anything: by time, by an environment
    that goes, by a guard that is added elsewhere.
    """

    rule: SafetyRule
    points: int
    audit: Audit
    remedy: str
    source: str = SAFE
    ratchet: bool = True


RULES: tuple[Rule, ...] = (
    Rule(
        SafetyRule.ALL_STAGES,
        5,
        configured.all_stages,
        "Widen its placement to every stage, and mark as production the stage from which customers are served.",
        REFERENCE,
    ),
    Rule(
        SafetyRule.GAMMA_REGIONS,
        3,
        configured.gamma_regions,
        "Give the stage an environment in another Region, and place it there.",
    ),
    Rule(
        SafetyRule.GAMMA_LIKE_PRODUCTION,
        3,
        configured.gamma_like_production,
        "Give the stage before production the checks and the one-box that production has.",
        ratchet=False,
    ),
    Rule(
        SafetyRule.EARLY_WAVES,
        7,
        configured.early_waves,
        "Leave one Region in the first two waves, and move the environments of others to later waves.",
    ),
    Rule(
        SafetyRule.ONE_CELL_OF_A_REGION,
        3,
        configured.one_cell_of_a_region,
        "Move one of the two environments to a later wave.",
    ),
    Rule(
        SafetyRule.GROWING_WAVES,
        2,
        configured.growing_waves,
        "Move environments from the larger wave to the smaller one, or put the smaller one first.",
        ratchet=False,
    ),
    Rule(SafetyRule.FIRST_WAVE_BAKE, 6, configured.first_wave_bake, "Give the wave bakeMinutes of 720 or more."),
    Rule(SafetyRule.LATER_WAVES_BAKE, 4, configured.later_waves_bake, "Give the waves bakeMinutes of 120 or more."),
    Rule(SafetyRule.DATA_POINTS, 5, configured.data_points, "Give the waves minimumDataPoints of 100 or more."),
    Rule(SafetyRule.ONE_BOX, 4, configured.one_box, "Give the waves oneBoxPercent of 1 to 10."),
    Rule(SafetyRule.ONE_BOX_BAKE, 3, configured.one_box_bake, "Give the waves oneBoxBakeMinutes of 60 or more."),
    Rule(
        SafetyRule.WINDOWS,
        3,
        configured.windows,
        "Register windows for production that stay open for less than a day each.",
    ),
    Rule(
        SafetyRule.HOLIDAYS,
        2,
        configured.holidays,
        "Register a calendar with the country's holidays, and name it in the windows.",
    ),
    Rule(SafetyRule.ROLLBACK, 7, configured.rollback, "Give the stage onFailure ROLLBACK.", ROLLBACKS),
    Rule(
        SafetyRule.CHECKS_BEFORE,
        3,
        configured.checks_before,
        "Register a blocking check with when BEFORE for production.",
    ),
    Rule(
        SafetyRule.CHECKS_AFTER, 5, configured.checks_after, "Register a blocking check with when AFTER for each stage."
    ),
    Rule(
        SafetyRule.CANARY_OR_ALARM,
        3,
        configured.canary_or_alarm,
        "Register a blocking check of kind CANARY or ALARM after the waves of gamma and production.",
    ),
    Rule(
        SafetyRule.DRILL,
        3,
        configured.drill,
        "Let the first wave of production demand the drill's certificate.",
        ROLLBACKS,
    ),
    Rule(
        SafetyRule.DEPENDENCIES,
        2,
        configured.dependencies,
        "Place the services that it depends on there, or take them out of dependsOn.",
        REFERENCE,
        ratchet=False,
    ),
    Rule(
        SafetyRule.KINDS_APART,
        1,
        configured.kinds_apart,
        "Give infrastructure, configuration or patching a service with its changeKind and a pipeline of its own.",
        ratchet=False,
    ),
    Rule(
        SafetyRule.REGISTERED,
        2,
        watched.registered,
        "Deploy its pipeline's stack: pipelinekit registers it.",
        OWN,
        ratchet=False,
    ),
    Rule(
        SafetyRule.CURRENT,
        2,
        watched.current,
        "Push a commit, or start the pipeline: it builds itself anew.",
        OWN,
        ratchet=False,
    ),
    Rule(
        SafetyRule.HIGH_SEVERITY_ALARM,
        6,
        watched.high_severity_alarm,
        "Declare the service's signals in its stage with pipelinekit: the alarms come with them.",
    ),
    Rule(SafetyRule.AGGREGATE_ALARM, 4, watched.aggregate_alarm, "Add the aggregate alarm to the stage's signals."),
    Rule(SafetyRule.ONE_BOX_ALARM, 3, watched.one_box_alarm, "Add the one-box alarm to the stage's signals."),
    Rule(SafetyRule.ONE_BOX_BUILT, 3, watched.one_box_built, "Deploy with pipelinekit's one-box constructs."),
    Rule(
        SafetyRule.REQUESTS_COUNTED,
        4,
        watched.requests_counted,
        "Declare a metric of kind REQUESTS in the stage's signals.",
    ),
    Rule(
        SafetyRule.NO_EXCEPTIONS, 2, watched.no_exceptions, "Mend what the exceptions excuse, and take them out.", OWN
    ),
)
"""Every rule, in the order in which it is shown; 100 points together."""

RULE: dict[SafetyRule, Rule] = {each.rule: each for each in RULES}
