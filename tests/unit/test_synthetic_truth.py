"""Prove the generator's truth against its own files, by slow and plain arithmetic.

Nothing of the generator is used to reckon: the support modules read the CSVs that were written,
follow the definitions row by row, and must reach the numbers of truth.json.
"""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.synthetic import generate
from tests.support.synthetic_clock import AS_OF, day, months_later, open_since
from tests.support.synthetic_extract import HEARD, Extract
from tests.support.synthetic_people import own_voice


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("inbox")
    generate(out, authorities=2, children=500, years=3, seed=11, as_of=AS_OF)
    return out


@pytest.fixture(scope="module")
def extracts(inbox: Path) -> dict[str, Extract]:
    return {name: Extract(inbox / name) for name in ("330", "331")}


def truth_of(
    inbox: Path, authority: str, breakdown: str
) -> dict[tuple[str, str, str], tuple[int, int]]:
    cells = json.loads((inbox / "truth.json").read_text("utf-8"))["authorities"][authority]["cells"]
    return {
        (cell[0], cell[2], cell[4]): (cell[5], cell[6])
        for cell in cells
        if cell[1] == "quarter" and cell[3] == breakdown
    }


def counted(
    pairs: list[tuple[str, date, str, bool]],
) -> dict[tuple[str, str, str], tuple[int, int]]:
    upper: Counter[tuple[str, str, str]] = Counter()
    lower: Counter[tuple[str, str, str]] = Counter()
    for indicator, on, value, positive in pairs:
        first = date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
        if months_later(first, 3) - timedelta(days=1) <= AS_OF:
            key = (indicator, first.isoformat(), value)
            upper[key] += positive
            lower[key] += 1
    return {key: (upper[key], lower[key]) for key in lower}


def pairs_of(extract: Extract, value: str) -> list[tuple[str, date, str, bool]]:
    pairs = []
    for row in extract.rows:
        shown = "all" if value == "all" else row[value]
        if row["outcome"] in ("voiced", "missed"):
            pairs.append(("A1", row["on"], shown, row["outcome"] == "voiced"))
        if row["outcome"] in ("voiced", "declined"):
            pairs.append(("A12", row["on"], shown, row["outcome"] == "declined"))
        if not row["own"]:
            continue
        code, kind = row.get("code", ""), row["kind"]
        if kind.startswith("CLA_REVIEW") and row["held"] and code and code != "PN0":
            pairs.append(("A5", row["on"], shown, code in HEARD))
            pairs.append(("A6", row["on"], shown, code not in HEARD))
        if kind.startswith("CLA_"):
            in_time = row["held"] is not None and row["held"] <= row["due"]
            pairs.append(("C5", row["on"], shown, in_time))
        if kind == "SA_CHILD_SEEN" and row["held"]:
            pairs.append(("C3", row["on"], shown, row["seen"] == "Y"))
        leaves = row["reason"] in ("declined", "not_appropriate", "not_able")
        if row.get("alone") is not None and row["held"] and row["seen"] == "Y" and not leaves:
            pairs.append(("B3", row["on"], shown, row["alone"] == "Y"))
    return pairs


@pytest.mark.parametrize("authority", ["330", "331"])
@pytest.mark.parametrize(
    ("breakdown", "column"),
    [("all", "all"), ("opportunity_type", "kind"), ("voice_owner", "owner")],
)
def test_the_truth_of_opportunities_follows_from_the_files_alone(
    inbox: Path, extracts: dict[str, Extract], authority: str, breakdown: str, column: str
) -> None:
    expected = counted(pairs_of(extracts[authority], column))
    told = {
        key: value
        for key, value in truth_of(inbox, authority, breakdown).items()
        if key[0] in ("A1", "A12", "A5", "A6", "B3", "C3", "C5")
    }
    assert len(expected) > 50
    assert told == expected


@pytest.mark.parametrize("authority", ["330", "331"])
def test_the_truth_of_own_words_follows_from_the_files_alone(
    inbox: Path, extracts: dict[str, Extract], authority: str
) -> None:
    pairs = []
    for row in extracts[authority].expressions:
        on = day(row["expressed_on"])
        assert on is not None
        if row["voice_owner"] in ("child", "young_person"):
            words = row["directness"] in ("verbatim", "verbatim_aided", "own_image")
            pairs.append(("B1", on, "all", words))
    told = {
        key: value for key, value in truth_of(inbox, authority, "all").items() if key[0] == "B1"
    }
    assert told == counted(pairs)


def test_silent_children_follow_from_the_files_alone(
    inbox: Path, extracts: dict[str, Extract]
) -> None:
    extract, checked = extracts["331"], 0
    spans, heard = extract.open_spans(), own_voice(extract)
    for (indicator, first_day, _), told in truth_of(inbox, "331", "all").items():
        if indicator not in ("A3", "A4"):
            continue
        end = months_later(date.fromisoformat(first_day), 3) - timedelta(days=1)
        back = months_later(end, -6)
        known = {person: open_since(parts, end) for person, parts in spans.items()}
        quiet = {person for person in known if not any(back < on <= end for on in heard[person])}
        latest = end - timedelta(days=42) if indicator == "A3" else back
        base = {person for person, start in known.items() if start and start <= latest}
        counted_ones = base - quiet if indicator == "A3" else base & quiet
        assert told == (len(counted_ones), len(base))
        checked += 1
    assert checked > 15


def test_spans_that_touch_are_one_and_others_are_not() -> None:
    first = (date(2025, 1, 1), date(2025, 3, 1))
    touching, apart = (date(2025, 3, 2), date(2025, 6, 1)), (date(2025, 3, 3), date(2025, 6, 1))
    assert open_since([first, touching], date(2025, 4, 1)) == date(2025, 1, 1)
    assert open_since([first, apart], date(2025, 4, 1)) == date(2025, 3, 3)
    assert open_since([first, apart], date(2025, 3, 2)) is None
