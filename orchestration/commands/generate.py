"""``heard generate``: synthetic deliveries, and the truth that they hold.

Belongs here: calling the generator and telling what it wrote.
Does not belong here: inventing anything (``orchestration.synthetic``).
"""

from datetime import date
from pathlib import Path

from orchestration.commands.output import console, print_json

# A fixed day, so that the same command writes the same bytes on any day.
AS_OF = date(2026, 9, 30)


def generate(
    out: Path,
    authorities: int,
    children: int,
    years: int,
    seed: int,
    as_of: date | None,
    events: Path | None,
    as_json: bool,
) -> int:
    """Write the deliveries; return the exit code."""
    from orchestration.synthetic import generate as write

    written = write(
        out=out,
        authorities=authorities,
        children=children,
        years=years,
        seed=seed,
        as_of=as_of or AS_OF,
        events_to=events,
    )
    if as_json:
        print_json(written)
        return 0
    say = console()
    say.print(f"Wrote {authorities} synthetic authorities of {children:,} children to {out}.")
    say.print(f"The gaps planted in them, and every expected value: {out / 'truth.json'}")
    if events is not None:
        say.print(f"What truly happened, a list a file: {events}")
    say.print(f"Next: heard run --inbox {out} --home HOME")
    return 0
