"""The server that `HEARD_PUBLISH_URL` names, and how it may be reached.

Off this machine only with TLS, the server's certificate and name checked; with SCRAM and no older
way to prove a password, so that a server which asks for it in the clear does not get it. The
address holds a password, so it is shown to nobody: messages name host and port.

Belongs here: the address and the connection. Does not belong here: any statement.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from orchestration.server.errors import ServerError
from orchestration.settings import SettingsError, read_setting

SETTING = "HEARD_PUBLISH_URL"
_FORM = "postgresql://heard_pipeline:password@host:5432/heard?sslrootcert=/path/to/ca.pem"
_WAIT_SECONDS = 600.0
# Codes of PostgreSQL's messages that ask for a password in the clear, or as MD5.
_OLD_WAYS = frozenset({3, 5})
_NO_TLS = frozenset({"disable", "allow", "prefer"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is.

    Attributes:
        place: Host and port, safe to show.
        is_here: Whether it is this machine.
        authorities_file: Certificates to trust; the system's when empty.
    """

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    is_here: bool
    wants_tls: bool
    authorities_file: str

    @property
    def place(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


def address_from_environment() -> Address:
    """Return the address that the settings name.

    Raises:
        SettingsError: It is missing or cannot be used.
    """
    url = read_setting(SETTING)
    if url is None:
        raise SettingsError(f"{SETTING} is not set; put it in the environment or in .env: {_FORM}")
    return parse_address(url)


def parse_address(url: str) -> Address:
    """Understand an address, without ever repeating it.

    Raises:
        SettingsError: It cannot be used.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port or 5432
    except ValueError:
        # The original error may quote a part of the password.
        parts, port = SplitResult("", "", "", "", ""), 0
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname or not parts.username:
        raise SettingsError(
            f"{SETTING} must read {_FORM}; write @ : / ? # in a password as %40 %3A %2F %3F %23"
        ) from None
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    mode = options.get("sslmode", "")
    is_here = _is_loopback(parts.hostname)
    if mode in _NO_TLS and not is_here:
        raise SettingsError(
            f"{SETTING} asks for sslmode={mode}: a server on another machine is reached with TLS"
            " only; leave sslmode out, and name its authority with sslrootcert"
        )
    return Address(
        host=parts.hostname,
        port=port,
        database=unquote(parts.path.lstrip("/")) or "heard",
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        is_here=is_here,
        wants_tls=not is_here or (mode not in _NO_TLS and mode != ""),
        authorities_file=options.get("sslrootcert", ""),
    )


def open_server(address: Address) -> Any:
    """Sign in.

    Raises:
        ServerError: Nobody answers, or it lets us not in; the driver's own words are not told.
    """
    try:
        from pg8000.core import CoreConnection
        from pg8000.exceptions import DatabaseError, InterfaceError
    except ImportError:
        raise ServerError(
            "the driver for PostgreSQL is not installed; run: pip install 'heard[database]'"
        ) from None

    class ScramConnection(CoreConnection):  # type: ignore[misc]  # mypy does not follow pg8000
        """Proves the password by SCRAM, or not at all."""

        def handle_AUTHENTICATION_REQUEST(self, data: bytes, context: Any) -> None:  # noqa: N802
            if int.from_bytes(data[:4], "big") in _OLD_WAYS:
                raise ServerError(
                    f"{address.place} asks for the password in a way that gives it away; set"
                    " scram-sha-256 in its pg_hba.conf and set the password again"
                )
            super().handle_AUTHENTICATION_REQUEST(data, context)

    try:
        return ScramConnection(
            user=address.user,
            password=address.password,
            host=address.host,
            port=address.port,
            database=address.database,
            ssl_context=_tls(address),
            timeout=_WAIT_SECONDS,
            application_name="heard",
        )
    except ssl.SSLError as error:
        raise ServerError(
            f"{address.place}: its certificate is not one that we trust ({error.reason}); name the"
            " authority that signed it with sslrootcert"
        ) from None
    except (DatabaseError, InterfaceError, OSError) as error:
        told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
        raise ServerError(
            f"{address.place} lets us not in ({told.get('C') or type(error).__name__}); check"
            f" {SETTING}, the firewall, and that `heard server setup` was run"
        ) from None


def _tls(address: Address) -> ssl.SSLContext | bool:
    """Return how to check the server; False goes without, on this machine alone."""
    if not address.wants_tls:
        return False
    try:
        context = ssl.create_default_context(cafile=address.authorities_file or None)
    except OSError:
        raise SettingsError(
            f"sslrootcert of {SETTING} names no readable file of certificates"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
