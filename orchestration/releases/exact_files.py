"""Files of a table of exact numbers: frozen under its name, and copied for its readers.

Belongs here: where they lie and what is sealed beside them. Does not belong here: whether any of
it may happen (``exact_tables``).
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.files import (
    PRIVATE_FOLDER,
    PUBLISHED_FOLDER,
    replace_text,
    share,
    sync_file,
    sync_folder,
)
from orchestration.releases.snapshot import PAPERS, read_papers, snapshot_folder
from orchestration.reporting.dfe_form import CONFIDENTIAL, COUNTS, DATA, META, read_counts
from orchestration.reporting.release_files import (
    MANIFEST,
    SCHEMA,
    Manifest,
    described,
    manifest_text,
)
from orchestration.sealed import seal

if TYPE_CHECKING:
    import pandas as pd

# Under the published folder, beside the database that each release replaces.
TABLES = "tables"
# Which cell each row of a table is.
KEYS = (
    *("authority_code", "family", "indicator_id", "period_type", "period_start", "period_end"),
    *("breakdown", "breakdown_value", "status"),
)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A table as the world has it: rows with the numbers that it tells, and which it hides."""

    rows: "pd.DataFrame"
    hidden: "pd.DataFrame"
    hides_zeros: bool


def freeze_table(
    home: Path,
    table_id: str,
    texts: tuple[str, str],
    about: Mapping[str, Any],
    record: tuple[int, str],
) -> None:
    """Keep a table under its own name, the owner's alone."""
    folder = snapshot_folder(home, table_id)
    folder.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    draft = folder.with_name(f".{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=PRIVATE_FOLDER)
    for name, text in zip((DATA, META), texts, strict=True):
        replace_text(draft / name, text)
    manifest = Manifest(
        release_id=table_id,
        released_at=datetime.now(UTC),
        inputs_hash=str(about["previous"]),
        table_count=1,
        row_count=len(about["keys"]),
        files=tuple(described(draft / name, name) for name in (DATA, META)),
        record_entries=record[0],
        record_head=record[1],
    )
    replace_text(draft / MANIFEST, manifest_text(manifest))
    replace_text(draft / PAPERS, seal(dict(about)))
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    sync_folder(folder.parent)


def read_frozen(home: Path, table_id: str) -> Frozen:
    """Read a table back: what it tells, and nothing else."""
    import pandas as pd

    papers = read_papers(home, table_id)
    rows = pd.DataFrame(papers["keys"], columns=list(KEYS))
    text = (snapshot_folder(home, table_id) / DATA).read_text(encoding="utf-8")
    told = pd.DataFrame(read_counts(text), columns=list(COUNTS))
    for name in ("period_start", "period_end"):
        rows[name] = pd.to_datetime(rows[name])
    numbers = told.apply(pd.to_numeric, errors="coerce")
    # Who stands behind a number is not told, so nobody knows it of a table that was read back.
    rows = pd.concat([rows, numbers], axis=1).assign(contributors=0, is_dominated=False)
    return Frozen(rows, told == CONFIDENTIAL, bool(papers["hides_zeros"]))


def show_table(home: Path, table_id: str) -> None:
    """Put the files of a table before readers."""
    published = home / SCHEMA
    published.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
    published.chmod(PUBLISHED_FOLDER)
    folder = published / TABLES / table_id
    for place in (folder.parent, folder):
        place.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        share(place)
    for name in (DATA, META):
        shutil.copyfile(snapshot_folder(home, table_id) / name, folder / name)
        share(folder / name)
        sync_file(folder / name)
    sync_folder(folder)


def drop_table(home: Path, table_id: str) -> None:
    """Take the files of a table from readers."""
    shutil.rmtree(home / SCHEMA / TABLES / table_id, ignore_errors=True)
