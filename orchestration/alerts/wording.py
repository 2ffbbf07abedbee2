"""What a message says, made of vetted fields only.

Belongs here: the words, from values that hold no count, no slice, no name and no free text.
Does not belong here: choosing what is told, or sending it. A field that is not in ``Told`` cannot
get into a message.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

MOST_LINES = 12
_WIDTH = 90
_INDENT = "  "
HEADINGS = {
    "new": "NEW",
    "again": "BACK AGAIN",
    "waiting": "WAITING FOR SOMEBODY FOR TOO LONG",
    "over": "OVER",
    "brief": "CAME AND WENT",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One incident as a board may read it."""

    incident_id: str
    severity: str
    authority_code: str
    check_id: str
    sentence: str
    what_to_do: str
    indicators: str
    opened_on: date
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """The title and the body of a message."""

    title: str
    body: str


def changes(board: str, groups: Mapping[str, Sequence[Told]], still_open: int, key: str) -> Text:
    """Say what changed since the last message."""
    lead = next(name for name in HEADINGS if groups.get(name))
    first = groups[lead][0]
    others = sum(len(found) for found in groups.values()) - 1
    more = f" and {others} more" if others else ""
    title = f"Heard: {HEADINGS[lead].lower()}: {first.incident_id}{more}"
    lines = [f"For: {board}", "These claims about the data do not hold, or hold again.", ""]
    room = MOST_LINES
    for name, heading in HEADINGS.items():
        found = groups.get(name, ())
        if not found:
            continue
        lines.append(heading)
        for told in found[:room]:
            lines += _lines(told, with_advice=name not in ("over", "brief"))
        left_out = len(found) - len(found[:room])
        if left_out:
            lines.append(f"{_INDENT}and {left_out} more: `heard incidents` lists them")
        room = max(0, room - len(found))
        lines.append("")
    lines += [f"Incidents open in all: {still_open}.", *_close(key)]
    return Text(title, "\n".join(lines))


def alive(board: str, judged: int, on: date | None, still_open: int, key: str) -> Text:
    """Say that Heard is running and has nothing new, so that silence is never read as health."""
    when = f" on {_day(on)}" if on else ""
    looked = f"The checks last ran{when} and judged {judged} claims." if on else ""
    lines = [
        f"For: {board}",
        "Heard is running and there is nothing new.",
        *([looked] if looked else []),
        f"Incidents open in all: {still_open}.",
        "If no such message comes for a fortnight, something is wrong with Heard itself.",
        *_close(key),
    ]
    return Text("Heard: nothing new", "\n".join(lines))


def release(board: str, release_id: str, at: datetime, still_open: int, key: str) -> Text:
    """Say that new figures are published."""
    lines = [
        f"For: {board}",
        f"New figures were published on {_day(at.date())}: release {release_id}.",
        f"Incidents open in all: {still_open}. The release names those that bear on a figure.",
        *_close(key),
    ]
    return Text("Heard: new figures are published", "\n".join(lines))


def packs(
    board: str,
    title: str,
    release_id: str,
    found: Sequence[tuple[str, str, str]],
    are_sent: bool,
    key: str,
) -> Text:
    """Say that what a board reads is ready: authority, verdict and folder of each pack."""
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())
    one = len(found) == 1
    lines = [
        f"For: {board}",
        *textwrap.wrap(
            f"What the {name} reads is ready. It is made of release {release_id}.", _WIDTH
        ),
        "",
        *(
            f"{_INDENT}Authority {authority}: can it be relied on? {verdict}."
            for authority, verdict, _ in found[:MOST_LINES]
        ),
        *([f"{_INDENT}and {len(found) - MOST_LINES} more"] if len(found) > MOST_LINES else []),
        "",
        *(["It comes with this message." if one else "They come with this message."] * are_sent),
        "In Heard's home folder, as page, PDF and CSV:",
        *(f"{_INDENT}{place}" for _, _, place in found[:MOST_LINES]),
        "",
        _key_line(key),
    ]
    return Text(f"Heard: a pack is ready: {name}", "\n".join(lines))


def _lines(told: Told, with_advice: bool) -> list[str]:
    place = f", authority {told.authority_code}" if told.authority_code else ""
    lines = [
        f"{_INDENT}{told.incident_id} [{told.severity}]{place}, since {_day(told.opened_on)}",
        *_wrapped(f"{told.check_id}: {told.sentence}"),
    ]
    if told.indicators:
        lines += _wrapped(f"Figures that it bears on: {told.indicators.replace(',', ', ')}")
    if with_advice:
        lines += _wrapped(f"What to do: {told.what_to_do}")
    if told.follows:
        lines += _wrapped(f"Others likely to follow from it: {', '.join(told.follows)}")
    return lines


def _wrapped(text: str) -> list[str]:
    # Words of a check never bring a line of their own into a message.
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return textwrap.wrap(plain, _WIDTH, initial_indent=2 * _INDENT, subsequent_indent=2 * _INDENT)


def _close(key: str) -> list[str]:
    return [
        "",
        "To answer: heard incidents ack ID --by NAME",
        _key_line(key),
    ]


def _key_line(key: str) -> str:
    return f"Message key: {key} (the same key twice is the same message)"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
