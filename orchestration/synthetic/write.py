"""Write deliveries as a case system would, and the same bytes for the same seed.

Belongs here: columns in order, text, line ends. Does not belong here: what the rows say.
"""

from pathlib import Path

from orchestration.synthetic.clocks import iso_day
from orchestration.synthetic.flaws import Counts, add_flaws
from orchestration.synthetic.recipe import Place
from orchestration.synthetic.workforce import Tables


def write_delivery(
    out: Path, place: Place, source: str, as_of: int, tables: Tables, counts: Counts
) -> None:
    """Write one delivery, a file a table, sorted by the first column."""
    day = iso_day(as_of)
    folder = delivery_folder(out, place, source, day)
    for table, frame in sorted(tables.items()):
        columns = list(place.recipe.layout[source][table])
        shaped = frame.reindex(columns=columns, fill_value="").fillna("")
        shaped = shaped.sort_values(columns[0], kind="stable")
        name = f"{source}/{day}/{table}"
        flawed = add_flaws(place, name, table, shaped, counts)
        flawed.to_csv(folder / f"{table}.csv", index=False, lineterminator="\n", encoding="utf-8")


def delivery_folder(out: Path, place: Place, source: str, day: str) -> Path:
    """Make the folder of one delivery."""
    folder = out / place.authority / source / day
    folder.mkdir(parents=True, exist_ok=True)
    return folder
