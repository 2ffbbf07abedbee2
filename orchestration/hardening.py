"""Open DuckDB so that no SQL, whoever wrote it, reaches further than it was given.

Every connection of this project is opened here, or closed off here after somebody else (dbt)
opened it. Which folders a connection may use is said once, before its first query; after that it
reads no other file, loads no extension, and nobody can configure it back.

Spilled rows are not encrypted: DuckDB would do so only with a package from outside that this
project does not load (`temp_file_encryption` makes a query that spills fail). They go to a closed
folder instead, or, where a connection has none, stay in memory.

Belongs here: the settings and their order. Does not belong here: any path of the home folder.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingestion.sql import identifier, literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Setting = str | bool | int | float | list[str]

MEMORY = ":memory:"
MEMORY_LIMIT = "4GB"
TEMPORARY_LIMIT = "10GB"
# Names of settings as DuckDB takes them when a connection is made.
NO_EXTENSIONS: dict[str, Setting] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_persistent_secrets": "false",
}


def connect(
    database: Path | str = MEMORY,
    *,
    read_only: bool = False,
    folders: Sequence[Path] = (),
    attached: Mapping[str, Path] | None = None,
    config: Mapping[str, Setting] | None = None,
) -> "DuckDBPyConnection":
    """Open a database that reaches nothing but what is named here.

    Args:
        database: The file; a database in memory when left out.
        read_only: Whether to look only.
        folders: Where statements may read and write files.
        attached: Further databases to look at, by the names that they get.
        config: Settings of DuckDB beside ours; without `temp_directory` nothing spills.
    """
    import duckdb

    limits = {"memory_limit": MEMORY_LIMIT, "temp_directory": ""}
    connection = duckdb.connect(
        str(database), read_only=read_only, config={**NO_EXTENSIONS, **limits, **(config or {})}
    )
    try:
        for name, path in (attached or {}).items():
            connection.execute(f"attach {literal(str(path))} as {identifier(name)} (read_only)")
        harden(connection, folders)
    except duckdb.Error:
        connection.close()
        raise
    return connection


def harden(connection: "DuckDBPyConnection", folders: Sequence[Path] = ()) -> None:
    """Close off a connection: it keeps what is open and gets at these folders only.

    Two connections of a process to one file are one database to DuckDB; what the first one
    closed, the second finds closed.
    """
    if connection.execute("select current_setting('lock_configuration')").fetchone() == (True,):
        return
    listed = ", ".join(literal(f"{folder}/") for folder in folders)
    connection.execute(f"set allowed_directories = [{listed}]")
    # A pseudonym is noise: to compress it costs a tenth of a load, and to read it again more.
    connection.execute("set disabled_compression_methods = 'fsst,dict_fsst'")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
