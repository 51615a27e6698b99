"""Traces in the graph: live, whole or towards one environment, in a number of statements that does not grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from graphql import parse

from domain.spans import span_id, traceparent
from graph.cost import Cost
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import SCHEMA, Graph
from tests.histories import history_of

OTHER = "7d0a4c55-3f0e-4a53-8f3f-000000000002"
TRACE = """traceId spans {
  spanId parentId name kind startedAt endedAt status statusMessage attributes
  links { traceId spanId executionId relation }
}"""


async def tell(graph: Graph, *told: stories.Story) -> None:
    """The fleet, the pipeline, and what CodePipeline says of it."""
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        for story in told:
            await record_envelopes(session, story.envelopes)


async def trace_of(graph: Graph, execution: str = stories.EXECUTION) -> Any:
    """The trace of an execution."""
    document = f"query ($id: String!) {{ execution(executionId: $id) {{ trace {{ {TRACE} }} }} }}"
    return (await graph(document, id=execution))["execution"]["trace"]


async def test_a_trace_is_what_is_sent_to_a_collector(graph: Graph) -> None:
    """The same ids, parents, times and attributes as the spans that are sealed; a failure says why."""
    await tell(graph, stories.failed())
    found = await trace_of(graph)
    assert found["traceId"] == stories.EXECUTION.replace("-", "")
    from domain import spans

    expected = spans.derive(history_of(stories.failed().envelopes))
    assert [each["spanId"] for each in found["spans"]] == [span.span_id for span in expected]
    assert [each["parentId"] for each in found["spans"]] == [span.parent_id for span in expected]
    assert [list(each["attributes"]) for each in found["spans"]] == [list(dict(span.attributes)) for span in expected]
    run = found["spans"][0]
    assert (run["kind"], run["status"], run["parentId"]) == ("SERVER", "ERROR", None)
    assert run["statusMessage"] == f"prod-1/prod-us-east-1.Deploy: {stories.FAILURE}"
    assert run["startedAt"] == "2026-11-22T23:00:00+00:00"


async def test_what_has_not_ended_is_open(graph: Graph) -> None:
    """While it runs: what is done has an end, what is being done has none, and nothing is called inferred."""
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    story.action("prod-1", "prod-eu-west-1.Prepare", "STARTED")
    await tell(graph, story)
    found = {each["name"]: each for each in (await trace_of(graph))["spans"]}
    running = {name for name, each in found.items() if each["endedAt"] is None}
    assert running == {"RUN payments", "prod-1", "prod-eu-west-1", "prod-eu-west-1.Prepare"}
    assert found["RUN payments"]["attributes"]["cicd.pipeline.run.state"] == "executing"
    assert not [each for each in found.values() if "interlock.time.inferred" in each["attributes"]]
    assert all(each["status"] == "UNSET" for each in found.values())


async def test_an_execution_of_which_little_is_known_has_a_trace(graph: Graph) -> None:
    """One event is enough for a run that is open."""
    story = stories.Story()
    story.run("STARTED")
    await tell(graph, story)
    (run,) = (await trace_of(graph))["spans"]
    assert (run["name"], run["endedAt"], run["links"]) == ("RUN payments", None, [])


async def test_a_deployments_trace_leads_to_its_environment(graph: Graph) -> None:
    """From the source: other environments of the wave, and the waves behind it, are not on the way."""
    await tell(graph, stories.retried())
    document = f"{{ deployments {{ nodes {{ environment {{ name }} trace {{ {TRACE} }} }} }} }}"
    found = {
        each["environment"]["name"]: {span["name"] for span in each["trace"]["spans"]}
        for each in (await graph(document))["deployments"]["nodes"]
    }
    everywhere = {"RUN payments", "Source", "acme.Source", "Build", "Synth", "Update", "Assets", "File.Assets"}
    alpha = {"alpha-1", "alpha-eu-west-1", *stories.names_of(stories.ALPHA)}
    assert found["alpha-eu-west-1"] == everywhere | alpha
    way = {"prod-1", "prod-us-east-1", "prod-us-east-1.Prepare", "prod-us-east-1.Deploy", "prod-1.Validate"}
    # What is deployed in the wave before is of other environments; the wave itself and its checks were passed.
    assert found["prod-us-east-1"] == everywhere | way | {"alpha-1", "alpha-1.Validate"}
    assert "prod-2" in found["prod-ap-south-1"]


async def test_links_lead_to_other_executions(graph: Graph) -> None:
    """A rollback's trace names the execution that it returns to; what is asked of a link is what is shown."""
    rollback = stories.rolled_back(OTHER, begin=stories.BEGIN + timedelta(hours=1))
    await tell(graph, stories.retried(), rollback)
    (run, *_) = (await trace_of(graph, OTHER))["spans"]
    target = span_id(stories.EXECUTION, 2)
    (link,) = run["links"]
    assert link == {
        "traceId": stories.EXECUTION.replace("-", ""),
        "spanId": target,
        "executionId": stories.EXECUTION,
        "relation": "ROLLBACK_TARGET",
    }


