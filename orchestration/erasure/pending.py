"""An erasure that is under way: what was asked, until it is proved done.

Belongs here: the file `HOME/erasures/pending.json`. Does not belong here: doing it. The file holds
no id: the tombstones say who, and the pseudonyms in it are what the last search looks for.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from orchestration.erasure.tally import Stand
from orchestration.erasure.tombstones import erasures_folder
from orchestration.files import replace_text, sync_folder
from orchestration.sealed import BrokenSealError, seal, unseal

NAME = "pending.json"
REWRITING, PUBLISHING = "rewriting", "publishing"


class ErasurePendingError(RuntimeError):
    """An erasure was begun and not finished, so nothing else may run."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What somebody asked for, and how far it is."""

    erasure_id: str
    authority_code: str
    by: str
    reason: str
    asked_at: str
    pseudonyms: tuple[str, ...]
    stage: str = REWRITING
    # How the files stood: whoever finishes it can tell all that went, and not its own part alone.
    before: Stand = field(default_factory=dict)


def pending_path(home: Path) -> Path:
    """The file."""
    return erasures_folder(home) / NAME


def read_pending(home: Path) -> Pending | None:
    """The erasure that is under way; None where there is none.

    Raises:
        ErasurePendingError: There is one, and its file is damaged.
    """
    try:
        stored = unseal(pending_path(home).read_bytes())
    except FileNotFoundError:
        return None
    except BrokenSealError:
        raise ErasurePendingError(
            f"{pending_path(home)} is damaged; remove it and give the `heard erase` again"
        ) from None
    return Pending(**stored | {"pseudonyms": tuple(stored["pseudonyms"])})


def write_pending(home: Path, pending: Pending) -> None:
    """Write down what is under way."""
    replace_text(pending_path(home), seal(asdict(pending)))


def now_publishing(home: Path, pending: Pending) -> Pending:
    """Note that all files are rewritten, so that a run may publish without the person."""
    moved = replace(pending, stage=PUBLISHING)
    write_pending(home, moved)
    return moved


def end_pending(home: Path) -> None:
    """Forget it: the certificate is written."""
    pending_path(home).unlink(missing_ok=True)
    sync_folder(erasures_folder(home))


def require_none_under_way(home: Path) -> None:
    """Refuse to load beside files that still hold somebody.

    Raises:
        ErasurePendingError: An erasure was begun and not finished.
    """
    pending = read_pending(home)
    if pending is not None and pending.stage == REWRITING:
        raise ErasurePendingError(
            f"erasure {pending.erasure_id} was begun and not finished; `heard run` or `heard erase"
            " --again` finishes it"
        )
