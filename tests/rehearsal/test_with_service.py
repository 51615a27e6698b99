"""The example app against the real service: from one request at synth to deployments that the graph tells of."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from interlock_cli.rehearsal.emulator import answers, free_port

ROOT = Path(__file__).parents[2]
HUB = "888888888888"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

pytestmark = [pytest.mark.slow, pytest.mark.database, pytest.mark.timeout(900)]


def environ(**more: str) -> dict[str, str]:
    """This environment without settings of AWS or Interlock, and with these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "INTERLOCK_"))}
    return kept | more


def ready(url: str) -> bool:
    """Whether the service says that it is."""
    try:
        with OPENER.open(f"{url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running(environment: dict[str, str], *program: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program of this checkout, ended with SIGTERM and waited for."""
    process = subprocess.Popen(
        [sys.executable, *program], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def settings(database_url: URL) -> dict[str, str]:
    """What the service's programs of this test are told."""
    address = database_url.set(drivername="postgresql").render_as_string(hide_password=False)
    return environ(
        INTERLOCK_DATABASE_URL=address,
        INTERLOCK_PORT=str(free_port()),
        INTERLOCK_REHEARSAL="1",
        INTERLOCK_GRACE_SECONDS="0",
        INTERLOCK_SILENT_MINUTES="10080",
    )


@pytest.fixture
def empty(settings: dict[str, str]) -> Iterator[str]:
    """The service, which knows of nothing yet."""
    address = f"http://127.0.0.1:{settings['INTERLOCK_PORT']}"
    with running(settings, "-m", "graph", "serve") as process:
        while not ready(address):
            assert process.poll() is None, "the service ended before it was ready"
        yield address


@pytest.fixture
def url(empty: str) -> str:
    """The service, with the example organisation loaded."""
    done = interlock(empty, "apply", "examples/organisation.yaml")
    assert done.returncode == 0, done.stderr
    return empty


def interlock(url: str, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command, as a person runs it in the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "interlock_cli", *arguments],
        cwd=ROOT,
        env=environ(INTERLOCK_URL=url, **more),
        capture_output=True,
        text=True,
        check=False,
    )


def asked(url: str, query: str) -> Any:
    """The data of a query."""
    done = interlock(url, "query", query)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_rehearsal_reaches_every_environment_and_the_graph_tells_of_it(url: str) -> None:
    """Sixteen environments in ten accounts and six Regions, with the checks of the organisation run for real."""
    done = interlock(url, "rehearse", "--app", "examples/payments", "--commit", "9f2c1ab", "-o", "json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["events"]["accepted"] == report["events"]["emitted"]
    told = "status revision deployments(first: 100) { nodes { status environment { name } } }"
    runs = "checkRuns(first: 100) { nodes { status } }"
    (execution,) = report["executions"]
    found = asked(url, f'{{ execution(executionId: "{execution["executionId"]}") {{ {told} {runs} }} }}')["execution"]
    assert (found["status"], found["revision"]) == ("SUCCEEDED", "9f2c1ab")
    deployments = found["deployments"]["nodes"]
    reached = {action["environment"] for stage in execution["stages"] for action in stage["actions"]} - {None}
    assert {each["environment"]["name"] for each in deployments} == reached
    assert {each["status"] for each in deployments} == {"SUCCEEDED"}
    assert {each["status"] for each in found["checkRuns"]["nodes"]} == {"PASSED"}


def test_a_seeded_failure_through_intake_shows_its_reason_in_the_graph(url: str, settings: dict[str, str]) -> None:
    """A shared emulator whose queue the service's own intake reads, as in `make demo`."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    queue = {
        "INTERLOCK_QUEUE_URL": f"{endpoint}/{HUB}/interlock-intake",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": HUB,
        "AWS_SECRET_ACCESS_KEY": "any",
        "INTERLOCK_READER_ROLE": "interlock-reader",
    }
    with running(environ(), "-m", "interlock_cli.rehearsal.emulator", "--port", str(port)) as process:
        while not answers(endpoint):
            assert process.poll() is None, "the emulator ended before it answered"
        with running({**settings, **queue}, "-m", "graph", "intake"):
            done = interlock(
                url,
                "rehearse",
                "--app",
                "examples/payments",
                "--fail-at",
                "beta-us-east-1",
                AWS_ENDPOINT_URL=endpoint,
            )
            assert done.returncode == 1, done.stderr
            reason = "Stack beta-us-east-1-Payments is in ROLLBACK_COMPLETE: SeededFailure: The name of a FIFO queue"
            assert reason in done.stderr
            failure = explained(url)
    failed = asked(url, "{ deployments(filter: {status: [FAILED]}) { nodes { reason environment { name } } } }")
    (deployment,) = failed["deployments"]["nodes"]
    assert deployment["environment"]["name"] == "beta-us-east-1"
    assert deployment["reason"].startswith(reason)
    assert failure["cause"].startswith("The name of a FIFO queue")
    assert (failure["kind"], failure["resource"]) == ("RESOURCE", "SeededFailure")
    assert (failure["accountId"], failure["regionName"]) == (
        failure["environment"]["account"]["awsId"],
        "us-east-1",
    )


def explained(url: str) -> Any:
    """The one failure, when intake has asked the account for its reason; fails after a minute."""
    asked_for = "kind cause resource accountId regionName explainedAt unexplained environment { account { awsId } }"
    document = f"{{ failures {{ nodes {{ {asked_for} }} }} }}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = asked(url, document)["failures"]["nodes"]
        if found and found[0]["explainedAt"]:
            return found[0]
    raise AssertionError(f"nothing was explained: {found}")
