"""``heard pack``: what each board reads of the last release.

Belongs here: saying which packs there are and where.
Does not belong here: making them (``orchestration.reporting.pack``) or whom to send them to
(``orchestration.alerts``).
"""

from collections.abc import Sequence
from pathlib import Path

from orchestration.alerts.delivery import Drained, drain
from orchestration.commands.output import console, print_json, progress, say
from orchestration.progress import report
from orchestration.reporting.pack.pdf import can_make_pdf
from orchestration.reporting.pack.write import ReadyPack, write_packs
from orchestration.settings import Settings
from orchestration.watching import watch_packs

# Thirty authorities make more lines than anybody reads.
_TOLD = 12


def pack(
    boards: Sequence[str],
    out: Path | None,
    home: Path | None,
    as_json: bool,
    send: bool = False,
) -> int:
    """Make the packs that are not there yet; return the exit code."""
    settings = Settings.from_environment(inbox=Path(), home=home)
    with progress(quiet=as_json):
        report("Writing what boards read")
        made = write_packs(settings.home, boards, out.absolute() if out else None)
    drained = _send(settings.home, made) if send else Drained()
    if as_json:
        sent = {"messages_sent": drained.sent} if send else {}
        print_json({"packs": [_plain(each) for each in made]} | sent)
    else:
        show_packs(made)
        if send:
            say(f"{drained.sent} messages sent; `heard incidents alerts` shows what waits.")
        for trouble in drained.troubles:
            say(f"  {trouble}")
    return int(bool(drained.failed))


def _send(home: Path, made: Sequence[ReadyPack]) -> Drained:
    watch_packs(home, made)
    return drain(home)


def show_packs(made: Sequence[ReadyPack]) -> None:
    """Print where the packs lie and whether each can be relied on."""
    out = console()
    out.print("[bold]What boards read[/bold]  a page, its annex, and a page for children")
    for each in made[:_TOLD]:
        told = f"{each.board} ({each.authority_code}), relied on: {each.verdict.lower()}"
        out.print(f"  {told}", markup=False)
        out.print(f"    {each.html}", markup=False, soft_wrap=True)
    if len(made) > _TOLD:
        out.print(f"  and {len(made) - _TOLD} more; --json lists them all")
    out.print(
        "  The same as PDF and CSV stand beside each page."
        if can_make_pdf()
        else "  The same as CSV stands beside each page; for PDF, install the wheel typst."
    )
    out.print()


def _plain(each: ReadyPack) -> dict[str, object]:
    return {
        "board": each.board,
        "authority_code": each.authority_code,
        "release_id": each.release_id,
        "verdict": each.verdict,
        "folder": each.folder,
        "is_new": each.is_new,
    }
