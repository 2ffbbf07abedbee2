"""Open the warehouse file: born whole, closed to others, and unable to reach outside its home.

Belongs here: creating it, and connecting. Does not belong here: any table, or what closes a
connection off (``orchestration.hardening``).
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from orchestration.hardening import TEMPORARY_LIMIT, Setting, connect
from orchestration.ingestion.files import (
    make_private_folder,
    private_files,
    sync_file,
    sync_folder,
)

WAREHOUSE_NAME = "warehouse.duckdb"


class WarehouseMissingError(FileNotFoundError):
    """Nothing was ever loaded in this home folder."""


@contextmanager
def open_warehouse(
    home: Path,
    read_only: bool = False,
    threads: int | None = None,
    reach: Sequence[str] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connect to `home/warehouse.duckdb`, making it first if need be.

    Args:
        home: The home folder.
        read_only: Whether to look only; several may look at once, while nobody writes.
        threads: How many threads to use; as many as there are processors by default.
        reach: Folders of the home folder whose files statements may read and write. Without,
            all of it for whoever writes (the loader), and none for whoever looks.

    The connection loads no extension and cannot be configured further, so a value in an extract
    can never widen what it reaches.
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
        con = connect(
            path,
            read_only=read_only,
            folders=_folders(home, read_only, reach),
            config=_config(spill, threads),
        )
        try:
            if not read_only:
                _clear(spill)
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


def _folders(home: Path, read_only: bool, reach: Sequence[str] | None) -> list[Path]:
    if reach is not None:
        return [home / name for name in reach]
    return [] if read_only else [home]


def _clear(spill: Path) -> None:
    """Remove what a killed process left; holding the warehouse, we are the only one here."""
    for path in spill.iterdir():
        path.unlink(missing_ok=True)


def _config(spill: Path, threads: int | None) -> dict[str, Setting]:
    chosen: dict[str, Setting] = {} if threads is None else {"threads": threads}
    return chosen | {
        "temp_directory": str(spill),
        "max_temp_directory_size": TEMPORARY_LIMIT,
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
        connect(unborn).close()
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
