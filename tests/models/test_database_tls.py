"""Who the database is is verified: by every connection, and where it is not this machine, unless it is said."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text

from models import migrate, pokes, regions, settings
from models.database_settings import elsewhere
from models.engine import Database
from tests.tls import Authority, Front, fronted

pytestmark = pytest.mark.database

HOST = "db.example.com"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"), "authority")


@pytest.fixture
def front(database_url: URL, authority: Authority) -> Iterator[Front]:
    """A server of the right name."""
    with fronted(database_url, authority.context(HOST)) as made:
        yield made


def addressed(monkeypatch: pytest.MonkeyPatch, url: URL, port: int, query: str = "", **said: str) -> str:
    """What the settings make of an address whose name is elsewhere, and whose way is this machine's."""
    address = f"postgresql://{url.username}@{HOST}:{port}/{url.database}?hostaddr=127.0.0.1{query}"
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", address)
    for name, value in said.items():
        monkeypatch.setenv(f"INTERLOCK_DATABASE_{name}", value)
    return str(settings.load().database_address)


async def test_every_connection_is_verified(
    database_url: URL, front: Front, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool's, what pokes and listens, the rehearsal's clock, migrations and Regions: all by TLS."""
    address = addressed(monkeypatch, database_url, front.port, CA=str(authority.path))
    assert make_url(address).query["sslmode"] == "verify-full"
    migrate.check(address)
    regions.register_known(address)
    seen = front.encrypted
    assert seen >= 2
    async with Database(address, rehearsal=True) as database:
        async with database.reading() as connection:
            assert (await connection.execute(text("select 1"))).scalar_one() == 1
        assert database.clock.now().tzinfo is not None
        async with aclosing(pokes.listen(database.address)) as heard:
            await anext(heard)
            database.poker.poke()
            await anext(heard)
    assert front.encrypted >= seen + 4


@pytest.mark.parametrize("wrong", ["authority", "name", "expired", "plain", "machine's authorities"])
def test_what_is_not_the_database_is_refused(
    database_url: URL, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """Signed by somebody else, of another name, expired, without TLS: not used, and the message says what to set."""
    context: ssl.SSLContext | None = authority.context(HOST)
    if wrong == "authority":
        context = Authority(tmp_path, "authority").context(HOST)
    elif wrong == "name":
        context = authority.context("db.example.org")
    elif wrong == "expired":
        context = authority.context(HOST, life=-timedelta(days=1))
    elif wrong == "plain":
        context = None
    with fronted(database_url, context) as front:
        said = {} if wrong.startswith("machine") else {"CA": str(authority.path)}
        address = addressed(monkeypatch, database_url, front.port, **said)
        with pytest.raises(migrate.DatabaseUnreachableError, match=r"cannot be trusted: .*INTERLOCK_DATABASE_CA"):
            migrate.check(address)


async def test_the_pool_refuses_too(
    database_url: URL, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server that is taken over while the service runs."""
    with fronted(database_url, Authority(tmp_path, "other").context(HOST)) as front:
        address = addressed(monkeypatch, database_url, front.port, CA=str(authority.path))
        async with Database(address) as database:
            with pytest.raises(Exception, match="certificate verify failed"):
                async with database.reading():
                    pass
            with pytest.raises(Exception, match="certificate verify failed"):
                await anext(pokes.listen(database.address))


def test_weaker_ways_are_refused_unless_they_are_said(
    database_url: URL, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """sslmode in the address is not enough: it is often there because somebody copied it."""
    for mode in ("require", "prefer", "disable", "verify-ca"):
        with pytest.raises(settings.SettingsError, match=f"sslmode={mode}, with which another server could pose as"):
            addressed(monkeypatch, database_url, front.port, f"&sslmode={mode}")
    address = addressed(monkeypatch, database_url, front.port, "&sslmode=require", TLS="require")
    migrate.check(address)
    assert front.encrypted == 1


def test_a_file_of_authorities_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, by the variable."""
    monkeypatch.setenv("INTERLOCK_DATABASE_CA", "/no/such.pem")
    with pytest.raises(settings.SettingsError, match=r"INTERLOCK_DATABASE_CA is '/no/such.pem'. Allowed: a file"):
        settings.load()


@pytest.mark.parametrize(
    "host", ["", "localhost", "127.0.0.1", "127.3.0.9", "[::1]", "::1", "/run/postgresql", "@abstract"]
)
def test_this_machine_needs_no_tls(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sockets, and loopback by name and number: nothing of the address is changed."""
    assert not elsewhere(host)
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", f"postgresql:///interlock?host={host}")
    assert "sslmode" not in str(settings.load().database_address)


@pytest.mark.parametrize("host", ["db", "10.0.0.7", "localhost.example.com", "2001:db8::1"])
def test_all_others_do(host: str) -> None:
    """Names that resolve to loopback as well: a name may come to mean another address."""
    assert elsewhere(host)


def test_one_of_several_hosts_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """libpq tries each of them."""
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", "postgresql:///interlock?host=localhost,db.example.com")
    assert make_url(str(settings.load().database_address)).query["sslmode"] == "verify-full"
