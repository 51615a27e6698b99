"""HTTP to addresses that others have written down: nothing of this machine, of its link or of the cloud's metadata, and
of private networks those alone that a setting names.

A name is resolved once, all its addresses are looked at, and the request goes to the first of them that is reached: a
name that resolves otherwise a moment later gains nothing. Redirects are not followed, and no proxy of the environment
is used.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import httpx

from reporting.channels.outcome import TIMEOUT_SECONDS, Refused, wait_seconds

NAMES_AT_ONCE = 16
"""Hosts that are looked up at the same time."""
MOST_BYTES = 64_000
"""What is read of an answer."""
_METADATA = frozenset(
    ipaddress.ip_address(each)
    for each in ("fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
"""Metadata services outside of the link-local networks: EC2's and EKS's over IPv6, Google's, Alibaba's, Azure's,
Oracle's."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said."""

    status: int
    headers: httpx.Headers
    body: bytes


class Web:
    """Asks addresses of others. loopback: whether this machine may be spoken to, and without TLS.

    networks: those that may be spoken to although they are private. tls: whom to trust; if unsaid, the authorities that
    httpx trusts.
    """

    def __init__(self, *, loopback: bool, networks: Sequence[str] = (), tls: ssl.SSLContext | None = None) -> None:
        self._loopback = loopback
        self._networks = [ipaddress.ip_network(each) for each in networks]
        # Their own: a name that nobody answers for keeps a thread for minutes, and no other's.
        self._names = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")
        self._client = httpx.AsyncClient(
            verify=tls or True,
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": "interlock"},
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer, whatever its status. Raises Refused where there is none, or the address is not spoken to."""
        return await self._asked("POST", url, headers, body, MOST_BYTES)

    async def get(self, url: str, headers: Mapping[str, str], most_bytes: int) -> Answer:
        """Likewise, of what is there; no more than so many bytes of it."""
        return await self._asked("GET", url, headers, b"", most_bytes)

    async def _asked(self, method: str, url: str, headers: Mapping[str, str], body: bytes, most: int) -> Answer:
        try:
            target = httpx.URL(url)
            async with asyncio.timeout(TIMEOUT_SECONDS):
                *others, last = await self._checked(target)
                for address in others:
                    request = self._request(method, target, address, headers, body)
                    with suppress(httpx.ConnectError):  # who was not reached was told nothing
                        return await self._answered(request, most)
                return await self._answered(self._request(method, target, last, headers, body), most)
        except httpx.InvalidURL:
            raise Refused("the address cannot be read as a URL") from None
        except TimeoutError:
            raise Refused(f"no answer within {TIMEOUT_SECONDS} seconds") from None
        except httpx.HTTPError as error:
            raise Refused(f"{type(error).__name__}: {error}") from None

    def _request(
        self, method: str, target: httpx.URL, address: IpAddress, headers: Mapping[str, str], body: bytes
    ) -> httpx.Request:
        return self._client.build_request(
            method,
            target.copy_with(host=str(address)),
            headers={**headers, "host": target.netloc.decode("ascii")},
            content=body,
            extensions={"sni_hostname": target.raw_host.decode("ascii")},
        )

    async def _answered(self, request: httpx.Request, most: int) -> Answer:
        response = await self._client.send(request, stream=True)
        try:
            found = bytearray()
            async for piece in response.aiter_raw():
                found += piece
                if len(found) >= most:
                    break
            return Answer(response.status_code, response.headers, bytes(found[:most]))
        finally:
            await response.aclose()

    async def _checked(self, target: httpx.URL) -> list[IpAddress]:
        """The host's addresses, all of which may be spoken to."""
        if target.scheme not in ("https", "http") or not target.host or target.userinfo:
            raise Refused("the address is not one of HTTPS, with a host and without a user")
        port = target.port or (443 if target.scheme == "https" else 80)
        try:
            asked = partial(socket.getaddrinfo, target.host, port, type=socket.SOCK_STREAM)
            found = await asyncio.get_running_loop().run_in_executor(self._names, asked)
        except (OSError, UnicodeError):
            raise Refused(f"the host {target.host} is not known") from None
        addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
        for address in addresses:
            self._check(address, target)
        return addresses

    def _check(self, address: IpAddress, target: httpx.URL) -> None:
        real = unwrapped(address)
        if real.is_loopback and self._loopback:
            return
        if forbidden(real):
            raise Refused(f"the host {target.host} is {address}, to which nothing is sent")
        if target.scheme != "https":
            raise Refused("the address is not one of HTTPS")
        if not real.is_global and not any(real in each for each in self._networks):
            raise Refused(
                f"the host {target.host} is {address}, which is in no public network: INTERLOCK_OUTBOUND_NETWORKS names"
                " the private ones that are spoken to"
            )

    async def close(self) -> None:
        """Closes what is open."""
        self._names.shutdown(wait=False, cancel_futures=True)
        await self._client.aclose()


def unwrapped(address: IpAddress) -> IpAddress:
    """The IPv4 address that an IPv6 address stands for: mapped, of 6to4, of Teredo, or behind NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return inner or address


def forbidden(address: IpAddress) -> bool:
    """Whether it is this machine's, its link's, a cloud's metadata service, or nobody's: no setting allows that."""
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return True
    this = ipaddress.ip_network("0.0.0.0/8")
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address.is_reserved
        or address in _METADATA
        or (isinstance(address, ipaddress.IPv4Address) and address in this)
    )


def refuse(answer: Answer, *, said: str = "") -> None:
    """Raises Refused for an answer that is not one of success. 410: the address is gone, for good."""
    if 200 <= answer.status < 300:
        return
    reason = f"HTTP {answer.status} {said}".rstrip()
    if 300 <= answer.status < 400:
        reason += ": redirects are not followed"
    stale = answer.status in (401, 403)
    wait = wait_seconds(answer.headers.get("retry-after"))
    raise Refused(reason, wait, gone=answer.status == 410, stale=stale)
