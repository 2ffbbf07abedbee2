"""``heard quotes``: which allowed and redacted words may be quoted.

Belongs here: showing quotes, asking a person, files in and out.
Does not belong here: what may be quoted (``orchestration.quotes``), or words as they were said:
nothing here ever sees them.
"""

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from orchestration.commands.output import print_json, say
from orchestration.commands.spreadsheet import as_text, read_rows, write_rows
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.ledger import APPROVED, REFUSED
from orchestration.quotes.standing import WAITING, Quote, QuoteError, decide, read_quotes
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
            decide(folder, quote, REFUSED if answer == "no" else APPROVED, reviewer, text)
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
    counts: Counter[str] = Counter()
    for number, row in read_rows(file):
        word = row.get("decision", "").lower()
        if not word:
            continue
        quote = waiting.get(row.get("quote_id", ""))
        if word not in _ANSWERS:
            raise QuoteError(f"{file.name}, row {number}: the decision is yes or no")
        if quote is None or quote.text_hash != row.get("state"):
            counts["left"] += 1
            continue
        decide(folder, quote, _ANSWERS[word], reviewer, row.get("edited_text") or None)
        counts[_ANSWERS[word]] += 1
    if as_json:
        print_json(dict(counts))
    else:
        say(", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing")
    return 0


def _waiting(home: Path) -> list[Quote]:
    """Return what waits for a person; only a name finder makes words ready for one."""
    name_finder()
    return [quote for quote in _quotes(home, with_finder=True) if quote.state == WAITING]


def _quotes(home: Path, with_finder: bool) -> list[Quote]:
    finder = name_finder() if with_finder else None
    with open_warehouse(home, read_only=True) as connection:
        return read_quotes(connection, home, datetime.now(UTC).date(), finder)


def _home(home: Path | None) -> Path:
    return Settings.from_environment(inbox=Path(), home=home).home