@pytest.mark.parametrize("executions", [1, 6])
async def test_traces_of_many_take_no_more_statements_than_one(graph: Graph, executions: int) -> None:
    """Of a page of executions, each with its deployments, aliased and in fragments: all are loaded at once."""
    await tell(
        graph,
        *(stories.failed(execution=f"7d0a4c55-3f0e-4a53-8f3f-00000000000{number}") for number in range(executions)),
    )
    document = """{
      executions(first: 10) { nodes {
        ...Traced again: trace { __typename traceId }
        deployments(first: 4) { nodes { trace { spans { name } } } }
      } }
    }
    fragment Traced on PipelineExecution { trace { spans { id: spanId links { relation } } } }"""
    found = (await graph(document))["executions"]["nodes"]
    assert len(found) == executions
    assert {each["again"]["__typename"] for each in found} == {"Trace"}
    assert len({each["again"]["traceId"] for each in found}) == executions
    assert all(set(span) == {"id", "links"} for each in found for span in each["trace"]["spans"])
    # One plans the answer; six load executions, and seven deployments' with their environments' names.
    assert len([each for each in graph.statements if each.lstrip().lower().startswith(("select", "with"))]) == 14


async def test_a_trace_costs_as_much_as_it_loads(graph: Graph) -> None:
    """A page of traces is a question among others; a thousand of them are refused before anything is loaded."""
    cheap = parse("{ executions(first: 50) { nodes { trace { spans { name links { relation } } } } } }")
    Cost(SCHEMA._schema, cheap, {}).check()
    result = await graph.result("{ executions(first: 500) { nodes { trace { spans { name } } } } }")
    assert [error.extensions["code"] for error in result.errors] == ["TOO_EXPENSIVE"]
    assert not graph.statements


async def test_a_check_run_says_where_its_spans_go(graph: Graph) -> None:
    """Its traceparent names its own span, whoever carries it out; one statement for all, in a mutation's answer too."""
    await tell(graph, stories.until_prod())
    await graph.change(
        "registerCheck check", name="smoke", kind="LAMBDA", wave="alpha-1", configuration={"functionName": "smoke"}
    )
    document = """mutation ($input: StartCheckRunsInput!) { startCheckRuns(input: $input) {
      checkRuns { name subject traceparent } errors { message } } }"""
    answer = (await graph(document, input={"executionId": stories.EXECUTION, "stage": "alpha-1"}))["startCheckRuns"]
    assert answer["errors"] == []
    what = ("check", "alpha-1", "AFTER", "smoke", "alpha-1")
    assert answer["checkRuns"] == [
        {"name": "smoke", "subject": "alpha-1", "traceparent": traceparent(stories.EXECUTION, 1, *what)}
    ]
    spans_ = {each["name"]: each for each in (await trace_of(graph))["spans"]}
    assert spans_["smoke alpha-1"]["spanId"] == answer["checkRuns"][0]["traceparent"].split("-")[2]
    assert spans_["smoke alpha-1"]["parentId"] == spans_["alpha-1.Validate"]["spanId"]
