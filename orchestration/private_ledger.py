"""Open a small SQLite file in which people's decisions are kept apart from the warehouse.

A person's decision cannot be made again from landed files, so it must outlive a rebuild.

Belongs here: making the file for its owner alone, and doing a block whole or not at all. Does not
belong here: what is kept (``orchestration.quotes``, ``orchestration.themes``).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.files import PRIVATE_FILE, PRIVATE_FOLDER

_BUSY_SECONDS = 30.0


@contextmanager
def open_private_ledger(
    path: Path, schema: Path, error_class: type[RuntimeError]
) -> Iterator[sqlite3.Connection]:
    """Connect to the file, making it first if need be; what the block does is done whole or not.

    Args:
        path: The file.
        schema: The SQL that makes its tables where they are not there yet.
        error_class: What to raise where the file is damaged, or another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    # SQLite makes files for everybody; this one exists before it does.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE))
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS)
    try:
        connection.executescript(f"begin; {schema.read_text(encoding='utf-8')} commit;")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma secure_delete = on")
        with connection:
            yield connection
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as error:
        # Its text may be that of a statement, never of a value: values are bound.
        raise error_class(f"{path} cannot be used ({error}); put back a copy of it") from None
    finally:
        connection.close()
