"""Selectors: which environments a service's placement means."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotFound, Problem
from domain.explanations import TermResult, explain
from domain.places import Places, unmatched
from domain.selectors import Place, parse

STAGES = ("beta", "gamma", "prod")
REGIONS = ("eu-west-1", "eu-west-2", "us-east-1", "me-south-1")
ACCOUNTS = (("111111111111", "payments"), ("222222222222", "payments-prod"), ("333333333333", "orders"))
UNITS = (None, "", "Work loads/[Prod]", "Workloads/Prod", "Sandbox")
TAGS = ({}, {"tier": "critical"}, {"tier": ""}, {"tier": "standard", "cost:centre": "4.2", "team": "Börse"})
NAMES = tuple(f"{stage}-{region}" for stage in STAGES for region in REGIONS)
VALUES = {
    "environment": NAMES,
    "stage": STAGES,
    "wave": ("prod-1", "prod-2", "beta-1"),
    "region": REGIONS,
    "account": tuple(text for account in ACCOUNTS for text in account),
    "ou": tuple(unit for unit in UNITS if unit),
    "tag.tier": ("critical", "standard"),
    "tag.team": ("Börse",),
    "tag.none": ("x",),
}

Written = tuple[bool, dict[str, list[str]]]
"""A term as the tests make it: whether it excludes, and the globs of each field."""

IRELAND = Place("prod-eu-west-1", "prod", "prod-1", "eu-west-1", "111111111111", "payments", "Workloads", {"tier": "1"})


@st.composite
def globs(draw: st.DrawFn, field: str) -> str:
    """A value that the field may have, or something like it, with wildcards in places."""
    value = draw(st.sampled_from((*VALUES[field], "*", "a-a"))).replace(" ", "?")
    for _ in range(draw(st.integers(0, 3))):
        begin = draw(st.integers(0, len(value)))
        end = draw(st.integers(begin, len(value)))
        value = value[:begin] + draw(st.sampled_from("*?")) + value[end:]
    return value


@st.composite
def terms(draw: st.DrawFn) -> Written:
    fields = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    return draw(st.booleans()), {field: draw(st.lists(globs(field), min_size=1, max_size=3)) for field in fields}


@st.composite
def fleets(draw: st.DrawFn) -> list[Place]:
    """Environments in no order, of few different parts, some of them test environments."""
    places = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        stage, wave, region = (draw(st.sampled_from(VALUES[field])) for field in ("stage", "wave", "region"))
        account, unit, tags = (draw(st.sampled_from(each)) for each in (ACCOUNTS, UNITS, TAGS))
        places.append(Place(name, stage, wave, region, *account, unit, tags, draw(st.booleans())))
    return places


placements = st.lists(terms(), max_size=4)


def text(term: Written) -> str:
    excludes, criteria = term
    return ("!" if excludes else "") + " ".join(f"{field}:{','.join(values)}" for field, values in criteria.items())


def texts(placement: list[Written]) -> list[str]:
    return [text(term) for term in placement]


def like(glob: str, value: str) -> bool:
    """The definition of a glob, character by character."""
    if not glob:
        return not value
    if glob[0] == "*":
        return like(glob[1:], value) or (value != "" and like(glob, value[1:]))
    return value != "" and glob[0] in ("?", value[0]) and like(glob[1:], value[1:])


def values(place: Place, field: str) -> Iterator[str | None]:
    if field == "account":
        yield from (place.account_id, place.account_name)
    elif field == "ou":
        yield place.organizational_unit
    elif field.startswith("tag."):
        yield place.tags.get(field[4:])
    else:
        yield getattr(place, field)


def matches(term: Written, place: Place) -> bool:
    return all(
        any(like(glob, value) for glob in written for value in values(place, field) if value is not None)
        for field, written in term[1].items()
    )


def reference(placement: list[Written], places: list[Place]) -> list[str]:
    """The names of the environments that the contract's sentence gives, read word by word."""
    return sorted(
        place.environment
        for place in places
        if place.shared
        and any(not term[0] and matches(term, place) for term in placement)
        and not any(term[0] and matches(term, place) for term in placement)
    )


def placed(written: list[str], fleet: list[Place]) -> list[str]:
    places = Places(fleet)
    return places.names(places.mask(parse(written)))


def refusal(*written: str, field: str = "placement") -> tuple[str, str, str, list[str]]:
    with pytest.raises(Problem) as caught:
        parse(written, field)
    return caught.value.code, caught.value.message, caught.value.remedy, caught.value.path


@given(placements, fleets())
def test_a_mask_is_what_the_definition_says(placement: list[Written], fleet: list[Place]) -> None:
    """Included by some term, excluded by none, and shared: whatever short cuts the masks take."""
    assert placed(texts(placement), fleet) == reference(placement, fleet)


