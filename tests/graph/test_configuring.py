"""Changes and previews over the graph: strange input, and failures that are always part of the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from graphql import GraphQLError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from domain.configuration.configuration import key_field
from domain.configuration.entities import CLASSES
from domain.configuration.fields import fields_of
from domain.configuration.kinds import Kind
from domain.events import EventType
from domain.words import OperationKind
from graph.mutations.inputs import INPUTS, MEMBERS, verbs
from models.event_log import Cursor, EventFilter
from tests.configurations import keys_of
from tests.graph.conftest import Graph

ERRORS = "errors { __typename code message path remedy ... on Conflict { changes } ... on InUse { usedBy } }"
APPLY = f"mutation ($input: ChangeInput!) {{ applyChange(input: $input) {{ change {{ number reverts }} {ERRORS} }} }}"
PREVIEW = f"""query ($input: ChangeInput!) {{ previewChange(input: $input) {{ baseChange {ERRORS}
  entries {{ operation kind name before after fields {{ field before after }} }}
  pipelines {{ service added removed settings }} warnings {{ code message path remedy }} }} }}"""
SOME = settings(
    max_examples=60,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.sampled_from(("\0", "a", "eu-west-1", "*"))
_numbers = st.integers() | st.sampled_from((2**31, 2**63, -(2**63), 2**64, 10**400)) | st.floats()
ANYTHING = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_texts, inner, max_size=2),
    max_leaves=5,
)
_SECTIONS = ("organisation", "accounts", "regions", "calendars", "teams", "stages", "services", "checks", "windows",
             "freezes", "holds", "notificationRoutes", "policies")  # fmt: skip
_PUBLIC = {kind: [each.public for each in fields_of(CLASSES[kind]).values()] for kind in Kind}


def nested(depth: int) -> Any:
    """A list in a list in a list."""
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


@st.composite
def documents(draw: Any) -> Any:
    """A document whose sections and fields there are, with anything for values."""
    found: dict[str, Any] = {}
    for section in draw(st.lists(st.sampled_from(_SECTIONS), unique=True, max_size=3)):
        fields = st.sampled_from(sorted({name for names in _PUBLIC.values() for name in names} | {"waves"}))
        entity = st.dictionaries(fields, ANYTHING | st.sampled_from(("a", "1" * 12)), max_size=5)
        found[section] = draw(st.lists(entity, max_size=2) | entity | ANYTHING)
    return draw(st.one_of(st.just(found), ANYTHING))


async def answer(graph: Graph, asking: str, /, **given: Any) -> Any:
    """The root field's answer; None where GraphQL itself refuses, as a value of another type. Nothing else fails."""
    result = await graph.result(asking, input=given)
    for error in result.errors or []:
        assert error.original_error is None or isinstance(error.original_error, GraphQLError), error
        assert (error.extensions or {}).get("code") in (None, "INVALID_VARIABLES"), error
    return next(iter(orjson.loads(orjson.dumps(result.data)).values())) if result.data else None


async def both(graph: Graph, /, **given: Any) -> list[dict[str, Any]]:
    """The errors of the preview, which are those of the change."""
    previewed = await answer(graph, PREVIEW, **given)
    applied = await answer(graph, APPLY, **given)
    if previewed is None or applied is None:
        assert previewed is applied
        return []
    told = [(each["code"], each["message"], each["path"]) for each in previewed["errors"]]
    assert told == [(each["code"], each["message"], each["path"]) for each in applied["errors"]]
    assert all(each["code"] and each["message"] and each["remedy"] for each in applied["errors"])
    errors: list[dict[str, Any]] = applied["errors"]
    return errors


