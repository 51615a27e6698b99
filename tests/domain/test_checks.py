"""What a check may be configured with, the schema that says the same, and the verdict on a wave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.jsonschema import StandardValidator
from hypothesis import given
from hypothesis import strategies as st

from domain.checks import (
    MOST_RETRIES,
    OF_AN_ENVIRONMENT,
    SETTINGS,
    Outcome,
    configuration,
    is_for,
    is_tried_again,
    json_schema,
    problems,
    targets,
    verdict,
)
from domain.errors import Problems
from domain.words import CheckKind, CheckMode, CheckRunStatus

FULL: dict[CheckKind, dict[str, Any]] = {
    CheckKind.LAMBDA: {"functionName": "{service}-{environment}", "payload": {"orders": [1, {"in": "{region}"}]}},
    CheckKind.STATE_MACHINE: {"arn": "arn:aws:states:{region}:1:stateMachine:load", "input": {"rate": 2.5}},
    CheckKind.CODEBUILD: {"project": "suite", "environmentVariables": {"TARGET": "{environment}"}},
    CheckKind.ALARM: {"alarmName": "Errors of {service}", "pollSeconds": 30},
    CheckKind.CANARY: {"name": "checkout", "count": 5, "pollSeconds": 30},
    CheckKind.HTTP: {
        "url": "https://{environment}.example.com/health",
        "expectStatus": 204,
        "method": "POST",
        "headers": {"X-Probe": "interlock"},
        "timeoutSeconds": 5,
        "expectBody": '"status": "ok"',
    },
    CheckKind.EXTERNAL: {"instructions": "Look at the dashboard.\nThen say yes."},
    CheckKind.BAKE: {"minutes": 60},
    CheckKind.DRILL: {},
}
PLACES = [
    {"environment": "prod-eu", "account": "111111111111", "region": "eu-west-1"},
    {"environment": "prod-us", "account": "222222222222", "region": "us-east-1"},
]
JSON = st.recursive(  # without null, which this validator refuses wherever it is
    st.booleans() | st.integers(-5, 10_100) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=5,
)


def accepts(kind: CheckKind, given_: object) -> bool:
    """Whether the published schema does, as a validator reads it."""
    return not list(StandardValidator(json_schema(kind)).iter_errors(given_))


@pytest.mark.parametrize("kind", CheckKind)
def test_every_key_of_every_kind_may_be_given(kind: CheckKind) -> None:
    """What uses all the keys is kept as it is given, and the schema accepts it."""
    assert configuration(kind, FULL[kind]) == FULL[kind]
    assert FULL[kind].keys() == SETTINGS[kind].keys()
    assert accepts(kind, FULL[kind])


@pytest.mark.parametrize("kind", CheckKind)
def test_what_is_left_out_has_its_default_or_is_absent(kind: CheckKind) -> None:
    """A key that is neither required nor has a default is not written: a configuration says what was said."""
    settings = SETTINGS[kind]
    least = {name: FULL[kind][name] for name, setting in settings.items() if setting.required}
    defaults = {name: setting.default for name, setting in settings.items() if setting.default is not None}
    assert configuration(kind, least) == {**least, **defaults}
    assert configuration(kind, configuration(kind, least)) == configuration(kind, least)


@given(kind=st.sampled_from(CheckKind), data=st.data())
def test_the_schema_and_the_rule_agree(kind: CheckKind, data: st.DataObject) -> None:
    """Whatever is put in the place of a key, or added: both accept it, or neither does, but for placeholders."""
    name = data.draw(st.sampled_from([*SETTINGS[kind], "another"]))
    value = data.draw(JSON)
    given_ = {**FULL[kind], name: value} if data.draw(st.booleans()) else {name: value}
    found = list(problems(kind, given_))
    if all("placeholders" not in problem.allowed and "NUL" not in problem.allowed for problem in found):
        assert accepts(kind, given_) == (not found)


@pytest.mark.parametrize("kind", CheckKind)
def test_the_schema_tells_everything(kind: CheckKind) -> None:
    """Each key has a description and its type; a default is told; nothing else is allowed."""
    schema = json.loads(json.dumps(json_schema(kind)))
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["additionalProperties"] is False
    assert schema["properties"].keys() == SETTINGS[kind].keys()
    for name, setting in SETTINGS[kind].items():
        assert schema["properties"][name]["description"].endswith(".")
        assert schema["properties"][name].get("default") == setting.default
        assert (name in schema["required"]) is setting.required


@pytest.mark.parametrize(
    ("kind", "given_", "sentence"),
    [
        (
            CheckKind.LAMBDA,
            {},
            r"configuration.functionName must be given: a LAMBDA check needs functionName",
        ),
        (CheckKind.LAMBDA, {"functionName": ""}, "the name or ARN of a function"),
        (CheckKind.LAMBDA, {"functionName": "f\n"}, "the name or ARN of a function"),
        (
            CheckKind.LAMBDA,
            {"functionName": "f", "arn": "a"},
            r"no key 'arn' in a LAMBDA check, which takes functionName \(text\), payload \(object\)",
        ),
        (
            CheckKind.ALARM,
            {"alarmNames": "a"},
            r"no key 'alarmNames' in an ALARM check",
        ),
        (CheckKind.LAMBDA, {"functionName": "{stage}"}, r"no placeholders but \{environment\}, \{account\}"),
        (CheckKind.LAMBDA, {"functionName": "f", "payload": {"a": ["{stage}"]}}, "no placeholders but"),
        (CheckKind.LAMBDA, {"functionName": "f", "payload": {"a": "b" * 2000}}, "2000 characters of JSON"),
        (CheckKind.LAMBDA, {"functionName": "f", "payload": {"a": "\0"}}, "NUL"),
        (CheckKind.LAMBDA, {"functionName": "f", "payload": {"a": float("inf")}}, "an object of 2000 characters"),
        (CheckKind.STATE_MACHINE, {"arn": "load"}, "the ARN of a state machine"),
        (
            CheckKind.CODEBUILD,
            {"project": "p", "environmentVariables": {"CODEBUILD_X": "1"}},
            "do not begin with CODEBUILD_",
        ),
        (CheckKind.CODEBUILD, {"project": "p", "environmentVariables": {"X": 1}}, "an object of 20 texts"),
        (CheckKind.ALARM, {"alarmName": "a", "pollSeconds": True}, "a whole number from 1 to 3600"),
        (CheckKind.HTTP, {"url": "ftp://x"}, "http:// or https://"),
        (CheckKind.HTTP, {"url": "https://x", "method": "DELETE"}, "one of GET, HEAD, POST"),
        (CheckKind.HTTP, {"url": "https://x", "headers": {"X": "a\r\nb"}}, "an object of 20 texts"),
        (CheckKind.BAKE, {"minutes": 10_081}, "a whole number from 1 to 10080"),
        (CheckKind.BAKE, [], r"an object with minutes \(whole number\)"),
    ],
)
def test_what_is_wrong_is_told(kind: CheckKind, given_: object, sentence: str) -> None:
    """The key, the value, and what is allowed."""
    with pytest.raises(Problems, match=sentence):
        configuration(kind, given_)


def test_a_document_that_is_deep_is_refused() -> None:
    """Twenty levels are enough for anybody, and for every reader of it."""
    deep: Any = 1
    for _ in range(20):
        deep = {"a": deep}
    assert configuration(CheckKind.LAMBDA, {"functionName": "f", "payload": deep})
    with pytest.raises(Problems, match="20 levels"):
        configuration(CheckKind.LAMBDA, {"functionName": "f", "payload": {"a": deep}})


def test_everything_that_is_wrong_is_found() -> None:
    """Not the first problem alone."""
    given_ = {"url": 7, "expectStatus": 9, "headers": [], "more": 1}
    found = {problem.path[0] for problem in problems(CheckKind.HTTP, given_)}
    assert found == {f"configuration.{name}" for name in given_}


@pytest.mark.parametrize("kind", CheckKind)
def test_placeholders_are_filled_in_however_deep(kind: CheckKind) -> None:
    """One target for each environment where the configuration speaks of one, else one for the wave or its part."""
    found = targets(FULL[kind], "payments", "prod-1-part-2", PLACES)
    if any(f"{{{name}}}" in json.dumps(FULL[kind]) for name in OF_AN_ENVIRONMENT):
        assert [target.subject for target in found] == ["prod-eu", "prod-us"]
    else:
        assert [target.subject for target in found] == ["prod-1-part-2"]
    assert not any("{service}" in json.dumps(target.configuration) for target in found)


def test_a_value_is_filled_in_as_text() -> None:
    """What stands beside a placeholder, and other braces, stay as they are."""
    payload = {"say": '"{environment}" \\ {1} {}', "{region}": [None, 1.5, True]}
    (found, _) = targets({"functionName": "f", "payload": payload}, "payments", "w", PLACES)
    assert found.configuration["payload"] == {"say": '"prod-eu" \\ {1} {}', "eu-west-1": [None, 1.5, True]}


def test_a_check_is_for_the_services_that_its_globs_match() -> None:
    """Any of them; without globs, all."""
    assert is_for([], "payments")
    assert is_for(["orders", "pay*"], "payments")
    assert not is_for(["orders", "pay"], "payments")


@given(status=st.sampled_from(CheckRunStatus), retries=st.integers(0, MOST_RETRIES))
def test_a_no_is_not_asked_again(status: CheckRunStatus, retries: int) -> None:
    """A run without a verdict is tried again, as often as the check says; a yes, a no and a cancellation are final."""
    said = {CheckRunStatus.PASSED, CheckRunStatus.FAILED, CheckRunStatus.RUNNING, CheckRunStatus.CANCELLED}
    tries = 1
    while is_tried_again(status, tries, retries):
        tries += 1
    assert tries == (1 if status in said else 1 + retries)


def outcome(status: CheckRunStatus, subject: str = "prod-eu", **other: Any) -> Outcome:
    return Outcome("smoke", subject, **{"mode": CheckMode.BLOCKING, **other}, status=status)


@given(statuses=st.lists(st.sampled_from(CheckRunStatus)), limit=st.integers(0, 3))
def test_only_noes_within_the_limit_are_forgiven(statuses: list[CheckRunStatus], limit: int) -> None:
    """A wave passes when all that did not pass are noes, and no more than the check's limit of them."""
    found = verdict(outcome(status, str(number), failure_limit=limit) for number, status in enumerate(statuses))
    noes = statuses.count(CheckRunStatus.FAILED)
    assert found.passed == (noes + statuses.count(CheckRunStatus.PASSED) == len(statuses) and noes <= limit)
    assert found.passed == (not found.reasons)
    assert verdict(outcome(status, mode=CheckMode.SHADOW) for status in statuses).passed


