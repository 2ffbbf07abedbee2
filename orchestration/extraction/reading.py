"""Run a query with connector-x and hand its rows on in Arrow batches.

Belongs here: everything that is peculiar to the driver. Does not belong here: which query (finding)
or where the rows go (delivery). Batches keep memory flat however long a table is.

The driver's messages may quote a value, the login or the query, on stderr too, so none is repeated:
an error here says what kind of trouble it was.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, cast

from orchestration.extraction.connection import Connection, DatabaseUnreachableError
from orchestration.extraction.dialects import DIALECTS

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_PER_BATCH = 20_000
_DENIED = ("permission denied", "permission was denied")
_NO_CONNECTION = ("timed out waiting for connection", "connection refused", "login failed")


class DriverMissingError(RuntimeError):
    """The driver for databases is not installed."""


class PermissionDeniedError(PermissionError):
    """The login may not read what was asked for."""


class UnreadableError(RuntimeError):
    """The database did not answer the query, or not to its end."""


def read_batches(
    connection: Connection, query: str
) -> "tuple[pa.Schema, Iterator[pa.RecordBatch]]":
    """Run a query; return its schema and its rows, of which the first batch has come.

    The rows may still raise `UnreadableError`: a query that ends early is never a short table.

    Raises:
        DriverMissingError: connector-x is not installed.
        DatabaseUnreachableError: The database is not there or refuses the login.
        PermissionDeniedError: The login may not read the table.
        UnreadableError: Anything else that the database refuses.
    """
    try:
        import connectorx
    except ImportError:
        raise DriverMissingError(
            "reading from a database needs one more package: pip install 'heard[database]'"
        ) from None
    with _driver_errors(connection), _without_its_messages():
        reader = connectorx.read_sql(
            connection.url,
            query,
            return_type="arrow_stream",
            batch_size=_ROWS_PER_BATCH,
            pre_execution_query=DIALECTS[connection.product].start,
        )
    # Its own types do not know this return type yet.
    batches = _each_batch(connection, cast("pa.RecordBatchReader", reader))
    schema = cast("pa.RecordBatchReader", reader).schema
    # The driver sends the query only now, and only now is a refusal heard.
    first = list(islice(batches, 1))
    return schema, chain(first, batches)


def _each_batch(
    connection: Connection, reader: "pa.RecordBatchReader"
) -> "Iterator[pa.RecordBatch]":
    while True:
        with _driver_errors(connection), _without_its_messages():
            batch = next(reader, None)
        if batch is None:
            return
        yield batch


@contextmanager
def _driver_errors(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        # A fault inside the driver arrives as PanicException, which is no Exception and has no
        # module that it could be imported from.
        if not isinstance(error, RuntimeError | OSError) and type(error).__name__ != (
            "PanicException"
        ):
            raise
        message = str(error).lower()
    else:
        return
    if any(words in message for words in _DENIED):
        raise PermissionDeniedError("the login may not read it; ask for SELECT on it") from None
    if any(words in message for words in _NO_CONNECTION):
        raise DatabaseUnreachableError(
            f"{connection.place} answers but lets us not in; check the user, the password and the "
            "name of the database, and whether the server wants encryption"
        ) from None
    raise UnreadableError("the database did not give its rows; its own log says why") from None


@contextmanager
def _without_its_messages() -> Iterator[None]:
    """Drop what the driver itself writes to stderr, because it may quote anything."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
