"""A model points at a theme only where it has shown that it can, and reads redacted words only."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orchestration.commands import themes as commands
from orchestration.redaction.model import NoNameFinderError
from orchestration.themes import model
from orchestration.themes.coding import (
    BY_MODEL,
    decide,
    may_suggest,
    measure_agreement,
    pairs_of,
)
from orchestration.themes.frame import load_frame
from orchestration.themes.ledger import add_suggestions, open_ledger
from orchestration.themes.suggest import nearest_codes
from tests.support.theme_words import (
    READ,
    RIGHT,
    TRUE,
    WRONG_TWICE,
    change,
    items_of,
    make_home,
    nothing,
    read_all,
    run,
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return make_home(tmp_path)


@pytest.fixture
def with_finder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "name_finder", lambda: nothing)


def verdicts(home: Path, items: Any) -> dict[tuple[str, str], tuple[int, int, str]]:
    found = measure_agreement(home, items, load_frame(home))["330", BY_MODEL]
    return {
        (row.breakdown, row.breakdown_value): (row.items, row.agreed, row.verdict) for row in found
    }


def test_a_suggestion_is_shown_only_for_groups_for_which_it_was_good_enough(home: Path) -> None:
    items = read_all(home, TRUE * 14, RIGHT * 10 + WRONG_TWICE * 4)
    told = verdicts(home, items)
    assert told["all", "all"] == (140, 132, "on_target")
    assert told["first_language_group", "english"] == (100, 100, "on_target")
    # Forty items are too few to tell, so it is off for them.
    assert told["first_language_group", "other_language"] == (40, 32, "insufficient")
    found = measure_agreement(home, items, load_frame(home))
    assert may_suggest(items[0], found) == (("school", 0.5),)
    assert may_suggest(items[120], found) == ()


def test_a_group_in_which_agreement_falls_short_gets_no_suggestion(home: Path) -> None:
    change(
        home,
        "update marts.fct_voice_expressions set first_language_group = 'other_language'"
        " where cast(substr(expression_id, 2) as int) >= 80",
    )
    items = read_all(home, TRUE * 14, RIGHT * 8 + WRONG_TWICE * 6)
    told = verdicts(home, items)
    # Twenty points behind, where ten are allowed.
    assert told["first_language_group", "other_language"] == (60, 48, "below_target")
    found = measure_agreement(home, items, load_frame(home))
    assert may_suggest(items[0], found)
    assert may_suggest(items[100], found) == ()


def test_before_anybody_read_without_it_nothing_is_suggested_to_anybody(home: Path) -> None:
    items = items_of(home)
    with open_ledger(home) as ledger:
        add_suggestions(ledger, items[0].item_id, "1", "m", [("school", 0.9)])
    items = items_of(home)
    assert items[0].suggested == (("school", 0.9),)
    assert may_suggest(items[0], measure_agreement(home, items, load_frame(home))) == ()


def test_what_somebody_decided_who_saw_the_suggestion_is_no_evidence_for_it(home: Path) -> None:
    frame, item = load_frame(home), items_of(home)[0]
    with open_ledger(home) as ledger:
        add_suggestions(ledger, item.item_id, "1", "m", [("school", 0.9)])
    decide(home, item, frame, "A. Reader", "school", is_suggestion_shown=True)
    assert pairs_of(items_of(home), BY_MODEL) == []


@pytest.mark.usefixtures("with_finder")
def test_only_redacted_words_reach_the_model_and_each_is_read_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def embed(texts: Sequence[str]) -> Any:
        seen.extend(texts)
        return np.eye(1, 3).repeat(len(texts), axis=0)

    monkeypatch.setattr(model, "embedder", lambda: embed)
    assert run(home, "suggest").output.startswith("140 read by the model")
    said = [text for text in seen if text not in load_frame(home).lines.values()]
    assert set(said) == {READ}
    assert run(home, "suggest").output.startswith("0 read by the model")


def test_without_the_model_or_the_name_finder_nothing_is_suggested_and_it_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "_PARTS", ("no_such_package",))
    model.embedder.cache_clear()
    done = run(home, "suggest")
    assert isinstance(done.exception, model.NoEmbedderError)
    assert "nothing to suggest; install it with: make themes" in str(done.exception)
    monkeypatch.setattr(model, "embedder", lambda: lambda texts: np.ones((len(texts), 1)))
    monkeypatch.setattr("orchestration.redaction.model.MODELS", ())
    commands.name_finder.cache_clear()
    assert isinstance(run(home, "suggest").exception, NoNameFinderError)
    assert {item.suggested for item in items_of(home)} == {None}


def test_the_two_nearest_lines_are_suggested_if_they_are_near_at_all() -> None:
    frame = replace(load_frame(Path("none")), lines={"school": "s", "health": "h", "money": "m"})
    vectors = {
        "s": [1.0, 0.0, 0.0],
        "h": [0.0, 1.0, 0.0],
        "m": [0.0, 0.0, 1.0],
        "both": [0.64, 0.60, 0.48],
        "one": [0.8, 0.6, 0.0],
        "far": [0.1, 0.1, 0.1],
    }
    found = nearest_codes(
        ["both", "one", "far"], frame, lambda texts: np.array([vectors[text] for text in texts])
    )
    assert found == [[("school", 0.64), ("health", 0.6)], [("school", 0.8)], []]


# Invented sentences that no line of the frame was written from.
SENTENCES = {
    "I would like to see my dad at weekends as well as in the holidays.": "family_time",
    "I do not live with my little brother and I think of him a lot.": "brothers_sisters",
    "This is my fourth social worker in two years and I have to start again.": "worker_change",
    "I got moved into the top set for maths and I like my form tutor.": "school",
    "My tooth hurts and nobody has taken me to the dentist.": "health",
    "When I am eighteen I want to read my whole file.": "records_access",
}


@pytest.mark.skipif(not model.is_installed(), reason="the optional model is not installed")
def test_the_model_points_at_the_theme_of_plain_sentences() -> None:
    model.embedder.cache_clear()
    found = nearest_codes(list(SENTENCES), load_frame(Path("none")), model.embedder())
    assert [codes[0][0] for codes in found] == list(SENTENCES.values())
