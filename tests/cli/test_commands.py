"""Every command against the real service, with the example organisation loaded through it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
import yaml
from click.testing import Result
from sqlalchemy import URL

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.organisation.changing import Manner, Wanted, make
from tests import stories
from tests.service import answers, environment, forked, free_port

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "organisation.yaml"
SOURCE = {"PYTHONPATH": str(ROOT / "cli" / "src"), "PYTHONUNBUFFERED": "1"}
ONLY_ALPHA = stories.MAP | {"stages": [stories.ALPHA]}
REGISTER = """mutation ($input: RegisterPipelineInput!) {
  registerPipeline(input: $input) { pipeline { name } errors { message } }
}"""
REPORT = """mutation ($input: ReportEventsInput!) { reportEvents(input: $input) { accepted errors { message } } }"""

EVERY_KIND = """
regions: [{name: eu-west-1, trafficWeight: 77}]
calendars: [{name: holidays, country: DE, subdivision: BY, dates: {"2026-12-24": "Christmas Eve: closed"}}]
teams: [{name: "on", email: a@example.com, timeZone: Europe/Berlin, members: ["null", yes-man]}]
windows:
  - {name: office, cron: "0 9 * * 1-5", minutes: 480, stage: prod, calendars: [holidays], services: ["pay*"]}
freezes: [{name: peak, scope: ORGANISATION, startsAt: "2027-11-20T00:00:00+00:00", endsAt: "2027-11-30T00:00:00+00:00",
    reason: "First: this.\\nThen # that.\\n"}]
holds: [{name: pin, kind: PIN, environment: prod-sa-east-1, service: payments, revision: "1234567", reason: "0o17"}]
notificationRoutes:
  - {name: all, channel: SLACK, address: "#deployments", secretArn:
    "arn:aws:secretsmanager:eu-west-1:888888888888:secret:slack-AbCdEf", events: ["deployment.*"]}
policies: [{name: tagged, kind: REQUIRED_TAGS, configuration: {tags: {team: "*", cost-center: "0123"}}}]
"""

Interlock = Callable[..., Result]


@pytest.fixture
def interlock(service: str, run: Interlock) -> Interlock:
    """`interlock ARGUMENTS` at a service that holds nothing."""
    return lambda *arguments, **options: run("--url", service, *arguments, **options)


@pytest.fixture
def acme(interlock: Interlock) -> Interlock:
    """The same with the example loaded."""
    result = interlock("apply", str(EXAMPLE))
    assert result.exit_code == 0, result.output
    return interlock


def answered(result: Result) -> Any:
    """What `-o json` printed; the whole of stdout is JSON."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def mutate(interlock: Interlock, document: str, **given: Any) -> None:
    """A mutation through `interlock query`, which must have no errors."""
    data = answered(interlock("query", document, "--variables", json.dumps({"input": given})))
    assert [payload["errors"] for payload in data.values()] == [[]]


def deploy_to_alpha(interlock: Interlock) -> None:
    """The pipeline of payments registers, runs, and reaches alpha."""
    home = {"account": stories.ACCOUNT, "region": stories.REGION, "repository": "acme/payments"}
    mutate(interlock, REGISTER, name="payments", **home, planDigest="sha256:" + "0" * 64, structure=ONLY_ALPHA)
    story = stories.Story()
    story.run("STARTED", **{"commit-id": "c0ffee00" * 5, "commit-message": "Pay \x1b[31mless\n\nbody"})
    story.good_stage("alpha-1", *stories.names_of(stories.ALPHA))
    mutate(interlock, REPORT, envelopes=story.envelopes)


def test_an_empty_service_says_what_to_do(interlock: Interlock) -> None:
    """`status` of a service without services names the command that loads some; JSON is an empty list."""
    result = interlock("status")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "interlock apply" in result.stderr
    assert answered(interlock("status", "-o", "json")) == []