@given(st.lists(placements, max_size=4), fleets())
def test_remembered_criteria_do_not_mix(several: list[list[Written]], fleet: list[Place]) -> None:
    """One Places answers many selectors, each as if it were the first."""
    places = Places(fleet)
    for placement in several:
        assert places.names(places.mask(parse(texts(placement)))) == reference(placement, fleet)


@given(placements, terms(), fleets())
def test_exclusion_always_wins(placement: list[Written], term: Written, fleet: list[Place]) -> None:
    """Nothing that an excluding term matches is placed, whichever other terms there are."""
    names = placed([*texts(placement), text((True, term[1]))], fleet)
    assert not [place for place in fleet if place.environment in names and matches(term, place)]


@given(placements, fleets(), st.randoms(use_true_random=False))
def test_the_order_of_terms_does_not_matter(placement: list[Written], fleet: list[Place], chance: Random) -> None:
    """A shuffled placement means the same."""
    shuffled = texts(placement)
    chance.shuffle(shuffled)
    assert placed(shuffled, fleet) == placed(texts(placement), fleet)


@given(placements, terms(), fleets())
def test_an_including_term_only_adds(placement: list[Written], term: Written, fleet: list[Place]) -> None:
    """Adding an including term never removes an environment."""
    more = placed([*texts(placement), text((False, term[1]))], fleet)
    assert set(placed(texts(placement), fleet)) <= set(more)


@given(placements, fleets())
def test_an_explanation_agrees_with_the_mask(placement: list[Written], fleet: list[Place]) -> None:
    """The verdict, each term's result and its failing criterion agree with the masks, for every environment."""
    selector, names = parse(texts(placement)), reference(placement, fleet)
    for place in fleet:
        explanation = explain(selector, place)
        assert explanation.placed == (place.environment in names)
        assert [each.matches for each in explanation.terms] == [matches(term, place) for term in placement]
        assert [each.excludes for each in explanation.terms] == [term[0] for term in placement]
        assert all((each.failing is None) == each.matches for each in explanation.terms)


@given(placements)
def test_canonical_text_is_the_selector(placement: list[Written]) -> None:
    """Reading a selector's canonical text gives the selector, hash and all."""
    selector = parse(texts(placement))
    again = parse(selector.canonical)
    assert again == selector
    assert hash(again) == hash(selector)
    assert again.canonical == selector.canonical


@given(terms(), st.randoms(use_true_random=False))
def test_canonical_text_has_one_order(term: Written, chance: Random) -> None:
    """Criteria and globs in another order, twice, or with more blanks, are the same term."""
    mixed = [(field, written * 2) for field, written in term[1].items()]
    chance.shuffle(mixed)
    for _, written in mixed:
        chance.shuffle(written)
    spaced = f" {'! ' if term[0] else ''}{text((False, dict(mixed))).replace(' ', '  ')} "
    assert parse([spaced]) == parse([text(term)])


@given(placements, fleets())
def test_unmatched_terms_match_no_shared_environment(placement: list[Written], fleet: list[Place]) -> None:
    """Exactly the terms that no shared environment fulfils are named, excluding ones too."""
    vain = [term for term in placement if not any(place.shared and matches(term, place) for place in fleet)]
    assert unmatched(parse(texts(placement)), Places(fleet)) == parse(texts(vain)).canonical


@given(fleets(), st.data())
def test_names_and_masks_are_the_same_sets(fleet: list[Place], data: st.DataObject) -> None:
    """Names give a mask that gives the names, sorted; test environments have bits too."""
    places = Places(fleet)
    some = data.draw(st.sets(st.sampled_from([each.environment for each in fleet]))) if fleet else set()
    assert places.names(places.mask_of(some)) == sorted(some)
    assert places.names(~places.mask_of(some)) == sorted({each.environment for each in fleet} - some)


def test_a_name_that_no_environment_has_has_no_bit() -> None:
    """mask_of names the environment that there is not, and the nearest that there are."""
    with pytest.raises(NotFound) as caught:
        Places([IRELAND]).mask_of(["prod-eu-wset-1"])
    assert caught.value.message == "There is no environment 'prod-eu-wset-1'; did you mean prod-eu-west-1?"


@pytest.mark.parametrize("written", ["mine", "*", "environment:mine", "region:*", "account:111111111111"])
def test_no_selector_reaches_a_test_environment(written: str) -> None:
    """Not even one that names it: a test environment is its owner's alone."""
    mine = Place("mine", "beta", "beta-1", "eu-west-1", "111111111111", "payments", shared=False)
    assert placed([written], [mine, IRELAND]) == placed([written], [IRELAND])
    assert not explain(parse([written]), mine).placed


