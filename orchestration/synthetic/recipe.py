"""Read the settings of the generator and hand each topic its own random numbers.

Belongs here: the settings files of `seeds/synthetic`, the description of one invented authority,
and seeded draws. Does not belong here: anything about what a journey looks like.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import yaml

from orchestration.synthetic.clocks import FAR, Array, WorkingDays, add_months, day_number

_SEEDS = Path(__file__).resolve().parents[2] / "seeds"
_SETTINGS = _SEEDS / "synthetic"
_BANK_HOLIDAYS = _SEEDS / "reference" / "ref_bank_holidays.csv"
_CASE_SYSTEMS = ("liquidlogic", "mosaic", "eclipse")
_FIRST_AUTHORITY = 330


class SettingsMissingError(FileNotFoundError):
    """A settings file of the generator is not where it should be."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that `seeds/synthetic` says: rates, gaps, names, texts, layouts, spellings."""

    rates: Mapping[str, Any]
    gaps: Mapping[str, Any]
    names: Mapping[str, Any]
    texts: Mapping[str, Any]
    layout: Mapping[str, Mapping[str, Sequence[str]]]
    opportunities: Mapping[str, Mapping[str, Any]]
    annex_a: Mapping[str, Any]
    exports: Mapping[str, Any]
    edge_cases: Mapping[str, Any]
    event_lists: Mapping[str, Mapping[str, Any]]
    working_days: WorkingDays


def load_recipe(folder: Path = _SETTINGS) -> Recipe:
    """Read the settings files."""

    def read(name: str) -> Any:
        path = folder / f"{name}.yaml"
        if not path.is_file():
            raise SettingsMissingError(
                f"{path.name} is not in seeds/synthetic; restore it from the repository"
            )
        # The loader in C, where PyYAML was built with it, is eight times as quick.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, Loader=loader)  # noqa: S506 - both are safe  # nosec B506

    # The calendar is a fact that both sides share; how a clock counts on it each works out alone.
    with _BANK_HOLIDAYS.open(encoding="utf-8", newline="") as lines:
        holidays = [date.fromisoformat(row["holiday_date"]) for row in csv.DictReader(lines)]
    return Recipe(
        rates=read("rates"),
        gaps=read("gaps"),
        names=read("names"),
        texts=read("texts"),
        layout=read("table_layout"),
        opportunities=read("opportunities"),
        annex_a=read("annex_a"),
        exports=read("exports"),
        edge_cases=read("edge_cases"),
        event_lists=read("event_lists"),
        working_days=WorkingDays(holidays),
    )


class Draws:
    """Random numbers of one authority and one topic; the same seed gives the same numbers."""

    def __init__(self, seed: int, authority: str, topic: str) -> None:
        """Start the sequence that belongs to this seed, authority and topic."""
        words = [seed, int(authority), crc32(topic.encode())]
        self.rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))

    def whether(self, chance: float | Array, count: int) -> Array:
        """Return true with the given chance, `count` times."""
        return np.asarray(self.rng.random(count) < np.asarray(chance))

    def whole(self, low: int | Array, high: int | Array, count: int) -> Array:
        """Return whole numbers from low to high, both included."""
        lowest = np.asarray(low, dtype=np.int64)
        width = np.maximum(np.asarray(high, dtype=np.int64) - lowest + 1, 1)
        return np.asarray(lowest + np.floor(self.rng.random(count) * width).astype(np.int64))

    def days(self, median: float, sigma: float, low: int, high: int, count: int) -> Array:
        """Return a length in days: log-normal around a median, kept between two limits."""
        drawn = np.exp(np.log(median) + sigma * self.rng.standard_normal(count))
        return np.asarray(np.clip(np.round(drawn), low, high).astype(np.int64))

    def pick(self, shares: Mapping[Any, float], count: int) -> Array:
        """Return keys of a mapping of shares, as text, in those shares."""
        keys = np.array([str(key) for key in shares], dtype=object)
        limits = np.cumsum(np.array(list(shares.values()), dtype=float))
        place = np.searchsorted(limits, self.rng.random(count) * limits[-1], side="right")
        return np.asarray(keys[np.minimum(place, len(keys) - 1)])

    def one_of(self, values: Sequence[Any], count: int) -> Array:
        """Return values, each as likely as the others."""
        return np.asarray(
            np.array(list(values), dtype=object)[self.whole(0, len(values) - 1, count)]
        )


@dataclass(frozen=True, slots=True)
class Move:
    """A child who moves from one authority to the next: whom both sides draw alike."""

    left: str
    seed: int


@dataclass(frozen=True, slots=True)
class Place:
    """One invented authority: who it is, its window in time and its settings."""

    authority: str
    seed: int
    children: int
    opens: int
    as_of: int
    case_system: str
    letters: str
    recipe: Recipe
    leaves: Move
    arrives: Move

    def draws(self, topic: str) -> Draws:
        """Return the random numbers of one topic."""
        return Draws(self.seed, self.authority, topic)

    def known(self, days: Array) -> Array:
        """Blank what happens after the extract."""
        return np.where(days > self.as_of, FAR, days)


def places(
    authorities: int,
    children: int,
    years: int,
    seeds: Sequence[int],
    as_of: date,
    recipe: Recipe,
    first_authority: int = _FIRST_AUTHORITY,
) -> list[Place]:
    """Describe the authorities: codes in a row, a case system each, postcodes of no real area.

    One child moves from each authority to the next, whether or not that one is generated too: what
    an authority holds must not hang on how many there are.
    """
    end = day_number(as_of)
    opens = int(add_months(np.array([end]), -12 * years)[0]) + 1
    codes = [f"{first_authority + number:03d}" for number in range(authorities)]
    before = Move(f"{first_authority - 1:03d}", seeds[0])
    moves = [before, *(Move(code, seed) for code, seed in zip(codes, seeds, strict=True))]
    return [
        Place(
            authority=codes[number],
            seed=seeds[number],
            children=children,
            opens=opens,
            as_of=end,
            case_system=_CASE_SYSTEMS[number % len(_CASE_SYSTEMS)],
            letters="Q" + chr(ord("A") + number % 26),
            recipe=recipe,
            leaves=moves[number + 1],
            arrives=moves[number],
        )
        for number in range(authorities)
    ]
