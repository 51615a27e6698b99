"""What is made to go wrong: read from options and files, and refused where nobody could mean it."""

import contextlib
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.errors import InputError
from interlock_cli.rehearsal.assembly import ActionMap, read_assembly
from interlock_cli.rehearsal.fault_options import Wanted, faults_of, options
from interlock_cli.rehearsal.faults import Fault, Faults, Kind, fault_of, read, require_known

from . import assemblies


def parsed(*arguments: str) -> tuple[list[Fault], int]:
    """The faults of a command line."""

    @click.command()
    @options
    def command(**wanted: Any) -> Wanted:
        return Wanted(**wanted)

    return faults_of(command(arguments, standalone_mode=False))


@pytest.fixture
def actions(tmp_path: Path) -> ActionMap:
    """Of alpha-1 and beta-1."""
    return read_assembly(assemblies.write(tmp_path)).actions


def test_every_option_is_a_fault() -> None:
    """In the order of the options, with the numbers that were given."""
    found, seed = parsed(
        *("--fail-at", "beta-us-east-1", "--alarm", "beta-1@20", "--silent", "alpha-1"),
        *("--traffic", "beta-1=100,0.2,300", "--failing-check", "smoke", "--flaky-check", "soak"),
        *("--service-down", "30+90", "--lose", "0.1", "--duplicate", "0.2", "--delay", "0.3", "--seed", "7"),
    )
    assert found == [
        Fault(Kind.FAILING_STACK, at="beta-us-east-1"),
        Fault(Kind.ALARM, at="beta-1", after=20),
        Fault(Kind.SILENT_METRICS, at="alpha-1"),
        Fault(Kind.TRAFFIC, at="beta-1", requests=100, faults=0.2, latency=300),
        Fault(Kind.FAILING_CHECK, check="smoke"),
        Fault(Kind.FAILING_CHECK, check="soak", times=1),
        Fault(Kind.SERVICE_DOWN, after=30, length=90),
        Fault(Kind.LOST_EVENTS, share=0.1),
        Fault(Kind.DUPLICATED_EVENTS, share=0.2),
        Fault(Kind.DELAYED_EVENTS, share=0.3),
    ]
    assert seed == 7


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_a_file_has_more(tmp_path: Path, suffix: str) -> None:
    """Its seed counts where no option gives one."""
    file = tmp_path / f"faults.{suffix}"
    file.write_text('{"seed": 3, "faults": [{"kind": "alarm", "at": "beta-1", "after": 5, "for": 60, "commit": 2}]}')
    found, seed = parsed("--faults", str(file))
    assert found == [Fault(Kind.ALARM, at="beta-1", after=5, length=60, commit=2)]
    assert seed == 3
    assert parsed("--faults", str(file), "--seed", "9")[1] == 9


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("alarm", "is no fault"),
        ({"kind": "alrm"}, "no fault 'alrm'. Did you mean alarm?"),
        ({"kind": "alarm"}, "alarm needs 'at'"),
        ({"kind": "alarm", "at": "x", "afer": 3}, "no field 'afer'. Did you mean after"),
        ({"kind": "alarm", "at": "x", "after": -1}, "after is -1. Give a number from 0 to 525600"),
        ({"kind": "alarm", "at": "x", "since": "noon"}, "Give deployment or start"),
        ({"kind": "alarm", "at": "x", "commit": 1.5}, "Give a whole number from 1 to 1000"),
        ({"kind": "lost-events", "share": 2}, "share is 2. Give a number from 0 to 1"),
        ({"kind": "lost-events", "share": True}, "share is True"),
        ({"kind": "service-down"}, "service-down needs 'for'"),
        ({"kind": "failing-check", "at": "x"}, "no field 'at'"),
    ],
)
def test_what_is_no_fault_is_refused_with_what_is(given: object, sentence: str) -> None:
    """The place, what was given, and what there is."""
    with pytest.raises(InputError) as caught:
        fault_of(given, "faults.yaml, fault 3")
    assert str(caught.value).startswith("faults.yaml, fault 3: ")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "- alarm", "faults: alarm", "faults: [", "seed: x\nfaults: []", "a: 1\nfaults: []"]
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    """By its name."""
    file = tmp_path / "faults.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"faults\.yaml"):
        read(file)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda own: st.dictionaries(st.text(), own)))
def test_reading_a_fault_is_total(given: object) -> None:
    """Anything is a fault or a sentence."""
    with contextlib.suppress(InputError):
        fault_of(given, "here")


@pytest.mark.parametrize(
    "option", ["--alarm=beta-1@soon", "--traffic=beta-1", "--traffic=b=1,2,3,4", "--service-down=30"]
)
def test_an_option_that_cannot_be_read_is_refused(option: str) -> None:
    """With an example of one that can."""
    with pytest.raises(InputError, match=r"Give .*\d"):
        parsed(option)


@pytest.mark.parametrize("option", ["--alarm=beta-1@-5", "--traffic=beta-1=10,2", "--alarm=beta-1@nan"])
def test_what_an_option_cannot_be_is_said_with_its_name(option: str) -> None:
    """Of several that were given, a person knows which."""
    with pytest.raises(InputError, match=option.partition("=")[0]):
        parsed(option)


def test_what_the_pipeline_does_not_reach_is_refused_with_suggestions(actions: ActionMap) -> None:
    """An environment, a wave, a check, and a commit that the rehearsal has not."""

    def required(fault: Fault, commits: int = 1) -> None:
        require_known(Faults([fault], commits=commits), [actions], ["smoke"])

    required(Fault(Kind.ALARM, at="beta-1"))
    required(Fault(Kind.ALARM, at="beta-us-east-1", commit=2), commits=2)
    with pytest.raises(InputError, match=r"no environment or wave 'beta-us-est-1'\. Did you mean beta-us-east-1"):
        required(Fault(Kind.ALARM, at="beta-us-est-1"))
    with pytest.raises(InputError, match=r"environment or wave 'mars'\. Give one of: alpha-eu-west-1, beta-us-east-1"):
        required(Fault(Kind.ALARM, at="mars"))
    with pytest.raises(InputError, match=r"no check 'smke'\. Did you mean smoke"):
        required(Fault(Kind.FAILING_CHECK, check="smke"))
    with pytest.raises(InputError, match="about commit 3, and the rehearsal has 2"):
        required(Fault(Kind.ALARM, at="beta-1", commit=3), commits=2)


def test_a_fault_is_about_the_last_commit_unless_it_says_another(actions: ActionMap) -> None:
    """A wave is all of its environments; a rollback, which is no commit, has no faults."""
    faults = Faults([Fault(Kind.ALARM, at="beta-1"), Fault(Kind.ALARM, at="alpha-eu-west-1", commit=1)], commits=2)

    def met(environment: str, ordinal: int) -> bool:
        return bool(faults.about(Kind.ALARM, actions, environment, ordinal))

    assert [met("beta-us-east-1", each) for each in (0, 1, 2)] == [False, False, True]
    assert [met("alpha-eu-west-1", each) for each in (0, 1, 2)] == [False, True, False]