def test_apply_loads_once(interlock: Interlock) -> None:
    """The first load is one change, which asks nobody: nothing runs yet. The second finds nothing to change."""
    first = answered(interlock("apply", str(EXAMPLE), "-o", "json"))
    assert first["change"]["number"] == 1
    assert {each["operation"] for each in first["entries"]} == {"REGISTER"}
    assert {each["service"] for each in first["pipelines"]} == {"payments", "orders", "notifications"}
    second = answered(interlock("apply", str(EXAMPLE), "-o", "json"))
    assert (second["entries"], second["change"]) == ([], None)


def test_what_is_exported_changes_nothing(acme: Interlock, tmp_path: Path) -> None:
    """The exported file is the configuration: applied, even with --prune, it changes nothing, and is exported alike."""
    text = acme("export").stdout
    path = tmp_path / "organisation.yaml"
    path.write_text(text)
    result = acme("apply", str(path), "--prune")
    assert (result.exit_code, result.stdout) == (0, ""), result.output
    assert "Nothing to change" in result.stderr
    assert acme("export").stdout == text
    assert yaml.safe_load(text) == answered(acme("export", "-o", "json"))


def test_a_configuration_of_every_kind_is_exported_and_applied(acme: Interlock, tmp_path: Path) -> None:
    """Every section of the file, with texts that YAML would guess at, comes back from the service as it was sent."""
    document, more = yaml.safe_load(EXAMPLE.read_text()), yaml.safe_load(EVERY_KIND)
    document |= {section: [*document.get(section, []), *items] for section, items in more.items()}
    path = tmp_path / "organisation.yaml"
    path.write_text(yaml.safe_dump(document))
    result = acme("apply", str(path), "--yes")
    assert result.exit_code == 0, result.output
    exported = answered(acme("export", "--all", "-o", "json"))
    assert [item for section, items in more.items() for item in items if item not in exported[section]] == []
    path.write_text(acme("export", "--all").stdout)
    assert "Nothing to change" in acme("apply", str(path), "--prune").stderr
    assert answered(acme("export", "--as-of", "1", "-o", "json")).keys() == yaml.safe_load(EXAMPLE.read_text()).keys()


def test_what_is_not_in_the_file_is_archived_on_request(acme: Interlock, tmp_path: Path) -> None:
    """Without --prune a file that has less changes nothing; with it and --yes, the rest of its sections is archived."""
    document = yaml.safe_load(EXAMPLE.read_text())
    document["services"].pop()
    del document["checks"]
    path = tmp_path / "organisation.yaml"
    path.write_text(yaml.safe_dump(document))
    assert "Nothing to change" in acme("apply", str(path)).stderr
    refused = acme("apply", str(path), "--prune")
    assert refused.exit_code == 2
    assert "archives 1 entity" in refused.stderr
    done = acme("apply", str(path), "--prune", "--yes", "--reason", "no longer ours")
    assert "Change 2: 1 archived." in done.stderr
    names = [each["name"] for each in answered(acme("export", "-o", "json"))["services"]]
    assert names == ["orders", "payments"]
    assert len(answered(acme("export", "-o", "json"))["checks"]) == 6


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("accounts:\n- name: short\n  awsId: '11'\n", 3, "twelve digits"),
        ("stages:\n- name: alpha\n  waves:\n  - {name: Upper, environments: []}\n", 4, "lower-case"),
        ("checks:\n- name: c\n  stage: nowhere\n  when: AFTER\n  kind: EXTERNAL\n", 3, "no stage 'nowhere'"),
        ("checks:\n- {name: c, kind: ALRM, when: AFTER, stage: alpha}\n", 2, "ALARM"),
        ("services:\n- name: other\n  repository: acme/payments\n  placement: ['*']\n", 3, "taken by"),
        ("services:\n- name: payments\n  repository: acme/other\n  team: nobody\n  placement: []\n", 4, "nobody"),
    ],
)
def test_apply_points_at_the_line_that_the_service_refuses(
    text: str, line: int, words: str, acme: Interlock, tmp_path: Path
) -> None:
    """What only the service can know is wrong is said with the file's line too, and nothing is changed."""
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    before = acme("export").stdout
    result = acme("apply", str(path), "--yes")
    assert result.exit_code == 1
    assert f"wrong.yaml, line {line}: " in result.stderr
    assert words in result.stderr
    assert acme("export").stdout == before