_ACCOUNT = {"awsId": "1" * 12, "name": "a"}
_TIMES = {"startsAt": "0001-01-01T00:00:00+14:00", "endsAt": "9999-12-31T00:00:00-14:00"}
_CHECK = {"name": "a", "kind": "LAMBDA", "stage": "a"}
STRANGE: tuple[Any, ...] = (
    5,
    nested(900),
    {"accounts": nested(900)},
    {"teams": [{"name": nested(900)}]},
    {"accounts": [{**_ACCOUNT, "tags": {"a": nested(900)}}]},
    {"accounts": [{**_ACCOUNT, "organizationalUnit": "\0"}]},
    {"accounts": [{**_ACCOUNT, "tags": {"\0": "x"}}]},
    {"accounts": [{**_ACCOUNT, "name": 10**5000}]},
    {"policies": [{"name": "a", "kind": [nested(900)]}]},
    {"freezes": [{"name": "a", "scope": "ORGANISATION", "reason": "x", **_TIMES}]},
    {"checks": [{**_CHECK, "configuration": {"functionName": "x", "payload": {"a": 10**400, "b": 1e300}}}]},
    {"checks": [{**_CHECK, "configuration": {"functionName": "x", "payload": nested(900)}}]},
)


@pytest.mark.parametrize("number", range(len(STRANGE)))
async def test_a_strange_document_is_refused(graph: Graph, number: int) -> None:
    """Too deep, too large, or what no database keeps: told in the answer, whatever else is asked."""
    for prune in (True, False):
        assert await both(graph, document=STRANGE[number], prune=prune)
    await answer(graph, APPLY, operations=[{"registerTeam": {"name": "ours"}}], idempotencyKey="k")
    payload = await answer(graph, APPLY, document=STRANGE[number], idempotencyKey="k")
    assert [each["code"] for each in payload["errors"]] == ["IDEMPOTENCY_KEY_REUSED"]


@SOME
@given(documents(), st.booleans())
async def test_no_document_is_an_unexpected_failure(graph: Graph, document: Any, prune: bool) -> None:
    """Whatever JSON it is: applied, or refused with a code, a message and a remedy; the preview says the same."""
    await both(graph, document=document, prune=prune)


@st.composite
def members(draw: Any) -> Any:
    """An operation whose fields there are, each of its type or anything at all."""
    name = draw(st.sampled_from(sorted(MEMBERS)))
    verb, kind = MEMBERS[name]
    key = key_field(kind)
    given = {key.public: draw(st.sampled_from(keys_of(kind)) | _texts)} if key else {}
    if verb is not OperationKind.ARCHIVE:
        chosen = draw(st.sets(st.sampled_from(_PUBLIC[kind]), max_size=5))
        if verb is OperationKind.REGISTER:
            chosen |= {each.public for each in fields_of(CLASSES[kind]).values() if each.required}
        given |= {field: draw(_fitting(kind, field)) for field in sorted(chosen - given.keys())}
    if verb is not OperationKind.REGISTER and draw(st.booleans()):
        given["expectedVersion"] = draw(st.sampled_from((1, 0, -1, 2**31 - 1)))
    first, *rest = name.split("_")
    return {first + "".join(word.capitalize() for word in rest): given}


def _fitting(kind: Kind, public: str) -> st.SearchStrategy[Any]:
    """Values that GraphQL lets through for a field, and some that it does not."""
    found = next(each for each in fields_of(CLASSES[kind]).values() if each.public == public)
    by_type: dict[Any, st.SearchStrategy[Any]] = {
        str: _texts,
        int: st.integers(-(2**31), 2**31 - 1),
        bool: st.booleans(),
        tuple[str, ...]: st.lists(_texts, max_size=2),
        datetime: st.sampled_from(("2027-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2027-01-01T00:00:00")),
    }
    of_type = by_type.get(found.type, st.dictionaries(_texts, ANYTHING, max_size=2) | ANYTHING)
    words = (
        list(found.type)
        if isinstance(found.type, type) and issubclass(found.type, str) and found.type is not str
        else []
    )
    return st.sampled_from(words).map(str) if words else of_type | st.none()


