"""Two people are two people, however often one of them types."""

import pytest

from orchestration.names import is_same_person, plain_name


@pytest.mark.parametrize(
    "again",
    [
        "ann lee",
        " ANN  LEE ",
        "Ann\u00a0Lee",
        "Ann\tLee",
        "Ann\u200b Lee",
        "\ufeffAnn Lee",
        "\uff21nn Lee",
    ],
)
def test_one_person_is_no_second_one(again: str) -> None:
    assert is_same_person("Ann Lee", again)


def test_one_way_to_write_an_accent_is_the_other() -> None:
    assert is_same_person("Zo\u00eb", "Zoe\u0308")
    assert is_same_person("STRASSE", "straße")


@pytest.mark.parametrize("other", ["Anne Lee", "Ann Lee-Smith", "Lee Ann", "Zoë Lee", ""])
def test_another_name_is_another_person(other: str) -> None:
    assert not is_same_person("Ann Lee", other)


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\ufeff \u2060"])
def test_what_cannot_be_seen_is_no_name(nothing: str) -> None:
    assert plain_name(nothing) == ""
