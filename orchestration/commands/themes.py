"""``heard themes``: which theme recorded words have, decided by people.

Belongs here: showing redacted words, asking a person, files in and out.
Does not belong here: what is suggested or decided (``orchestration.themes``), or words as they were
said: nothing here ever shows them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from orchestration.commands.output import print_json, say
from orchestration.commands.spreadsheet import as_text, read_rows, write_rows
from orchestration.ingestion.warehouse import open_warehouse
from orchestration.quotes.candidates import known_people
from orchestration.redaction.model import name_finder
from orchestration.settings import Settings
from orchestration.themes.coding import (
    FIRST,
    Item,
    ThemeError,
    decide,
    may_suggest,
    measure_agreement,
    read_items,
)
from orchestration.themes.frame import Frame, ThemeFrameError, labels, load_frame
from orchestration.themes.suggest import Redactor, redactor
from orchestration.themes.suggest import suggest as keep_suggestions

_FIELDS = ("item_id", "text", "suggested", "codes", "state")
# A cell left empty was not read; words that no theme fits say so.
_NONE = "none"


def show_list(home: Path | None, as_json: bool) -> int:
    """Show where the words stand."""
    folder = _home(home)
    frame = load_frame(folder)
    items = _items(folder, frame)[0]
    measured = measure_agreement(folder, items, frame)
    counts = {
        "waiting": sum(item.first is None for item in items),
        "waiting_for_a_second_reader": sum(
            item.first is not None and item.is_read_twice and item.second is None for item in items
        ),
        "read": sum(item.first is not None for item in items),
        "with_suggestion": sum(item.suggested is not None for item in items),
        "suggestion_shown": sum(bool(may_suggest(item, measured)) for item in items),
    }
    if as_json:
        print_json({"frame_version": frame.version, **counts})
    else:
        say(f"Code frame {frame.version}, {len(frame.lines)} themes")
        for name, count in counts.items():
            say(f"{count} {name.replace('_', ' ')}")
    return 0


def suggest(home: Path | None, as_json: bool) -> int:
    """Let the model read what it has not read; nothing without both extras."""
    from orchestration.themes.model import MODEL_NAME, embedder

    folder = _home(home)
    embed, frame = embedder(), load_frame(folder)
    items, read = _items(folder, frame)
    done = keep_suggestions(folder, items, frame, read, embed, MODEL_NAME)
    if as_json:
        print_json({"read": done})
    else:
        say(f"{done} read by the model; `heard themes agreement` says for whom it may be shown.")
    return 0


def review(home: Path | None, coder: str) -> int:
    """Show waiting words one by one and record what the coder says."""
    folder = _home(home)
    frame = load_frame(folder)
    items, read = _items(folder, frame)
    measured = measure_agreement(folder, items, frame)
    waiting = [item for item in items if item.round_for(coder)]
    for code in frame.lines:
        say(f"  {code}: {labels()[code]}")
    done = 0
    for number, item in enumerate(waiting, start=1):
        say(f"\n{number} of {len(waiting)}\n  {read(item)}")
        shown = may_suggest(item, measured) if item.round_for(coder) == FIRST else ()
        if shown:
            say(f"  suggested: {', '.join(f'{code} ({score:.2f})' for code, score in shown)}")
        answer = click.prompt("Codes (one, or two with ; between them), none, skip, stop")
        if answer == "stop":
            break
        if answer == "skip":
            continue
        try:
            decide(folder, item, frame, coder, _codes(answer), bool(shown))
        except (ThemeError, ThemeFrameError) as error:
            say(str(error))
            continue
        done += 1
    say(f"{done} decided; `heard run --force` counts them.")
    return 0


def export(home: Path | None, file: Path, coder: str, as_json: bool) -> int:
    """Write the words that wait for a coder to a CSV file that only its owner can read."""
    folder = _home(home)
    frame = load_frame(folder)
    items, read = _items(folder, frame)
    measured = measure_agreement(folder, items, frame)
    rows = []
    for item in items:
        round_ = item.round_for(coder)
        if round_ is None:
            continue
        shown = may_suggest(item, measured) if round_ == FIRST else ()
        rows.append(
            {
                "item_id": item.item_id,
                "text": as_text(read(item)),
                "suggested": ";".join(code for code, _ in shown),
                "codes": "",
                "state": item.words.text_hash,
            }
        )
    write_rows(file, _FIELDS, rows)
    if as_json:
        print_json({"items": len(rows), "file": str(file)})
    else:
        say(f"{len(rows)} in {file}; write one code, two with ; between them, or none, and import.")
    return 0


def import_(home: Path | None, file: Path, coder: str, as_json: bool) -> int:
    """Record the codes of a file; words that changed since, or that wait no more, are left."""
    folder = _home(home)
    frame = load_frame(folder)
    items = {item.item_id: item for item in _items(folder, frame)[0]}
    counts: Counter[str] = Counter()
    for number, row in read_rows(file, ("item_id", "codes", "state")):
        answer = row.get("codes", "")
        if not answer:
            continue
        item = items.get(row.get("item_id", ""))
        if item is None or item.words.text_hash != row.get("state") or not item.round_for(coder):
            counts["left"] += 1
            continue
        try:
            decide(folder, item, frame, coder, _codes(answer), bool(row.get("suggested")))
        except ThemeFrameError as error:
            raise ThemeError(f"{file.name}, row {number}: {error}") from None
        # The same item twice in a file is read once.
        del items[item.item_id]
        counts["decided"] += 1
    if as_json:
        print_json(dict(counts))
    else:
        say(", ".join(f"{count} {what}" for what, count in sorted(counts.items())) or "nothing")
    return 0


def show_agreement(home: Path | None, as_json: bool) -> int:
    """Work out agreement anew and show it by group; counts, never words."""
    folder = _home(home)
    frame = load_frame(folder)
    found = measure_agreement(folder, _items(folder, frame)[0], frame)
    if as_json:
        print_json(
            [
                {"authority_code": authority, "comparison": comparison, **asdict(row)}
                for (authority, comparison), rows in found.items()
                for row in rows
            ]
        )
        return 0
    if not any(found.values()):
        say("Nothing to compare yet: words must be read by a person, some of them by two.")
    for (authority, comparison), rows in found.items():
        for row in rows:
            kappa = "-" if row.kappa is None else f"{row.kappa:.2f}"
            say(
                f"{authority}  {comparison}  {row.breakdown}={row.breakdown_value}  "
                f"{row.agreed} of {row.items}  kappa {kappa}  {row.verdict}"
            )
    return 0


def _items(home: Path, frame: Frame) -> tuple[Sequence[Item], Redactor]:
    """Return the items and what takes names out of their words; the finder loads when needed."""
    with open_warehouse(home, read_only=True) as connection:
        items = read_items(connection, home, frame)
        people = known_people(connection)

    def read(item: Item) -> str:
        return redactor(people, name_finder())(item)

    return items, read


def _codes(answer: str) -> str:
    return "" if answer.strip().lower() == _NONE else answer


def _home(home: Path | None) -> Path:
    return Settings.from_environment(inbox=Path(), home=home).home
