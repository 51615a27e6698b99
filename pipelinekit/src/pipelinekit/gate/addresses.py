"""HTTP for checks, whose addresses are written down in the service: nothing of the function's own machine or link.

In a Lambda function this machine answers as the runtime does, and on its link are credentials. Private networks are
where a company's services are, so they are spoken to. A name is resolved once and the connection is made to an address
that was looked at; a redirect is an answer like any other.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import urllib.request
from typing import Any

LAMBDA = "AWS_LAMBDA_RUNTIME_API"
"""Set in every Lambda function, and nowhere else: elsewhere, as in a rehearsal, this machine may be spoken to."""
_METADATA = frozenset(ipaddress.ip_address(each) for each in ("fd00:ec2::254", "fd00:ec2::23"))


def opener() -> urllib.request.OpenerDirector:
    """What opens a check's address. OSError for one that is not spoken to."""
    return urllib.request.build_opener(_Http, _Https, _NoRedirects)


def forbidden(text: str, *, loopback: bool) -> bool:
    """Whether an address is not spoken to. loopback: whether this machine may be."""
    address: Any = ipaddress.ip_address(text.partition("%")[0])
    if address.version == 6:
        address = address.ipv4_mapped or address.sixtofour or address
    if address.is_loopback:
        return not loopback
    return bool(
        address.is_link_local or address.is_multicast or address.is_unspecified or address in _METADATA
        or address in ipaddress.ip_network("0.0.0.0/8")
    )  # fmt: skip


def _connected(address: tuple[str, int], timeout: Any = None, source: Any = None) -> socket.socket:
    """A connection to the first address of a host that is reached; all of them are looked at before."""
    found: list[Any] = [each[4] for each in socket.getaddrinfo(*address, type=socket.SOCK_STREAM)]
    for each in found:
        if forbidden(str(each[0]), loopback=LAMBDA not in os.environ):
            raise OSError(f"{address[0]} is {each[0]}, which is not spoken to")
    for each in found[:-1]:
        try:
            return socket.create_connection(each[:2], timeout, source)
        except OSError:
            continue
    return socket.create_connection(found[-1][:2], timeout, source)


class _Connection(http.client.HTTPConnection):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._create_connection = _connected


class _SecureConnection(http.client.HTTPSConnection):
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._create_connection = _connected


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Connection, req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_SecureConnection, req)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Nowhere else: the headers of a check may have secrets, which are for the address that was written down."""
