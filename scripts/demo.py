"""`make demo`: the whole way on this machine, from an empty database to a deployment that is watched.

Everything runs on loopback: the service with an embedded PostgreSQL, an AWS emulator, and the command. It all lives in
a temporary folder and is stopped and removed at the end. DEMO_EXIT=1 ends by itself; otherwise it serves until Ctrl-C.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HUB_ACCOUNT, HUB_REGION, QUEUE = "888888888888", "eu-west-1", "interlock-intake"
FAILS_AT = "prod-us-east-1"
STEPS = 7
STARTS_WITHIN = 90

FAILED = """{ deployments(first: 1, filter: {status: [FAILED]}) {
  nodes { service { name } environment { name account { name } } revision
          failure { cause resource accountId regionName cascade fingerprint { digest text seen } } } } }"""
DELIVERY = """{ dora(from: "%s") { total {
  deploymentFrequency { count }
  changeLeadTime { value sampleSize }
  changeFailRate { value count sampleSize deliveries(first: 1) { nodes { service failingSince
    deployments(first: 1) { environment { name } failureEvidence(first: 3) { nodes { kind at } } } } } }
  failedDeploymentRecoveryTime { value unknownCount } } } }"""
UNEXPLAINED = b'{"query": "{ failures(filter: {explained: false}) { totalCount } }"}'


class DemoError(Exception):
    """The demo cannot go on; the message says why."""


def main() -> int:
    """0 when all went as it should; 1 with the reason when not; 130 after Ctrl-C before the end."""
    began = time.monotonic()
    for each in (signal.SIGINT, signal.SIGTERM):  # a shell that starts it in the background has SIGINT ignored
        signal.signal(each, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="interlock-demo-") as folder, ExitStack() as stack:
            Path(folder).chmod(0o711)  # PostgreSQL drops root's rights and must still reach its own folder
            demo = Demo(Path(folder), stack)
            url = demo.run()
            say(f"Done in {time.monotonic() - began:.0f} s. The console was at {url}/ all the while.")
            if not os.environ.get("DEMO_EXIT"):
                demo.go_on()
                serve_until_interrupted(url, demo.endpoint)
    except DemoError as error:
        print(f"\nThe demo stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; everything that the demo started was stopped.", file=sys.stderr)
        return 130
    return 0


def serve_until_interrupted(url: str, endpoint: str) -> None:
    """Leaves the addresses on the screen until Ctrl-C, which is how a demo ends well."""
    say(f"""Still serving, and deploying two more commits of payments, the last of which fails: stop it, retry it, roll
    it back. Look around:
      the console     {url}/
      the graph       {url}/graphiql
      in a terminal   export INTERLOCK_URL={url} AWS_ENDPOINT_URL={endpoint} PATH={BIN}:{ROOT}/node_modules/.bin:$PATH
      step by step    docs/tutorial.md
    Ctrl-C stops everything.""")
    try:
        signal.pause()
    except KeyboardInterrupt:
        say("Stopping.")


class Demo:
    """The steps, in order; the stack stops what they started, the last first."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.began = datetime.now(UTC)  # what is rehearsed comes after: weeks of it, more than the 30 days of a default
        self.endpoint = f"http://127.0.0.1:{free_port(0)}"
        self.port = free_port(int(os.environ.get("INTERLOCK_PORT", "8400")))
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERLOCK_", "AWS_"))}
        self.env = kept | {
            "PATH": f"{BIN}{os.pathsep}{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}",
            "INTERLOCK_URL": self.url,
            "INTERLOCK_PORT": str(self.port),
            "INTERLOCK_DATA": str(folder),
            "INTERLOCK_SETTLE_SECONDS": "2",
            "INTERLOCK_GRACE_SECONDS": "0",
            "INTERLOCK_REHEARSAL": "1",  # a bake of twelve hours takes a second
            "INTERLOCK_SILENT_MINUTES": "10080",
            "INTERLOCK_EMULATOR": str(ROOT / ".venv-emulator" / "bin" / "ministack"),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": HUB_ACCOUNT,  # the emulator takes twelve digits for the account
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_DEFAULT_REGION": HUB_REGION,
        }

    def run(self) -> str:
        """All steps; the service's address."""
        step(1, "An AWS emulator on loopback stands in for twelve accounts")
        own = self.folder / "emulator"
        own.mkdir()
        port = self.endpoint.rsplit(":", 1)[1]
        emulator = self.start("emulator", "-m", "interlock_cli.rehearsal.emulator", "--port", port, TMPDIR=str(own))
        self.await_address(f"{self.endpoint}/_ministack/health", emulator)
        queue = self.queue()
        step(2, "The service, with a PostgreSQL of its own: serve, intake, report")
        service = self.start("serve", "-m", "graph", "serve")
        self.await_address(f"{self.url}/readyz", service)
        self.start(
            "intake", "-m", "graph", "intake", INTERLOCK_QUEUE_URL=queue, INTERLOCK_READER_ROLE="interlock-reader"
        )
        self.start("report", "-m", "graph", "report")
        step(3, "An organisation: accounts, Regions, stages, waves, services, checks, through the mutations")
        self.interlock("apply", "examples/organisation.yaml")
        self.interlock("plan", "acme/payments")
        step(4, "A team's app of two lines is synthesized in ONE request, and its pipeline rehearsed")
        say(f"Look at it move, in a browser: {self.url}/")
        with self.watching() as seen:
            self.interlock("rehearse", "--app", "examples/payments")
        say("What `interlock watch` showed meanwhile in another terminal (its last lines):")
        print("\n".join(f"      {line}" for line in seen.read_text().splitlines()[-6:]))
        step(5, f"A bad revision of orders: its stack fails in {FAILS_AT}, and goes no further")
        self.interlock("rehearse", "--app", "examples/orders", "--fail-at", FAILS_AT, may_end_with=1)
        self.await_reasons()
        say("Why, asked of the graph, without access to the account:")
        self.interlock("query", FAILED, "-o", "yaml")
        step(6, "How fast and how safely it went, by DORA's measures, with what is behind the number; and is all well?")
        self.interlock("query", DELIVERY % self.began.isoformat(timespec="seconds"), "-o", "yaml")
        self.interlock("doctor")
        step(7, "What is where")
        self.interlock("status")
        return self.url

    def go_on(self) -> None:
        """Something to act on: a rehearsal at a walking pace, which answers as CodePipeline does until the end."""
        self.start("upkeep", "-m", "graph", "upkeep")
        slowly = ("--commits", "2", "--in-turn", "--speed", "600", "--fail-at", FAILS_AT, "--stay")
        self.start("rehearsal", "-m", "interlock_cli", "rehearse", "--app", "examples/payments", *slowly)

    def start(self, name: str, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """A program of the demo's, its output in a file; asked to end when the demo does."""
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.env | more,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.stack.callback(end, process)
        return process

    def interlock(self, *arguments: str, may_end_with: int = 0) -> None:
        """The command, as a developer types it; where the demo is interrupted it tidies up before the demo does."""
        shown = " ".join(f"'{word}'" if " " in word else word for word in arguments)
        print(f"    $ interlock {shown}", flush=True)
        process = subprocess.Popen([BIN / "interlock", *arguments], cwd=ROOT, env=self.env)
        try:
            ended = process.wait()
        except BaseException:
            end(process)
            raise
        if ended != may_end_with:
            raise DemoError(f"`interlock {arguments[0]}` ended with {ended}. {self.tails()}")

    @contextmanager
    def watching(self) -> Iterator[Path]:
        """`interlock watch` in the background, what it prints in a file."""
        seen = self.folder / "watch.out"
        with seen.open("wb") as out:
            process = subprocess.Popen([BIN / "interlock", "watch", "payments"], env=self.env, stdout=out, stderr=out)
        try:
            yield seen
        finally:
            end(process)

    def queue(self) -> str:
        """The hub's queue, which EventBridge fills and intake reads."""
        sqs = boto3.client(
            "sqs",
            endpoint_url=self.endpoint,
            region_name=HUB_REGION,
            aws_access_key_id=HUB_ACCOUNT,
            aws_secret_access_key="demo",
        )
        return str(sqs.create_queue(QueueName=QUEUE)["QueueUrl"])

    def await_address(self, address: str, process: subprocess.Popen[bytes]) -> None:
        """Returns when the address answers; does not wait for a program that has ended."""
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with urllib.request.urlopen(address, timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise DemoError(f"nothing answered at {address}. {self.tails()}")

    def await_reasons(self) -> None:
        """Returns when intake has asked the account why each failure happened."""
        deadline = time.monotonic() + STARTS_WITHIN
        asked = urllib.request.Request(f"{self.url}/graphql", UNEXPLAINED, {"Content-Type": "application/json"})
        while time.monotonic() < deadline:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                if json.load(answer)["data"]["failures"]["totalCount"] == 0:
                    return
            time.sleep(0.2)
        raise DemoError(f"the failure was not explained in {STARTS_WITHIN} s. {self.tails()}")

    def tails(self) -> str:
        """The last lines of every program's log."""
        tails = ["Their logs end:"]
        for log in sorted(self.folder.glob("*.log")):
            tails += [f"  {log.stem}: {line}" for line in log.read_text(errors="replace").splitlines()[-4:]]
        return "\n".join(tails)


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks a process to end, and waits."""
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port(wanted: int) -> int:
    """The wanted port of loopback where it is free; else any that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise DemoError("no port of 127.0.0.1 is free")


def step(number: int, what: str) -> None:
    """Announces a step."""
    print(f"\n[{number}/{STEPS}] {what}", flush=True)


def say(what: str) -> None:
    """One line among the steps."""
    print(f"\n    {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
