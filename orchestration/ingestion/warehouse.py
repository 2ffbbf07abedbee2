"""Open the warehouse file: born whole, closed to others, and unable to reach outside its home.

Belongs here: creating, hardening and connecting. Does not belong here: any table.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from orchestration.ingestion.files import (
    make_private_folder,
    private_files,
    sync_file,
    sync_folder,
)
from orchestration.ingestion.sql import literal

WAREHOUSE_NAME = "warehouse.duckdb"
_MEMORY_LIMIT = "4GB"
_TEMPORARY_LIMIT = "10GB"


class WarehouseMissingError(FileNotFoundError):
    """Nothing was ever loaded in this home folder."""


@contextmanager
def open_warehouse(
    home: Path, read_only: bool = False, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to `home/warehouse.duckdb`, making it first if need be.

    Args:
        home: The home folder.
        read_only: Whether to look only; several may look at once, while nobody writes.
        threads: How many threads to use; as many as there are processors by default.

    The connection reads and writes files inside the home folder only, loads no extension and
    cannot be configured further, so a value in an extract can never widen what it reaches.
    """
    path = home / WAREHOUSE_NAME
    if not path.exists():
        if read_only:
            raise WarehouseMissingError(f"there is no {path}; run `heard run` first")
        _create(home, path)
    # Rows that spill to disk still hold ids as delivered, and DuckDB cannot encrypt them without
    # a package from outside, so they get a closed folder of their own.
    spill = home / "tmp" / "warehouse"
    make_private_folder(spill)
    with private_files():
        con = duckdb.connect(str(path), read_only=read_only, config=_config(spill, threads))
        try:
            if not read_only:
                _clear(spill)
            _harden(con, home)
            yield con
        finally:
            con.close()


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of the block, or nothing of it."""
    con.begin()
    committed = False
    try:
        yield
        con.commit()
        committed = True
    finally:
        if not committed:
            # A commit that failed has ended the transaction already.
            with suppress(duckdb.TransactionException):
                con.rollback()


def _harden(con: duckdb.DuckDBPyConnection, home: Path) -> None:
    con.execute(f"set allowed_directories = [{literal(f'{home}/')}]")
    # A pseudonym is noise: to compress it costs a tenth of a load, and to read it again more.
    con.execute("set disabled_compression_methods = 'fsst,dict_fsst'")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")


def _clear(spill: Path) -> None:
    """Remove what a killed process left; holding the warehouse, we are the only one here."""
    for path in spill.iterdir():
        path.unlink(missing_ok=True)


def _config(spill: Path, threads: int | None) -> dict[str, str | bool | int | float | list[str]]:
    chosen: dict[str, str | bool | int | float | list[str]] = (
        {} if threads is None else {"threads": threads}
    )
    return chosen | {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "temp_directory": str(spill),
        "max_temp_directory_size": _TEMPORARY_LIMIT,
        "memory_limit": _MEMORY_LIMIT,
        # Loads are many and small; one checkpoint at the end costs less than one after each. One
        # of a large load takes the place of its log, so that its rows are written once.
        "checkpoint_threshold": "16MB",
    }


def _create(home: Path, path: Path) -> None:
    """Make the file under another name first: one killed at birth can never be opened again."""
    make_private_folder(home)
    unborn = home / f".{WAREHOUSE_NAME}.{os.getpid()}"
    unborn.unlink(missing_ok=True)
    try:
        duckdb.connect(str(unborn)).close()
        unborn.chmod(0o600)
        sync_file(unborn)
        try:
            # Unlike a rename, a link never replaces a warehouse that another process just made.
            os.link(unborn, path)
        except FileExistsError:
            return
    finally:
        unborn.unlink(missing_ok=True)
    sync_folder(home)
