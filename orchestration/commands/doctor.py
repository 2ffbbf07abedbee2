"""``heard doctor``: is this installation fit to run, and if not, what to do.

Belongs here: drawing the examination.
Does not belong here: the examination (``orchestration.health``).
"""

from pathlib import Path

from orchestration.commands.output import console, hanging, print_json
from orchestration.health import Verdict, examine

MARKS = {Verdict.OK: "ok  ", Verdict.WARN: "warn", Verdict.FAIL: "FAIL"}


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
