"""What a change would do, and what differs between two times."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from domain.configuration.changing import Entry
from domain.configuration.fields import fields_of, plain
from domain.configuration.impact import PipelineImpact as Impact
from domain.configuration.warnings import Caution
from domain.explanations import Explanation
from domain.limits import Exceeded
from domain.safety.score import Lowered
from domain.safety.score_rules import SafetyRule
from domain.waves import WaveProposal
from domain.words import OperationKind
from graph.types.errors import Error, published
from models.changes import fields
from resolvers.differences import PlanDifference as Difference
from resolvers.previewing import Preview


@strawberry.input(description="A time of the configuration.", one_of=True)
class AsOf:
    change: int | None = strawberry.field(default=strawberry.UNSET, description="After the change of this number.")
    time: datetime | None = strawberry.field(default=strawberry.UNSET, description="At this time.")
    event: str | None = strawberry.field(default=strawberry.UNSET, description="At the event with this cursor.")


@strawberry.type(description="One field of an entity that differs.")
class FieldChange:
    field: str
    before: JSON | None
    after: JSON | None


@strawberry.type(description="What a change would do to one entity.")
class EntryPreview:
    operation: OperationKind
    kind: str
    name: str
    before: JSON | None = strawberry.field(description="Its fields; null where it is not there.")
    after: JSON | None = strawberry.field(description="Its fields; null where it would not be there.")
    fields: list[FieldChange] = strawberry.field(description="The fields that differ.")


@strawberry.type(description="An environment that changes waves.")
class MovedEnvironment:
    environment: str
    before: str = strawberry.field(description="The wave, as the plan names it.")
    after: str


@strawberry.type(description="A limit of CodePipeline or CloudFormation that a pipeline would be beyond.")
class ExceededLimit:
    limit: str
    count: int
    most: int
    remedy: str


@strawberry.type(description="What becomes of one service's pipeline.")
class PipelineImpact:
    service: str
    before_digest: str | None = strawberry.field(description="The plan's; null where there is none.")
    after_digest: str | None
    added: list[str] = strawberry.field(description="Environments that it gains.")
    removed: list[str] = strawberry.field(description="Environments that it loses: what runs there stays as it is.")
    moved: list[MovedEnvironment]
    settings: list[str] = strawberry.field(description="What else of the plan differs: `waves.prod-1.bakeMinutes`.")
    exceeds: list[ExceededLimit] = strawberry.field(description="With these, the pipeline cannot be made.")
    pipelines: int = strawberry.field(description="How many pipelines its waves would take; more than 1: split it.")
    loses_native_rollback: bool = strawberry.field(
        description="The structure changes: CodePipeline can roll no stage back to an execution from before that."
    )
    minutes_before: int | None = strawberry.field(
        description="From a commit until the last wave has passed, at the least; null where that is never."
    )
    minutes_after: int | None


@strawberry.type(name="Warning", description="What is allowed, and nobody is likely to want.")
class ChangeWarning:
    code: str
    message: str
    path: list[str] = strawberry.field(description="Whom it is about: the kind and the name.")
    remedy: str


@strawberry.type(description="A rule of the safety score that a service would no longer keep.")
class LoweredRule:
    service: str
    rule: SafetyRule
    missing: str = strawberry.field(description="What would be missing.")
    remedy: str = strawberry.field(description="What to do about that.")
    waiver: str | None = strawberry.field(description="The name of the waiver that allows it; null for none.")


@strawberry.type(description="What a change would do. Nothing was changed.")
class ChangePreview:
    base_change: int = strawberry.field(description="The change that it was drafted from: give it as expectedChange.")
    entries: list[EntryPreview]
    pipelines: list[PipelineImpact] = strawberry.field(description="The pipelines whose plan would be another.")
    warnings: list[ChangeWarning]
    lowered: list[LoweredRule] = strawberry.field(
        description="Rules of the safety score that services would lose: refused, unless each has a waiver, or the "
        "organisation's safetyRatchet is off."
    )
    errors: list[Error] = strawberry.field(description="Why the change would be refused; else empty.")


@strawberry.type(description="A service's plan at two times.")
class PlanDiff:
    service: str
    from_change: int
    to_change: int
    impact: PipelineImpact | None = strawberry.field(description="What differs; null where nothing does.")


@strawberry.type(description="The configuration as it is, or was at some time.")
class Configuration:
    change: int = strawberry.field(description="The number of the last change by then; 0 before the first.")
    time: datetime | None = strawberry.field(description="When that was made.")
    document: JSON = strawberry.field(description="All of it, as a file holds it.")


@strawberry.type(description="What one term of a placement says of an environment.")
class PlacementTerm:
    term: str
    excludes: bool
    matches: bool
    failing: str | None = strawberry.field(description="The criterion that does not hold.")
    actual: str | None = strawberry.field(description="What the environment has instead.")


@strawberry.type(description="Why a service is, or is not, placed in an environment.")
class PlacementExplanation:
    placed: bool
    sentence: str
    terms: list[PlacementTerm]


@strawberry.type(description="Where a placement would reach.")
class PlacementPreview:
    environments: list[str]
    unmatched: list[str] = strawberry.field(description="Terms that match no environment.")


@strawberry.type(description="A wave as it might be.")
class SuggestedWave:
    position: int
    bake_minutes: int
    regions: list[str]
    environments: list[str]


def preview(found: Preview) -> ChangePreview:
    """The use-case's value as the graph shows it."""
    return ChangePreview(
        base_change=found.base,
        entries=[_entry(each) for each in found.entries],
        pipelines=[impact(each) for each in found.pipelines],
        warnings=[_warning(each) for each in found.cautions],
        lowered=[_lowered(each) for each in found.lowered],
        errors=[published(each) for each in found.problems],
    )