@SOME
@given(st.lists(members(), max_size=4))
async def test_no_operation_is_an_unexpected_failure(graph: Graph, operations: list[Any]) -> None:
    """Whatever its fields have: what GraphQL lets through is made, or refused with its place."""
    for error in await both(graph, operations=operations):
        assert error["path"][0] == "operations", error


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, ["operations"]),
        ({"operations": [], "revert": 1}, ["operations"]),
        ({"document": {}, "revert": 1}, ["operations"]),
        ({"revert": 1}, ["revert"]),
        ({"revert": -(2**31)}, ["revert"]),
        (
            {"operations": [{"registerTeam": {"name": "a", "reason": "x"}}]},
            ["operations", "0", "registerTeam", "reason"],
        ),
        (
            {"operations": [{"archiveTeam": {"name": "a", "idempotencyKey": "x"}}]},
            ["operations", "0", "archiveTeam", "idempotencyKey"],
        ),
        ({"operations": [{"registerTeam": {"name": "a"}}] * 5001}, ["operations"]),
        ({"operations": [{"registerTeam": {"name": "a"}}], "expectedChange": 7}, ["expectedChange"]),
        ({"operations": [{"registerTeam": {"name": "a"}}] * 2}, ["operations", "1", "registerTeam", "name"]),
    ],
)
async def test_what_is_asked_for_badly_is_told(graph: Graph, given: dict[str, Any], path: list[str]) -> None:
    """Each in the answer of both, with where it is."""
    errors = await both(graph, **given)
    assert [each["path"] for each in errors] == [path]


@pytest.mark.parametrize("given", [{"reason": "\0"}, {"idempotencyKey": "\0"}, {"idempotencyKey": ""}])
async def test_words_that_cannot_be_kept_are_refused(graph: Graph, given: dict[str, Any]) -> None:
    """A mutation's reason and key, whatever else it says."""
    payload = await answer(graph, APPLY, operations=[{"registerTeam": {"name": "ours"}}], **given)
    assert [each["path"] for each in payload["errors"]] == [list(given)]


async def test_a_name_may_be_of_any_length_in_an_error(graph: Graph) -> None:
    """What was given is repeated no longer than it is read."""
    (error,) = await both(graph, document={"teams": [{"name": "x" * 100_000}]})
    assert len(error["message"]) < 1000


async def test_an_omitted_field_stays_and_null_clears_it(fleet: Graph) -> None:
    """A field that must have a value goes back to its default."""
    document = """mutation ($input: UpdateServiceInput!) { updateService(input: $input) {
      service { branch waveSize tier version } change { number } errors { message } } }"""
    for said, expected in (
        ({"tier": 2, "waveSize": 3, "branch": "release"}, {"tier": 2, "waveSize": 3, "branch": "release"}),
        ({"tier": None}, {"tier": None, "waveSize": 3, "branch": "release"}),
        ({"branch": None}, {"tier": None, "waveSize": 3, "branch": "main"}),
    ):
        found = (await fleet(document, input={"name": "payments", **said}))["updateService"]
        assert not found["errors"]
        assert found["service"].items() >= expected.items()
    assert found["service"]["version"] == 4


async def test_the_configuration_of_before(fleet: Graph) -> None:
    """As of a change, of a time, and of an event: the same document."""
    ask = "query ($asOf: AsOf) { configuration(asOf: $asOf) { change time document } }"
    before = (await fleet(ask))["configuration"]
    cursor = (await fleet.newest_event("cursor"))["cursor"]
    now = datetime.now(UTC).isoformat()
    payload = await answer(fleet, APPLY, operations=[{"updateWave": {"name": "prod-1", "bakeMinutes": 7}}])
    assert payload["change"]["number"] == before["change"] + 1
    for as_of in ({"change": before["change"]}, {"event": cursor}, {"time": now}):
        assert (await fleet(ask, asOf=as_of))["configuration"] == before
    after = (await fleet(ask))["configuration"]
    assert after["document"] != before["document"]
    for wrong in ({"change": 10_000}, {"change": -1}, {"event": "nonsense"}, {"time": "2027-01-01T00:00:00"}):
        result = await fleet.result(ask, asOf=wrong)
        assert [error.extensions["code"] for error in result.errors] == ["INVALID_VALUE"]