def test_a_limit_is_each_check_s_own() -> None:
    """The noes of two checks are not added up."""
    one, other = (Outcome(name, "w", CheckMode.BLOCKING, CheckRunStatus.FAILED, failure_limit=1) for name in ("a", "b"))
    assert verdict([one, other]).passed


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (outcome(CheckRunStatus.RUNNING, tries=2), "smoke on prod-eu has not reported"),
        (outcome(CheckRunStatus.FAILED, cause="two orders were lost"), "smoke on prod-eu failed: two orders were lost"),
        (outcome(CheckRunStatus.ERRORED, tries=3), "smoke on prod-eu could not be carried out in 3 tries"),
        (outcome(CheckRunStatus.TIMED_OUT), "smoke on prod-eu gave no outcome in its time"),
        (
            outcome(CheckRunStatus.INCONCLUSIVE, cause="no data"),
            "smoke on prod-eu could not tell, which is never a pass: no data",
        ),
    ],
)
def test_each_reason_is_a_sentence(found: Outcome, reason: str) -> None:
    """What, where, how it stands, in how many tries, and why."""
    assert verdict([found]).reasons == [reason]


def test_too_many_noes_are_counted() -> None:
    """Where some may fail, how many did comes before each of them."""
    failed = [outcome(CheckRunStatus.FAILED, subject, failure_limit=1) for subject in ("a", "b")]
    assert verdict([*failed, outcome(CheckRunStatus.PASSED, "c")]).reasons == [
        "smoke failed on 2 of 3 targets, and 1 may fail",
        "smoke on a failed",
        "smoke on b failed",
    ]


