"""The files of a release: the manifest that names them, and how they come to be in place.

A release is two things, a database and a folder of Parquet files, and no system renames two
things at once. So the manifest comes first, under a draft name, when both are complete on the
disk: from then on the release is decided, and whoever starts after a power cut finishes it.

Belongs here: manifest, swap, and clearing what a killed run left in the published folder.
Does not belong here: making the files (``release``) or judging them (``verification``).
"""

import hashlib
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from orchestration.files import replace_text, share, sync_folder
from orchestration.folders import swap_folder
from orchestration.sealed import BrokenSealError, seal, unseal

DATABASE = "heard.duckdb"
PARQUET = "parquet"
SCHEMA = "published"
MANIFEST = "manifest.json"
# What every table and column means, as one page.
DOCS = "docs.html"
# The manifest of a release that is decided and not yet wholly in place.
DECIDED = f".{MANIFEST}.next"
# The smallest table; its hash tells which release a folder of Parquet files is.
_TELLTALE = "release.parquet"
_MANIFEST_VERSION = 1
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One published file, its path as seen from the published folder."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release consists of."""

    release_id: str
    released_at: datetime
    inputs_hash: str
    table_count: int
    row_count: int
    files: tuple[ManifestFile, ...]
    # Where the record of releases stood: whoever cuts off its end cannot take this back.
    record_entries: int = 0
    record_head: str = ""

    def sha256_of(self, path: str) -> str:
        """Return the hash of one file, or nothing when the release does not hold it."""
        return next((file.sha256 for file in self.files if file.path == path), "")


class DamagedManifestError(ValueError):
    """A release's manifest cannot be read."""


def draft_database(folder: Path, release_id: str) -> Path:
    """Return where the database of a release is made."""
    return folder / f".heard-{release_id}.duckdb"


def draft_parquet(folder: Path, release_id: str) -> Path:
    """Return where the Parquet files of a release are made."""
    return folder / f".parquet-{release_id}"


def draft_docs(folder: Path, release_id: str) -> Path:
    """Return where the documentation of a release is made."""
    return folder / f".docs-{release_id}.html"


def list_drafts(folder: Path, release_id: str) -> tuple[ManifestFile, ...]:
    """Describe the complete drafts of a release under the names that they will have."""
    database = draft_database(folder, release_id)
    files = [described(database, DATABASE)]
    parquet = sorted(draft_parquet(folder, release_id).iterdir())
    files.extend(described(path, f"{PARQUET}/{path.name}") for path in parquet)
    if (docs := draft_docs(folder, release_id)).is_file():
        files.append(described(docs, DOCS))
    return tuple(files)


def put_in_place(folder: Path, manifest: Manifest) -> None:
    """Decide the release, then give its complete drafts their names."""
    # Before the manifest: what it names must outlive a power cut that it outlives.
    sync_folder(folder)
    draft = folder / f".manifest-{manifest.release_id}.json"
    replace_text(draft, manifest_text(manifest))
    share(draft)
    draft.replace(folder / DECIDED)
    sync_folder(folder)
    finish(folder)


def manifest_text(manifest: Manifest) -> str:
    """Return a manifest as it lies on the disk."""
    stored = {"version": _MANIFEST_VERSION, **asdict(manifest)}
    stored["released_at"] = manifest.released_at.isoformat()
    return seal(stored)


def is_unfinished(folder: Path) -> bool:
    """Say whether a release is decided and not wholly in place."""
    return (folder / DECIDED).is_file()


def finish(folder: Path) -> bool:
    """Bring a decided release wholly into place; safe to repeat, from wherever it stopped.

    Returns:
        Whether there was one.
    """
    if not is_unfinished(folder):
        return False
    try:
        manifest = read_manifest(folder / DECIDED)
    except DamagedManifestError:
        # It was there whole once, so this is bit rot; the next release takes its place.
        (folder / DECIDED).unlink()
        return False
    parquet = draft_parquet(folder, manifest.release_id)
    telltale = parquet / _TELLTALE
    # After a swap the old folder has the draft's name, so the name alone says nothing.
    if telltale.is_file() and sha256_of(telltale) == manifest.sha256_of(f"{PARQUET}/{_TELLTALE}"):
        swap_folder(parquet, folder / PARQUET)
    database = draft_database(folder, manifest.release_id)
    if database.is_file():
        database.replace(folder / DATABASE)
    docs = draft_docs(folder, manifest.release_id)
    if docs.is_file():
        docs.replace(folder / DOCS)
    elif not manifest.sha256_of(DOCS):
        # A release without a page must not be explained by that of another.
        (folder / DOCS).unlink(missing_ok=True)
    sync_folder(folder)
    (folder / DECIDED).replace(folder / MANIFEST)
    sync_folder(folder)
    shutil.rmtree(parquet, ignore_errors=True)
    return True


def clear_drafts(folder: Path) -> int:
    """Finish what is decided, remove what is not; return how many drafts went."""
    finish(folder)
    drafts = list(folder.glob(".*"))
    for path in drafts:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(drafts)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        DamagedManifestError: It is not one of ours, or it is damaged.
    """
    try:
        stored = unseal(path.read_bytes())
        if stored.pop("version") != _MANIFEST_VERSION:
            raise DamagedManifestError(f"{path.name} was written by another version of Heard")
        files = tuple(ManifestFile(**file) for file in stored.pop("files"))
        moment = datetime.fromisoformat(stored.pop("released_at"))
        return Manifest(**stored, released_at=moment, files=files)
    except (BrokenSealError, KeyError, TypeError, ValueError):
        raise DamagedManifestError(
            f"{path} is damaged; `heard run --force` writes it anew"
        ) from None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def described(path: Path, name: str) -> ManifestFile:
    """Return what a manifest says of a file."""
    return ManifestFile(name, sha256_of(path), path.stat().st_size)
