"""The frozen files of a release, ``HOME/releases/<release>/``, and putting them before readers.

Belongs here: freezing, proving that nothing changed since, publishing and taking down. Does not
belong here: whether any of it may happen (``states``).
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.files import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    PUBLISHED_FOLDER,
    replace_text,
    share,
    sync_file,
    sync_folder,
)
from orchestration.releases.bill import BILL, bill_of_materials
from orchestration.releases.states import Standing
from orchestration.reporting.release_files import (
    DATABASE,
    DECIDED,
    DOCS,
    MANIFEST,
    PARQUET,
    SCHEMA,
    DamagedManifestError,
    Manifest,
    draft_database,
    draft_docs,
    draft_parquet,
    put_in_place,
    read_manifest,
    sha256_of,
)
from orchestration.sealed import BrokenSealError, seal, unseal

RELEASES = "releases"
# Where `heard run` leaves a release that people have to approve first.
CANDIDATE_HOME = "candidate"
# What a release was made from and by, beside the hashes of its own files.
PAPERS = "release.json"
_GOING = ".going"
# Where the papers name the key of disclosure control.
KEY_OF_ROUNDING = "disclosure_key_id"


class SnapshotError(RuntimeError):
    """The frozen files of a release are not what they were, or not there."""


def snapshot_folder(home: Path, release_id: str) -> Path:
    """Where the files of a release are frozen."""
    return home / RELEASES / release_id


def freeze(home: Path, published: Path, papers: Mapping[str, Any]) -> Manifest:
    """Keep the files of a release under their own name; a second time changes nothing.

    Args:
        home: The home folder.
        published: The folder that holds the release.
        papers: What it was made from and by.
    """
    manifest = read_manifest(published / MANIFEST)
    folder = snapshot_folder(home, manifest.release_id)
    if folder.is_dir():
        return manifest
    folder.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    draft = folder.with_name(f".{folder.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=PRIVATE_FOLDER)
    for file in (*(file.path for file in manifest.files), MANIFEST):
        (draft / file).parent.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
        _copy(published / file, draft / file)
    replace_text(draft / PAPERS, seal(dict(papers)))
    bills = sorted((home / RELEASES).glob(f"[!.]*/{BILL}"))
    bill = bill_of_materials(before=bills[-1] if bills else None)
    replace_text(draft / BILL, json.dumps(bill, indent=1))
    # Their names as well as their bytes, before the folder gets its own.
    for made in (draft / PARQUET, draft):
        sync_folder(made)
    draft.rename(folder)
    sync_folder(folder.parent)
    return manifest


def frozen_files(home: Path, release_id: str) -> dict[str, str]:
    """The hash of each frozen file by its path, for the record: manifest and papers as well."""
    folder = snapshot_folder(home, release_id)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def require_whole(home: Path, release: Standing) -> Manifest:
    """The manifest of a frozen release whose every byte is as the record has it.

    Raises:
        SnapshotError: It is not.
    """
    folder, release_id = snapshot_folder(home, release.release_id), release.release_id
    try:
        changed = [
            name for name, sha256 in release.files.items() if sha256_of(folder / name) != sha256
        ]
        if changed:
            raise SnapshotError(
                f"{changed[0]} of {release_id} was changed after it was frozen; make a new release"
            )
        return read_manifest(folder / MANIFEST)
    except (FileNotFoundError, DamagedManifestError):
        raise SnapshotError(
            f"the frozen files of {release_id} are gone or damaged; make a new release"
        ) from None


def read_papers(home: Path, release_id: str) -> dict[str, Any]:
    """What a frozen release was made from and by."""
    try:
        return unseal((snapshot_folder(home, release_id) / PAPERS).read_bytes())
    except (FileNotFoundError, BrokenSealError):
        return {}


def put_before_readers(home: Path, release: Standing) -> None:
    """Publish frozen files: readers see the old release or this one, whole.

    Raises:
        SnapshotError: They are not what was approved.
    """
    manifest, release_id = require_whole(home, release), release.release_id
    frozen, folder = snapshot_folder(home, release_id), home / SCHEMA
    folder.mkdir(exist_ok=True, mode=PRIVATE_FOLDER)
    folder.chmod(PUBLISHED_FOLDER)
    parquet = draft_parquet(folder, release_id)
    shutil.rmtree(parquet, ignore_errors=True)
    parquet.mkdir(mode=PRIVATE_FOLDER)
    share(parquet)
    for file in manifest.files:
        name = Path(file.path)
        if name.parts[0] == PARQUET:
            draft = parquet / name.name
        else:
            draft = (draft_docs if file.path == DOCS else draft_database)(folder, release_id)
            draft.unlink(missing_ok=True)
        _copy(frozen / name, draft)
        share(draft)
    put_in_place(folder, manifest)


def take_down(home: Path) -> None:
    """Leave readers nothing."""
    folder = home / SCHEMA
    # One that is decided and not yet in place would come back after all.
    (folder / DECIDED).unlink(missing_ok=True)
    # The manifest goes last: until then `heard verify` says that something is missing.
    (folder / DATABASE).unlink(missing_ok=True)
    _remove_folder(folder / PARQUET)
    (folder / DOCS).unlink(missing_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    sync_folder(folder)


def thaw(home: Path, release_id: str) -> None:
    """Remove the frozen files of a release; what the ledger says of it stays."""
    _remove_folder(snapshot_folder(home, release_id))


def _remove_folder(folder: Path) -> None:
    """Take a folder away in one step: half of it is never found under its own name."""
    if not folder.is_dir():
        return
    going = folder.with_name(f".{folder.name}{_GOING}")
    shutil.rmtree(going, ignore_errors=True)
    folder.rename(going)
    sync_folder(folder.parent)
    shutil.rmtree(going, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    # No link: the frozen file is the owner's alone, whoever may read the published one.
    shutil.copyfile(source, target)
    target.chmod(PRIVATE_FILE)
    sync_file(target)