def test_a_change_made_meanwhile_is_a_conflict(acme: Interlock, service: str, tmp_path: Path) -> None:
    """What was drafted from a state that is no longer is refused, and says who changed it and why."""
    late = Wanted({"document": {"teams": [{"name": "late"}]}, "prune": False, "expectedChange": 1}, "")
    path = tmp_path / "teams.yaml"
    path.write_text("teams: [{name: early}]")
    assert acme("apply", str(path), "--reason", "tidying up").exit_code == 0
    with Client(Connection(service)) as client, pytest.raises(CommandError, match="tidying up") as caught:
        make(client, late, Manner(dry_run=False, yes=True, reason=None, output="table"))
    assert "Run the command again" in str(caught.value)


def test_lists_and_filters(acme: Interlock) -> None:
    """`services` and `environments` list what was loaded, in order, narrowed by their options."""
    assert [each["name"] for each in answered(acme("services", "-o", "json"))] == [
        "notifications",
        "orders",
        "payments",
    ]
    assert len(answered(acme("services", "--name", "pay*", "-o", "json"))) == 1
    everything = answered(acme("environments", "-o", "json"))
    assert [each["name"] for each in everything][:3] == ["alpha-eu-west-1", "beta-eu-west-1", "beta-us-east-1"]
    assert everything[6]["wave"]["name"] == "prod-1"
    narrowed = acme("environments", "--stage", "prod", "--region", "us-west-2", "--kind", "shared", "-o", "yaml")
    assert [each["name"] for each in yaml.safe_load(narrowed.stdout)] == ["prod-us-west-2", "prod-us-west-2-b"]
    assert "prod-sa-east-1" in acme("environments", "--account", "787878787878").stdout
    assert acme("environments", "--wave", "nowhere").stdout == ""