def row(kind: CheckKind, name: str) -> str:
    """A key's row in the table of docs/checks.md, from its schema."""
    schema = SETTINGS[kind][name].schema
    allowed = {
        "integer": "{minimum} to {maximum}",
        "string": "{maxLength} characters",
        "object": "{maxProperties} texts" if "maxProperties" in schema else "{$comment}",
    }[schema["type"]]
    words = ", ".join(f"`{each}`" for each in schema["enum"]) if "enum" in schema else allowed.format(**schema)
    otherwise = "required" if SETTINGS[kind][name].required else "–"
    left_out = f"`{schema['default']}`" if "default" in schema else otherwise
    return f"| `{kind}` | `{name}` | {schema['description']} | {words} | {left_out} |"


def test_the_page_says_what_is_allowed() -> None:
    """The table of keys in docs/checks.md is what the settings make of it: paste it from here where they differ."""
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text()
    table = "\n".join(row(kind, name) for kind, settings in SETTINGS.items() for name in settings)
    assert table in page, f"\n{table}"


def test_the_page_names_every_kind() -> None:
    """Each kind, and each way in which a run can end."""
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text()
    assert [kind for kind in CheckKind if f"| `{kind}` |" not in page] == []
    assert [status for status in CheckRunStatus if status not in page] == []
