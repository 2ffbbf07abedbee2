"""Tell whether anything has changed since the last published release, at almost no cost.

Everything that decides a release is hashed: the inbox, the code, the seeds, the settings (the
key by its own hash) and the installed versions. Equal hashes mean an equal release, so Dagster,
dbt and DuckDB need not even be imported: that alone takes seconds. A file is read again only when
its size, its times or its inode changed.

Belongs here: hashing and the state file, standard library only.
Does not belong here: deciding what to do about a change, or any look into a file's meaning.
"""

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from orchestration.files import digest_file, replace_text
from orchestration.privacy.keys import read_ring
from orchestration.settings import Settings, links_authorities

STATE_FILE = "state.json"
STATE_VERSION = 1
REPOSITORY = Path(__file__).resolve().parent.parent
CODE_FOLDERS = ("orchestration", "expectations", "dbt_project", "seeds")
OWN_MAPPINGS = "mappings"
OWN_CLOCKS = "local_clocks.csv"
OWN_RELEASES = "releases.yml"
OWN_QUOTES = "quotes.sqlite3"
# Words are code too: what a column means is published with it.
CODE_SUFFIXES = frozenset({".py", ".sql", ".yml", ".yaml", ".csv", ".md"})
# What can change a number without a change in our own code.
PACKAGES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations", "pandas", "numpy")
_INBOX = "inbox/"
# A delivery with one can wait unseen, so it is known by its name.
_MANIFEST = "/manifest.csv"
# Before readers, or (where people approve releases) waiting for them.
_RELEASED = ("published", "candidate/published")
_LEFT_OUT = frozenset({"target", "logs", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run that ended: for which inputs, when, and (if published) as which release."""

    fingerprint: str
    at: str
    release_id: str = ""


@dataclass(slots=True)
class State:
    """What ``state.json`` remembers between runs."""

    published: Attempt | None = None
    held_back: Attempt | None = None
    # path -> [size, modified, changed, inode, hash]
    files: dict[str, list[int | str]] = field(default_factory=dict)


def fingerprint(settings: Settings, state: State | None = None) -> str:
    """Return one hash of all that decides the next release.

    Args:
        settings: Where the inbox and the home folder are.
        state: Hashes remembered from before; filled with the present ones.

    Raises:
        MissingKeyError: There is no pseudonym key, so nothing could be ingested anyway.
    """
    known = state if state is not None else read_state(settings.home)
    digest = hashlib.blake2b(digest_size=32)
    ring = read_ring()
    for key in dict.fromkeys((ring.pseudonyms, ring.disclosure)):
        digest.update(hashlib.blake2b(key, person=b"heard-state").digest())
    digest.update(f"{settings.inbox}\0{settings.home}\0{settings.target}\n".encode())
    digest.update(f"linking={links_authorities()}\n".encode())
    for name in PACKAGES:
        digest.update(f"{name}={_version(name)}\n".encode())
    seen: dict[str, list[int | str]] = {}
    for label, path in _inputs(settings):
        entry = _entry(path, known.files.get(label))
        if entry is not None:
            seen[label] = entry
            # A name need not be text: it may come from a system that knew another alphabet.
            digest.update(os.fsencode(f"{label}\0{entry[-1]}\n"))
    known.files = seen
    digest.update(_ended(settings.home))
    return digest.hexdigest()


def _ended(home: Path) -> bytes:
    """What has changed although nothing arrived: permissions to quote that have ended."""
    if not (home / OWN_QUOTES).is_file():
        return b""
    from orchestration.quotes.candidates import today
    from orchestration.quotes.ledger import count_ended

    ended = count_ended(home, today())
    return f"ended={ended}\n".encode() if ended else b""


def is_published(settings: Settings, state: State, current: str) -> bool:
    """Say whether the published files already come from exactly these inputs."""
    return (
        state.published is not None
        and state.published.fingerprint == current
        and any((settings.home / place / "heard.duckdb").is_file() for place in _RELEASED)
    )


def seconds_since_last_arrival(state: State) -> float:
    """Return how long no file of the inbox has been written, as of the last fingerprint."""
    # A sender whose clock is ahead writes into the future; when we saw it change is our own time.
    written = [
        min(int(entry[1]), int(entry[2]))
        for name, entry in state.files.items()
        if name.startswith(_INBOX)
    ]
    return time.time() - max(written, default=0) / 1e9


def read_state(home: Path) -> State:
    """Return what the last runs left behind; an unreadable file counts as nothing known."""
    try:
        stored = json.loads((home / STATE_FILE).read_text(encoding="utf-8"))
        if stored["version"] != STATE_VERSION:
            return State()
        return State(
            published=_attempt(stored["published"]),
            held_back=_attempt(stored["held_back"]),
            files=stored["files"],
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # The cost of not knowing is one full run, which then writes the file anew.
        return State()


def record_published(home: Path, current: str, release_id: str) -> None:
    """Remember that these inputs are published."""
    state = read_state(home)
    state.published = Attempt(current, _now(), release_id)
    state.held_back = None
    write_state(home, state)


def forget_published(home: Path) -> None:
    """Say that nothing is published: the warehouse is about to differ from what is.

    Killed before the next release, a run would else find nothing new beside half a warehouse.
    """
    state = read_state(home)
    if state.published is not None:
        state.published = None
        write_state(home, state)


def record_held_back(home: Path, current: str) -> None:
    """Remember that a stop-level check refused these inputs, so that a sensor does not insist."""
    state = read_state(home)
    state.held_back = Attempt(current, _now())
    write_state(home, state)


def write_state(home: Path, state: State) -> None:
    """Write the state file in one step."""
    stored = {
        "version": STATE_VERSION,
        "published": _stored(state.published),
        "held_back": _stored(state.held_back),
        "files": state.files,
    }
    replace_text(home / STATE_FILE, json.dumps(stored, separators=(",", ":")))


def _inputs(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield every file that counts, under a name that does not depend on the machine."""
    for path in _walk(settings.inbox):
        # A sender may name a file after a child, and this file outlives what it tells of.
        name = os.fsencode(path.relative_to(settings.inbox).as_posix())
        kind = _MANIFEST if path.name.lower() == _MANIFEST[1:] else ""
        yield f"{_INBOX}{hashlib.blake2b(name, digest_size=16).hexdigest()}{kind}", path
    for path in _walk(settings.home / OWN_MAPPINGS):
        yield f"mappings/{path.relative_to(settings.home).as_posix()}", path
    if (clocks := settings.home / OWN_CLOCKS).is_file():
        yield OWN_CLOCKS, clocks
    # Who reads a release decides what is left out of it.
    if (releases := settings.home / OWN_RELEASES).is_file():
        yield OWN_RELEASES, releases
    for folder in CODE_FOLDERS:
        for path in _walk(REPOSITORY / folder):
            if path.suffix in CODE_SUFFIXES:
                yield path.relative_to(REPOSITORY).as_posix(), path


def _walk(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in _LEFT_OUT and name[0] != ".")
        for name in sorted(files):
            if name[0] != ".":
                yield Path(folder, name)


def _entry(path: Path, known: list[int | str] | None) -> list[int | str] | None:
    try:
        found = path.stat(follow_symlinks=False)
        facts: list[int | str] = [
            found.st_size,
            found.st_mtime_ns,
            found.st_ctime_ns,
            found.st_ino,
        ]
        if known is not None and known[:-1] == facts:
            return known
        if not stat.S_ISREG(found.st_mode):
            # A pipe would make us wait for ever, and a link is never followed.
            return [*facts, "no plain file"]
        return [*facts, digest_file(path)]
    except OSError:
        # Gone or unreadable since it was listed: the run itself reports it, and a hash
        # without the file differs from any earlier one with it.
        return None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _attempt(stored: dict[str, str] | None) -> Attempt | None:
    return None if stored is None else Attempt(**stored)


def _stored(attempt: Attempt | None) -> dict[str, str] | None:
    if attempt is None:
        return None
    return {
        "fingerprint": attempt.fingerprint,
        "at": attempt.at,
        "release_id": attempt.release_id,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
