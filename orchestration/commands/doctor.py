"""``heard doctor``: is this installation fit to run, and if not, what to do.

Belongs here: drawing the examination.
Does not belong here: the examination (``orchestration.health``).
"""

from pathlib import Path

from orchestration.commands.output import console, hanging, print_json, say
from orchestration.health import Verdict, examine
from orchestration.modes import close_wider
from orchestration.preflight import free_ballast, told
from orchestration.settings import Settings, read_setting

MARKS = {Verdict.OK: "ok  ", Verdict.WARN: "warn", Verdict.FAIL: "FAIL"}


def drop_ballast(home: Path | None, as_json: bool) -> int:
    """Give back the room that is kept for a full disk."""
    freed = free_ballast(Settings.from_environment(inbox=Path(), home=home).home)
    if as_json:
        print_json({"freed_bytes": freed})
    elif freed:
        say(f"{told(freed)} are free again. Make more room: the next run keeps new ballast.")
    else:
        say("There is no ballast to give back.")
    return 0


def close_files(inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Take from others what they should not open; exit code 1 when some is another account's."""
    given = inbox or read_setting("HEARD_INBOX")
    settings = Settings.from_environment(Path(given) if given else Path(), home)
    closed, left = close_wider(settings.home, settings.inbox if given else None)
    if as_json:
        print_json({"closed": [str(w.path) for w in closed], "left": [str(w.path) for w in left]})
        return int(bool(left))
    for each in closed:
        say(f"closed {each.path}: {each.mode:04o}, now {each.wanted:04o}")
    for each in left:
        say(f"left {each.path}: another account's; run: sudo chmod {each.wanted:o} {each.path}")
    if not (closed or left):
        say("Nothing is open to others.")
    return int(bool(left))


def doctor(inbox: Path | None, home: Path | None, as_json: bool) -> int:
    """Examine the installation; exit code 1 when something must be mended."""
    found = examine(inbox, home)
    if as_json:
        print_json(
            {
                "checks": [
                    {
                        "name": f.name,
                        "verdict": f.verdict.value,
                        "found": f.found,
                        "what_to_do": f.what_to_do,
                    }
                    for f in found
                ]
            }
        )
    else:
        out = console()
        for one in found:
            label = f"{MARKS[one.verdict]}  {one.name:<12} "
            out.print(hanging(label, one.found, out.width), markup=False)
            if one.what_to_do:
                advice = hanging(f"{'':<19}To do: ", one.what_to_do, out.width)
                out.print(advice, markup=False)
    return int(any(one.verdict is Verdict.FAIL for one in found))