def test_the_plan_is_shown_and_pulled(acme: Interlock, tmp_path: Path) -> None:
    """`plan` shows every environment; `--pull` writes the same plan, the same bytes each time."""
    plan = answered(acme("plan", "acme/payments", "-o", "json"))
    assert sum(len(wave["environments"]) for stage in plan["stages"] for wave in stage["waves"]) == 16
    shown = acme("plan", "acme/payments").stdout
    assert "prod-eu-west-1-b" in shown
    assert ("Windows" in shown) == any(wave["windows"] for stage in plan["stages"] for wave in stage["waves"])
    assert ("Policies" in shown) == bool(plan["policies"])
    path = tmp_path / "plan.json"
    result = acme("plan", "acme/payments", "--pull", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    first = path.read_bytes()
    assert json.loads(first) == plan
    assert acme("plan", "acme/payments", "--pull", str(path)).exit_code == 0
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_a_pulled_plan_is_what_the_library_keeps(acme: Interlock, tmp_path: Path) -> None:
    """pipelinekit reads the file, and would write the very same."""
    from pipelinekit.plan import Plan

    path = tmp_path / "plan.json"
    acme("plan", "acme/payments", "--pull", str(path))
    assert Plan.from_json(json.loads(path.read_bytes())).canonical() == path.read_text("utf-8")


def test_plans_that_cannot_be_had(acme: Interlock, tmp_path: Path) -> None:
    """An unknown repository suggests the nearest; a folder that is not there is refused; nothing is written."""
    result = acme("plan", "acme/paymets", "--pull", str(tmp_path / "plan.json"))
    assert result.exit_code == 1
    assert "acme/payments" in result.stderr
    result = acme("plan", "acme/payments", "--pull", str(tmp_path / "none" / "plan.json"))
    assert result.exit_code == 1
    assert "Cannot write" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_status_tells_what_is_deployed(acme: Interlock) -> None:
    """After a deployment to alpha: its revision there, the execution at its pipeline, nothing elsewhere."""
    deploy_to_alpha(acme)
    [status] = answered(acme("status", "payments", "-o", "json"))
    assert status["pipelines"][0]["latestExecution"]["status"] == "IN_PROGRESS"
    where = {each["environment"]: each for each in status["environments"]}
    assert where["alpha-eu-west-1"]["deployed"]["revision"] == "c0ffee00" * 5
    assert where["prod-sa-east-1"] | {"deployed": None, "latest": None} == where["prod-sa-east-1"]
    every = acme("status").stdout
    assert "c0ffee00" in every
    assert "orders" in every
    shown = acme("status", "payments").stdout
    assert "payments: environments" in shown
    assert "SUCCEEDED" in next(line for line in shown.splitlines() if "c0ffee00" in line and "alpha" in line)


def test_executions_and_deployments_are_listed(acme: Interlock) -> None:
    """Both lists show what ran, filtered by status and revision; a commit's message steers no terminal."""
    deploy_to_alpha(acme)
    [execution] = answered(acme("executions", "payments", "--revision", "c0ffee", "-o", "json"))
    assert execution["executionId"] == stories.EXECUTION
    shown = acme("executions").stdout
    assert "Pay" in shown
    assert "\x1b" not in shown
    assert "body" not in shown
    arguments = ("deployments", "payments", "--status", "succeeded", "--environment", "alpha-eu-west-1")
    assert len(answered(acme(*arguments, "-o", "json"))) == 1
    assert acme("executions", "--status", "FAILED").stdout == ""


def test_unknown_services_are_suggested(acme: Interlock) -> None:
    """`status` and `watch` of a misspelt service fail with the name that it resembles."""
    for command in ("status", "watch"):
        result = acme(command, "paymets")
        assert result.exit_code == 1
        assert "Did you mean payments?" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("deployments", "paymets"), "no service 'paymets'. Did you mean payments?"),
        (("executions", "paymets"), "no service 'paymets'. Did you mean payments?"),
        (("deployments", "--environment", "alpha-eu-west"), "no environment 'alpha-eu-west'. Did you mean alpha-eu-"),
    ],
)
def test_an_empty_list_of_an_unknown_name_is_refused(arguments: tuple[str, ...], words: str, acme: Interlock) -> None:
    """A misspelt name does not look like one to which nothing happened; a known one has an empty list."""
    result = acme(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr
    known = acme("deployments", "payments", "--environment", "alpha-eu-west-1")
    assert (known.exit_code, known.stdout) == (0, "")


def test_query_from_argument_file_and_stdin(acme: Interlock, tmp_path: Path) -> None:
    """A document, with its variables, comes from the argument, a file, or standard input."""
    text = "query ($name: String!) { service(name: $name) { repository } }"
    expected = {"service": {"repository": "acme/orders"}}
    document, variables = tmp_path / "q.graphql", tmp_path / "v.json"
    document.write_text(text)
    variables.write_text('{"name": "orders"}')
    assert answered(acme("query", text, "--variables", '{"name": "orders"}')) == expected
    assert answered(acme("query", str(document), "--variables", f"@{variables}")) == expected
    assert answered(acme("query", "-", "--variables", f"@{variables}", stdin=text)) == expected


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("{ stages { ",), 2, "line 1, column"),
        (("{",), 2, "found <EOF>. Nothing was sent."),
        (("",), 2, "The document is empty."),
        (("nothing.graphql",), 2, "neither a GraphQL document nor a file"),
        (("subscription { events { cursor } }",), 2, "interlock subscribe"),
        (("{ stages { nodes { name } } }", "--variables", "[1]"), 2, "not an object"),
        (("{ stages { nodes { name } } }", "--variables", "{"), 2, "cannot be read"),
        (("{ stages { nodes { name } } }", "--variables", "@none.json"), 2, "cannot be read"),
        (("{ stagess { nodes { name } } }",), 1, "Did you mean 'stages'"),
    ],
)
def test_queries_that_cannot_be_answered(
    arguments: tuple[str, ...], exit_code: int, words: str, interlock: Interlock
) -> None:
    """What is not GraphQL is refused before it is sent; what the schema lacks, by the service."""
    result = interlock("query", *arguments)
    assert result.exit_code == exit_code
    assert result.stdout == ""
    assert words in result.stderr


