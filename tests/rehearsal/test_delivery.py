"""Events that go astray: lost, twice, late."""

import threading

from interlock_cli.rehearsal.clock import Clock
from interlock_cli.rehearsal.delivery import Delivery
from interlock_cli.rehearsal.faults import Fault, Faults, Kind

MANY = 400


def sent(*faults: Fault, seed: int = 1) -> tuple[list[int], dict[str, int]]:
    """What arrives of many events, and what was counted."""
    arrived: list[int] = []
    lock = threading.Lock()

    def emit(envelope: dict[str, object]) -> None:
        with lock:
            arrived.append(int(str(envelope["number"])))

    delivery = Delivery(emit, Faults(faults, seed), Clock())
    for number in range(MANY):
        delivery.emit({"number": number})
    delivery.finish()
    return arrived, delivery.counts


def test_without_faults_everything_arrives_in_order() -> None:
    """Once."""
    arrived, counts = sent()
    assert arrived == list(range(MANY))
    assert not any(counts.values())


def test_a_share_is_lost_and_counted() -> None:
    """About as many as were asked for; the same seed loses the same."""
    arrived, counts = sent(Fault(Kind.LOST_EVENTS, share=0.25))
    assert len(arrived) == MANY - counts["lost"]
    assert MANY * 0.15 < counts["lost"] < MANY * 0.35
    assert sent(Fault(Kind.LOST_EVENTS, share=0.25)) == (arrived, counts)
    assert sent(Fault(Kind.LOST_EVENTS, share=0.25), seed=2)[0] != arrived


def test_a_share_arrives_twice() -> None:
    """And nothing is missing."""
    arrived, counts = sent(Fault(Kind.DUPLICATED_EVENTS, share=0.5))
    assert set(arrived) == set(range(MANY))
    assert len(arrived) == MANY + counts["duplicated"]


def test_what_is_late_arrives_in_another_order_and_all_of_it() -> None:
    """At the end at the latest."""
    arrived, counts = sent(Fault(Kind.DELAYED_EVENTS, share=0.05, by=1))
    assert counts["delayed"] > 0
    assert sorted(arrived) == list(range(MANY))
    assert arrived != sorted(arrived)
