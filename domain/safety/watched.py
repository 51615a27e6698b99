"""What the safety score asks of pipelines: that they are registered and current, and what their stacks declare."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from domain.safety.audited import Facts, Missing, Signals
from domain.words import AlarmRole, SignalKind

STALE_FOR = timedelta(days=1)
"""A pipeline whose plan has changed has a day to be built anew."""
NOTHING = Signals()
UNDECLARED = "its map says nothing of signals"


def registered(facts: Facts, at: datetime) -> Missing:
    """It is placed somewhere, and a pipeline deploys it there."""
    if not facts.stages:
        return None
    return [] if facts.live else ["no pipeline has registered that it deploys it"]


def current(facts: Facts, at: datetime) -> Missing:
    """None of the pipelines has been stale for longer than a day."""
    since = [(each.name, each.stale_at) for each in facts.live if each.stale_at is not None]
    stale = [f"{name} is stale since {when:%Y-%m-%d %H:%M} UTC" for name, when in since if at - when > STALE_FOR]
    return stale if facts.live else None


def high_severity_alarm(facts: Facts, at: datetime) -> Missing:
    """Each environment of production has one."""
    return _everywhere(facts, lambda there: AlarmRole.HIGH_SEVERITY in there.roles, "no high-severity alarm")


def aggregate_alarm(facts: Facts, at: datetime) -> Missing:
    """Each environment of production has one."""
    return _everywhere(facts, lambda there: AlarmRole.AGGREGATE in there.roles, "no aggregate alarm")


def requests_counted(facts: Facts, at: datetime) -> Missing:
    """Each environment of production has a metric of its requests."""
    return _everywhere(facts, lambda there: SignalKind.REQUESTS in there.metrics, "no metric of requests")


def one_box_alarm(facts: Facts, at: datetime) -> Missing:
    """Each environment of production in whose wave a one-box is asked for has one."""
    return _everywhere(facts, lambda there: AlarmRole.ONE_BOX in there.roles, "no one-box alarm", boxed=True)


def one_box_built(facts: Facts, at: datetime) -> Missing:
    """Each environment of production in whose wave a one-box is asked for builds it."""
    return _everywhere(facts, lambda there: there.one_box, "no one-box", boxed=True)


def no_exceptions(facts: Facts, at: datetime) -> Missing:
    """The maps say that there is none; a map that says nothing of exceptions is not audited."""
    known = [(each.name, each.exceptions) for each in facts.live if each.exceptions is not None]
    return [f"{name} has {count} of them" for name, count in known if count] if known else None


def _everywhere(facts: Facts, there: Callable[[Signals], bool], what: str, *, boxed: bool = False) -> Missing:
    """Where something is missing, in environments of production that a registered map deploys to.

    An environment that the pipeline does not deploy to yet is not asked for. boxed: in waves with a one-box alone.
    """
    waves = [wave for wave in facts.production_waves if wave.one_box_percent or not boxed]
    names = [each.name for wave in waves for each in wave.environments]
    missing, said, asked = list[str](), False, False
    for pipeline in facts.live:
        there_are = pipeline.environments.intersection(names)
        asked = asked or bool(there_are)
        said = said or bool(there_are and pipeline.signals is not None)
        signals = pipeline.signals or {}
        missing += [f"{name}: {what}" for name in names if name in there_are and not there(signals.get(name, NOTHING))]
    if not asked:
        return None
    return missing if said else [UNDECLARED]
