"""Ask a PostgreSQL server whether it takes the login, before the driver asks for half a minute.

The driver keeps a pool of connections. To it a refused password is a connection that failed, so it
tries again until its pool gives up after 30 seconds, and no setting of its address changes that.
Another library logs in once and hears the server's own word.

Belongs here: one login. Does not belong here: any doubt about what came of it: then the driver
decides.
"""

from urllib.parse import parse_qs, unquote, urlsplit

from orchestration.extraction.connection import Connection, DatabaseUnreachableError

_SECONDS_TO_ANSWER = 10.0
# What a server says to a wrong name or password, and to the name of no database.
_REFUSED = frozenset({"28P01", "3D000"})


def require_login(connection: Connection) -> None:
    """Fail at once where the server refuses the user, the password or the database.

    Raises:
        DatabaseUnreachableError: It says so itself; whatever else happens is left to the driver.
    """
    if connection.product != "postgresql" or not connection.host:
        return
    try:
        from pg8000.dbapi import DatabaseError, Error, connect
    except ImportError:
        # The driver is missing with it, and whoever reads says which package brings both.
        return
    parts = urlsplit(connection.url)
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[0]
    try:
        connect(
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            host=connection.host,
            port=connection.port,
            database=unquote(parts.path.lstrip("/")) or None,
            # None asks for TLS and does without where there is none, as the driver does.
            ssl_context=False if mode == "disable" else None,
            timeout=_SECONDS_TO_ANSWER,
        ).close()
    except DatabaseError as error:
        told = error.args[0] if error.args else None
        if isinstance(told, dict) and told.get("C") in _REFUSED:
            raise DatabaseUnreachableError(
                f"{connection.place} answers but lets us not in; check the user, the password and "
                "the name of the database"
            ) from None
    except (Error, OSError):
        return
