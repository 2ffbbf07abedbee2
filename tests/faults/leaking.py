"""Errors as libraries raise them over a row: with the row's cells in their words.

Belongs here: raising. Does not belong here: what must become of it (error_paths.yaml).
"""

import errno
import logging
import os
import sqlite3
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from typing import Any

from orchestration.settings import SettingsError as OurSettingsError
from tests.faults.sentinels import Row


class SettingsError(ValueError):
    """Somebody else's error with the name of one of ours."""


def _words(row: Row) -> str:
    return " ".join(row.cells.values())


def _key(row: Row) -> None:
    dict.fromkeys("ab")[_words(row)]


def _conversion(row: Row) -> None:
    import duckdb

    duckdb.execute("select cast(? as integer)", [_words(row)]).fetchall()


def _constraint(row: Row) -> None:
    import duckdb

    with duckdb.connect() as con:
        con.execute("create table t (a varchar primary key)")
        for _ in range(2):
            con.execute("insert into t values (?)", [_words(row)])


def _arrow(row: Row) -> None:
    import pyarrow as pa

    pa.array([_words(row)]).cast(pa.int32())


def _pydantic(row: Row) -> None:
    from pydantic import TypeAdapter

    TypeAdapter(int).validate_python(_words(row))


def _yaml(row: Row) -> None:
    import yaml

    yaml.safe_load(f"text: [{_words(row)}")


def _xml(row: Row) -> None:
    from lxml import etree

    etree.fromstring(f"<{row.cells['<NAME>']}></other>")


def _sqlite(row: Row) -> None:
    with sqlite3.connect(":memory:") as con:
        con.execute(f"select {row.cells['<NAME>']}")


def _chained(row: Row) -> None:
    try:
        int(_words(row))
    except ValueError as error:
        raise RuntimeError("while a row was read") from error


def _known(row: Row) -> None:
    try:
        int(_words(row))
    except ValueError as error:
        raise OurSettingsError("HEARD_HOME is not set") from error


def _full(_: Row) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "tmp/parser")


def _foreign_namesake(row: Row) -> None:
    raise SettingsError(_words(row))


def _group(row: Row) -> None:
    one = ValueError(_words(row))
    one.add_note(_words(row))
    raise ExceptionGroup(_words(row), [one])


def _thread(row: Row) -> None:
    thread = threading.Thread(target=_key, args=(row,))
    thread.start()
    thread.join()


def _unraisable(row: Row) -> None:
    class Closing:
        def __del__(self) -> None:
            raise ValueError(_words(row))

    Closing()


def _warning(row: Row) -> None:
    with warnings.catch_warnings():
        # Its own hook is put back by what it sets, so only the filter is changed.
        warnings.simplefilter("always")
        warnings.warn(_words(row), stacklevel=1)


def _logged(row: Row) -> None:
    try:
        _key(row)
    except KeyError:
        logging.getLogger("somebody.elses").exception("could not read %s", _words(row))


def _raised(error: Callable[[str], BaseException]) -> Callable[[Row], None]:
    def fault(row: Row) -> None:
        raise error(_words(row))

    return fault


FAULTS: dict[str, Callable[[Row], Any]] = {
    "key": _key,
    "number": lambda row: int(_words(row)),
    "date": lambda row: datetime.strptime(row.cells["<DATE>"], "%d/%m/%Y"),  # noqa: DTZ007
    "encoding": lambda row: f"{_words(row)} \udce9".encode(),
    "conversion": _conversion,
    "constraint": _constraint,
    "arrow": _arrow,
    "pydantic": _pydantic,
    "yaml": _yaml,
    "xml": _xml,
    "sqlite": _sqlite,
    "assertion": _raised(AssertionError),
    "chained": _chained,
    "known": _known,
    "foreign_namesake": _foreign_namesake,
    "group": _group,
    "thread": _thread,
    "unraisable": _unraisable,
    "warning": _warning,
    "logged": _logged,
    "library_in_the_systems_name": _raised(OSError),
    "disk_full": _full,
    "interrupt": _raised(KeyboardInterrupt),
    "out_of_memory": _raised(MemoryError),
}
