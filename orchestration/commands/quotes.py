"""``heard quotes``: which allowed and redacted words may be quoted.

Belongs here: showing quotes, asking a person, files in and out.
Does not belong here: what may be quoted (``orchestration.quotes``), or words as they were said:
nothing here ever sees them.
"""

from collections import Counter
from dataclasses import asdict
from pathlib import Path

import click

from orchestration.commands.output import print_json, say
from orchestration.commands.spreadsheet import as_text, read_rows, write_rows
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.candidates import today
from orchestration.quotes.ledger import APPROVED, REFUSED
from orchestration.quotes.standing import (
    WAITING,
    Names,
    Quote,
    QuoteError,
    decide,
    read_names,
    read_quotes,
)
from orchestration.redaction.model import HOW, installed_model, name_finder
from orchestration.settings import Settings

_FIELDS = (
    "quote_id",
    "audience",
    "voice_owner",
    "year",
    "understood",
    "text",
    "decision",
    "edited_text",
    "state",
)
_ANSWERS = {"yes": APPROVED, "y": APPROVED, "no": REFUSED, "n": REFUSED}


def show_list(home: Path | None, as_json: bool) -> int:
    """Show where the quotes stand; return the exit code."""
    found = _quotes(_home(home), with_finder=installed_model() is not None)
    recall = [quote for quote in found if quote.needs_recall]
    if as_json:
        print_json([asdict(quote) for quote in found])
        return 1 if recall else 0
    if installed_model() is None:
        say(f"Without a name finder no new words are quotable; {HOW}")
    for state, count in sorted(Counter(quote.state for quote in found).items()):
        say(f"{count} {state}")
    for quote in found:
        if quote.state != WAITING:
            held = ", ".join(quote.releases) or "no release"
            say(f"{quote.quote_id}  {quote.state}  in: {held}")
    for quote in recall:
        say(f"Recall {quote.quote_id}: ask whoever has {', '.join(quote.releases)} to delete it.")
    return 1 if recall else 0


def review(home: Path | None, reviewer: str) -> int:
    """Show the waiting quotes one by one and record what the reviewer says."""
    folder = _home(home)
    waiting = _waiting(folder)
    names = _names(folder)
    done = 0
    for number, quote in enumerate(waiting, start=1):
        say(f"\n{number} of {len(waiting)}: {quote.voice_owner}, for: {quote.audience}")
        if not quote.is_understood:
            say("  Nobody recorded whether they understood what they allowed: ask, or say no.")
        say(f"  {quote.text}")
        answer = click.prompt(
            "May this be read by them? Would anybody know who it is?",
            type=click.Choice(["yes", "no", "edit", "skip", "stop"]),
            default="skip",
        )
        if answer == "stop":
            break
        if answer == "skip":
            continue
        text = click.prompt("The words as they may be read") if answer == "edit" else None
        try:
            decision = REFUSED if answer == "no" else APPROVED
            decide(folder, quote, decision, reviewer, text, names)
        except QuoteError as error:
            say(str(error))
            continue
        done += 1
    say(f"{done} decided, {len(waiting) - done} still waiting; `heard run --force` publishes.")
    return 0


def export(home: Path | None, file: Path, as_json: bool) -> int:
    """Write the waiting quotes to a CSV file that only its owner can read."""
    waiting = _waiting(_home(home))
    write_rows(
        file,
        _FIELDS,
        [
            {
                "quote_id": quote.quote_id,
                "audience": quote.audience,
                "voice_owner": quote.voice_owner,
                "year": f"{quote.period_start:%Y}" if quote.period_start else "",
                "understood": "yes" if quote.is_understood else "not recorded",
                "text": as_text(quote.text),
                "state": quote.text_hash,
            }
            for quote in waiting
        ],
    )
    if as_json:
        print_json({"quotes": len(waiting), "file": str(file)})
    else:
        say(f"{len(waiting)} quotes in {file}; write yes or no under decision, then import it.")
    return 0


def import_(home: Path | None, file: Path, reviewer: str, as_json: bool) -> int:
    """Record the decisions of a file; a quote whose words changed since is left waiting."""
    folder = _home(home)
    waiting = {quote.quote_id: quote for quote in _waiting(folder)}
    names = _names(folder)
    counts: Counter[str] = Counter()
    for row in _decided(file):
        quote = waiting.get(row["quote_id"])
        if quote is None or quote.text_hash != row.get("state"):
            counts["left"] += 1
            continue
        word = _ANSWERS[row["decision"].lower()]
        decide(folder, quote, word, reviewer, row.get("edited_text") or None, names)
        counts[word] += 1
    if as_json:
        print_json(dict(counts))
    else:
        say(", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing")
    return 0


def _decided(file: Path) -> list[dict[str, str]]:
    """Read the rows that decide something, all of them before anything is recorded.

    Raises:
        QuoteError: A decision is neither yes nor no, or a quote is decided twice.
    """
    rows: dict[str, dict[str, str]] = {}
    for number, row in read_rows(file, ("quote_id", "decision", "state")):
        if not row.get("decision"):
            continue
        if row["decision"].lower() not in _ANSWERS:
            raise QuoteError(f"{file.name}, row {number}: the decision is yes or no")
        if rows.setdefault(row.get("quote_id", ""), row) is not row:
            raise QuoteError(f"{file.name}, row {number}: its quote is decided further up as well")
    return [row | {"quote_id": quote} for quote, row in rows.items()]


def _names(home: Path) -> Names:
    with open_warehouse(home, read_only=True) as connection:
        return read_names(connection, home, today(), name_finder())


def _waiting(home: Path) -> list[Quote]:
    """Return what waits for a person; only a name finder makes words ready for one."""
    name_finder()
    return [quote for quote in _quotes(home, with_finder=True) if quote.state == WAITING]


def _quotes(home: Path, with_finder: bool) -> list[Quote]:
    finder = name_finder() if with_finder else None
    with open_warehouse(home, read_only=True) as connection:
        return read_quotes(connection, home, today(), finder)


def _home(home: Path | None) -> Path:
    return Settings.from_environment(inbox=Path(), home=home).home