def test_no_terms_no_places() -> None:
    """A service without terms goes nowhere, and one with excluding terms alone neither."""
    assert placed([], [IRELAND]) == []
    assert placed(["!region:us-*"], [IRELAND]) == []


def test_brackets_are_themselves() -> None:
    """A glob knows no sets of characters."""
    odd = Place("odd", "prod", "prod-1", "eu-west-1", "111111111111", "payments", "Work [Prod]")
    assert placed(["ou:*[Prod]"], [odd]) == placed(["ou:Work?[Prod?"], [odd]) == ["odd"]
    assert placed(["ou:Work?[Prod]*", "!ou:*?[P]*"], [odd]) == ["odd"]


def test_values_are_found_in_whatever_order_they_come() -> None:
    """The environments' order is not that of their Regions, among which a glob's beginning is looked up."""
    regions = ["us-east-1", "eu-west-1", "ap-south-1", "eu-north-1", "me-south-1"]
    fleet = [
        Place(f"prod-{number}", "prod", "prod-1", region, "111111111111", "payments")
        for number, region in enumerate(regions)
    ]
    assert placed(["region:eu-*"], fleet) == ["prod-1", "prod-3"]
    assert placed(["region:?u-*", "region:us-*,ap-?outh-1"], fleet) == ["prod-0", "prod-1", "prod-2", "prod-3"]


def test_stars_upon_stars() -> None:
    """A glob of many stars is answered in linear time: backtracking would not come back."""
    wide = Place("a" * 50, "prod", "prod-1", "eu-west-1", "111111111111", "payments", "a" * 128)
    assert placed(["*a" * 25 + "*b", "ou:" + "*a" * 100 + "?*b"], [wide]) == []
    assert placed(["*a" * 25 + "*"], [wide]) == ["a" * 50]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (["stage:prod region:eu-*"], "'stage:prod region:eu-*' includes prod-eu-west-1"),
        (["prod-*", "beta-*", "region:eu-*"], "'prod-*' and 'region:eu-*' include prod-eu-west-1"),
        (["prod-*", "!region:eu-*"], "excluded by '!region:eu-*'"),
        (["*", "!prod-*", "!ou:W*", "!tag.tier:*"], "excluded by '!prod-*', '!ou:W*' and '!tag.tier:*'"),
        (
            ["stage:prod region:us-*"],
            "no term includes it: 'stage:prod region:us-*' fails at region: it is eu-west-1",
        ),
        (
            ["us-* stage:beta", "region:e* account:o*", "stage:beta"],
            "no term includes it: the nearest, 'region:e* account:o*', fails at account: it is 111111111111 (payments)",
        ),
        (
            ["stage:beta", "stage:prod region:us-*"],
            "no term includes it: the nearest, 'stage:prod region:us-*', fails at region: it is eu-west-1",
        ),
        (["tag.team:*"], "no term includes it: 'tag.team:*' fails at tag.team: its account has no such tag"),
        (["!region:us-*"], "no term includes it: every term excludes"),
        ([], "no term includes it: the placement has no terms"),
    ],
)
def test_an_explanation_is_one_plain_sentence(written: list[str], sentence: str) -> None:
    """It names the terms that decide, or where the nearest one fails and what is there."""
    assert explain(parse(written), IRELAND).sentence == sentence


def test_a_test_environment_and_an_account_without_a_unit_are_explained() -> None:
    """Their sentences say so; a criterion that fails for want of a value has no actual one."""
    place = Place("mine", "beta", "beta-1", "eu-west-1", "111111111111", "payments", shared=False)
    explanation = explain(parse(["ou:*", "mine"]), place)
    assert explanation.sentence == "it is a test environment: only its owner deploys there"
    assert explanation.terms == (TermResult("ou:*", False, False, "ou:*"), TermResult("mine", False, True))
    root = Place("root", "beta", "beta-1", "eu-west-1", "111111111111", "payments")
    sentence = "no term includes it: 'ou:*' fails at ou: its account has no organizational unit"
    assert explain(parse(["ou:*"]), root).sentence == sentence


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("environment:prod-*", "prod-*"),
        ("region:us-east-1,eu-**  stage:prod", "stage:prod region:eu-*,us-east-1"),
        ("! region:me-* prod-*", "!environment:prod-* region:me-*"),
        ("tag.url:a:b tag.tier:x ou:Ä!", "ou:Ä! tag.tier:x tag.url:a:b"),
    ],
)
def test_canonical_text_by_example(written: str, canonical: str) -> None:
    """Fields in their order, globs sorted, and no field where the name alone is meant."""
    assert parse([written]).canonical == (canonical,)


