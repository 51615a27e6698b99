"""The program of `helm test`: it asks the service as a client does, and subscribes, and says what it found.

Environment: SERVICE, host and port; PUBLIC_URL, under whose name it asks; TOKEN_FILE, a token of the role viewer.
Without a token it asks what anybody may, and that the graph is closed. Exit code 0 when all holds, else 1.
"""

import http.client
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

SERVICE = os.environ["SERVICE"]
PUBLIC = urlsplit(os.environ["PUBLIC_URL"])
TRIES = 15
EVENTS = "{ events(first: 2) { edges { cursor } } }"
FOLLOW = "subscription ($after: String) { events(after: $after) { cursor } }"


class Failed(Exception):
    """The service is not as it should be; the message says how."""


def main() -> int:
    """Runs all that is asked, and stops at what fails."""
    try:
        token = _token()
        _reached()
        _is("GET /readyz", 200)
        _is("GET /.well-known/interlock", 200)
        if token:
            _followed(_events(token), token)
        else:
            _is("POST /graphql", 401, {"query": "{ __typename }"})
            _closed()
    except (Failed, OSError, ConnectionClosed) as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    print("All is well." if token else "All is well, as far as can be asked without a token (test.tokenSecret).")
    return 0


def _token() -> str | None:
    path = os.environ.get("TOKEN_FILE")
    if not path:
        return None
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - nothing else of pathlib is needed here
        return file.read().strip()


def _reached() -> None:
    """Returns when the service takes connections: a rollout may just have ended."""
    host, _, port = SERVICE.rpartition(":")
    for left in reversed(range(TRIES)):
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError as error:
            if not left:
                raise Failed(f"{SERVICE} cannot be reached: {error}. Is a NetworkPolicy between?") from error
            time.sleep(2)
        else:
            print(f"ok    {SERVICE} is reached")
            return


def _is(asked: str, wanted: int, body: object = None, token: str | None = None) -> str:
    """The answer's text; Failed where its status is another."""
    method, path = asked.split(" ")
    headers = {"Host": PUBLIC.netloc, "Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(SERVICE, timeout=30)
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status != wanted:
        raise Failed(f"{asked} answers {answer.status} instead of {wanted}: {text[:300]}")
    print(f"ok    {asked} answers {wanted}")
    return text


def _events(token: str) -> list[str]:
    """The cursors of the first two events that this token sees."""
    answer = json.loads(_is("POST /graphql", 200, {"query": EVENTS}, token))
    if answer.get("errors"):
        raise Failed(f"the query is refused: {answer['errors'][0]['message']}")
    found = [edge["cursor"] for edge in answer["data"]["events"]["edges"]]
    print(f"ok    a query is answered: {len(found)} events")
    return found


@contextmanager
def _opened(token: str | None) -> Iterator[ClientConnection]:
    """A socket that has said who asks."""
    host, _, port = SERVICE.rpartition(":")
    with connect(
        f"ws://{PUBLIC.netloc}/graphql",
        sock=socket.create_connection((host, int(port)), timeout=30),
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]  # a NewType of the library's own
        proxy=None,
    ) as opened:
        payload = {"Authorization": f"Bearer {token}"} if token else {}
        opened.send(json.dumps({"type": "connection_init", "payload": payload}))
        yield opened


def _followed(cursors: list[str], token: str) -> None:
    """Subscribes behind the first event, and gets the second; where there is none, that the subscription stands."""
    with _opened(token) as opened:
        _expect(opened, "connection_ack")
        variables = {"after": cursors[0] if cursors else None}
        opened.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": FOLLOW, "variables": variables}}))
        if len(cursors) > 1:
            event = _expect(opened, "next")["payload"]["data"]["events"]["cursor"]
            if event != cursors[1]:
                raise Failed(f"the subscription gave event {event} instead of {cursors[1]}")
            print("ok    a subscription gives what happened")
        else:
            opened.send(json.dumps({"type": "ping"}))
            _expect(opened, "pong")
            print("ok    a subscription stands; nothing has happened yet")


def _closed() -> None:
    """A socket that does not say who it is is closed."""
    with _opened(None) as opened:
        try:
            answer = opened.recv(timeout=30)
        except ConnectionClosed as error:
            print(f"ok    a socket without a token is closed with {error.rcvd.code if error.rcvd else 'nothing'}")
        else:
            raise Failed(f"a socket without a token is answered: {str(answer)[:300]}")


def _expect(opened: ClientConnection, kind: str) -> Any:
    """The next message of this type; the service's own pings are passed over."""
    while True:
        try:
            message = json.loads(opened.recv(timeout=30))
        except TimeoutError:
            raise Failed(f"no {kind} came within 30 seconds") from None
        if message["type"] == kind:
            return message
        if message["type"] not in ("ping", "pong"):
            raise Failed(f"instead of {kind} the socket said {json.dumps(message)[:300]}")


if __name__ == "__main__":
    sys.exit(main())
