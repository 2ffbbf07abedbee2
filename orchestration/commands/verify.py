"""``heard verify``: is everything still as it was written?

Belongs here: drawing what was found, and the exit code.
Does not belong here: looking (``orchestration.verification``).
"""

from pathlib import Path

from orchestration.commands.output import console, hanging, print_json, progress
from orchestration.instance import sole_run
from orchestration.settings import Settings

CLEAN = 0
DAMAGED = 1


def verify(home: Path | None, as_json: bool) -> int:
    """Read the whole home folder; exit code 1 when something is damaged or missing."""
    from orchestration.verification import verify as read_everything

    # Only the home folder matters here, so a missing inbox must not stop the answer.
    settings = Settings.from_environment(inbox=Path(), home=home)
    if not settings.home.is_dir():
        raise FileNotFoundError(f"there is no {settings.home}; run `heard run` first")
    with sole_run(settings.home), progress(quiet=as_json):
        found = read_everything(settings.home)
    if as_json:
        print_json(
            {
                "status": "damaged" if found.damages else "clean",
                "landed_files": found.landed_files,
                "deliveries": found.deliveries,
                "warehouse_tables": found.warehouse_tables,
                "published_files": found.published_files,
                "frozen_files": found.frozen_files,
                "record_head": found.record_head,
                "damages": [
                    {
                        "place": damage.place,
                        "rule": damage.rule,
                        "path": damage.path,
                        "what_to_do": damage.what_to_do,
                    }
                    for damage in found.damages
                ],
            }
        )
        return DAMAGED if found.damages else CLEAN
    out = console()
    out.print(
        f"Read {found.landed_files:,} landed files of {found.deliveries:,} deliveries,"
        f" {found.warehouse_tables:,} warehouse tables, {found.published_files:,} published files,"
        f" {found.frozen_files:,} files of releases."
    )
    if found.record_head:
        out.print(f"The record of releases ends with {found.record_head[:16]}; keep it elsewhere.")
    for damage in found.damages:
        label = f"{damage.place:<10} {damage.rule:<18} "
        out.print(hanging(label, damage.path, out.width), markup=False)
        out.print(hanging(f"{'':<29} To do: ", damage.what_to_do, out.width), markup=False)
    if not found.damages:
        out.print("Everything is as it was written.")
    return DAMAGED if found.damages else CLEAN