def _entry(entry: Entry) -> EntryPreview:
    entity = entry.after if entry.after is not None else entry.before
    both = [
        (each.public, _value(entry.before, each.name), _value(entry.after, each.name))
        for each in fields_of(type(entity)).values()
    ]
    return EntryPreview(
        operation=entry.operation,
        kind=entry.kind.value,
        name=entry.key,
        before=_json(fields(entry.before)),
        after=_json(fields(entry.after)),
        fields=[FieldChange(field=name, before=before, after=after) for name, before, after in both if before != after],
    )


def _json(value: Any) -> Any:
    """What Strawberry's scalar of that name is annotated as, and what it takes, differ."""
    return value


def _value(entity: Any, name: str) -> Any:
    return None if entity is None else plain(getattr(entity, name))


def impact(found: Impact) -> PipelineImpact:
    """The domain's value as the graph shows it."""
    return PipelineImpact(
        service=found.service,
        before_digest=found.before.digest if found.before else None,
        after_digest=found.after.digest if found.after else None,
        added=list(found.added),
        removed=list(found.removed),
        moved=[
            MovedEnvironment(environment=each.environment, before=each.before, after=each.after) for each in found.moved
        ],
        settings=list(found.settings),
        exceeds=[_exceeded(each) for each in found.exceeds],
        pipelines=found.pipelines,
        loses_native_rollback=found.loses_native_rollback,
        minutes_before=found.minutes_before,
        minutes_after=found.minutes_after,
    )


def _exceeded(each: Exceeded) -> ExceededLimit:
    return ExceededLimit(limit=each.limit.value, count=each.count, most=each.most, remedy=each.remedy)


def _warning(each: Caution) -> ChangeWarning:
    return ChangeWarning(code=each.code, message=each.message, path=[each.kind.value, each.key], remedy=each.remedy)


def _lowered(each: Lowered) -> LoweredRule:
    return LoweredRule(
        service=each.service,
        rule=each.rule,
        missing=each.missing,
        remedy=each.remedy,
        waiver=each.waiver.name if each.waiver else None,
    )


def difference(found: Difference) -> PlanDiff:
    """The use-case's value as the graph shows it."""
    return PlanDiff(
        service=found.service,
        from_change=found.from_change,
        to_change=found.to_change,
        impact=impact(found.impact) if found.impact else None,
    )


def explained(found: Explanation) -> PlacementExplanation:
    """The domain's value as the graph shows it."""
    terms = [
        PlacementTerm(
            term=each.term, excludes=each.excludes, matches=each.matches, failing=each.failing, actual=each.actual
        )
        for each in found.terms
    ]
    return PlacementExplanation(placed=found.placed, sentence=found.sentence, terms=terms)


def suggested(found: WaveProposal) -> SuggestedWave:
    """The domain's value as the graph shows it."""
    return SuggestedWave(
        position=found.number,
        bake_minutes=found.bake_minutes,
        regions=list(found.regions),
        environments=[each.name for each in found.targets],
    )
