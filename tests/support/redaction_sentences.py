"""Sentences with marked names to measure redaction on: the public vectors and our own."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from orchestration.redaction.measure import Marked
from orchestration.redaction.people import KnownPerson
from tests.support.command import REPOSITORY

_FIXTURES = REPOSITORY / "tests" / "fixtures" / "redaction"
_NAMES = REPOSITORY / "seeds" / "synthetic" / "names.yaml"
_SLOT = re.compile(r"\{(\w)(?:_(\w+))?\}")
_ROLES = {"c": "child", "C": "child", "w": "worker", "p": "mother"}


def unseen(rounds: int, which: str = "unseen", seed: int = 7) -> list[Marked]:
    """Our own sentences: every template for every origin, `rounds` times, with drawn names."""
    data = _read(which)
    return [
        _fill(template, origin, names, random.Random(f"{seed} {turn} {number}"))  # noqa: S311
        for turn in range(rounds)
        for number, template in enumerate(data["templates"])
        for origin, names in (data.get("origins") or _names()).items()
    ]


def clean_sentences(which: str = "unseen") -> list[str]:
    """Our own sentences without any name."""
    return [str(sentence) for sentence in _read(which)["clean"]]


def vectors(path: Path) -> tuple[list[Marked], list[str]]:
    """The public vectors: sentences with names, and clean ones."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    marked = [
        Marked(
            row["text"],
            row["name_origin"],
            [(s["start"], s["end"], s["text"] in row["known_people"]) for s in row["spans"]],
            [KnownPerson(name) for name in row["known_people"]],
        )
        for row in rows
        if row["name_origin"]
    ]
    return marked, [row["text"] for row in rows if not row["name_origin"]]


def _read(which: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((_FIXTURES / f"{which}.yaml").read_text("utf-8"))
    return read


def _names() -> dict[str, dict[str, list[str]]]:
    read: dict[str, dict[str, list[str]]] = yaml.safe_load(_NAMES.read_text("utf-8"))
    return read


def _fill(
    template: dict[str, object], origin: str, names: dict[str, list[str]], draws: random.Random
) -> Marked:
    first = draws.sample(names["first"], 4)
    last = draws.sample(names["last"], 5)
    people = {
        "c": first[0],
        "C": f"{first[0]} {last[0]}",
        "o": first[1],
        "w": f"{first[2]} {last[1]}",
        "p": f"{first[3]} {last[2]}",
        "s": last[3],
        "u": f"{first[1]} {last[4]}",
    }
    listed = [str(slot) for slot in template["listed"]]  # type: ignore[attr-defined]
    text, spans, source, position = "", [], str(template["text"]), 0
    for slot in _SLOT.finditer(source):
        text += source[position : slot.start()]
        name = _written(people[slot.group(1)], slot.group(2) or "", draws)
        is_known = slot.group(1) in listed
        spans.append((len(text), len(text) + len(name), is_known))
        text, position = text + name, slot.end()
    known = [KnownPerson(people[slot], _ROLES[slot]) for slot in listed]
    return Marked(text + source[position:], origin, spans, known)


def _written(name: str, how: str, draws: random.Random) -> str:
    if how == "lower":
        return name.lower()
    if how == "upper":
        return name.upper()
    if how == "typo" and len(name) >= 5 and name.isalpha():
        place = draws.randrange(1, len(name) - 1)
        return name[:place] + name[place + 1 :]
    return name


def missed(marked: list[Marked]) -> Iterator[str]:
    """What the rules leave, for somebody who works on them; invented names only."""
    from orchestration.redaction.redact import redact
    from orchestration.redaction.tokens import is_covered

    for sentence in marked:
        spans = redact(sentence.text, sentence.people).spans
        for start, end, is_listed in sentence.names:
            if not is_covered(sentence.text, spans, start, end):
                yield f"{sentence.text[start:end]} ({is_listed}): {sentence.text}"
