"""Who gets what: the shipped boards are complete, and a mistake in a council's own is told."""

import re
from pathlib import Path

import pytest
import yaml

from orchestration.reporting.pack.boards import Boards, BoardSettingsError, load_boards
from orchestration.reporting.pack.words import FLAGS, STATES, in_ten
from orchestration.reporting.pack.young import _NEXT, HIDDEN, UNKNOWN

REPOSITORY = Path(__file__).parents[2]
DEFINED = {
    each["id"]: each
    for each in yaml.safe_load((REPOSITORY / "dbt_project" / "vars.yml").read_text())["vars"][
        "indicators"
    ]
}


@pytest.fixture(scope="module")
def shipped() -> Boards:
    return load_boards(Path("/nonexistent"))


def _own(folder: Path, text: str) -> Boards:
    (folder / "boards.yml").write_text(text)
    return load_boards(folder)


def test_a_board_is_told_all_four_elements_of_participation(shipped: Boards) -> None:
    # Space, voice, audience and influence: a pack that lacks one is not whole.
    for board in shipped.boards:
        told = {DEFINED[name]["lundy_element"] for name in (*board.headline, *board.annex)}
        assert told == {"space", "voice", "audience", "influence"}, board.id


def test_a_board_is_told_only_what_is_defined_and_can_be_broken_down(shipped: Boards) -> None:
    for board in shipped.boards:
        assert {*board.headline, *board.annex} <= DEFINED.keys()
        for name, breakdowns in board.groups.items():
            assert name in (*board.headline, *board.annex)
            assert set(breakdowns) <= set(DEFINED[name]["breakdowns"])


def test_the_public_is_told_no_areas(shipped: Boards) -> None:
    (public,) = [board for board in shipped.boards if board.public]
    assert public.id == "scrutiny"
    assert not [each for each in public.groups.values() if "area" in each]


def test_a_council_changes_boards_key_by_key(tmp_path: Path) -> None:
    own = _own(
        tmp_path,
        "authorities: {330: Somewhere}\n"
        "boards: {scrutiny: null, programme: {title: Our programme, cron: '0 6 1 * *'}}",
    )
    assert own.authorities == {"330": "Somewhere"}
    assert [board.id for board in own.boards] == [
        *("safeguarding_partnership", "corporate_parenting", "programme"),
        "information_governance",
    ]
    changed = own.named("programme")
    assert (changed.title, changed.cron) == ("Our programme", "0 6 1 * *")
    assert changed.headline[0] == "A2"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("boards: {scrutiny: {titel: x}}", r"boards\.scrutiny\.titel: Extra inputs"),
        ("boards: {scrutiny: {headline: []}}", r"boards\.scrutiny\.headline"),
        ("boards: {scrutiny: 3}", r"boards\.scrutiny must be keys"),
        ("boards: {cabinet: {title: x}}", r"boards\.cabinet\.audience: Field required"),
        ("boards: [x]", "must be keys and values"),
        ("authorities: [x]", "authorities must be codes and names"),
        ("a: [", "is not YAML"),
        ("boards: {'../x': {title: x}}", "boards"),
        ("boards: {scrutiny: {cron: often}}", r"boards\.scrutiny\.cron"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(BoardSettingsError, match=told):
        _own(tmp_path, text)


def test_no_two_states_and_no_two_flags_are_worded_alike() -> None:
    assert len(set(STATES.values())) == len(STATES)
    assert len(set(FLAGS.values())) == len(FLAGS)
    assert "no evidence of a gap" in FLAGS["no_material_gap"]


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        *((0, "no"), (1, "hardly any"), (4.9, "hardly any"), (12, "about 1 in 10")),
        *((46, "about 5 in 10"), (94, "about 9 in 10"), (96, "nearly all"), (100, "nearly all")),
    ],
)
def test_a_share_is_told_as_a_child_says_it(percent: float, words: str) -> None:
    assert in_ten(percent) == words


def _syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", word.lower())
    silent = word.lower().endswith("e") and not word.lower().endswith("le")
    return max(1, len(groups) - silent)


def test_a_child_of_ten_can_read_their_page(shipped: Boards) -> None:
    # Flesch-Kincaid grade 5 is read at about ten.
    told = [
        each.sentence.replace("{in_ten}", "about seven in ten") for each in shipped.young_people
    ]
    told += [HIDDEN, UNKNOWN, shipped.contact, *_NEXT]
    sentences = [s for text in told for s in re.split(r"(?<=[.?!])\s", text)]
    words = re.findall(r"[A-Za-z']+", " ".join(sentences))
    per_sentence = len(words) / len(sentences)
    per_word = sum(_syllables(word) for word in words) / len(words)
    assert 0.39 * per_sentence + 11.8 * per_word - 15.59 <= 5
    # Nobody is blamed for what a figure says.
    assert not re.search(r"\b(fault of|blame|failed|refused|bad|guilty)\b", " ".join(told))
