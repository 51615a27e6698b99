"""Grants given, changed, taken and expired, and holds tried meanwhile: what is let through is what a model says."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import URL

from domain.permissions import Granted, Role, Scope, Viewer
from models.engine import Database
from subscriptions.feed import Feed
from tests.configuring import empty
from tests.graph.conftest import Graph
from tests.graph.permitted import everything, fill, sent

pytestmark = pytest.mark.database

PEOPLE = {"ada": ("sre", "staff"), "bob": ("staff",), "eve": ()}
ADMIN = Viewer("root", frozenset({Role.ADMIN}))
SERVICES = {"payments": "money", "parcels": "ship"}
ENVIRONMENTS = {"alpha-eu-west-1": "alpha", "prod-us-east-1": "prod"}
PAST, AHEAD = timedelta(hours=-1), timedelta(hours=1)


@dataclass(frozen=True)
class Known:
    """A grant, as the model has it."""

    who: str
    role: str
    team: str | None
    stage: str | None
    ended: bool = False

    def lets(self, person: str, service: str, environment: str) -> bool:
        """Whether by this grant they may hold it, said once more and otherwise than the service says it."""
        theirs = self.who in ("*", person, *PEOPLE[person])
        there = self.team in (None, SERVICES[service]) and self.stage in (None, ENVIRONMENTS[environment])
        return theirs and there and not self.ended and self.role != "VIEWER"


class Granting(RuleBasedStateMachine):
    """Over a real database; one person after the other tries to hold one service after the other."""

    url: URL

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.database = Database(self.url)
        self.run(empty(self.database))
        self.graph = Graph(self.database, Feed(self.database))
        self.run(fill(self.graph))
        self.model: dict[str, Known] = {}
        self.tries = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """In the machine's own loop."""
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        """The database's connections end with the machine."""
        self.run(self.database.close())
        self.loop.close()

    names = st.sampled_from(("one", "two", "three"))
    scopes = st.tuples(st.sampled_from((None, "money", "ship")), st.sampled_from((None, "alpha", "prod")))
    whom = st.sampled_from(("*", "sre", "staff", "ada", "eve"))
    roles = st.sampled_from(("VIEWER", "DEVELOPER", "OPERATOR"))

    @rule(name=names, who=whom, role=roles, scope=scopes, ended=st.booleans())
    def give(self, name: str, who: str, role: str, scope: tuple[str | None, str | None], ended: bool) -> None:
        """A grant is given, or made another."""
        team, stage = scope
        given = {
            "name": name,
            "group": None if who in PEOPLE else who,
            "person": who if who in PEOPLE else None,
            "role": role,
            "teams": [team] if team else [],
            "stages": [stage] if stage else [],
            "until": (datetime.now(UTC) + (PAST if ended else AHEAD)).isoformat(),
        }
        mutation = "updateGrant" if name in self.model else "registerGrant"
        assert self.run(sent(self.graph, mutation, given, ADMIN)) == []
        self.model[name] = Known(who, role, team, stage, ended)

    @rule(name=names)
    def take(self, name: str) -> None:
        """A grant is taken back; one that is not there cannot be."""
        errors = self.run(sent(self.graph, "archiveGrant", {"name": name}, ADMIN))
        assert [error["code"] for error in errors] == ([] if self.model.pop(name, None) else ["NOT_FOUND"])

    @rule(name=names)
    def end(self, name: str) -> None:
        """A grant ends by its time."""
        if name in self.model:
            given = {"name": name, "until": (datetime.now(UTC) + PAST).isoformat()}
            assert self.run(sent(self.graph, "updateGrant", given, ADMIN)) == []
            self.model[name] = replace(self.model[name], ended=True)

    @rule(
        person=st.sampled_from(list(PEOPLE)),
        service=st.sampled_from(list(SERVICES)),
        environment=st.sampled_from(list(ENVIRONMENTS)),
    )
    def hold(self, person: str, service: str, environment: str) -> None:
        """What the model lets through is done; else nothing is written, and the refusal tells of nothing unseen."""
        self.tries += 1
        viewer = self.run(self._viewer(person))
        given = {"kind": "HOLD", "environment": environment, "service": service, "reason": "x"}
        before = self.run(everything(self.database))
        errors = self.run(sent(self.graph, "registerHold", {"name": f"h{self.tries}", **given}, viewer))
        may = any(each.lets(person, service, environment) for each in self.model.values())
        assert [error["code"] in ("FORBIDDEN", "NOT_FOUND") for error in errors] == ([] if may else [True]), errors
        assert (self.run(everything(self.database)) == before) is not may

    async def _viewer(self, person: str) -> Viewer:
        """What was granted when they came is over by now: it is looked up when the act is done."""
        before = frozenset({Granted(Role.OPERATOR, Scope(services=frozenset({"gone"})))})
        return Viewer(person, frozenset(), before, frozenset(PEOPLE[person]))

    @invariant()
    def the_model_is_what_is_kept(self) -> None:
        """Every grant of the model is in the graph, and no other."""
        found = self.run(self.graph("{ grants { nodes { name } } }"))["grants"]["nodes"]
        assert {each["name"] for each in found} == set(self.model)


def test_what_is_let_through_is_what_the_model_says(database_url: URL) -> None:
    """Whatever is granted and taken back, in whatever order."""

    class Here(Granting):
        url = database_url

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=4,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.generate),  # an example begins a whole fleet: to shrink one takes minutes
        ),
    )