def test_watch_survives_a_restart_of_the_service(
    database_url: URL, run: Interlock, watching: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Events from before, and from after, the service is stopped and started again: each once, in order."""
    port = free_port()
    settings = environment(database_url, INTERLOCK_PORT=str(port))
    base = f"http://127.0.0.1:{port}"
    with forked("serve", settings) as process:
        answers(base, process)
        load_teams(run, base, tmp_path, "one")
        watch = watching(base, "--count", "6")
        assert b"Watching" in next_line(watch.stderr)
        load_teams(run, base, tmp_path, "one", "two")
        seen = [next_line(watch.stdout)]
    assert b"Connection lost" in next_line(watch.stderr)
    with forked("serve", settings) as process:
        answers(base, process)
        load_teams(run, base, tmp_path, "one", "two", "three", "four", "five")
        rest, _ = watch.communicate(timeout=60)
    events = [json.loads(line) for line in [*seen, *rest.splitlines()]]
    changed, names = "configuration.changed", [event["payload"].get("name") for event in events]
    assert [event["type"] for event in events if not event["payload"].get("name")] == [changed, changed]
    assert names == [None, "two", None, "three", "four", "five"]
    assert watch.returncode == 0


@pytest.fixture
def watching() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `interlock watch -o json ARGUMENTS` beside the test; none outlives it."""
    started: list[subprocess.Popen[bytes]] = []

    def start(base: str, *arguments: str) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-m", "interlock_cli", "--url", base, "watch", "-o", "json", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(program, env=environment() | SOURCE, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def next_line(stream: IO[bytes] | None) -> bytes:
    """The next line of a program's output."""
    assert stream is not None
    return stream.readline()


def load_teams(run: Interlock, base: str, folder: Path, *names: str) -> None:
    """Applies a file with these teams."""
    file = folder / "teams.yaml"
    file.write_text(yaml.safe_dump({"teams": [{"name": name} for name in names]}))
    assert run("--url", base, "apply", str(file)).exit_code == 0


def test_why_says_it_in_one_screen(acme: Interlock) -> None:
    """The sentence first, then what is deployed, what comes next, and every blocker with when it clears."""
    deploy_to_alpha(acme)
    environments = answered(acme("environments", "-o", "json"))
    alpha = next(each["name"] for each in environments if each["wave"]["name"] == "alpha-1")
    why = answered(acme("why", "payments", alpha, "-o", "json"))
    assert why["sentence"].startswith("wave 1 of alpha: ")
    shown = acme("why", "payments", alpha)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines()[0] == f"{why['sentence']}."
    assert f"payments in {alpha} has " in shown.stdout


@pytest.mark.parametrize(
    ("service_", "environment_", "said"),
    [
        ("paymets", "alpha-eu-west-1", "There is no service 'paymets'; did you mean payments?"),
        ("payments", "alpha-eu-wst-1", "did you mean alpha-eu-west-1"),
    ],
)
def test_why_suggests(acme: Interlock, service_: str, environment_: str, said: str) -> None:
    """A misspelt name is no answer: the nearest that there are are named."""
    result = acme("why", service_, environment_)
    assert result.exit_code == 1
    assert said in result.stderr