EXAMPLES = "an environment's name, a glob over names or criteria: 'prod-*', 'stage:prod region:eu-*', '!region:me-*'"
FIELDS = "environment, stage, wave, region, account, ou, tag.KEY"
NAME = "lower-case letters, digits, '-', '*' and '?'"
TAG = "letters, digits, '_', '.', ':', '/', '=', '+', '-', '@', '*' and '?'"


@pytest.mark.parametrize("empty", ["", "  ", "!", " ! "])
def test_an_empty_term_is_refused(empty: str) -> None:
    """Also one that would exclude nothing."""
    message = f"placement {empty!r} is not valid: {EXAMPLES}."
    assert refusal(empty) == ("INVALID_VALUE", message, f"Give placement as {EXAMPLES}.", ["placement", "0"])


@pytest.mark.parametrize(
    ("term", "field", "hint"),
    [
        ("regoin:eu-*", "regoin", "; did you mean region?"),
        ("stage:prod Region:eu-*", "Region", "; did you mean region?"),
        ("tags.tier:critical", "tags.tier", "; did you mean tag.tier?"),
        ("tag:critical", "tag", "; did you mean stage or tag.KEY?"),
        ("continent:eu", "continent", "."),
        (":eu", "", "."),
    ],
)
def test_an_unknown_field_is_refused(term: str, field: str, hint: str) -> None:
    """With the nearest fields, all fields, and the index of the term."""
    message = f"There is no selector field {field!r}{hint}"
    remedy = f"In {term!r}, write one of {FIELDS} before the colon."
    assert refusal("prod-*", term) == ("NOT_FOUND", message, remedy, ["placement", "1"])


@pytest.mark.parametrize(
    ("term", "allowed", "remedy"),
    [
        (
            "region:",
            "'region' has an empty value; no blank follows a colon or a comma",
            "Write 'region' with its values, such as 'region:a*,b'.",
        ),
        (
            "region:eu-*, us-east-1",
            "'region' has an empty value; no blank follows a colon or a comma",
            "Write 'region' with its values, such as 'region:a*,b'.",
        ),
        ("region:EU-*", f"a value of 'region' has {NAME}, not 'E'", f"Write 'EU-*' with {NAME} alone."),
        ("[pb]*", f"a value of 'environment' has {NAME}, not '['", f"Write '[pb]*' with {NAME} alone."),
        ("tag.tier:a;b", f"a value of 'tag.tier' has {TAG}, not ';'", f"Write 'a;b' with {TAG} alone."),
        (
            "ou:a\x00",
            "a value of 'ou' has printable characters, not '\\x00'",
            "Write 'a\\x00' with printable characters alone.",
        ),
        (
            "tag.ti*:critical",
            "a tag's key has letters, digits and any of '_./=+-@', not '*'",
            "Write the tag's key as the account has it: globs are for values.",
        ),
        (
            "stage:prod !region:me-*",
            "'!' stands at the beginning of a term alone, and excludes what the whole term matches",
            "Make '!region:me-*' a term of its own.",
        ),
        (
            "region:eu-* region:us-*,eu-*",
            "a term has one criterion for a field, and this one has two for 'region'",
            "Write 'region:eu-*,us-*' for any of them, or make two terms of it.",
        ),
        (
            "prod-* environment:beta-*",
            "a term has one criterion for a field, and this one has two for 'environment'",
            "Write 'environment:beta-*,prod-*' for any of them, or make two terms of it.",
        ),
    ],
)
def test_what_can_never_be_right_is_refused(term: str, allowed: str, remedy: str) -> None:
    """With the term as written, what is allowed, and what to write instead."""
    message = f"placement {term!r} is not valid: {allowed}."
    assert refusal("prod-*", "beta-*", term) == ("INVALID_VALUE", message, remedy, ["placement", "2"])


def test_a_term_too_long_is_refused() -> None:
    """1,000 characters are the most; the message shows the beginning."""
    assert len(parse(["a" * 1000]).terms) == 1
    message = f"placement '{'a' * 50}…' is not valid: a term has 1,000 characters at most, and this one 1,001."
    assert refusal("a" * 1001) == ("INVALID_VALUE", message, "Divide it into several terms.", ["placement", "0"])


def test_too_many_terms_are_refused() -> None:
    """100 are the most; the path is the first one too many, under the name of the caller's field."""
    assert len(parse(["*"] * 100).terms) == 100
    message = "services's number of terms 101 is not valid: 100 at most."
    remedy = "Use globs, or several values for a criterion, that cover more environments each."
    assert refusal(*["*"] * 101, field="services") == ("INVALID_VALUE", message, remedy, ["services", "100"])
