"""Write packs beside the release that they are made of, once and for good.

A pack of a release is never changed: what a board decided on must be found again. It is made anew
only where the settings of the board, or this program, say something else now.

Belongs here: folders, names, and whether there is anything to do.
Does not belong here: content.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

from orchestration.files import PRIVATE_FOLDER, PUBLISHED_FILE, replace_text, sync_file, sync_folder
from orchestration.folders import swap_folder
from orchestration.ingestion.files import make_private_folder
from orchestration.reporting.pack.boards import Board, Boards, load_boards
from orchestration.reporting.pack.build import build_pack
from orchestration.reporting.pack.content import Pack
from orchestration.reporting.pack.facts import authorities, read_facts
from orchestration.reporting.pack.page import to_html
from orchestration.reporting.pack.pdf import can_make_pdf, to_pdf
from orchestration.reporting.pack.table import to_csv
from orchestration.reporting.published import open_published, rows
from orchestration.reporting.release_files import sha256_of

REPORTS = "reports"
RECORD = "pack.json"
PAGE, PAPER, LONG_FORM = "pack.html", "pack.pdf", "pack.csv"


@dataclass(frozen=True, slots=True)
class ReadyPack:
    """One pack on the disk."""

    board: str
    title: str
    route: str
    authority_code: str
    release_id: str
    folder: str
    verdict: str
    is_new: bool

    @property
    def html(self) -> Path:
        """The page to open."""
        return Path(self.folder) / PAGE


def write_packs(
    home: Path,
    board_ids: Sequence[str] = (),
    out: Path | None = None,
) -> tuple[ReadyPack, ...]:
    """Make the packs of the release that is published now; those that are there stay as they are.

    Args:
        home: The home folder.
        board_ids: Boards to make them for; all when empty.
        out: Where to; ``HOME/reports`` when left out.

    Raises:
        NotPublishedError: Nothing is published there.
        BoardSettingsError: ``HOME/boards.yml`` cannot be used, or there is no such board.
    """
    boards = load_boards(home)
    chosen = [boards.named(name) for name in board_ids] or list(boards.boards)
    return tuple(_each(home, boards, chosen, out or home / REPORTS))


def are_made(home: Path, board_id: str) -> tuple[str, bool]:
    """Return the release that is published, and whether a board has all its packs of it.

    Raises:
        NotPublishedError: Nothing is published there.
        BoardSettingsError: ``HOME/boards.yml`` cannot be used, or there is no such board.
    """
    boards = load_boards(home)
    board = boards.named(board_id)
    with open_published(home) as connection:
        (release,) = rows(connection, "select release_id from published.release")
        known = authorities(connection)
    folder = home / REPORTS / release["release_id"]
    made = all(_is_made(folder / authority / board_id, board, boards) for authority in known)
    return release["release_id"], made


def _each(
    home: Path, boards: Boards, chosen: Sequence[Board], reports: Path
) -> Iterator[ReadyPack]:
    with open_published(home) as connection:
        (release,) = rows(connection, "select release_id from published.release")
        for authority in authorities(connection):
            folders = {
                board.id: reports / release["release_id"] / authority / board.id for board in chosen
            }
            stale = [b for b in chosen if not _is_made(folders[b.id], b, boards)]
            facts = read_facts(connection, authority) if stale else None
            for board in chosen:
                folder = folders[board.id]
                if facts is not None and board in stale:
                    since = _last_pack(reports, authority, board.id, facts.release["released_at"])
                    pack = build_pack(facts, board, boards, since)
                    _write(folder, pack, _settings_hash(board, boards))
                record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
                yield ReadyPack(
                    board=board.id,
                    title=board.title,
                    route=board.route,
                    authority_code=authority,
                    release_id=release["release_id"],
                    folder=str(folder),
                    verdict=record["verdict"],
                    is_new=board in stale,
                )


def _write(folder: Path, pack: Pack, settings: str) -> None:
    """Write a pack whole or not at all."""
    make_private_folder(folder.parent)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=PRIVATE_FOLDER)
    contents = {PAGE: to_html(pack).encode(), LONG_FORM: to_csv(pack).encode()}
    if can_make_pdf():
        contents[PAPER] = to_pdf(pack)
    for name, content in contents.items():
        path = draft / name
        path.write_bytes(content)
        path.chmod(PUBLISHED_FILE)
        sync_file(path)
    record = {
        "board": pack.board_id,
        "authority_code": pack.authority_code,
        "release_id": pack.release_id,
        "released_at": pack.released_at,
        "verdict": pack.verdict,
        "settings": settings,
        "sha256": {name: sha256_of(draft / name) for name in contents},
    }
    replace_text(draft / RECORD, json.dumps(record, indent=2), PUBLISHED_FILE)
    swap_folder(draft, folder)
    shutil.rmtree(draft, ignore_errors=True)
    sync_folder(folder.parent)


def _last_pack(reports: Path, authority: str, board_id: str, released_at: datetime) -> date | None:
    """The day of the release that the board's last pack before this one was made of."""
    moments = []
    for path in reports.glob(f"*/{authority}/{board_id}/{RECORD}"):
        try:
            moment = json.loads(path.read_text(encoding="utf-8"))["released_at"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            # Of an older version of Heard, or somebody's own: not a pack to count from.
            continue
        moments.append(datetime.fromtimestamp(moment, UTC))
    before = [moment for moment in moments if moment < released_at.replace(tzinfo=UTC)]
    return max(before).date() if before else None


def _is_made(folder: Path, board: Board, boards: Boards) -> bool:
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    if not isinstance(record, dict) or record.get("settings") != _settings_hash(board, boards):
        return False
    expected = {PAGE, LONG_FORM, *((PAPER,) if can_make_pdf() else ())}
    return all((folder / name).is_file() for name in expected)


def _settings_hash(board: Board, boards: Boards) -> str:
    told = {
        "heard": version("heard"),
        "board": board.model_dump(mode="json"),
        "common": asdict(boards) | {"boards": None, "young_people": None},
        "young_people": [each.model_dump(mode="json") for each in boards.young_people],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
