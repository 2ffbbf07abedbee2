"""Open a file outside of any delivery, to look at it or to try a mapping on it.

Belongs here: a temporary folder and a connection that reaches nothing else. Does not belong here:
looking (inspect) or trying (check).
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.contracts import Contract
from orchestration.ingestion.extracts import Opening
from orchestration.ingestion.files import private_files
from orchestration.ingestion.sql import literal

_MEMORY = "1GB"


@contextmanager
def opened(path: Path, contract: Contract, collection_year: int) -> Iterator[Opening]:
    """Open a file for a contract; what is made of it ends with the context."""
    with private_files(), tempfile.TemporaryDirectory(prefix="heard-map-") as folder:
        scratch = Path(folder)
        con = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "memory_limit": _MEMORY,
                "temp_directory": str(scratch / "spill"),
            }
        )
        try:
            con.execute(f"set allowed_directories = [{literal(f'{scratch}/')}]")
            con.execute("set enable_external_access = false")
            # DuckDB takes brackets in a name for a pattern, so the copy has none.
            copied = scratch / "delivered"
            shutil.copyfile(path, copied)
            yield Opening(con, contract, path.name, copied, scratch, collection_year)
        finally:
            con.close()
