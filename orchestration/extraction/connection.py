"""The database that `HEARD_DATABASE_URL` names.

Belongs here: reading and checking the address, and whether anybody answers there. Does not belong
here: SQL (dialects) or reading rows (reading). The address holds a password, so it is shown to
nobody: messages name the host and the port.
"""

import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from orchestration.settings import SettingsError, read_setting

SETTING = "HEARD_DATABASE_URL"
_PORTS = {"postgresql": 5432, "postgres": 5432, "mssql": 1433}
_SECONDS_TO_ANSWER = 10.0
_FORM = "postgresql://user:password@host:5432/database or mssql://user:password@host:1433/database"


class DatabaseUnreachableError(ConnectionError):
    """Nobody answers where the database should be, or it lets us not in."""


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a database is.

    Attributes:
        product: `postgresql` or `mssql`.
        place: Host and port, safe to show.
        host: The host; empty for a Unix socket.
        port: The port.
        url: The whole address with its password, for the driver alone.
    """

    product: str
    place: str
    host: str
    port: int
    url: str = field(repr=False)


def connection_from_environment() -> Connection:
    """The connection that the settings name."""
    url = read_setting(SETTING)
    if url is None:
        raise SettingsError(f"{SETTING} is not set; put it in the environment or in .env: {_FORM}")
    return parse_url(url)


def parse_url(url: str) -> Connection:
    """Understand an address, without ever repeating it."""
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError:
        # The original error may quote a part of the password.
        scheme, host, port = "", "", None
    if scheme not in _PORTS:
        raise SettingsError(
            f"{SETTING} must read {_FORM}; write @ : / ? # in a password as %40 %3A %2F %3F %23"
        ) from None
    port = port or _PORTS[scheme]
    place = f"{host}:{port}" if host else "the local socket"
    product = "mssql" if scheme == "mssql" else "postgresql"
    return Connection(product, place, host, port, url.strip())


def require_answer(connection: Connection) -> None:
    """Fail at once where nobody answers; the driver alone would try for half a minute."""
    if not connection.host:
        return
    address = (connection.host, connection.port)
    try:
        socket.create_connection(address, timeout=_SECONDS_TO_ANSWER).close()
    except OSError as error:
        raise DatabaseUnreachableError(
            f"nobody answers at {connection.place} ({type(error).__name__}); check the host and "
            "the port, and ask whether a firewall stands between this machine and the database"
        ) from None