async def test_a_change_is_taken_back_by_its_number(fleet: Graph) -> None:
    """`revertChange`, and the history that says so."""
    payload = await answer(fleet, APPLY, operations=[{"updateWave": {"name": "prod-1", "bakeMinutes": 7}}])
    revert = (
        f"mutation ($input: RevertChangeInput!) {{ revertChange(input: $input) {{ change {{ reverts }} {ERRORS} }} }}"
    )
    number = payload["change"]["number"]
    assert await answer(fleet, revert, change=number) == {"change": {"reverts": number}, "errors": []}
    (error,) = (await answer(fleet, revert, change=number))["errors"]
    assert (error["__typename"], error["code"]) == ("Conflict", "CONFLICT")
    assert error["changes"]


async def test_what_is_in_use_is_told_with_its_users(fleet: Graph) -> None:
    """As a list, for programs."""
    errors = await both(fleet, operations=[{"archiveWave": {"name": "prod-1"}}])
    assert [(each["__typename"], each["usedBy"]) for each in errors] == [("InUse", ["environment prod-eu"])]


def test_every_kind_has_its_mutations() -> None:
    """Registered, updated and archived; Regions are updated alone, and the organisation is configured."""
    assert {kind: verbs(kind) for kind in (Kind.REGION, Kind.ORGANISATION)} == {
        Kind.REGION: (OperationKind.UPDATE,),
        Kind.ORGANISATION: (OperationKind.REGISTER,),
    }
    assert len(INPUTS) == 3 * (len(Kind) - 2) + 2


OLD = {
    "calendars": [{"name": "old", "dates": {"2026-12-24": "Christmas Eve"}}],
    "windows": [{"name": "old", "cron": "0 9 * * *", "minutes": 60, "stage": "beta"}],
    "notificationRoutes": [{"name": "old", "channel": "SLACK", "address": "#old", "events": ["pipeline.*"],
                            "secretArn": "arn:aws:secretsmanager:eu-west-1:888888888888:secret:slack-AbCdEf"}],
    "policies": [{"name": "old", "kind": "ENCRYPTION", "mode": "SHADOW"}],
}  # fmt: skip
ARCHIVED = {"policies": "Policy", "notificationRoutes": "NotificationRoute", "windows": "Window", "waves": "Wave",
            "stages": "Stage", "calendars": "Calendar"}  # fmt: skip


async def test_what_was_archived_is_listed_where_it_is_asked_for(fleet: Graph) -> None:
    """Of the kinds that have no other filter too: in the list that asks for it, and in no other."""
    assert await both(fleet, document=OLD) == []
    assert await both(fleet, operations=[{"registerStage": {"name": "old", "position": 9}}]) == []
    assert await both(fleet, operations=[{"registerWave": {"name": "old", "stage": "old", "position": 1}}]) == []
    for kind in ARCHIVED.values():
        assert await both(fleet, operations=[{f"archive{kind}": {"name": "old"}}]) == []
    for plural in ARCHIVED:
        asked = f"{plural}(filter: {{archived: true}}) {{ nodes {{ name }} }}"
        found = await fleet(f"{{ there: {plural} {{ nodes {{ name }} }} archived: {asked} }}")
        assert found["archived"]["nodes"] == [{"name": "old"}]
        assert {"name": "old"} not in found["there"]["nodes"]


async def test_an_empty_log_has_a_head_behind_which_nothing_is_missed(graph: Graph) -> None:
    """Who takes it before anything has happened, and follows it later, is told of what happened first."""
    head = (await graph("{ logHead }"))["logHead"]
    assert await both(graph, document={"teams": [{"name": "first", "email": "first@example.com"}]}) == []
    followed = graph.context.feed.follow(Cursor.parse(head), EventFilter())
    told = [(await anext(followed)).type for _ in range(2)]
    await followed.aclose()
    assert EventType.TEAM_REGISTERED in told
