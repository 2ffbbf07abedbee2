"""Prove the generator's truth against its own files, by slow and plain arithmetic.

Nothing of the generator is used to reckon: the support modules read the CSVs that were written,
follow the definitions row by row, and must reach the numbers of truth.json.
"""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.synthetic import generate
from tests.support.synthetic_clock import AS_OF, day, months_later
from tests.support.synthetic_extract import HEARD, Extract


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
    extract = extracts["331"]
    spans = defaultdict(list)
    for source, person, start, end in (
        (
            "ssd_early_help_episodes",
            "earl_person_id",
            "earl_episode_start_date",
            "earl_episode_end_date",
        ),
        ("ssd_cin_episodes", "cine_person_id", "cine_referral_date", "cine_close_date"),
        ("ssd_cp_plans", "cppl_person_id", "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
        (
            "ssd_cla_episodes",
            "clae_person_id",
            "clae_cla_episode_start_date",
            "clae_cla_episode_ceased_date",
        ),
    ):
        for row in extract.read("ssd", source):
            first = day(row[start])
            assert first is not None
            spans[row[person]].append((first, day(row[end]) or date(2999, 1, 1)))
    heard = defaultdict(list)
    for row in extract.expressions:
        on = day(row["expressed_on"])
        if row["person_id"] and row["voice_owner"] in ("child", "young_person") and on:
            heard[row["person_id"]].append(on)
    for one in extract.rows:
        if one["own"] and (one.get("code") in HEARD or one.get("accepted") == "Y"):
            heard[one["person"]].append(one["on"])
    checked = 0
    for (indicator, first_day, _), told in truth_of(inbox, "331", "all").items():
        if indicator not in ("A3", "A4"):
            continue
        end = months_later(date.fromisoformat(first_day), 3) - timedelta(days=1)
        back = months_later(end, -6)
        known = {
            person: start
            for person, parts in spans.items()
            if (start := open_since(parts, end)) is not None
        }
        quiet = {person for person in known if not any(back < on <= end for on in heard[person])}
        if indicator == "A3":
            base = {person for person, start in known.items() if (end - start).days >= 42}
            assert told == (len(base - quiet), len(base))
        else:
            base = {person for person, start in known.items() if start <= back}
            assert told == (len(base & quiet), len(base))
        checked += 1
    assert checked > 15


def open_since(parts: list[tuple[date, date]], on: date) -> date | None:
    start, end = None, None
    for first, last in sorted(parts):
        if start is None or end is None or first > end + timedelta(days=1):
            if start is not None and end is not None and start <= on < end:
                return start
            start, end = first, last
        else:
            end = max(end, last)
    return start if start is not None and end is not None and start <= on < end else None
