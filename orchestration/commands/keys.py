"""``heard keys``: where the keys come from, and changing them.

Belongs here: drawing, and the order of a command. Does not belong here: a key in anything drawn, or
the rotation itself (``orchestration.rotating``).
"""

from dataclasses import asdict, fields
from pathlib import Path

from orchestration.commands.output import console, print_json, progress, say
from orchestration.commands.run import FAILED, HELD_BACK, PUBLISHED
from orchestration.instance import sole_run
from orchestration.preflight import require_ready
from orchestration.privacy.keys import SETTING, MissingKeyError, Ring, key_file, key_id, read_ring
from orchestration.reaper import reap
from orchestration.settings import Settings
from orchestration.stopping import STOPPED, stoppable

_EXIT_CODES = {"published": PUBLISHED, "held_back": HELD_BACK, "failed": FAILED}


class KeyFileExistsError(FileExistsError):
    """A file of keys is never written over by hand."""


def show(home: Path | None, as_json: bool) -> int:
    """Say where the keys come from and what they are called."""
    from orchestration.rotating import read_log

    settings = Settings.from_environment(inbox=Path(), home=home)
    ring, path = read_ring(), key_file()
    ids = {each.name: key_id(getattr(ring, each.name)) for each in fields(Ring)}
    log = read_log(settings.home)
    if as_json:
        print_json({"from": str(path or "environment"), "ids": ids, "rotations": log})
        return 0
    out = console()
    out.print(f"Keys from {path}." if path else f"Keys from the environment ({SETTING}).")
    for purpose, name in ids.items():
        out.print(f"  {purpose:<12} {name}")
    for entry in log:
        what = "pseudonyms and disclosure" if entry["disclosure"] else "pseudonyms"
        out.print(f"  changed {entry['at']} by {entry['by']}: {what}", markup=False)
    return 0


def write(path: Path) -> int:
    """Write the keys that count now, or new ones, to a file.

    Raises:
        KeyFileExistsError: There is one already.
    """
    from orchestration.privacy.key_files import new_key, write_key_file

    if path.exists():
        raise KeyFileExistsError(f"{path} is there already; name another file")
    try:
        ring = read_ring()
        whence = "the keys that count now"
    except MissingKeyError:
        key = new_key()
        ring = Ring(key, key, key)
        whence = "a new key"
    write_key_file(path.absolute(), ring)
    say(f"Wrote {whence} to {path}, for this account alone. Keep a copy in a safe place: without")
    say(f"it nothing can be made again. Set HEARD_PSEUDONYM_KEY_FILE to it, and unset {SETTING}.")
    return 0


def rotate(by: str, disclosure: bool, inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Make everything again with a new key; return the exit code."""
    from orchestration.refresh import refresh
    from orchestration.rotating import rotate as change

    settings = Settings.from_environment(inbox, home)
    with sole_run(settings.home), stoppable() as stop, progress(quiet=as_json):
        reap(settings.home)
        require_ready(settings)
        done = change(settings, by, disclosure)
        outcome = refresh(settings)
    if stop.is_made:
        return STOPPED
    if as_json:
        print_json(asdict(done) | {"status": outcome.status})
        return _EXIT_CODES[outcome.status]
    out = console()
    out.print(f"[bold]Changed.[/bold] Key {done.old_key_id} is now {done.new_key_id}.")
    out.print(
        f"{done.rows:,} rows of {done.deliveries:,} deliveries as before; {done.pseudonyms:,}"
        " pseudonyms, none of them known from before."
    )
    if done.shares_old_key:
        out.print(
            "The old key still rounds published numbers or hashes who was erased: keep it secret."
            " If it may have leaked, see `--disclosure` in docs/keys.md."
        )
    else:
        out.print("Destroy the old key when the backups made with it have expired (docs/keys.md).")
    if outcome.status != "published":
        out.print("Nothing was published; `heard status` says why.")
    return _EXIT_CODES[outcome.status]
