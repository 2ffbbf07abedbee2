"""What was delivered and is not counted, as a table on the console.

Belongs here: drawing it. Does not belong here: reading it (``orchestration.reporting.reconciled``).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.commands.summary import make_table
from orchestration.reporting.reconciled import FEWEST_TOLD, LeftOut

if TYPE_CHECKING:
    from rich.console import Console


def show_left_out(out: "Console", found: Sequence[LeftOut] | None) -> None:
    """Show reasons and how many rows each left out; nothing where no account is kept."""
    if found is None:
        out.print("A run is under way, so what was left out cannot be told; ask again after it.")
        return
    if not found:
        return
    out.print("[bold]Left out[/bold]  rows that were delivered and are not counted, and why")
    table = make_table("kind", "how many", "because")
    for line in found:
        rows = f"under {FEWEST_TOLD}" if line.rows is None else f"{line.rows:,}"
        fault = "" if line.is_accounted_for else "AN ERROR: "
        table.add_row(f"{line.thing}", rows, f"{fault}{line.meaning}")
    out.print(table)
