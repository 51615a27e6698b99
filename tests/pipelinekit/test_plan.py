"""The plan: read from the contract's JSON, refused when it is none, written back the same."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelinekit.plan import Plan, Policy, Window
from pipelinekit.refusals import LibraryTooOldError, PlanUnusableError
from tests.pipelinekit import plans


@given(count=st.integers(1, 40), in_a_wave=st.integers(1, 12))
def test_a_plan_is_written_as_it_was_read(count: int, in_a_wave: int) -> None:
    """from_json and to_json are inverses, and the canonical text is a fixed point."""
    value = plans.of_size(count, in_a_wave=in_a_wave)
    plan = Plan.from_json(value)
    assert plan.to_json() == value
    assert Plan.from_json(json.loads(plan.canonical())).canonical() == plan.canonical()


def test_key_order_does_not_matter() -> None:
    """The same plan with its keys in another order has the same canonical bytes."""
    value = plans.small()
    turned = json.loads(json.dumps(value), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert list(turned) != list(value)
    assert Plan.from_json(turned).canonical() == Plan.from_json(value).canonical()


def test_unknown_fields_are_left_out() -> None:
    """A service may say more than this library knows; contract 1 only grows."""
    value = plans.small()
    assert Plan.from_json({**value, "moon": {"phase": "full"}}) == Plan.from_json(value)


def test_the_fields_of_today_are_typed() -> None:
    """Parts of waves, windows in each Region's own time, retries and limits of checks, and policies."""
    value = plans.in_parts()
    value["stages"][0]["waves"][0]["checks"][0] |= {"retries": 2, "failureLimit": 1}
    value["stages"][0]["waves"][0] |= {"oneBoxPercent": 10, "oneBoxBakeMinutes": 60}
    plan = Plan.from_json(value)
    first, second, last = plan.stages[0].waves
    assert [(wave.name, wave.wave) for wave in (first, second, last)] == [
        ("prod-1-part-1", "prod-1"),
        ("prod-1-part-2", "prod-1"),
        ("prod-2", "prod-2"),
    ]
    assert (first.one_box_percent, first.one_box_bake_minutes) == (10, 60)
    assert (first.checks[0].retries, first.checks[0].failure_limit) == (2, 1)
    assert first.windows[0] == Window("office", "0 9 * * 1-5", None, 480)
    assert plan.policies == (Policy("tags", "REQUIRED_TAGS", "SHADOW", {"tags": {"owner": "*"}}),)
    assert plan.to_json() == value


def test_a_plan_of_before_is_read() -> None:
    """What a service of 0.1.0 did not tell has its default: no wave is cut, nothing is retried or forgiven."""
    value = plans.small()
    value["stages"][0]["waves"][0]["windows"] = [{"name": "", "cron": "0 9 * * *", "timeZone": "UTC", "minutes": 60}]
    old = plans.of_before(value)
    assert old != value
    assert Plan.from_json(old) == Plan.from_json(value)


def test_a_newer_contract_needs_a_newer_library() -> None:
    """A contract above the known one is refused before anything else is read."""
    with pytest.raises(LibraryTooOldError, match=r"contract 2 and this pipelinekit reads up to 1: upgrade pipelinekit"):
        Plan.from_json({"contract": 2})


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (("digest",), None, "plan.digest must be a text, not null"),
        (("service",), "", 'plan.service must be a text, not ""'),
        (("connectionArn",), "conn", 'plan.connectionArn must be an ARN, not "conn"'),
        (("hub",), [], r"plan.hub must be an object, not \[\]"),
        (("stages",), {}, "plan.stages must be a list"),
        (("stages", 0, "production"), 1, r"plan.stages\[0\].production must be true or false, not 1"),
        (
            ("stages", 0, "waves", 0, "bakeMinutes"),
            -1,
            r"plan.stages\[0\].waves\[0\].bakeMinutes must be a whole number",
        ),
        (("stages", 0, "waves", 0, "bakeMinutes"), True, "must be a whole number"),
        (
            ("stages", 0, "waves", 0, "oneBoxPercent"),
            None,
            "oneBoxPercent must be a whole number, zero or more, not null",
        ),
        (("stages", 0, "waves", 0, "wave"), 7, "wave must be a text, not 7"),
        (("policies",), None, "plan.policies must be a list, not null"),
        (("stages", 0, "waves", 0, "environments", 0, "region"), 7, r"environments\[0\].region must be a text, not 7"),
        (("stages", 0, "waves", 0, "checks", 0, "configuration"), "x", "configuration must be an object"),
    ],
)
def test_what_is_wrong_is_named(path: tuple[Any, ...], value: object, sentence: str) -> None:
    """A malformed plan is refused with the field's path, the value given, and what is allowed."""
    broken: Any = copy.deepcopy(plans.small())
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(PlanUnusableError, match=sentence):
        Plan.from_json(broken)


@pytest.mark.parametrize("value", [None, [], "plan", 3])
def test_what_is_no_object_is_no_plan(value: object) -> None:
    """Anything but an object is refused as such."""
    with pytest.raises(PlanUnusableError, match="plan must be an object"):
        Plan.from_json(value)
